/**
 * The kernels of KERNELS.md built from plain TensorFlow.js kernels: the reference that every own kernel is tested
 * against, and what a backend without own kernels runs.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { crossEntropy, crossEntropyGrad } from "./composed/cross_entropy.ts";
import { batchNormTrain, batchNormTrainGrad, logSoftmax, reluGrad } from "./composed/normalization.ts";
import { adamStep, type Overwrite, rmspropStep, sgdStep } from "./composed/optimizers.ts";
import type { KernelCall } from "./composed/workspace.ts";
import type { Storage } from "./device.ts";
import { type Distribution, philoxValues, type Seed } from "./philox.ts";

export {
  type Convolution,
  convolution,
  convolutionFilterGrad,
  convolutionInputGrad,
} from "./composed/convolution.ts";

/** A kernel as TensorFlow.js' registry holds it. */
export type ComposedKernel = (call: KernelCall) => Storage | Storage[];

/** How a backend lets a result land under an existing dataId; the default knows TensorFlow.js' own CPU backend. */
export interface InPlaceBackend {
  /** Copies the values of `source` over those of `target`. */
  overwrite(target: Storage, source: Storage): void;
}

/**
 * The kernels by name, for one backend.
 *
 * @param backendName Whose plain kernels they call.
 * @returns Functions that take `{ inputs, attrs, backend }`.
 */
export function composedKernels(backendName: string): Record<string, ComposedKernel> {
  return {
    BatchNormTrain: (call) => batchNormTrain(backendName, call),
    BatchNormTrainGrad: (call) => batchNormTrainGrad(backendName, call),
    ReluGrad: (call) => reluGrad(backendName, call),
    LogSoftmax: (call) => logSoftmax(backendName, call),
    CrossEntropy: (call) => crossEntropy(backendName, call),
    CrossEntropyGrad: (call) => crossEntropyGrad(backendName, call),
    Philox: philox,
    SgdStep: (call) => sgdStep(backendName, call, overwriteOf(call.backend)),
    AdamStep: (call) => adamStep(backendName, call, overwriteOf(call.backend)),
    RmspropStep: (call) => rmspropStep(backendName, call, overwriteOf(call.backend)),
  };
}

/**
 * Registers the kernels of KERNELS.md in TensorFlow.js' registry, each that the backend does not have yet.
 *
 * @param backendName A backend whose plain kernels are registered.
 */
export function registerComposedKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(composedKernels(backendName))) {
    if (tf.getKernel(kernelName, backendName) != null) continue;
    tf.registerKernel({ kernelName, backendName, kernelFunc: kernel as unknown as tf.KernelFunc });
  }
}

/** Numbers drawn on the host, then handed to the backend. */
function philox({ attrs, backend }: KernelCall): Storage {
  const { shape, distribution, seed, offset, p } = attrs as unknown as {
    shape: number[];
    distribution: Distribution;
    seed: Seed;
    offset: number;
    p?: number;
  };
  const size = shape.reduce((product, n) => product * n, 1);
  const dataId = backend.write(philoxValues(distribution, size, seed, offset, p), shape, "float32");
  return { dataId, shape: [...shape], dtype: "float32" };
}

function overwriteOf(backend: tf.KernelBackend): Overwrite {
  const own = (backend as unknown as Partial<InPlaceBackend>).overwrite;
  if (own !== undefined) return (target, source) => own.call(backend, target, source);
  const { data } = backend as unknown as { data: { get(id: object): { values: Float32Array } } };
  return (target, source) => data.get(target.dataId).values.set(data.get(source.dataId).values);
}
