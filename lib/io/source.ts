/**
 * Where bytes are read from by ranges: a file of which nothing is in memory but what was asked for, or bytes that are there.
 *
 * @module
 */
import { openFile, type Path } from "../host/files.ts";
import { describe } from "../text/arguments.ts";
import { FileFormatError } from "../host/format_error.ts";

/** A file: its path, a file: URL, or all of its bytes. */
export type FileSource = Path | Uint8Array;

/** Bytes that are read by ranges, and what is said of them when they are wrong. */
export class Source {
  #read: (target: Uint8Array, position: number) => number;
  #close: () => void;

  /**
   * @param caller The function that its user called.
   * @param what What is read, for sentences: a path.
   * @param size How many bytes it has.
   * @param read Fills the target from a position on, and says how many bytes there were.
   */
  constructor(
    readonly caller: string,
    readonly what: string,
    readonly size: number,
    read: (target: Uint8Array, position: number) => number,
    close: () => void = () => {},
  ) {
    this.#read = read;
    this.#close = close;
  }

  /** A source of bytes that are in memory. */
  static of(caller: string, what: string, bytes: Uint8Array): Source {
    return new Source(caller, what, bytes.length, (target, position) => {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    });
  }

  /**
   * Fills the target with the bytes from a position on.
   *
   * @throws {FileFormatError} if there are not so many.
   */
  read(target: Uint8Array, position: number): void {
    if (this.#read(target, position) < target.length) throw this.fault("ended while it was read");
  }

  /**
   * A copy of some bytes. Callers know from `size` that they are there, so that a wild length costs nothing.
   *
   * @throws {FileFormatError} if they are not there.
   */
  bytes(position: number, length: number): Uint8Array<ArrayBuffer> {
    if (length > this.size - position) throw this.fault("is cut short");
    const target = new Uint8Array(length);
    this.read(target, position);
    return target;
  }

  /** The error that says what is wrong with it. */
  fault(fault: string): FileFormatError {
    return new FileFormatError(`${this.caller}: ${this.what} ${fault}`);
  }

  /** Closes the file. */
  close(): void {
    this.#close();
  }
}

/**
 * Opens what is to be read.
 *
 * @param caller The function that its user called.
 * @param source A path, a file: URL, or bytes.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {TypeError} if it is none of these.
 */
export function openSource(caller: string, source: FileSource): Source {
  if (source instanceof Uint8Array) return Source.of(caller, "the Uint8Array", source);
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError(
      `${caller}: a file is a path such as "net.safetensors", a file: URL, or a Uint8Array of its bytes, not ${
        describe(source)
      }`,
    );
  }
  const file = openFile(caller, source);
  return new Source(caller, file.path, file.size, (target, at) => file.read(target, at), () => file.close());
}

/** What a file is by its first bytes, as the end of a sentence, with the function that reads it; "" if it is nothing known. */
export function hint(source: Source): string {
  const start = source.bytes(0, Math.min(16, source.size));
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (begins(0x50, 0x4b)) return "; it is a zip: readPth() reads those of torch.save(), readNpz() NumPy's";
  if (begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return "; it is a NumPy array, which readNpy() reads";
  if (begins(0x80) && start[1] >= 2 && start[1] <= 5) return "; it is a pickle, which only Python reads";
  if (start[5] === 0 && start[6] === 0 && start[7] === 0 && start[8] === 0x7b) {
    return "; it is a safetensors file, which readSafetensors() reads";
  }
  if (begins(0x1f, 0x8b)) return "; it is compressed by gzip: decompress it first";
  if (begins(0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x20, 0x68, 0x74, 0x74)) {
    return "; it is a Git LFS pointer: `git lfs pull` fetches the file itself";
  }
  return "";
}
