/**
 * Registers the CPU device's kernels with TensorFlow.js: every kernel of its own CPU backend, ours in place of those
 * that a network spends its time in, and the few that TensorFlow.js does not know.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { BACKEND_NAME } from "./backend.ts";
import type { Kernel, Override } from "./kernel.ts";
import { castKernels } from "./ops/cast.ts";
import { arrangeKernels } from "./ops/arrange.ts";
import { compareKernels } from "./ops/compare.ts";
import { convolutionKernels } from "./ops/convolution.ts";
import { elementwiseKernels, gradientKernels } from "./ops/elementwise.ts";
import { gatherKernels } from "./ops/gather.ts";
import { matmulKernels } from "./ops/matmul.ts";
import { batchNormKernels, normalizationKernels } from "./ops/normalization.ts";
import { optimizerKernels } from "./ops/optimizers.ts";
import { pairKernels } from "./ops/pairs.ts";
import { poolingKernels } from "./ops/pooling.ts";
import { randomKernels } from "./ops/random.ts";
import { reductionKernels } from "./ops/reductions.ts";
import { crossEntropyKernels, softmaxKernels } from "./ops/softmax.ts";

const OVERRIDES: Record<string, Override> = {
  ...matmulKernels,
  ...convolutionKernels,
  ...elementwiseKernels,
  ...pairKernels,
  ...compareKernels,
  ...reductionKernels,
  ...softmaxKernels,
  ...batchNormKernels,
  ...poolingKernels,
  ...arrangeKernels,
  ...gatherKernels,
  ...castKernels,
};

const OWN: Record<string, Kernel> = {
  ...gradientKernels,
  ...normalizationKernels,
  ...crossEntropyKernels,
  ...optimizerKernels,
  ...randomKernels,
};

/** The names of TensorFlow.js' kernels that have an implementation of ours. */
export const overriddenKernels: readonly string[] = Object.keys(OVERRIDES);

/** Registers everything under {@linkcode BACKEND_NAME}. */
export function registerKernels(): void {
  const register = (kernelName: string, kernelFunc: Kernel) =>
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: kernelFunc as unknown as tf.KernelFunc,
    });
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (kernelName in OWN) continue;
    const inherited = kernelFunc as unknown as Kernel;
    const override = OVERRIDES[kernelName];
    register(kernelName, override === undefined ? inherited : (call) => override(call, inherited));
  }
  for (const [name, kernel] of Object.entries(OWN)) register(name, kernel);
}
