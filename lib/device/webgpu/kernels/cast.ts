/**
 * Cast. TensorFlow.js' renames int32 and bool buffers to float32 and leaves every reader to know; ours converts, so that
 * a storage's dtype is its buffer's.
 *
 * @module
 */
import type { DType, Storage } from "../../device.ts";
import { isPlain, registerKernel, stockKernel } from "./registry.ts";
import { mapElements } from "./unary.ts";

/** Largest float32 below 2³¹: beyond it WGSL's conversion is not defined. */
const LARGEST = "2147483520.0";

function expression(from: DType, to: DType): string {
  if (to === "float32") return "x";
  if (from !== "float32") return to === "bool" ? "select(0, 1, x != 0)" : "x";
  if (to === "bool") return "select(0, 1, x != 0.0 || isNan(x))";
  return `select(i32(clamp(x, -2147483648.0, ${LARGEST})), 0, isNan(x))`;
}

/** Registers the kernel. */
export function registerCast(): void {
  const stock = stockKernel("Cast");
  registerKernel("Cast", (call) => {
    const { inputs: { x }, attrs, backend } = call;
    const dtype = attrs.dtype as DType;
    if (!isPlain(x, { dtype } as Storage)) return stock(call);
    const from = backend.bufferType(x);
    if (from !== dtype) return mapElements(call, x, dtype, expression(from, dtype));
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype };
  });
}
