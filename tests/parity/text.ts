/**
 * A tensor as the fixtures write it: one line with its dtype, its shape and its elements in logical order,
 * "float32[2,3] 1 2 3 4 5 6".
 *
 * @module
 */
import { type DType, type Tensor, tensor } from "descent";

/** A tensor read from a fixture. */
export interface Written {
  dtype: DType;
  shape: number[];
  values: number[];
}

/** Reads numbers that stand in a line, "NaN" and "Infinity" among them. */
export function readNumbers(line: string): number[] {
  return line.trim() === "" ? [] : line.trim().split(" ").map(Number);
}

/** Reads a written tensor; throws where its elements do not fill its shape. */
export function readTensor(text: string): Written {
  const match = /^(float32|int32|bool)\[([\d,]*)\] (.*)$/.exec(text);
  if (match === null) throw new Error(`fixture: "${text.slice(0, 40)}" is no tensor`);
  const shape = match[2] === "" ? [] : match[2].split(",").map(Number);
  const values = readNumbers(match[3]);
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size) throw new Error(`fixture: ${values.length} elements for a shape of ${size}`);
  return { dtype: match[1] as DType, shape, values };
}

/** The tensor that a fixture writes, on the current device. */
export function makeTensor(text: string, requiresGrad = false): Tensor {
  const { dtype, shape, values } = readTensor(text);
  const data = dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
  return tensor(data, { shape, dtype, requiresGrad });
}
