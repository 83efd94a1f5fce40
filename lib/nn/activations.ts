/** What the modules of a network give: numbers that tell dead units, vanishing and exploding signals. */
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import type { Values } from "../device/mod.ts";
import { tensorsIn } from "../tensor/inside.ts";
import { stack } from "../tensor/join.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFunction, checkOptions, describe, isList, surplus } from "../text/arguments.ts";
import { observe } from "./call.ts";
import { Module } from "./module.ts";

/** One output of one call of a module. */
export interface ActivationRow {
  /** The module's path in the network, "" for the network itself; of several tensors with the place of each: "lstm[1]". */
  name: string;
  /** The name of its class. */
  module: string;
  /** The shape of the output. */
  shape: number[];
  /** The mean of its numbers, booleans counting as 0 and 1; NaN, as all that follow, if there is none. */
  mean: number;
  /** Their standard deviation, unbiased. */
  std: number;
  /** The smallest. */
  min: number;
  /** The largest. */
  max: number;
  /** The share of those that are exactly 0: units that a ReLU has switched off. */
  zeros: number;
}

/** Options of {@linkcode activations}. */
export interface ActivationsOptions {
  /** Paths of the modules to look at: all that have none inside by default. */
  names?: readonly string[];
}

/**
 * Calls a network, and tells what its modules gave: a row for each call, in the order in which they returned, that `show()` draws as a
 * table. Mode, recording and results are those of the call; nothing that is computed for the rows stays.
 *
 * PyTorch has a hook for it, fastai `ActivationStats`.
 *
 * @param net The network.
 * @param call Calls it; awaits nothing.
 * @param options names.
 * @returns The rows.
 * @throws {RangeError} if the network has no module of a name.
 * @throws {TypeError} if `net` is no module, `call` no function, or one that returns a promise, or an option is of another kind.
 * @example
 * ```ts
 * import { activations, nn, randn, show } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 2));
 * const rows = await activations(net, () => net.forward(randn(8, 4)));
 * assertEquals(rows.map(({ name, module }) => `${name} ${module}`), ["0 Linear", "1 ReLU", "2 Linear"]);
 * await show(rows);
 * ```
 */
export async function activations(
  net: Module,
  call: () => unknown,
  options: ActivationsOptions = {},
): Promise<ActivationRow[]> {
  if (arguments.length > 3) surplus("activations", arguments, 3);
  if (!(net instanceof Module)) throw new TypeError(`activations: a module is needed, not ${describe(net)}`);
  checkFunction("activations", "call", call, "() => net.forward(x)");
  checkOptions("activations", options, ["names"]);
  const paths = pathsOf(net, options.names), rows: Promise<ActivationRow>[] = [];
  const look = (module: Module, _: unknown, output: unknown) => {
    const path = paths.get(module);
    if (path === undefined) return;
    const tensors = [...tensorsIn(output)];
    for (const [i, one] of tensors.entries()) {
      const name = tensors.length === 1 ? path : `${path}[${i}]`;
      const { shape } = one, row = { name, module: module.constructor.name, shape };
      rows.push(
        statistics(one).then(([mean, std, min, max, zeros]) => ({ ...row, mean, std, min, max, zeros })),
      );
      // Whoever waits for it hears that it failed.
      rows.at(-1)!.catch(() => {});
    }
  };
  if (observe(look, call) instanceof Promise) {
    throw new TypeError(
      "activations: call must be a function that waits for nothing, not one that returns a promise",
    );
  }
  return await Promise.all(rows);
}

/** The modules to look at, with their paths. */
function pathsOf(net: Module, names: readonly string[] | undefined): Map<Module, string> {
  const all = net.namedModules();
  if (names === undefined) {
    const layers = all.filter(([, module]) => module.children().length === 0);
    return new Map(layers.map(([path, module]) => [module, path]));
  }
  if (!isList(names, (name) => typeof name === "string")) {
    throw new TypeError(
      `activations: names are a list of paths such as ["0", "head.linear"], not ${describe(names)}`,
    );
  }
  return new Map(names.map((name) => {
    const found = all.find(([path]) => path === name);
    if (found !== undefined) return [found[1], name];
    throw new RangeError(
      `activations: the network has no module ${describe(name)}; namedModules() lists them`,
    );
  }));
}

/** Mean, standard deviation, smallest, largest, share of zeros; reading them has begun. */
function statistics(output: Tensor): Promise<Iterable<number>> {
  if (output.size === 0) return Promise.resolve(Array<number>(5).fill(NaN));
  const read = (): Promise<Values> => {
    const x = output.to("float32");
    return stack([x.mean(), x.std(), x.min(), x.max(), x.eq(0).to("float32").mean()]).data();
  };
  return scoped(read, freeAll("by activations()"), { recording: false });
}
