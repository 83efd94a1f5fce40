/**
 * The optimizers' update rules from plain kernels: PyTorch's single-tensor forms (torch/optim/{sgd,adam,rmsprop}.py).
 *
 * @module
 */
import type { Storage } from "../device.ts";
import { type KernelCall, Workspace } from "./workspace.ts";

/** Puts the values of `source` where `target`'s are, under the same dataId. */
export type Overwrite = (target: Storage, source: Storage) => void;

interface Common {
  lr: number;
  weightDecay: number;
  maximize: boolean;
}

/** The gradient to follow: negated when maximizing, then with the decay's part. */
function effectiveGradient(w: Workspace, grad: Storage, param: Storage, attrs: Common): Storage {
  const signed = attrs.maximize ? w.unary("Neg", grad) : grad;
  return attrs.weightDecay === 0 ? signed : w.add(signed, w.mul(param, attrs.weightDecay));
}

/** a + weight · (b − a), as torch.lerp rounds it: from the nearer end. */
function lerp(w: Workspace, a: Storage, b: Storage, weight: number): Storage {
  return weight < 0.5 ? w.add(a, w.mul(w.sub(b, a), weight)) : w.sub(b, w.mul(w.sub(b, a), 1 - weight));
}

/** SGD: buffer ← momentum · buffer + (1 − dampening) · g; param ← param − lr · (g or buffer or g + momentum · buffer). */
export function sgdStep(
  backendName: string,
  { inputs, attrs, backend }: KernelCall,
  put: Overwrite,
): Storage[] {
  const { param, grad } = inputs as Record<string, Storage>;
  const { lr, momentum, dampening, nesterov, first } = attrs as unknown as Common & {
    momentum: number;
    dampening: number;
    nesterov: boolean;
    first: boolean;
  };
  return Workspace.use(backendName, backend, (w) => {
    let direction = effectiveGradient(w, grad, param, attrs as unknown as Common);
    if (inputs.buffer !== undefined) {
      const buffer = first
        ? direction
        : w.add(w.mul(inputs.buffer, momentum), w.mul(direction, 1 - dampening));
      put(inputs.buffer, buffer);
      direction = nesterov ? w.add(direction, w.mul(buffer, momentum)) : buffer;
    }
    put(param, w.sub(param, w.mul(direction, lr)));
    return [];
  });
}

/** Adam (Kingma & Ba 2015, algorithm 1), AdamW when `decoupled` (Loshchilov & Hutter 2019), AMSGrad with vMax. */
export function adamStep(
  backendName: string,
  { inputs, attrs, backend }: KernelCall,
  put: Overwrite,
): Storage[] {
  const { param, grad, m, v } = inputs as Record<string, Storage>;
  const { lr, beta1, beta2, epsilon, weightDecay, decoupled, maximize, step } = attrs as unknown as Common & {
    beta1: number;
    beta2: number;
    epsilon: number;
    decoupled: boolean;
    step: number;
  };
  return Workspace.use(backendName, backend, (w) => {
    const start = decoupled && weightDecay !== 0 ? w.mul(param, 1 - lr * weightDecay) : param;
    const g = effectiveGradient(w, grad, param, { lr, maximize, weightDecay: decoupled ? 0 : weightDecay });
    const newM = lerp(w, m, g, 1 - beta1);
    const newV = w.add(w.mul(v, beta2), w.mul(w.unary("Square", g), 1 - beta2));
    let second = newV;
    if (inputs.vMax !== undefined) {
      second = w.run("Maximum", { a: inputs.vMax, b: newV });
      put(inputs.vMax, second);
    }
    const rootCorrection = Math.sqrt(1 - beta2 ** step);
    const denominator = w.add(w.div(w.unary("Sqrt", second), rootCorrection), epsilon);
    const moved = w.mul(w.div(newM, denominator), lr / (1 - beta1 ** step));
    put(param, w.sub(start, moved));
    put(m, newM);
    put(v, newV);
    return [];
  });
}

/** RMSprop (Hinton 2012, lecture 6e), centered with `average`, with momentum with `buffer`. */
export function rmspropStep(
  backendName: string,
  { inputs, attrs, backend }: KernelCall,
  put: Overwrite,
): Storage[] {
  const { param, grad, square, average, buffer } = inputs as Record<string, Storage>;
  const { lr, alpha, epsilon, momentum } = attrs as unknown as Common & {
    alpha: number;
    epsilon: number;
    momentum: number;
  };
  return Workspace.use(backendName, backend, (w) => {
    const g = effectiveGradient(w, grad, param, attrs as unknown as Common);
    const newSquare = w.add(w.mul(square, alpha), w.mul(w.unary("Square", g), 1 - alpha));
    let spread = newSquare;
    if (average !== undefined) {
      const newAverage = lerp(w, average, g, 1 - alpha);
      spread = w.sub(newSquare, w.unary("Square", newAverage));
      put(average, newAverage);
    }
    let direction = w.div(g, w.add(w.unary("Sqrt", spread), epsilon));
    if (buffer !== undefined) {
      direction = w.add(w.mul(buffer, momentum), direction);
      put(buffer, direction);
    }
    put(param, w.sub(param, w.mul(direction, lr)));
    put(square, newSquare);
    return [];
  });
}
