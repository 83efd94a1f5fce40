/**
 * What follows a product in TensorFlow.js' fused kernels: a bias and an activation.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { binary } from "../kernels/binary.ts";
import { select } from "../kernels/select.ts";
import { unary } from "../kernels/unary.ts";
import type { Call } from "./adapter.ts";

const ACTIVATIONS: Readonly<Record<string, (call: Call, x: Storage) => Storage | null>> = {
  linear: (_, x) => x,
  relu: ({ engine }, x) => unary(engine, "relu", x),
  relu6: ({ engine }, x) => unary(engine, "clamp", x, 0, 6),
  sigmoid: ({ engine }, x) => unary(engine, "sigmoid", x),
  leakyrelu: ({ engine, attrs }, x) => unary(engine, "leakyRelu", x, Number(attrs.leakyreluAlpha)),
  prelu: ({ engine, input }, x) => {
    const alpha = input("preluActivationWeights");
    if (alpha?.dtype !== "float32") return null;
    return select(engine, binary(engine, "less", x, 0), binary(engine, "mul", alpha, x), x);
  },
  elu: ({ engine }, x) => {
    // In place: it was just made.
    const values = engine.block(x).view();
    for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = Math.expm1(values[i]);
    return x;
  },
};

/**
 * A product with what follows it.
 *
 * @param columns The length of its last dimension.
 * @param fuses Whether the product itself can add a bias per column and cut off at 0.
 * @param product Computes it.
 * @returns null where only the inherited kernel will do.
 */
export function finished(
  call: Call,
  columns: number,
  fuses: boolean,
  product: (bias: Storage | null, relu: boolean) => Storage,
): Storage | null {
  const activation = ACTIVATIONS[String(call.attrs.activation ?? "linear")], bias = call.input("bias");
  if (activation === undefined || (bias !== null && bias.dtype !== "float32")) return null;
  const perColumn = bias === null || (bias.shape.at(-1) === columns && sizeOf(bias.shape) === columns);
  if (fuses && perColumn) {
    const relu = activation === ACTIVATIONS.relu, y = product(bias, relu);
    return relu ? y : activation(call, y);
  }
  const y = product(null, false);
  return activation(call, bias === null ? y : binary(call.engine, "add", y, bias));
}
