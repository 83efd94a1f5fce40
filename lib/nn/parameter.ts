/** What a module learns. */
import { leaf } from "../autograd/graph.ts";
import { text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * A tensor that a module learns: it requires a gradient, and no scope frees it.
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
   * @param data Its first values, float32. The parameter shares memory with this tensor, but not its history.
   * @throws {TypeError} if the values are integers or booleans: those have no gradient.
   */
  constructor(data: Tensor) {
    if (!(data instanceof Tensor)) {
      throw new TypeError(
        `Parameter: a tensor is needed, not ${typeof data}; write new Parameter(tensor(…))`,
      );
    }
    if (data.dtype !== "float32") {
      throw new TypeError(
        `Parameter: only float32 tensors can be learned, not ${data.dtype} ${text(data.shape)}; ` +
          `use to("float32"), or keep it in a field as a plain tensor`,
      );
    }
    super(leaf(data.value.buffer, true));
    this.keep();
  }
}
