/**
 * What every device says when an array does not fit.
 *
 * @module
 */

/** Thrown when a device cannot hold another array. */
export class OutOfMemoryError extends RangeError {
  override name = "OutOfMemoryError";
  #by = "";

  /** Puts the name of the function that wanted the array in front; of several that call one another, the outermost. */
  naming(name: string): this {
    this.message = `${name}: ${this.message.slice(this.#by.length)}`;
    this.#by = `${name}: `;
    return this;
  }
}

/** Names the function in an error of this kind; leaves any other as it is. */
export function named(name: string, error: unknown): unknown {
  return error instanceof OutOfMemoryError ? error.naming(name) : error;
}

/** Bytes as a reader likes to see them. */
export function readable(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
