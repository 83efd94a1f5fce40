/** What goes wrong with files, in sentences that name the path and the way out. */
import { legible } from "../text/escape.ts";

/** A file could not be read or written. */
export class FileError extends Error {
  /** The system's word for what went wrong, such as "ENOENT"; "" where it has none. */
  readonly code: string;

  /**
   * Says what was attempted, with which file, and what to do about it.
   *
   * @internal
   */
  constructor(message: string, code = "", options?: ErrorOptions) {
    super(legible(message), options);
    this.name = "FileError";
    this.code = code;
  }
}

/** Something that is done with a file or a folder. */
export interface Attempt {
  /** The function, as its user calls it. */
  name: string;
  to: "read" | "write" | "list" | "make" | "remove";
  path: string;
}

/** What is said of an attempt: "could not be …". */
const DONE = { read: "read", write: "written", list: "listed", make: "made", remove: "removed" };
/** Which of Deno's permissions an attempt takes. */
const TAKES = { read: "read", write: "write", list: "read", make: "write", remove: "write" } as const;

/** Deno was not told that it may, or told that it may not. */
function missingPermission({ name, to, path }: Attempt, cause: unknown): FileError {
  const permission = TAKES[to], what = permission === "write" ? `write to ${path}` : `read ${path}`;
  const message = `${name}: Deno was not allowed to ${what}; --allow-${permission}=${path} allows it`;
  return new FileError(message, "NotCapable", { cause });
}

/** The same of a folder in which files are written, and renamed, which takes both permissions. */
export function missingFolderPermission(name: string, permission: "read" | "write", path: string): FileError {
  const other = permission === "write"
    ? ""
    : "; a file that is written there is renamed at last, which takes both";
  const message = `${name}: Deno was not allowed to ${permission} in the folder ${path}${other}; ` +
    `--allow-read=${path} --allow-write=${path} allows it`;
  return new FileError(message, "NotCapable");
}

/** By the system's words, what is wrong with a path that was attempted to be … */
const REASONS: Record<string, (attempt: Attempt) => string> = {
  ENOENT: ({ to, path }) =>
    to === "write" || to === "make"
      ? `there is no folder for ${path}, or it is a link that leads nowhere`
      : `there is no ${to === "list" ? "folder" : "file"} ${path}`,
  ENOTDIR: ({ to, path }) =>
    to === "list"
      ? `${path} is a file, not a folder`
      : `a part of ${path} is a file, where it should be a folder`,
  EEXIST: ({ path }) => `${path} is there already, and is no folder`,
  EISDIR: ({ path }) => `${path} is a folder, not a file`,
  EACCES: refused,
  EPERM: refused,
  EROFS: ({ to, path }) =>
    `${path} could not be ${DONE[to]}: what is there can only be read; take another folder`,
  ENOSPC: ({ path }) => `${path} could not be written: the disk is full; make room, or take another folder`,
  EDQUOT: ({ path }) =>
    `${path} could not be written: there is no more room for this user; make some, or take another folder`,
  EFBIG: ({ path }) =>
    `${path} could not be written: the file system takes no file so large; take another folder`,
  ENAMETOOLONG: ({ path }) => `the name is too long: ${path}`,
  ELOOP: ({ path }) => `${path} is a link that leads back to itself`,
  EMFILE: ({ path }) => `${path} could not be opened: too many files are open; close() some`,
};

/** The system knows users, and this one may not. */
function refused({ to, path }: Attempt): string {
  return `the system does not let this user ${to} ${path}; ` +
    "take another place, or change who may (ls -l shows it)";
}

/**
 * Does something with a file.
 *
 * @throws {FileError} for whatever goes wrong.
 */
export function attempt<T>(doing: Attempt, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw fileError(doing, error);
  }
}

function fileError(doing: Attempt, error: unknown): FileError {
  const { name, code = "", message } = error as Error & { code?: string };
  if (name === "NotCapable") return missingPermission(doing, error);
  const { path, to } = doing;
  if (code === "ERR_ACCESS_DENIED") {
    // A file is written beside its place at first.
    const folder = path.replace(/[^/\\]*$/, "") || ".";
    const flags = TAKES[to] === "read"
      ? `--allow-fs-read=${path}`
      : `--allow-fs-read=${folder} --allow-fs-write=${folder}`;
    const refusal = `${doing.name}: Node was not allowed to ${to} ${path}; ${flags} allows it`;
    return new FileError(refusal, code, { cause: error });
  }
  const reason = Object.hasOwn(REASONS, code)
    ? REASONS[code](doing)
    : `${path} could not be ${DONE[to]}: ${message}`;
  return new FileError(`${doing.name}: ${reason}`, code, { cause: error });
}
