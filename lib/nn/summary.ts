/** What a network is made of, layer by layer, and what it costs. */
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import { currentDevice } from "../device/mod.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkShape } from "../tensor/shape.ts";
import { tensorsIn } from "../tensor/inside.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { describe, surplus } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { amount, grouped } from "../text/numbers.ts";
import { observe } from "./call.ts";
import { Conv1d, Conv2d } from "./conv.ts";
import { ConvTranspose1d, ConvTranspose2d } from "./conv_transpose.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";

/** One module of a {@linkcode Summary}. */
export interface SummaryRow {
  /** Its path in the network; "" for the network itself. */
  name: string;
  /** The name of its class. */
  type: string;
  /** Its path in the module around it. */
  label: string;
  /** How many modules it is inside of. */
  depth: number;
  /** The shape of what it returned last, of several tensors the first; null if it was not called, or returned none. */
  outputShape: number[] | null;
  /** The shapes of all tensors that it returned last; null if it was not called. */
  outputShapes: number[][] | null;
  /** How many numbers it learns, with all modules inside; shared ones count once. */
  parameters: number;
  /** Floating-point operations of convolutions and linear layers, with all modules inside: two per multiply-add. */
  flops: number;
}

/** What {@linkcode summary} found; printed, it is a table. */
export class Summary {
  /**
   * Makes the list.
   *
   * @param rows The network, then its modules, in the order they are held.
   * @param parameters How many numbers there are to learn; shared ones count once.
   * @param trainableParameters How many of these are not frozen.
   * @param flops Floating-point operations of one forward pass in convolutions and linear layers: two per multiply-add.
   */
  constructor(
    readonly rows: readonly SummaryRow[],
    readonly parameters: number,
    readonly trainableParameters: number,
    readonly flops: number,
  ) {}

  /** The table: a tree of layers with their output shapes, parameters and FLOPs. */
  toString(): string {
    const head = ["layer", "output shape", "parameters", "FLOPs"];
    const lines = this.rows.map((row) => [
      "  ".repeat(row.depth) + legible(row.label === "" ? row.type : `${row.label}: ${row.type}`),
      shapesText(row.outputShapes),
      row.parameters === 0 ? "" : grouped(row.parameters),
      row.flops === 0 ? "" : amount(row.flops),
    ]);
    const widths = head.map((title, i) => Math.max(title.length, ...lines.map((cells) => cells[i].length)));
    const write = (cells: string[]) =>
      cells.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ").trimEnd();
    const rule = "─".repeat(widths.reduce((a, b) => a + b + 2, -2));
    const frozen = this.parameters - this.trainableParameters;
    const rest = frozen === 0 ? "" : `, ${grouped(frozen)} of them frozen`;
    return [
      write(head),
      rule,
      ...lines.map(write),
      rule,
      `${grouped(this.parameters)} parameters${rest}; ${amount(this.flops)} FLOPs forward`,
    ].join("\n");
  }

