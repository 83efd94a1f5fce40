/**
 * What every device says when an array does not fit.
 *
 * @module
 */

/** Thrown when a device cannot hold another array. */
export class OutOfMemoryError extends RangeError {
  override name = "OutOfMemoryError";
  #named = false;

  /** Puts the name of the function that wanted the array in front: the first that is told is the one. */
  naming(name: string): this {
    if (!this.#named) this.message = `${name}: ${this.message}`;
    this.#named = true;
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
