/**
 * Products of matrices.
 *
 * @module
 */
import * as check from "../check.ts";
import { type HostArray, places, repeating, zeros } from "./array.ts";

/** {@linkcode Kernels.matmul} */
export function matmul(a: HostArray, b: HostArray): HostArray {
  const y = zeros(check.product(a, b), a.dtype);
  const [rows, inner] = a.shape.slice(-2), columns = y.shape[y.shape.length - 1];
  const batch = y.shape.slice(0, -2);
  // The steps of matrices, over the leading dimensions only.
  const starts = (x: HostArray) => {
    const matrices = { shape: x.shape.slice(0, -2), dtype: x.dtype };
    const size = x.shape[x.shape.length - 2] * x.shape[x.shape.length - 1];
    return places(batch, repeating(matrices, batch).map((step) => step * size));
  };
  const inA = starts(a), inB = starts(b);
  let at = 0;
  for (let n = 0; n < inA.length; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const p = a.data[inA[n] + i * inner + k], q = b.data[inB[n] + k * columns + j];
          total = a.dtype === "int32" ? (total + Math.imul(p, q)) | 0 : total + p * q;
        }
        y.data[at++] = total;
      }
    }
  }
  return y;
}

/** {@linkcode Kernels.linear} */
export function linear(x: HostArray, w: HostArray, bias: HostArray): HostArray {
  const y = zeros(check.linear(x, w, bias));
  const [rows, outputs] = y.shape, inputs = x.shape[1];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < outputs; j++) {
      let total = bias.data[j];
      for (let k = 0; k < inputs; k++) total += x.data[i * inputs + k] * w.data[j * inputs + k];
      y.data[i * outputs + j] = total;
    }
  }
  return y;
}

/** {@linkcode Kernels.linearWeightBiasGrad} */
export function linearWeightBiasGrad(dy: HostArray, x: HostArray): [dw: HostArray, dBias: HostArray] {
  check.linearGrad(dy, x);
  const [rows, outputs] = dy.shape, inputs = x.shape[1];
  const dw = zeros([outputs, inputs]), dBias = zeros([outputs]);
  for (let j = 0; j < outputs; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += dy.data[i * outputs + j];
    dBias.data[j] = sum;
    for (let k = 0; k < inputs; k++) {
      let total = 0;
      for (let i = 0; i < rows; i++) total += dy.data[i * outputs + j] * x.data[i * inputs + k];
      dw.data[j * inputs + k] = total;
    }
  }
  return [dw, dBias];
}
