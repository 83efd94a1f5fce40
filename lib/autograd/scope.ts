/**
 * Scopes: which tensors die together. `steps()` opens one an iteration, a module's `forward` one a call.
 *
 * @module
 */

/** What a scope holds: a Buffer, as far as a scope has to know it. */
export interface Member {
  readonly freed: boolean;
  /** Exempt from scopes. */
  kept: boolean;
  /** The scope it dies with. */
  scope: Scope | null;
  /** How many nodes of graphs need it. */
  readonly uses: number;
  /** Made inside a module's forward and not returned. */
  inner: boolean;
  free(by: string): void;
}

/** An open scope: what was made in it so far. */
export interface Scope {
  readonly buffers: Member[];
  readonly parent: Scope | null;
  /** The path of module names; "" for a scope that is no module's. */
  readonly place: string;
}

let current: Scope | null = null;

/** The innermost open scope, or null. */
export function currentScope(): Scope | null {
  return current;
}

/** Opens a scope inside the current one. */
export function openScope(module = ""): Scope {
  const outer = current?.place ?? "";
  const place = module === "" ? outer : outer === "" ? module : `${outer} > ${module}`;
  return current = { buffers: [], parent: current, place };
}

/**
 * Closes a scope, and any that was left open inside it.
 *
 * @param settle What to do with each buffer made in it: true moves it to the enclosing scope.
 */
export function closeScope(scope: Scope, settle: (buffer: Member) => boolean): void {
  for (let open = current; open !== null; open = open.parent) {
    if (open !== scope) continue;
    const { parent } = scope;
    for (let inner = current!; inner !== parent; inner = inner.parent!) {
      for (const buffer of inner.buffers) {
        if (buffer.freed || buffer.kept || buffer.scope !== inner) continue;
        if (!settle(buffer)) continue;
        buffer.scope = parent;
        parent?.buffers.push(buffer);
      }
      // Nodes of the graph remember the scope, as the call that they were made in; they must not hold its buffers.
      if (inner.place !== "") inner.buffers.length = 0;
    }
    current = parent;
    return;
  }
}
