/**
 * Deep copies of modules: new parameters and buffers of the same numbers, what was one thing in two places is one in the copy.
 *
 * @module
 */
import { Tensor } from "../tensor/tensor.ts";
import { isPlain } from "../text/arguments.ts";
import { Parameter } from "./parameter.ts";

/** The copy of something that a module holds: the same one for the same thing. */
export type CopyOf = <T>(thing: T) => T;

/**
 * Makes a {@linkcode CopyOf}.
 *
 * @param copyOther Copies what the rest does not know, modules above all; undefined: it is not copied.
 */
export function copier(
  copyOther: (thing: object, copyOf: CopyOf, made: (copy: object) => void) => unknown,
): CopyOf {
  const copies = new Map<object, unknown>();
  const copyOf = (thing: unknown): unknown => {
    if (typeof thing !== "object" || thing === null) return thing;
    if (copies.has(thing)) return copies.get(thing);
    const made = <C>(copy: C): C => {
      copies.set(thing, copy);
      return copy;
    };
    if (thing instanceof Tensor) return made(copyTensor(thing));
    if (ArrayBuffer.isView(thing) && "slice" in thing) return made((thing as Uint8Array).slice());
    // What lies in itself finds its copy.
    if (Array.isArray(thing)) {
      const copy: unknown[] = made([]);
      for (const one of thing) copy.push(copyOf(one));
      return copy;
    }
    if (thing instanceof Set) {
      const copy = made(new Set());
      for (const one of thing) copy.add(copyOf(one));
      return copy;
    }
    if (thing instanceof Map) {
      const copy = made(new Map());
      for (const [key, one] of thing) copy.set(copyOf(key), copyOf(one));
      return copy;
    }
    if (isPlain(thing)) {
      const copy = made(Object.create(Object.getPrototypeOf(thing)));
      for (const [name, one] of Object.entries(thing)) copy[name] = copyOf(one);
      return copy;
    }
    return copyOther(thing, copyOf as CopyOf, made) ?? thing;
  };
  return copyOf as CopyOf;
}

/** The same numbers without their history, learned as the other is, and kept; nothing is copied until one of them changes. */
function copyTensor(tensor: Tensor): Tensor {
  if (tensor.value.buffer.freed) return tensor;
  const copy = tensor instanceof Parameter ? new Parameter(tensor) : tensor.detach();
  if (copy.dtype === "float32") copy.requiresGrad = tensor.requiresGrad && tensor.isLeaf;
  return copy.keep();
}
