/**
 * Edges of float32 and int32, with the values that PyTorch 2.13 gives on a CPU.
 *
 * @module
 */
import type { AdamSettings, RmspropSettings, SgdSettings } from "../../../lib/device/kernels.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import { sizeOf } from "../../../lib/device/shape.ts";
import { ARRAYS, type DType } from "../../../lib/device/storage.ts";
import { type Call, type Case, EXACT, type Input, makeCase, ROUNDED, type Tolerance } from "./case.ts";

const MIN = -(2 ** 31), MAX = 2 ** 31 - 1;

function array(
  dtype: DType,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): HostArray {
  const data = ARRAYS[dtype].from(values);
  if (sizeOf(shape) !== data.length) throw new Error(`${data.length} values for shape [${shape.join(", ")}]`);
  return { shape: [...shape], dtype, data };
}
const f = (values: readonly number[], shape?: readonly number[]) => array("float32", values, shape);
const i = (values: readonly number[], shape?: readonly number[]) => array("int32", values, shape);
const b = (values: readonly number[], shape?: readonly number[]) => array("bool", values, shape);

/** A call on arrays, and what comes out. */
function example(
  arrays: readonly HostArray[],
  call: Call,
  values: readonly HostArray[],
  tolerance: Tolerance = EXACT,
): Case {
  const inputs = arrays.map((memory): Input => ({ memory, dims: null }));
  // Which examples are steps of optimizers is not worth saying: none compares what became of its arguments.
  return makeCase(inputs, call, tolerance, { expected: () => values, inPlace: true });
}

const NEAR: Tolerance = { relative: 1e-5 };
const window = (kernel: number, stride: number, padding: number) => ({
  kernel: [kernel, kernel],
  strides: [stride, stride],
  padding: [padding, padding],
} as const);

const ADAM: AdamSettings = {
  lr: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
  maximize: false,
  step: 1,
};
const RMSPROP: RmspropSettings = {
  lr: 0.1,
  alpha: 0.99,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  maximize: false,
};
const SGD: SgdSettings = {
  lr: 1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  first: true,
};

