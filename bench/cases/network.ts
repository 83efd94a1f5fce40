/**
 * Networks as plain data: every competitor builds the same one from it, and what it costs can be counted.
 *
 * @module
 */

/** A layer; images are [N, C, H, W]. */
export type Layer =
  | Conv
  | { kind: "linear"; inputs: number; outputs: number }
  | { kind: "norm"; features: number; images: boolean }
  | { kind: "maxPool"; kernel: number; stride: number; padding: number }
  | { kind: "dropout"; p: number }
  | { kind: "relu" | "flatten" | "meanPool" }
  | { kind: "residual"; body: Layer[]; shortcut: Conv | null };

/** A convolution with a bias; `residual` is relu(body(x) + shortcut(x)), its shortcut the identity where it is null. */
export interface Conv {
  kind: "conv";
  inputs: number;
  outputs: number;
  kernel: number;
  stride: number;
  padding: number;
}

/** A convolution and the side of the square images it sees. */
export type SizedConv = Conv & { size: number };

/** What a network costs for one sample. */
export interface Cost {
  /** Shapes of all parameters, in order. */
  shapes: number[][];
  /** How many numbers the parameters are. */
  parameters: number;
  /** How many numbers the input and the layers' results are. */
  activations: number;
  /** Floating point operations of the products in a training step: forward, and both gradients. */
  trainingFlops: number;
  /** The convolutions, in order. */
  convolutions: SizedConv[];
}

/** The side of the images behind a convolution or a pooling. */
export function sideBehind(size: number, layer: { kernel: number; stride: number; padding: number }): number {
  return Math.floor((size + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
}

/** Floating point operations of a convolution of one image, counted as a direct one; its gradients cost the same. */
export function convolutionFlops(conv: SizedConv): number {
  return 2 * sideBehind(conv.size, conv) ** 2 * conv.outputs * conv.inputs * conv.kernel ** 2;
}

/**
 * Counts what a network costs.
 *
 * @param layers The network.
 * @param input Shape of one sample: [C, H, H] or [features].
 */
export function costOf(layers: Layer[], input: number[]): Cost {
  const cost: Cost = {
    shapes: [],
    parameters: 0,
    activations: product(input),
    trainingFlops: 0,
    convolutions: [],
  };
  walk(layers, input, cost);
  cost.parameters = cost.shapes.map(product).reduce((a, b) => a + b, 0);
  return cost;
}

function walk(layers: Layer[], input: number[], cost: Cost): number[] {
  let shape = input;
  for (const layer of layers) {
    shape = step(layer, shape, cost);
    if (layer.kind !== "flatten") cost.activations += product(shape);
  }
  return shape;
}

function step(layer: Layer, shape: number[], cost: Cost): number[] {
  // The gradient of the network's own input is never asked for.
  const directions = cost.shapes.length === 0 ? 2 : 3;
  switch (layer.kind) {
    case "conv": {
      const conv = { ...layer, size: shape[1] }, side = sideBehind(shape[1], layer);
      cost.shapes.push([layer.outputs, layer.inputs, layer.kernel, layer.kernel], [layer.outputs]);
      cost.trainingFlops += directions * convolutionFlops(conv);
      cost.convolutions.push(conv);
      return [layer.outputs, side, side];
    }
    case "linear":
      cost.shapes.push([layer.outputs, layer.inputs], [layer.outputs]);
      cost.trainingFlops += directions * 2 * layer.inputs * layer.outputs;
      return [layer.outputs];
    case "norm":
      cost.shapes.push([layer.features], [layer.features]);
      return shape;
    case "maxPool": {
      const side = sideBehind(shape[1], layer);
      return [shape[0], side, side];
    }
    case "flatten":
      return [product(shape)];
    case "meanPool":
      return [shape[0], 1, 1];
    case "residual": {
      const behind = walk(layer.body, shape, cost);
      if (layer.shortcut !== null) walk([layer.shortcut], shape, cost);
      return behind;
    }
    default:
      return shape;
  }
}

/** The signal between two layers. */
interface Signal {
  shape: number[];
  /** Whether it is kept for the backward pass already. */
  kept: boolean;
}

/**
 * How many numbers have to be kept of one sample from the forward to the backward pass, each array once: inputs of convolutions, of linear
 * layers and of normalizations, outputs of rectifiers, places of maxima, masks of dropout.
 *
 * @param layers The network.
 * @param input Shape of one sample: [C, H, H] or [features].
 */
export function keptOf(layers: Layer[], input: number[]): number {
  let count = 0;
  const keep = (signal: Signal) => {
    if (!signal.kept) count += product(signal.shape);
    signal.kept = true;
  };
  const through = (layers: Layer[], signal: Signal): Signal =>
    layers.reduce((signal, layer) => {
      const nothing = { shapes: [], parameters: 0, activations: 0, trainingFlops: 0, convolutions: [] };
      const result = { shape: step(layer, signal.shape, nothing), kept: false };
      if (layer.kind === "flatten") return { ...result, kept: signal.kept };
      if (layer.kind === "conv" || layer.kind === "linear" || layer.kind === "norm") keep(signal);
      if (layer.kind === "maxPool" || layer.kind === "dropout") count += product(result.shape);
      if (layer.kind === "relu") keep(result);
      if (layer.kind === "residual") {
        if (layer.shortcut !== null) keep(signal);
        through(layer.body, signal);
        keep(result);
      }
      return result;
    }, signal);
  through(layers, { shape: input, kept: false });
  return count;
}

function product(numbers: number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}
