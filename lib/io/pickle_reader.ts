/** The bytes of a pickle, one after the other: numbers and texts. What is not there is a fault of the file's. */
import type { FileFormatError } from "../host/format_error.ts";

/** Reads a pickle from front to back. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #fault: (fault: string) => FileFormatError;
  #at = 0;

  /** @param fault The error that says what is wrong with the file. */
  constructor(bytes: Uint8Array, fault: (fault: string) => FileFormatError) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#fault = fault;
  }

  /** Whether all was read. */
  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The error that says what is wrong here. */
  wrong(fault: string): FileFormatError {
    return this.#fault(`cannot be read: at byte ${this.#at} of its pickle, ${fault}`);
  }

  /** Goes on by so many bytes; answers where they begin. */
  skip(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw this.wrong("it is cut short");
    this.#at += length;
    return at;
  }

  byte(): number {
    return this.#bytes[this.skip(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  /** Beyond 2⁵³ not exact, and longer than any file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  /** The one number that is big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.skip(8));
  }

  /** An integer of so many bytes, two's complement, little-endian: a number, or a bigint where no number is exact. */
  long(length: number): number | bigint {
    if (length > 16) throw this.wrong(`it has an integer of ${length} bytes; up to 16 are read`);
    let value = 0n;
    const from = this.skip(length);
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(this.#bytes[from + i]);
    value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** A text of so many bytes. */
  text(length: number): string {
    const from = this.skip(length);
    try {
      return this.#decoder.decode(this.#bytes.subarray(from, from + length));
    } catch {
      throw this.wrong("it has a text that is not UTF-8");
    }
  }

  /** A text that a line's end ends. */
  line(): string {
    const from = this.#at, to = this.#bytes.indexOf(0x0a, from);
    if (to < 0) throw this.wrong("it is cut short");
    const text = this.text(to - from);
    this.#at++;
    return text;
  }
}
