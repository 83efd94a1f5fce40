/**
 * Steps of optimizers: PyTorch's single-tensor forms (torch/optim/{sgd,adam,rmsprop}.py), operation by operation. Each is
 * rounded to float32 as there, so that what overflows there overflows here.
 *
 * @module
 */
import type {
  AdamArrays,
  AdamSettings,
  RmspropArrays,
  RmspropSettings,
  SgdArrays,
  SgdSettings,
} from "../kernels.ts";
import type { HostArray } from "./array.ts";

const f = Math.fround;

/** torch.add(a, b, alpha): a + alpha · b, rounded once, as a fused multiply-add. */
function add(a: number, b: number, alpha: number): number {
  return f(a + f(alpha) * b);
}

/** torch.addcmul(a, b, c, value): a + (value · b) · c, the second product fused with the sum. */
function addcmul(a: number, b: number, c: number, value: number): number {
  return f(a + f(f(value) * b) * c);
}

/** torch.addcdiv(a, b, c, value): a + (value · b) / c. */
function addcdiv(a: number, b: number, c: number, value: number): number {
  return f(a + f(f(f(value) * b) / c));
}

/** torch.lerp(a, b, weight): from the nearer end. */
function lerp(a: number, b: number, weight: number): number {
  const w = f(weight), way = f(b - a);
  return w < 0.5 ? f(a + w * way) : f(b - f(1 - w) * way);
}

/** The gradient to follow: negated when maximizing, then with the decay's part. */
function direction(grad: HostArray, param: HostArray, i: number, maximize: boolean, decay: number): number {
  const signed = maximize ? -grad.data[i] : grad.data[i];
  return decay === 0 ? signed : add(signed, param.data[i], decay);
}

/** {@linkcode Updates.sgdStep} for one parameter */
export function sgdStep({ param, grad, buffer }: SgdArrays<HostArray>, settings: SgdSettings): void {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = settings;
  for (let i = 0; i < param.data.length; i++) {
    let g = direction(grad, param, i, maximize, weightDecay);
    if (buffer !== null) {
      buffer.data[i] = first ? g : add(f(buffer.data[i] * f(momentum)), g, 1 - dampening);
      g = nesterov ? add(g, buffer.data[i], momentum) : buffer.data[i];
    }
    param.data[i] = add(param.data[i], g, -lr);
  }
}

/** {@linkcode Updates.adamStep} for one parameter */
export function adamStep({ param, grad, m, v, vMax }: AdamArrays<HostArray>, settings: AdamSettings): void {
  const { lr, beta1, beta2, epsilon, weightDecay, decoupled, maximize, step } = settings;
  const stepSize = lr / (1 - beta1 ** step), rootCorrection = f(Math.sqrt(1 - beta2 ** step));
  for (let i = 0; i < param.data.length; i++) {
    if (decoupled && weightDecay !== 0) param.data[i] *= f(1 - lr * weightDecay);
    const g = direction(grad, param, i, maximize, decoupled ? 0 : weightDecay);
    m.data[i] = lerp(m.data[i], g, 1 - beta1);
    v.data[i] = addcmul(f(v.data[i] * f(beta2)), g, g, 1 - beta2);
    if (vMax !== null) vMax.data[i] = Math.max(vMax.data[i], v.data[i]);
    const root = f(Math.sqrt((vMax ?? v).data[i]));
    const denominator = f(f(root / rootCorrection) + f(epsilon));
    param.data[i] = addcdiv(param.data[i], m.data[i], denominator, -stepSize);
  }
}

/** {@linkcode Updates.rmspropStep} for one parameter */
export function rmspropStep(arrays: RmspropArrays<HostArray>, settings: RmspropSettings): void {
  const { param, grad, square, average, buffer } = arrays;
  const { lr, alpha, epsilon, momentum, weightDecay, maximize } = settings;
  for (let i = 0; i < param.data.length; i++) {
    const g = direction(grad, param, i, maximize, weightDecay);
    square.data[i] = addcmul(f(square.data[i] * f(alpha)), g, g, 1 - alpha);
    let spread = square.data[i];
    if (average !== null) {
      average.data[i] = lerp(average.data[i], g, 1 - alpha);
      spread = addcmul(spread, average.data[i], average.data[i], -1);
    }
    const denominator = f(f(Math.sqrt(spread)) + f(epsilon));
    if (buffer === null) {
      param.data[i] = addcdiv(param.data[i], g, denominator, -lr);
    } else {
      buffer.data[i] = addcdiv(f(buffer.data[i] * f(momentum)), g, denominator, 1);
      param.data[i] = add(param.data[i], buffer.data[i], -lr);
    }
  }
}
