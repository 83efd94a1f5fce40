/** The fully connected product. */
import { apply } from "../autograd/graph.ts";
import { toDtype } from "../tensor/combine.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";

/**
 * A fully connected layer: y = x weightᵀ + bias.
 *
 * PyTorch: `torch.nn.functional.linear`.
 *
 * @param x [..., in].
 * @param weight [out, in].
 * @param bias [out], or null.
 * @returns [..., out], float32.
 * @throws {RangeError} if the sizes do not fit.
 * @throws {TypeError} if one of the three is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6]]), tensor([0.5, 0]));
 * assertEquals(await y.array(), [[11.5, 17]]);
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  if (arguments.length > 3) surplus("linear", arguments, 3);
  checkTensor("linear", "x", x);
  checkTensor("linear", "weight", weight);
  checkTensorOrNull("linear", "bias", bias);
  if (weight.ndim !== 2 || x.ndim === 0 || x.shape.at(-1) !== weight.shape[1]) {
    throw new RangeError(
      `linear: input ${text(x.shape)} does not fit weight ${
        text(weight.shape)
      }: [..., in] and [out, in] are needed`,
    );
  }
  const [outputs, inputs] = weight.shape;
  if (bias === null) return x.to("float32").matmul(weight.to("float32").t());
  if (bias.ndim !== 1 || bias.shape[0] !== outputs) {
    throw new RangeError(`linear: bias must have shape [${outputs}], not ${text(bias.shape)}`);
  }
  const leading = x.shape.slice(0, -1),
    values = [x, weight, bias].map(({ value }) => toDtype(value, "float32"));
  if (x.ndim === 2) return new Tensor(apply("linear", values, undefined));
  const [value, ...rest] = values;
  const rows = apply("reshape", [value], { shape: [sizeOf(leading), inputs] });
  const y = apply("linear", [rows, ...rest], undefined);
  return new Tensor(apply("reshape", [y], { shape: [...leading, outputs] }));
}
