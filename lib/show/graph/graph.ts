/**
 * The computation graph behind a tensor, to be shown.
 *
 * @module
 */
import type { Tensor } from "../../tensor/tensor.ts";
import { behind, type Box, collapse } from "./collapse.ts";
import { type Names, snapshot } from "./snapshot.ts";

/** How a graph is shown. */
export interface GraphOptions {
  /** What to call tensors: `{ x, w, b }`. */
  names?: Record<string, Tensor>;
  /** The network that computed it: its parameters and modules are called by their paths then. */
  module?: { namedParameters(): Iterable<readonly [string, Tensor]> };
  /** Modules inside of so many others are drawn open; 0 draws a network as one box. Unless told, as many as fit on a page. */
  depth?: number;
  /** Above the picture. */
  title?: string;
}

/** More boxes than this do not fit on a page. */
const PAGE = 32;
/** More than this take Graphviz minutes. */
const MOST = 600;

/** A snapshot of the graph behind a tensor; `show()` draws it. */
export class Graph {
  /** @internal */
  readonly root: Box;
  /** Above the picture. */
  readonly title: string;

  /** @internal */
  constructor(root: Box, title: string) {
    this.root = root;
    this.title = title;
  }

  /** How many boxes the picture has. */
  get size(): number {
    return behind(this.root).length;
  }
}

/**
 * Takes a snapshot of the computation graph behind a tensor: operations, shapes, and the values of small tensors. Data flow along the
 * grey arrows; the orange ones are the way that gradients take back in `backward()`.
 *
 * `backward()` frees the graph, so call this before it. Shown after it, the picture has the gradients too, ∂y/∂ of every small box.
 *
 * @param y The tensor at the end.
 * @param options names, module, depth, title.
 * @returns What `show()` takes.
 * @throws {Error} if there is no graph behind `y`, or `backward()` has freed it.
 * @throws {RangeError} if it is too large to be drawn.
 * @example
 * ```ts
 * import { graph, show, tensor } from "descent";
 * const x = tensor(3, { requiresGrad: true });
 * const y = x.sub(2).square().div(2);
 * const picture = graph(y, { names: { x, y } });
 * y.backward();
 * await show(picture);
 * ```
 */
export function graph(y: Tensor, options: GraphOptions = {}): Graph {
  const { names = {}, module, depth, title = "" } = options;
  if (depth !== undefined && (!Number.isInteger(depth) || depth < 0)) {
    throw new RangeError(`graph: depth must be a whole number from 0 up, not ${depth}`);
  }
  const sources: Names[] = module === undefined ? [names] : [names, module];
  const root = collapse(snapshot(y, sources), depth, PAGE);
  const found = new Graph(root, title);
  if (found.size > MOST) {
    throw new RangeError(
      `graph: ${found.size} boxes are more than a page can hold (${MOST}); ` +
        (depth === undefined
          ? "look at a part of the computation, or put its parts into modules, which are drawn closed"
          : "choose a smaller depth"),
    );
  }
  return found;
}
