/** What a module is made of: what lies in its fields, and in the lists, sets, maps and plain objects there. */
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { Parameter } from "./parameter.ts";

/** The parts of one module: its own parameters, its own other tensors, and the modules right under it. */
export interface Parts<M> {
  parameters: [name: string, parameter: Parameter][];
  buffers: [name: string, buffer: Tensor][];
  children: [name: string, module: M][];
}

/**
 * The parts of a module, in the order of its members.
 *
 * @param owner The module's class, for errors.
 * @param members What it holds, by name.
 * @param isModule Whether a thing is a module.
 * @throws {TypeError} if a module or a parameter lies where it would not be found, or has no name.
 */
export function partsOf<M extends object>(
  owner: string,
  members: Iterable<[string, unknown]>,
  isModule: (thing: unknown) => thing is M,
): Parts<M> {
  const parts: Parts<M> = { parameters: [], buffers: [], children: [] };
  const belongs = (thing: unknown) => isModule(thing) || thing instanceof Parameter;
  const sort = (name: string, thing: unknown, around: readonly object[]): void => {
    if (typeof thing !== "object" || thing === null) return;
    if (isModule(thing)) parts.children.push([name, thing]);
    else if (thing instanceof Parameter) parts.parameters.push([name, thing]);
    else if (thing instanceof Tensor) { if (thing.isLeaf) parts.buffers.push([name, thing]); }
    // A list that lies in itself is being sorted already.
    else if (!around.includes(thing)) {
      for (const [key, inner] of inside(`${owner}.${name}`, thing, belongs)) {
        sort(`${name}.${key}`, inner, [...around, thing]);
      }
    }
  };
  for (const [name, member] of members) sort(name, member, []);
  return parts;
}

type Entries = Iterable<readonly [name: string | number, thing: unknown]>;

/** The things in a list or a set by their numbers, those in a map or a plain object by their names. */
function inside(place: string, holder: object, belongs: (thing: unknown) => boolean): Entries {
  if (Array.isArray(holder)) return holder.entries();
  if (holder instanceof Set) return [...holder].entries();
  if (holder instanceof Map) return named(place, holder, belongs);
  if (isPlain(holder)) return Object.entries(holder);
  if (!ArrayBuffer.isView(holder)) refuseHidden(place, holder, belongs);
  return [];
}

/** The entries of a map that have names. */
function named(place: string, map: Map<unknown, unknown>, belongs: (thing: unknown) => boolean): Entries {
  return [...map].filter((entry): entry is [string | number, unknown] => {
    const [key, thing] = entry;
    if (typeof key === "string" || typeof key === "number") return true;
    if (!belongs(thing)) return false;
    throw new TypeError(
      `${place}: ${describe(thing)} stands under ${describe(key)}, which is no name; use strings as keys, ` +
        `or keep the map in a field whose name begins with #, which is not looked at`,
    );
  });
}

/** Refuses an object of another class that holds modules or parameters: nobody would find them. */
function refuseHidden(place: string, holder: object, belongs: (thing: unknown) => boolean): void {
  for (const [name, thing] of Object.entries(holder)) {
    const hidden = Array.isArray(thing) ? thing.find(belongs) : thing;
    if (!belongs(hidden)) continue;
    throw new TypeError(
      `${place}: ${describe(holder)} is no module, so that ${describe(hidden)} in its field ${name} ` +
        `would not be found; let its class extend nn.Module, or keep it in a field whose name begins with #, ` +
        `which is not looked at`,
    );
  }
}
