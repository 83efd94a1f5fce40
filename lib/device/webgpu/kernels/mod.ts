/**
 * Our kernels on the GPU: each file registers those of one idea, over TensorFlow.js' own where those exist.
 *
 * @module
 */
import { registerArgKernels } from "./argmax.ts";
import { registerBinaryKernels } from "./binary.ts";
import { registerCast } from "./cast.ts";
import { registerConvolutionKernels } from "./convolution.ts";
import { registerCumsum } from "./cumsum.ts";
import { registerGather } from "./gather.ts";
import { registerMatmulKernels } from "./matmul.ts";
import { registerOptimizerKernels } from "./optimizers.ts";
import { registerPad } from "./pad.ts";
import { registerPhilox } from "./philox.ts";
import { registerPoolKernels } from "./pool.ts";
import { registerReductions } from "./reduce.ts";
import { registerSelect } from "./select.ts";
import { registerSoftmaxKernels } from "./softmax.ts";
import { registerStridedKernels } from "./strided.ts";
import { registerUnaryKernels } from "./unary.ts";

let registered = false;

/** Registers all of them, once; they serve every later device as well. */
export function registerOwnKernels(): void {
  if (registered) return;
  registered = true;
  registerArgKernels();
  registerBinaryKernels();
  registerCast();
  registerConvolutionKernels();
  registerCumsum();
  registerGather();
  registerMatmulKernels();
  registerOptimizerKernels();
  registerPad();
  registerPhilox();
  registerPoolKernels();
  registerReductions();
  registerSelect();
  registerSoftmaxKernels();
  registerStridedKernels();
  registerUnaryKernels();
}
