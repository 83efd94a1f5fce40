/** Every operation looked at: which is the first whose numbers are no numbers. */
import { current, runIn } from "../autograd/context.ts";
import { type Guard, guardInside } from "../autograd/guard.ts";
import { closeScope, handOver, openScope } from "../autograd/scope.ts";
import type { Node, Value } from "../autograd/value.ts";
import type { Device } from "../device/mod.ts";
import type { Storage } from "../device/storage.ts";
import { finiteLater, oddIn, saysOdd } from "../tensor/finite.ts";
import { checkFunction, surplus } from "../text/arguments.ts";

/** Looks at every operation and every gradient. */
class Anomaly implements Guard {
  /** The line of the program that each node comes from. */
  readonly #lines = new WeakMap<object, string>();
  /** Where numbers must be waited for: what will be said of them, in the order in which they were computed. */
  #waiting: Promise<string | null>[] = [];

  made(name: string, value: Value, inputs: readonly Value[]): void {
    const { buffer, node } = value, line = programLine();
    if (node !== null) this.#lines.set(node, line);
    const at = `${buffer.place === "" ? "" : ` in ${buffer.place}`}${line}`,
      says = `the result of ${name}()${at}`;
    if (buffer.device.name !== "cpu") return this.#wait(buffer.device, buffer.storage, says);
    const odd = oddIn(buffer.device, buffer.storage);
    if (odd === null) return;
    const before = inputs.map((input) =>
      input.buffer.freed ? null : oddIn(buffer.device, input.buffer.storage)
    );
    // Infinities that are meant, as in masks, go through.
    if (odd.nan === 0 && before.some((one) => one !== null)) return;
    const given = before.findIndex((one) => one !== null && one.nan > 0);
    const from = given < 0 ? "" : `; its input ${given} was not finite already`;
    throw new RangeError(`detectAnomaly: ${says} ${saysOdd(odd)}${from}`);
  }

  passed(node: Node, gradient: Storage, device: Device, input: number): void {
    const place = node.call?.place ?? "", line = this.#lines.get(node) ?? "";
    const at = `${place === "" ? "" : ` in ${place}`}${line}`;
    const says = `backward: the gradient of input ${input} of ${node.name}()${at}`;
    if (device.name !== "cpu") return this.#wait(device, gradient, says);
    const odd = oddIn(device, gradient);
    if (odd !== null) throw new RangeError(`detectAnomaly: ${says} ${saysOdd(odd)}`);
  }

  #wait(device: Device, storage: Storage, says: string): void {
    if (storage.dtype !== "float32") return;
    const said = finiteLater(device, storage).then((finite) => finite ? null : `${says} is not finite`);
    // The body may end by itself, with an error of its own.
    said.catch(() => {});
    this.#waiting.push(said);
  }

  /** Waits for what must be waited for, and throws for the first that is not finite. */
  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const said of await Promise.all(waiting)) {
      if (said !== null) throw new RangeError(`detectAnomaly: ${said}`);
    }
  }
}

/** Where this library is: what calls from elsewhere is the program. */
const LIBRARY = new URL("../", import.meta.url).href;

/** The line of the program that runs now, as the end of a phrase; "" where it cannot be told. */
function programLine(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = before;
  for (const line of stack.split("\n").slice(1)) {
    const place = /\(?(\S+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place !== undefined && !place.startsWith(LIBRARY) && !/^(?:ext|node):/.test(place)) {
      return ` at ${place}`;
    }
  }
  return "";
}

/**
 * Runs a function, and looks at the result of every operation in it and at every gradient: the first that is NaN or infinite ends it
 * with an error that names the operation, the modules it was made in, and the line of the program. As
 * torch.autograd.detect_anomaly, which looks at gradients only. It takes time; it is for finding a fault, not for training.
 *
 * On the cpu the error is thrown where the operation stands. A GPU computes ahead: there all runs, and then the first is told.
 *
 * PyTorch: `torch.autograd.detect_anomaly`.
 *
 * @param body The function: a step, a whole training loop.
 * @returns What `body` returns.
 * @throws {RangeError} for the first result or gradient that is not finite.
 * @throws {TypeError} if `body` is no function.
 * @example
 * ```ts
 * import { detectAnomaly, tensor } from "descent";
 * import { assertRejects } from "@std/assert";
 * const x = tensor([1, 0], { requiresGrad: true });
 * await assertRejects(() => detectAnomaly(() => x.sub(1).sqrt().sum().backward()), RangeError, "sqrt()");
 * ```
 */
export async function detectAnomaly<T>(body: () => T | Promise<T>): Promise<T> {
  if (arguments.length > 1) surplus("detectAnomaly", arguments, 1);
  checkFunction("detectAnomaly", "the body", body, "() => loss().backward()");
  const { recording, scope: outer } = current(), anomaly = new Anomaly();
  const scope = openScope(outer, "", guardInside(outer?.guard ?? null, anomaly));
  try {
    const result = await runIn({ recording, scope }, body);
    await anomaly.settle();
    return result;
  } finally {
    closeScope(scope, handOver);
  }
}