  /** @internal What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Runs zeros through a network, without recording and in evaluation, and lists its modules: what shape comes out, how
 * many parameters they have, how many floating-point operations they take. Counted are the multiply-adds of convolutions
 * and linear layers, as two operations each; all else is small beside them. The network is left as it was.
 *
 * @param net The network.
 * @param input Shape of one input, batch included: [1, 1, 224, 224]. Or a function that calls a network which takes something
 * else: `() => net.forward(tokens, { mask })`.
 * @returns The list; printed, it is a table.
 * @throws {TypeError} if `net` is no module, or `input` neither a shape nor a function.
 * @throws {RangeError} if the shape is none, or the network does not take it.
 * @example
 * ```ts
 * import { nn, summary } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(8 * 36, 10));
 * const found = summary(net, [1, 1, 8, 8]);
 * assertEquals(found.rows[1].outputShape, [1, 8, 6, 6]);
 * assertEquals(found.parameters, 8 * 9 + 8 + 288 * 10 + 10);
 * console.log(found);
 * ```
 * @example Of a network that takes several things
 * ```ts
 * import { nn, randn, summary, type Tensor } from "descent";
 * class Scaled extends nn.Module {
 *   linear = new nn.Linear(3, 2);
 *   override forward(x: Tensor, k: number): Tensor {
 *     return this.linear.forward(x).mul(k);
 *   }
 * }
 * const net = new Scaled();
 * console.log(summary(net, () => net.forward(randn(5, 3), 2)));
 * ```
 */
export function summary(net: Module, input: readonly number[] | (() => unknown)): Summary {
  if (!(net instanceof Module)) throw new TypeError(`summary: a module is needed, not ${describe(net)}`);
  if (arguments.length > 2) {
    surplus("summary", arguments, 2, "the shape is one list, such as [1, 1, 224, 224]");
  }
  const run = typeof input === "function" ? input : withZeros(net, checkShape("summary", input));
  const modules = net.namedModules();
  const { shapes, flops } = measure(net, run);
  const rows = modules.map(([name, module]) => ({
    name,
    type: module.constructor.name,
    ...place(name, modules),
    outputShape: shapes.get(module)?.at(0) ?? null,
    outputShapes: shapes.get(module) ?? null,
    parameters: count(module.parameters()),
    flops: module.modules().reduce((sum, inner) => sum + (flops.get(inner) ?? 0), 0),
  }));
  const parameters = net.parameters();
  const trainable = count(parameters.filter((parameter) => parameter.requiresGrad));
  return new Summary(rows, rows[0].parameters, trainable, rows[0].flops);
}

function count(parameters: readonly Tensor[]): number {
  return parameters.reduce((sum, parameter) => sum + parameter.size, 0);
}

function shapesText(shapes: readonly number[][] | null): string {
  if (shapes === null) return "not called";
  return shapes.length === 0 ? "no tensor" : shapes.map((shape) => text(shape)).join(", ");
}

/** The path from the module around it, and how many modules are around it. */
function place(name: string, modules: readonly [string, Module][]): { label: string; depth: number } {
  const around = modules.map(([outer]) => outer).filter((outer) =>
    outer !== "" && name.startsWith(`${outer}.`)
  );
  const nearest = around.reduce((a, b) => b.length > a.length ? b : a, "");
  const label = nearest === "" ? name : name.slice(nearest.length + 1);
  return { label, depth: name === "" ? 0 : around.length + 1 };
}

/** Calls the network with one input of a shape. */
function withZeros(net: Module, shape: number[]): () => unknown {
  return () => {
    const device = net.parameters().at(0)?.device ?? currentDevice();
    return net.forward(new Tensor(made("summary", device, () => device.kernels.fill(shape, 0))));
  };
}

/** Runs the network once: what shapes each module returned, and what it computed itself. */
function measure(net: Module, call: () => unknown) {
  const shapes = new Map<Module, number[][]>(), flops = new Map<Module, number>();
  const note = (module: Module, [input]: readonly unknown[], output: unknown) => {
    shapes.set(module, [...tensorsIn(output)].map(({ shape }) => shape));
    if (!(output instanceof Tensor)) return;
    flops.set(module, (flops.get(module) ?? 0) + 2 * multiplyAdds(module, input, output.shape));
  };
  const modes = net.modules().map((module) => [module, module.training] as const);
  const run = () => {
    net.eval();
    if (observe(note, call) instanceof Promise) {
      throw new TypeError(
        "summary: input must be a function that waits for nothing, not one that returns a promise",
      );
    }
  };
  try {
    scoped(run, freeAll("at the end of summary()"), { recording: false });
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  return { shapes, flops };
}

/** Each output of a convolution or a linear layer is a sum of so many products; each input of a transposed one enters as many. */
function multiplyAdds(module: Module, input: unknown, output: readonly number[]): number {
  if (module instanceof Linear) return sizeOf(output) * module.inFeatures;
  if (module instanceof Conv1d || module instanceof Conv2d) {
    return sizeOf(output) * (module.inChannels / module.groups) * sizeOf(module.kernelSize);
  }
  if ((module instanceof ConvTranspose1d || module instanceof ConvTranspose2d) && input instanceof Tensor) {
    return input.size * (module.outChannels / module.groups) * sizeOf(module.kernelSize);
  }
  return 0;
}
