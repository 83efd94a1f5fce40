/**
 * IDX, the file format of the MNIST family: two zero bytes, a type, the number of dimensions, each dimension as a
 * big-endian uint32, then the elements in row-major order.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
 *
 * @module
 */
import { sizeOf } from "../device/shape.ts";
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
/** The header may claim 255 dimensions; a sentence shows so many. */
const SHOWN = 8;

/**
 * Reads an IDX file of unsigned bytes.
 *
 * @param bytes The whole file.
 * @param name What to call the file in an error.
 * @returns Its shape, and its elements without copying them.
 * @throws {TypeError} if the bytes are no IDX file, or one whose elements are not unsigned bytes.
 * @throws {RangeError} if the file is shorter or longer than its header says, or the header names no dimension.
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
      `parseIdx: ${name} is not an IDX file: it begins with [${start}], not with two zero bytes, a type and a number of dimensions`,
    );
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new TypeError(
      `parseIdx: ${name} has elements of type 0x${bytes[2].toString(16).padStart(2, "0")}; ` +
        "only unsigned bytes (0x08) are read",
    );
  }
  const dims = bytes[3], header = 4 + 4 * dims;
  if (dims === 0) throw new RangeError(`parseIdx: ${name} has no dimensions; a list of numbers has one`);
  if (bytes.length < header) {
    throw new RangeError(
      `parseIdx: ${name} ends within its header: ${dims} dimensions need ${header} bytes, it has ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const shape = Array.from({ length: dims }, (_, dim) => view.getUint32(4 + 4 * dim));
  // Large dimensions overflow to ∞, and ∞ times an empty one would be no number.
  const elements = shape.includes(0) ? 0 : sizeOf(shape);
  const held = bytes.length - header;
  if (held !== elements) {
    const claim = `${claimed(shape)} = ${
      elements <= Number.MAX_SAFE_INTEGER ? elements : "more than 2⁵³"
    } elements`;
    throw new RangeError(
      `parseIdx: ${name} should hold ${claim} after its header, but holds ${held}: it was ${
        held < elements ? "cut short" : "extended"
      }, or its header is wrong`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

function claimed(shape: number[]): string {
  const rest = shape.length > SHOWN ? `, … ${shape.length - SHOWN} more` : "";
  return `[${shape.slice(0, SHOWN).join(", ")}${rest}]`;
}
