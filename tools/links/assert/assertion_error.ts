/** What a failed assertion throws. */
export class AssertionError extends Error {
  /** Makes the error; `options.cause` as in `Error`. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