/** By what they show. */
export const examples: Record<string, Case> = {
  "powers of integers wrap, and 1 and −1 alone have negative ones": example(
    [i([46341, 3, MIN, MAX, 7, 2, 1, -1, -1, 0]), i([2, 19, 1, 2, 0, -1, -1, -1, MIN, -1])],
    (k, [a, b]) => [k.pow(a, b)],
    [i([-2147479015, 1162261467, MIN, 1, 1, 0, 1, -1, 1, 0])],
  ),
  "products of integer matrices wrap": example(
    [i([65536, 3, MIN, -1], [2, 2]), i([65536, 1, 5, MAX], [2, 2])],
    (k, [a, b]) => [k.matmul(a, b)],
    [i([15, -2147418115, -5, 1], [2, 2])],
  ),
  "the larger of two booleans is or, the smaller is and": example(
    [b([0, 0, 1, 1]), b([0, 1, 0, 1])],
    (k, [p, q]) => [k.maximum(p, q), k.minimum(p, q)],
    [b([0, 1, 1, 1]), b([0, 0, 0, 1])],
  ),
  "a number other than 0 is true": example(
    [b([0, 1])],
    (k, [x]) => [k.pad(x, [[1, 0]], 2), k.select(x, -3, x), k.equal(x, 7), k.fill([1], 0.5, "bool")],
    [b([1, 0, 1]), b([0, 1]), b([0, 1]), b([1])],
  ),
  "pow of NaN, of 1, of −1 and of infinities": example(
    [
      f([NaN, NaN, 1, 1, -1, -1, 0, 0, -0, -8, 2, Infinity, -Infinity, -Infinity]),
      f([0, 1, NaN, Infinity, Infinity, -Infinity, 0, -1, -1, 1 / 3, NaN, -1, 3, 2]),
    ],
    (k, [a, b]) => [k.pow(a, b)],
    [f([1, NaN, 1, 1, 1, 1, 1, Infinity, -Infinity, NaN, NaN, 0, -Infinity, Infinity])],
  ),
  "pow of negative numbers to whole powers": example(
    [f([-2, -2, -2, -3, -0.5]), f([2, 3, -1, 0, -3])],
    (k, [a, b]) => [k.pow(a, b)],
    [f([4, -8, -0.5, 1, -8])],
    ROUNDED,
  ),
  "sign of NaN and zeros": example(
    [f([NaN, -0, 0, -Infinity, 3])],
    (k, [x]) => [k.sign(x)],
    [f([0, 0, 0, -1, 1])],
  ),
  "roots and logarithms of what has none": example(
    [f([-1, -0, 0, Infinity, -Infinity, NaN])],
    (k, [x]) => [k.sqrt(x), k.rsqrt(x), k.log(x)],
    [
      f([NaN, 0, 0, Infinity, NaN, NaN]),
      f([NaN, -Infinity, Infinity, 0, NaN, NaN]),
      f([NaN, -Infinity, -Infinity, Infinity, NaN, NaN]),
    ],
  ),
  "relu and leakyRelu of NaN and infinities": example(
    [f([NaN, -0, -Infinity, Infinity, -2])],
    (k, [x]) => [k.relu(x), k.leakyRelu(x, 0.5), k.leakyRelu(x, 0), k.step(x)],
    [
      f([NaN, 0, 0, Infinity, 0]),
      f([NaN, 0, -Infinity, Infinity, -1]),
      f([NaN, 0, NaN, Infinity, 0]),
      f([NaN, 0, 0, 1, 0]),
    ],
  ),
  "exp, tanh, sigmoid, softplus and erf far out": example(
    [f([NaN, -Infinity, Infinity, 100, -200])],
    (k, [x]) => [k.exp(x), k.tanh(x), k.sigmoid(x), k.softplus(x), k.erf(x)],
    [
      f([NaN, 0, Infinity, Infinity, 0]),
      f([NaN, -1, 1, 1, -1]),
      f([NaN, 0, 1, 1, 0]),
      f([NaN, 0, Infinity, 100, 0]),
      f([NaN, -1, 1, 1, -1]),
    ],
  ),
  "exp where float32 ends": example(
    [f([88.72, 88.8, -103, 89, -104])],
    (k, [x]) => [k.exp(x)],
    [f([3.3931806003874245e38, Infinity, 1.401298464e-45, Infinity, 0])],
    { relative: 3e-5 },
  ),
  "sin and cos of large numbers and infinities": example(
    [f([Infinity, NaN, 1e5, 100, -1e5])],
    (k, [x]) => [k.sin(x), k.cos(x)],
    [
      f([NaN, NaN, 0.03574879840, -0.5063656569, -0.03574879840]),
      f([NaN, NaN, -0.9993607998, 0.8623188734, -0.9993607998]),
    ],
    { absolute: 2e-6 },
  ),
  "clamp of NaN and infinities": example(
    [f([NaN, -Infinity, Infinity, 0.5])],
    (k, [x]) => [k.clamp(x, -1, 1)],
    [f([NaN, -1, 1, 0.5])],
  ),
  "clamp between limits in the wrong order gives the upper one": example(
    [f([0, 2, -2])],
    (k, [x]) => [k.clamp(x, 1, -1)],
    [f([-1, -1, -1])],
  ),
  "tests of NaN": example(
    [f([NaN, Infinity, -Infinity, 3e38, 0]), f([NaN, Infinity, NaN, NaN, -0])],
    (
      k,
      [a, b],
    ) => [
      k.isFinite(a),
      k.equal(a, b),
      k.notEqual(a, b),
      k.greaterEqual(a, b),
      k.lessEqual(a, b),
      k.less(a, b),
      k.greater(a, b),
    ],
    [
      b([0, 0, 0, 1, 1]),
      b([0, 1, 0, 0, 1]),
      b([1, 0, 1, 1, 0]),
      b([0, 1, 0, 0, 1]),
      b([0, 1, 0, 0, 1]),
      b([0, 0, 0, 0, 0]),
      b([0, 0, 0, 0, 0]),
    ],
  ),
  "maximum and minimum keep NaN": example(
    [f([NaN, 1, -0, -Infinity]), f([1, NaN, 0, -Infinity])],
    (k, [a, b]) => [k.maximum(a, b), k.minimum(a, b)],
    [f([NaN, NaN, 0, -Infinity]), f([NaN, NaN, 0, -Infinity])],
  ),
  "division by zeros": example(
    [f([0, 1, -1, Infinity, NaN]), f([0, 0, 0, Infinity, 1])],
    (k, [a, b]) => [k.div(a, b)],
    [f([NaN, Infinity, -Infinity, NaN, NaN])],
  ),
  "products of zero and infinity": example(
    [f([0, Infinity]), f([Infinity, -Infinity])],
    (k, [a, b]) => [k.mul(a, b)],
    [f([NaN, -Infinity])],
  ),
  "reluGrad where y is NaN lets dy pass": example(
    [f([1, 2, 3, NaN]), f([NaN, 0, 1, 0])],
    (k, [dy, y]) => [k.reluGrad(dy, y)],
    [f([1, 0, 3, 0])],
  ),
  "float32 → int32 out of range is −2³¹": example(
    [f([2 ** 31, -(2 ** 31), -2147483904, NaN, Infinity, -Infinity, 1e20, 2147483520, -1.9, 1.9, -0.5])],
    (k, [x]) => [k.cast(x, "int32")],
    [i([MIN, MIN, MIN, MIN, MIN, MIN, MIN, 2147483520, -1, 1, 0])],
  ),
  "NaN is true": example(
    [f([NaN, 0, -0, 1e-30, -3])],
    (k, [x]) => [k.cast(x, "bool")],
    [b([1, 0, 0, 1, 1])],
  ),
  "int32 beyond 2²⁴ → float32 is rounded to even": example(
    [i([16777217, 16777219, MAX, MIN])],
    (k, [x]) => [k.cast(x, "float32")],
    [f([16777216, 16777220, 2147483648, -2147483648])],
  ),
  "int32 beyond 2²⁴ is compared, chosen and moved exactly": example(
    [i([16777217, -16777217]), i([16777216, -16777216])],
    (
      k,
      [a, b],
    ) => [
      k.equal(a, b),
      k.greater(a, b),
      k.maximum(a, b),
      k.minimum(a, b),
      k.max(a, [0]),
      k.min(a, [0]),
      k.pad(a, [[0, 1]], 16777217),
      k.fill([1], 16777217, "int32"),
      k.add(a, 16777217),
    ],
    [
      b([0, 0]),
      b([1, 0]),
      i([16777217, -16777216]),
      i([16777216, -16777217]),
      i([16777217], []),
      i([-16777217], []),
      i([16777217, -16777217, 16777217]),
      i([16777217]),
      i([33554434, 0]),
    ],
  ),
  "int32 wraps": example(
    [i([MAX, MIN, 65537, 123456789]), i([MAX, -1, 65537, 987654321])],
    (k, [a, b]) => [k.add(a, b), k.sub(a, b), k.mul(a, b), k.square(a), k.neg(a), k.abs(a)],
    [
      i([-2, MAX, 131074, 1111111110]),
      i([0, -2147483647, 0, -864197532]),
      i([1, MIN, 131073, -67153019]),
      i([1, 0, 131073, -1757895751]),
      i([-MAX, MIN, -65537, -123456789]),
      i([MAX, MIN, 65537, 123456789]),
    ],
  ),
  "sums of int32 wrap": example(
    [i([MAX, MAX, 3, 16777217, 16777216, 1], [2, 3])],
    (k, [x]) => [k.sum(x, [1])],
    [i([1, 33554434])],
  ),
  "argmax takes the first NaN, else the first of the largest": example(
    [f([1, NaN, 3, NaN, 3, 1, 3, 2, -Infinity, -Infinity, -Infinity, -Infinity], [3, 4])],
    (k, [x]) => [k.argmax(x, 1)],
    [i([1, 0, 0])],
  ),
  "argmax of bool and of int32 beyond 2²⁴": example(
    [b([0, 1, 1]), i([16777216, 16777217, 16777216])],
    (k, [x, y]) => [k.argmax(x, 0), k.argmax(y, 0)],
    [i([1], []), i([1], [])],
  ),
  "max and min of bool are bool": example(
    [b([0, 1, 0, 0], [2, 2]), b([0, 1, 1, 1], [2, 2])],
    (k, [x, y]) => [k.max(x, [1]), k.min(y, [1])],
    [b([1, 0]), b([0, 1])],
  ),
  "max and min keep NaN and −∞": example(
    [f([1, NaN, -Infinity, -Infinity, Infinity, NaN], [3, 2])],
    (k, [x]) => [k.max(x, [1]), k.min(x, [1])],
    [f([NaN, -Infinity, NaN]), f([NaN, -Infinity, NaN])],
  ),
  "nothing to choose from where nothing is asked for": example(
    [f([], [0, 3])],
    (k, [x]) => [k.max(x, [1]), k.argmax(x, 1), k.sum(x, [1]), k.sum(x, [0]), k.sum(x, [])],
    [f([]), i([]), f([]), f([0, 0, 0]), f([], [0, 3])],
  ),
  "logsumexp of nothing is −∞": example(
    [f([], [2, 0])],
    (k, [x]) => [k.log(k.sum(k.exp(x), [1]))],
    [f([-Infinity, -Infinity])],
  ),
  "softmax and logSoftmax of infinities": example(
    [f([Infinity, 0, -Infinity, -Infinity, -Infinity, 0, NaN, 0, 1000, -1000], [5, 2])],
    (k, [x]) => [k.softmax(x, 1), k.logSoftmax(x, 1)],
    [
      f([NaN, NaN, NaN, NaN, 0, 1, NaN, NaN, 1, 0], [5, 2]),
      f([NaN, NaN, NaN, NaN, -Infinity, 0, NaN, NaN, 0, -2000], [5, 2]),
    ],
  ),
  "softmax along a dimension of no elements": example(
    [f([], [2, 0])],
    (k, [x]) => [k.softmax(x, 1), k.logSoftmax(x, 1), k.softmax(x, 0)],
    [f([], [2, 0]), f([], [2, 0]), f([], [2, 0])],
  ),
  "crossEntropy of infinities": example(
    [f([Infinity, 0, -Infinity, 0, -Infinity, -Infinity, -Infinity, 0], [4, 2]), i([0, 0, 0, 1])],
    (k, [x, c]) => [k.crossEntropy(x, c, { ignored: null, mean: false })[0]],
    [f([NaN, Infinity, NaN, 0])],
  ),
  "a matrix product over nothing is 0": example(
    [f([], [2, 0]), f([], [0, 3])],
    (k, [a, b]) => [k.matmul(a, b)],
    [f([0, 0, 0, 0, 0, 0], [2, 3])],
  ),
  "zero times infinity in a matrix product is NaN": example(
    [f([Infinity, 1, 0, 0], [2, 2]), f([0, 1, 1, Infinity], [2, 2])],
    (k, [a, b]) => [k.matmul(a, b)],
    [f([NaN, Infinity, 0, NaN], [2, 2])],
  ),
  "maxPool2d keeps NaN": example(
    [f([1, NaN, 3, NaN, 0, 1, 2, 2, 2], [1, 1, 3, 3])],
    (k, [x]) => k.maxPool2d(x, window(2, 1, 0)),
    [f([NaN, NaN, NaN, 2], [1, 1, 2, 2]), i([1, 1, 3, 7], [1, 1, 2, 2])],
  ),
  "the gradient of maxPool2d goes to the first of the largest": example(
    [
      f([1, 1, 1, 1], [1, 1, 2, 2]),
      f([5, 5, 3, 5, 5, 5, 2, 5, 5], [1, 1, 3, 3]),
    ],
    (k, [dy, x]) => {
      const [, places] = k.maxPool2d(x, window(2, 1, 0));
      return [k.maxPool2dGrad(dy, places, x.shape, window(2, 1, 0))];
    },
    [f([1, 1, 0, 1, 1, 0, 0, 0, 0], [1, 1, 3, 3])],
  ),
  "maxPool2d of −∞ in a padding": example(
    [f([-Infinity, -Infinity, -Infinity, -Infinity], [1, 1, 2, 2]), f([1, 1, 1, 1], [1, 1, 2, 2])],
    (k, [x, dy]) => {
      const [y, places] = k.maxPool2d(x, window(2, 2, 1));
      return [y, k.maxPool2dGrad(dy, places, x.shape, window(2, 2, 1))];
    },
    [f([-Infinity, -Infinity, -Infinity, -Infinity], [1, 1, 2, 2]), f([1, 1, 1, 1], [1, 1, 2, 2])],
  ),
  "avgPool2d counts the padding": example(
    [f([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]), f([1, 2, 3, 4], [1, 1, 2, 2])],
    (k, [x, dy]) => [k.avgPool2d(x, window(2, 2, 1)), k.avgPool2dGrad(dy, [1, 1, 3, 3], window(2, 2, 1))],
    [
      f([0.25, 1.25, 2.75, 7], [1, 1, 2, 2]),
      f([0.25, 0.5, 0.5, 0.75, 1, 1, 0.75, 1, 1], [1, 1, 3, 3]),
    ],
    ROUNDED,
  ),
  "Adam with gradients whose squares overflow": example(
    [
      f([1, 1, 1, 1, 1, 1, 1]),
      f([1e30, -1e30, 1e20, 2e19, Infinity, NaN, 0]),
      f([0, 0, 0, 0, 0, 0, 0]),
      f([0, 0, 0, 0, 0, 0, 0]),
    ],
    (k, [param, grad, m, v]) => {
      k.adamStep([{ param, grad, m, v, vMax: null }], ADAM);
      return [param, m, v];
    },
    [
      f([1, 1, 0.9000000357627869, 0.8999999761581421, NaN, NaN, 1]),
      f([
        1.0000000150474662e29,
        -1.0000000150474662e29,
        9.999999980506448e18,
        1.999999968613499e18,
        Infinity,
        NaN,
        0,
      ]),
      f([Infinity, Infinity, 1.0000001201466413e37, 4.000000163673915e35, Infinity, NaN, 0]),
    ],
    NEAR,
  ),
  "Adam with AMSGrad keeps the infinity": example(
    [f([1]), f([1e30]), f([1.0000000150474662e29]), f([Infinity]), f([Infinity])],
    (k, [param, grad, m, v, vMax]) => {
      k.adamStep([{ param, grad, m, v, vMax }], { ...ADAM, step: 2 });
      return [param, m, v, vMax];
    },
    [f([1]), f([1.899999953032322e29]), f([Infinity]), f([Infinity])],
    NEAR,
  ),
  "RMSprop with gradients whose squares overflow": example(
    [f([1, 1, 1]), f([1e30, 1e19, 1e20]), f([0, 0, 0])],
    (k, [param, grad, square]) => {
      k.rmspropStep([{ param, grad, square, average: null, buffer: null }], RMSPROP);
      return [param, square];
    },
    [f([1, 0, 0]), f([Infinity, 9.999999616903162e35, 9.999999680285692e37])],
    { relative: 1e-5, absolute: 1e-6 },
  ),
  "centered RMSprop with gradients whose squares nearly overflow": example(
    [f([1, 1]), f([1e19, 1e20]), f([0, 0]), f([0, 0]), f([0, 0])],
    (k, [param, grad, square, average, buffer]) => {
      k.rmspropStep([{ param, grad, square, average, buffer }], { ...RMSPROP, momentum: 0.9 });
      return [param, square, average, buffer];
    },
    [
      f([-0.0050377994775772095, -0.0050378949381411076]),
      f([9.999999616903162e35, 9.999999680285692e37]),
      f([9.999999843067494e16, 9.999999843067494e17]),
      f([10.05037784576416, 10.050378799438477]),
    ],
    { relative: 1e-5, absolute: 1e-6 },
  ),
  "SGD whose momentum overflows": example(
    [f([0]), f([1e38]), f([3e38])],
    (k, [param, grad, buffer]) => {
      k.sgdStep([{ param, grad, buffer }], { ...SGD, lr: 10, momentum: 0.9, first: false });
      return [param, buffer];
    },
    // 0.9 · 3e38 + 1e38 is more than float32 holds.
    [f([-Infinity]), f([Infinity])],
  ),
};
