/** What a module learns. */
import { detached, leaf } from "../autograd/graph.ts";
import { text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkTensor } from "../tensor/check.ts";
import { surplus } from "../text/arguments.ts";

/**
 * A tensor that a module learns: it requires a gradient, and no scope frees it.
 *
 * PyTorch: `torch.nn.Parameter`.
 *
 * @example
 * ```ts
 * import { nn, type Tensor, zeros } from "descent";
 *
 * class Shift extends nn.Module {
 *   by = new nn.Parameter(zeros(3));
 *   override forward(x: Tensor): Tensor {
 *     return x.add(this.by);
 *   }
 * }
 * console.log(new Shift().parameters().length); // 1
 * ```
 */
export class Parameter extends Tensor {
  /** Makes a type of its own of it: a plain tensor in a field of type Parameter would stay out of `parameters()`. */
  readonly #learned = true;

  /**
   * Makes the parameter.
   *
   * @param data Its first values, float32; changes of one do not reach the other.
   * @throws {TypeError} if it is no tensor, or its values are integers or booleans: those have no gradient.
   */
  constructor(data: Tensor) {
    if (arguments.length > 1) surplus("Parameter", arguments, 1, "requiresGrad = false freezes one");
    checkTensor("Parameter", "the data", data);
    if (data.dtype !== "float32") {
      throw new TypeError(
        `Parameter: only float32 tensors can be learned, not ${data.dtype} ${text(data.shape)}; ` +
          `use to("float32"), or keep it in a field as a plain tensor`,
      );
    }
    super(leaf(detached(data.value.buffer, "Parameter"), true));
    this.keep();
  }
}
