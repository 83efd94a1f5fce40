/** What is wrong with a file's content. */
import { FileError } from "./file_error.ts";

/** A file is not what its format says: it was cut short, or is damaged, or was made to harm, or holds what cannot be had here. */
export class FileFormatError extends FileError {
  /**
   * Says which function read which file, and what is wrong with it.
   *
   * @internal
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, "", options);
    this.name = "FileFormatError";
  }
}
