/**
 * IDX, the file format of the MNIST family: two zero bytes, a type, the number of dimensions, each dimension as a
 * big-endian uint32, then the elements in row-major order.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
 *
 * @module
 */
import { sizeOf, text } from "../device/shape.ts";
import { checkText, describe, surplus } from "../text/arguments.ts";

/** What an IDX file of bytes holds. */
export interface Idx {
  /** The dimensions, outermost first: [60000, 28, 28]. */
  shape: number[];
  /** The elements in row-major order: a view on the file's bytes, not a copy. */
  data: Uint8Array;
}

/** The type code of unsigned bytes, the only one that the MNIST family uses. */
const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes.
 *
 * @param bytes The whole file.
 * @param name What to call the file in an error.
 * @returns Its shape, and its elements without copying them.
 * @throws {TypeError} if the bytes are no IDX file, or one whose elements are not unsigned bytes.
 * @throws {RangeError} if the file is shorter or longer than its header says.
 *
 * @example
 * ```ts
 * import { parseIdx } from "descent";
 *
 * const file = new Uint8Array([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30]);
 * console.log(parseIdx(file).shape); // [ 1, 3 ]
 * ```
 */
export function parseIdx(bytes: Uint8Array, name = "this file"): Idx {
  if (arguments.length > 2) surplus("parseIdx", arguments, 2);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`parseIdx: the file's bytes must be a Uint8Array, not ${describe(bytes)}`);
  }
  checkText("parseIdx", "name", name);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new TypeError(
      `parseIdx: ${name} is not an IDX file: it begins with [${start}], not with two zero bytes`,
    );
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new TypeError(
      `parseIdx: ${name} has elements of type 0x${bytes[2].toString(16).padStart(2, "0")}; ` +
        "only unsigned bytes (0x08) are read",
    );
  }
  const header = 4 + 4 * bytes[3];
  if (bytes.length < header) {
    throw new RangeError(
      `parseIdx: ${name} ends within its header: ${
        bytes[3]
      } dimensions need ${header} bytes, it has ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const shape = Array.from({ length: bytes[3] }, (_, dim) => view.getUint32(4 + 4 * dim));
  const elements = sizeOf(shape);
  if (bytes.length !== header + elements) {
    throw new RangeError(
      `parseIdx: ${name} should hold ${text(shape)} = ${elements} elements after its header, ` +
        `but holds ${bytes.length - header}: it was ${
          bytes.length < header + elements ? "cut short" : "extended"
        }`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}
