/** How many were told right. */
import { scoped } from "../autograd/scoped.ts";
import { sameShape, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike } from "../tensor/check.ts";
import { buffersIn } from "../tensor/inside.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { makeValue } from "../tensor/values.ts";
import { surplus } from "../text/arguments.ts";

/**
 * The share of samples whose largest logit is that of the right class. Nothing of it is recorded.
 *
 * @param logits [N, C] or [N, C, d1, …]: any numbers, the larger the likelier. Probabilities will do.
 * @param labels The right classes, [N] or [N, d1, …], as int32 or plain numbers.
 * @returns A tensor of no dimension, from 0 to 1.
 * @throws {RangeError} if the shapes do not fit.
 * @throws {TypeError} if the classes are not int32, or the logits are no tensor.
 * @example
 * ```ts
 * import { accuracy, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const logits = tensor([[2, 1], [0, 3], [5, 4], [1, 0]]);
 * assertEquals(await accuracy(logits, [0, 1, 1, 0]).item(), 0.75);
 * ```
 */
export function accuracy(logits: Tensor, labels: TensorLike): Tensor {
  if (arguments.length > 2) surplus("accuracy", arguments, 2);
  checkTensor("accuracy", "logits", logits);
  checkTensorLike("accuracy", "labels", labels);
  let right: Set<unknown>;
  return scoped(() => {
    const share = hits(logits, labels).to("float32").mean();
    right = buffersIn(share);
    return share;
  }, (buffer) => {
    if (right?.has(buffer)) return true;
    buffer.free("when accuracy() had counted");
    return false;
  }, { recording: false });
}

/** Where the largest logit is that of the right class. */
function hits(logits: Tensor, labels: TensorLike): Tensor {
  if (logits.ndim < 2) {
    throw new RangeError(
      `accuracy: logits must have a number for each class, [N, C], and have shape ${text(logits.shape)}`,
    );
  }
  const classes = labels instanceof Tensor
    ? labels
    : new Tensor(makeValue("accuracy", labels, { device: logits.device, dtype: "int32" }));
  if (classes.dtype !== "int32") {
    throw new TypeError(`accuracy: labels must be int32 classes, not ${classes.dtype}; use to("int32")`);
  }
  const expected = logits.shape.toSpliced(1, 1);
  if (!sameShape(classes.shape, expected)) {
    throw new RangeError(
      `accuracy: logits ${text(logits.shape)} need labels ${text(expected)}, not ${text(classes.shape)}`,
    );
  }
  return logits.argmax(1).eq(classes);
}
