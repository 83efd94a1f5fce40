/** Putting saved values into a module: everything is checked before anything is written. */
import { unrecorded } from "../autograd/no_grad.ts";
import { sameShape, text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import type { LoadResult, StateDict } from "./state.ts";

/** So many names are listed before "and 12 more". */
const SHOWN = 4;

/** Some names of a long list, and how many more there are. A file may hold any. */
function few(names: readonly string[]): string {
  const shown = legible(names.slice(0, SHOWN).join(", "));
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

/** What keeps an entry from being copied, or null. */
function obstacle(name: string, own: Tensor, given: unknown): { shape?: string; type?: string } | null {
  if (!(given instanceof Tensor)) {
    return { type: `${name} (a tensor is needed, not ${describe(given)})` };
  }
  if (given.dtype !== own.dtype) return { type: `${name} (${given.dtype} instead of ${own.dtype})` };
  if (given.device !== own.device) {
    return { type: `${name} (on the ${given.device.name} device instead of ${own.device.name})` };
  }
  if (!sameShape(given.shape, own.shape)) {
    return { shape: `${name} (${text(given.shape)} instead of ${text(own.shape)})` };
  }
  return given.value.buffer.freed ? { type: `${name} (was freed)` } : null;
}

/**
 * Copies `given` into `own`.
 *
 * @param owner The module's name, for the error.
 * @param own The module's tensors.
 * @param given The values.
 * @param strict Whether missing and unexpected names are errors.
 */
export function loadState(owner: string, own: StateDict, given: StateDict, strict: boolean): LoadResult {
  if (!isPlain(given)) {
    throw new TypeError(
      `loadStateDict: an object of tensors by name is needed, as stateDict() returns it, not ${
        describe(given)
      }`,
    );
  }
  const missing = Object.keys(own).filter((name) => !Object.hasOwn(given, name));
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(own, name));
  const found = Object.keys(own).filter((name) => Object.hasOwn(given, name));
  const obstacles = found.map((name) => obstacle(name, own[name], given[name]));
  const shapes = obstacles.flatMap((one) => one?.shape ?? []);
  const types = obstacles.flatMap((one) => one?.type ?? []);
  const complaints = [
    ...(strict && missing.length > 0 ? [`is missing ${few(missing)}`] : []),
    ...(strict && unexpected.length > 0 ? [`has ${few(unexpected)}, which the module has not`] : []),
    ...(shapes.length > 0 ? [`has misshapen ${few(shapes)}`] : []),
    ...(types.length > 0 ? [`has unfit ${few(types)}`] : []),
  ];
  if (complaints.length > 0) {
    const message = `loadStateDict: the state for ${owner} ${complaints.join("; it ")}; nothing was changed`;
    throw types.length > 0 ? new TypeError(message) : new RangeError(message);
  }
  unrecorded(() => found.forEach((name) => own[name].copy_(given[name])));
  return { missing, unexpected };
}
