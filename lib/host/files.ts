/**
 * The one way to files, in Deno, Node and Bun: node:fs, which a browser has not. It asks Deno for no more than Deno's own functions
 * would, and Deno asks the reader. What goes wrong is a sentence: {@linkcode FileError}.
 *
 * Every function's first argument is the name of the function that its user called, for that sentence.
 *
 * @module
 */
import { describe } from "../text/arguments.ts";
import { type Attempt, attempt, FileError, missingFolderPermission } from "./file_error.ts";

/** What is used of node:fs' Stats. */
interface Stats {
  size: number;
  mode: number;
  mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** What is used of node:fs. */
interface NodeFs {
  openSync(path: string, flags: "r" | "wx" | "a", mode?: number): number;
  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(file: number, from: Uint8Array, offset: number, length: number): number;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  fstatSync(file: number): Stats;
  statSync(path: string): Stats;
  lstatSync(path: string): Stats;
  realpathSync(path: string): string;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  mkdirSync(path: string, options: { recursive: true }): unknown;
  writeFileSync(path: string, text: string): void;
  readdirSync(path: string): string[];
}

interface NodePath {
  basename(path: string): string;
  dirname(path: string): string;
  join(...parts: string[]): string;
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown };
}

/** A built-in module of Node's. An import would keep the library from loading in a browser. */
function builtin<T>(name: string, module: string): T {
  const found = (globalThis as Host).process?.getBuiltinModule?.(`node:${module}`);
  if (found !== undefined) return found as T;
  throw new FileError(`${name}: there are no files here: a browser's page has none. Deno, Node and Bun have`);
}

const fsFor = (name: string) => builtin<NodeFs>(name, "fs");
const pathFor = (name: string) => builtin<NodePath>(name, "path");

/** No more than this is read or written by one call: node:fs counts in int32. */
const AT_ONCE = 2 ** 28;
/** For a new file: the system's umask takes from it. */
const ANYONE = 0o666;

/** Where a file is: a path, or a URL such as import.meta.url makes. */
export type Path = string | URL;

/**
 * A path as the system takes it.
 *
 * @throws {TypeError} if it is no path, or the URL of no file.
 */
export function checkPath(name: string, path: unknown): string {
  if (path instanceof URL || (typeof path === "string" && /^[a-z]{2,}:\/\//i.test(path))) {
    const url = URL.parse(path);
    if (url?.protocol === "file:") {
      return builtin<{ fileURLToPath(url: URL): string }>(name, "url").fileURLToPath(url);
    }
    throw new TypeError(
      `${name}: a file has a path or a file: URL, not ${
        describe(String(path))
      }; fetch() gets what is elsewhere`,
    );
  }
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw new TypeError(`${name}: a path is a text such as "runs/net.safetensors", not ${describe(path)}`);
}

/** A file, open for reading. Nothing of it is in memory but what is read. */
export interface OpenFile {
  /** Its path, for sentences. */
  readonly path: string;
  /** How many bytes it had when it was opened. */
  readonly size: number;
  /**
   * Reads bytes from a position on.
   *
   * @returns How many were read: as many as `target` takes, or fewer where the file ends.
   */
  read(target: Uint8Array, position: number): number;
  /** Closes it; a second time does nothing. */
  close(): void;
}

/**
 * Opens a file for reading by ranges.
 *
 * @throws {FileError} if there is none, it is a folder or a device, or may not be read.
 */
export function openFile(name: string, where: Path): OpenFile {
  const fs = fsFor(name), path = checkPath(name, where), doing: Attempt = { name, to: "read", path };
  // Before it is opened: opening a pipe waits for somebody who writes.
  checkIsFile(name, path, attempt(doing, () => fs.statSync(path)));
  let file: number | null = attempt(doing, () => fs.openSync(path, "r"));
  const { size } = attempt(doing, () => fs.fstatSync(file!));
  return {
    path,
    size,
    read(target, position) {
      let done = 0;
      while (done < target.length) {
        const wanted = Math.min(target.length - done, AT_ONCE);
        const got = attempt(doing, () => fs.readSync(file!, target, done, wanted, position + done));
        if (got === 0) break;
        done += got;
      }
      return done;
    },
    close() {
      if (file !== null) fs.closeSync(file);
      file = null;
    },
  };
}

/** The bytes of a whole file. */
export function readFile(name: string, where: Path): Uint8Array<ArrayBuffer> {
  const file = openFile(name, where);
  try {
    const bytes = new Uint8Array(file.size);
    return bytes.subarray(0, file.read(bytes, 0));
  } finally {
    file.close();
  }
}

function checkIsFile(name: string, path: string, stats: Stats): void {
  if (stats.isDirectory()) throw new FileError(`${name}: ${path} is a folder, not a file`, "EISDIR");
  if (!stats.isFile()) throw new FileError(`${name}: ${path} is a device or a pipe, not a file`, "EINVAL");
}

/**
 * Writes a file so that at any moment, whatever happens, there is under its name what was there before, or the whole new one: all is
 * written to a temporary file beside it, which then takes the name. Folders that are missing are made. A link is followed.
 *
 * @param chunks What is written, one after the other. What they throw is passed on.
 * @throws {FileError} if it cannot be written. The temporary file is gone then, and what was there before is as it was.
 */
export async function writeFile(
  name: string,
  where: Path,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const fs = fsFor(name), { dirname } = pathFor(name);
  const { path, mode } = target(name, checkPath(name, where)), doing: Attempt = { name, to: "write", path };
  removeTemporary(name, dirname(path), (of) => of === pathFor(name).basename(path));
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  let file: number | null = openNew(doing, temporary, () => fs.openSync(temporary, "wx", mode));
  try {
    for await (const chunk of chunks) writeAll(doing, file, chunk);
    attempt(doing, () => fs.fsyncSync(file!));
    const open = file;
    file = null;
    attempt(doing, () => fs.closeSync(open));
    attempt(doing, () => fs.renameSync(temporary, path));
  } catch (error) {
    quietly(() => file !== null && fs.closeSync(file));
    quietly(() => fs.unlinkSync(temporary));
    throw error;
  }
  // That the name is another file's now is on the disk only with the folder. Not every system can do this.
  quietly(() => {
    const folder = fs.openSync(dirname(path), "r");
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  });
}

/** Where the bytes go in the end, and who may read them: a file that is there stays as private as it is. */
function target(name: string, path: string): { path: string; mode: number } {
  const fs = fsFor(name), { dirname } = pathFor(name);
  askForFolder(name, dirname(path));
  const look = (at: string) => {
    try {
      return attempt({ name, to: "write", path: at }, () => fs.lstatSync(at));
    } catch (error) {
      if (error instanceof FileError && error.code === "ENOENT") return null;
      throw error;
    }
  };
  let stats = look(path);
  if (stats?.isSymbolicLink()) {
    const link = path;
    path = attempt({ name, to: "write", path: link }, () => fs.realpathSync(link));
    askForFolder(name, dirname(path));
    stats = look(path);
  }
  if (stats === null) return { path, mode: ANYONE };
  checkIsFile(name, path, stats);
  return { path, mode: stats.mode & ANYONE };
}

/**
 * Asks for the permissions that a change of files in a folder takes: to write, and to read, as Deno wants for renaming. Asked for
 * each file, the reader would be asked again for each temporary name.
 */
export function askForFolder(name: string, where: Path): void {
  const path = checkPath(name, where);
  if (!("Deno" in globalThis)) return;
  for (const permission of ["write", "read"] as const) {
    const { state } = Deno.permissions.requestSync({ name: permission, path });
    if (state !== "granted") throw missingFolderPermission(name, permission, path);
  }
}

/** Asks for the permission to write to a folder, where somebody is to be asked. */
export async function mayWrite(path: string): Promise<boolean> {
  if (!("Deno" in globalThis)) return true;
  return (await Deno.permissions.request({ name: "write", path })).state === "granted";
}

/** Writes a text, over what was there. */
export function writeTextFile(name: string, where: Path, text: string): void {
  const fs = fsFor(name), path = checkPath(name, where);
  attempt({ name, to: "write", path }, () => fs.writeFileSync(path, text));
}

/** Opens a file that is written to, and makes its folder where there is none. */
function openNew(doing: Attempt, path: string, open: () => number): number {
  try {
    return attempt(doing, open);
  } catch (error) {
    if (!(error instanceof FileError && error.code === "ENOENT")) throw error;
    makeFolder(doing.name, pathFor(doing.name).dirname(path));
    return attempt(doing, open);
  }
}

function writeAll(doing: Attempt, file: number, bytes: Uint8Array): void {
  const fs = fsFor(doing.name);
  for (let done = 0; done < bytes.length;) {
    const wanted = Math.min(bytes.length - done, AT_ONCE);
    done += attempt(doing, () => fs.writeSync(file, bytes, done, wanted));
  }
}

/** What fails here changes nothing for anybody. */
function quietly(body: () => unknown): void {
  try {
    body();
  } catch {
    // As it is.
  }
}

/** What {@linkcode writeFile} calls the file that it writes to: the final name, random digits, ".tmp". */
const TEMPORARY = /^(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;
/** A temporary file that nobody has written to for so many milliseconds is nobody's. */
const FORGOTTEN = 3_600_000;

/**
 * Removes what a killed program left of a file that it was about to write: temporary files that were written to before this
 * program began. Another's that runs beside this one stay.
 *
 * @param folder Where.
 * @param isOurs Whether a file of that name is the caller's to write.
 */
export function removeTemporary(name: string, folder: string, isOurs: (file: string) => boolean): void {
  const fs = fsFor(name), { join } = pathFor(name);
  const since = Math.max(performance.timeOrigin, Date.now() - FORGOTTEN);
  quietly(() => {
    for (const file of fs.readdirSync(folder)) {
      const found = TEMPORARY.exec(file), path = join(folder, file);
      if (found === null || !isOurs(found[1])) continue;
      quietly(() => fs.statSync(path).mtimeMs < since && fs.unlinkSync(path));
    }
  });
}

/** A file that grows: a log. */
export interface Log {
  /** Its path, for sentences. */
  readonly path: string;
  /** How many bytes it had when it was opened. */
  readonly size: number;
  /** Writes at the end. What was written is there after the program is killed, though not after a loss of power. */
  write(what: string | Uint8Array): void;
  /** Closes it; a second time does nothing. */
  close(): void;
}

/**
 * Opens a file to write at its end; makes it, and its folder, where there is none. Permission to write the file is all it takes.
 *
 * @throws {FileError} if it cannot be written.
 */
export function openLog(name: string, where: Path): Log {
  const fs = fsFor(name), path = checkPath(name, where), doing: Attempt = { name, to: "write", path };
  let file: number | null = openNew(doing, path, () => fs.openSync(path, "a", ANYONE));
  const { size } = attempt(doing, () => fs.fstatSync(file!));
  return {
    path,
    size,
    write: (what) => writeAll(doing, file!, typeof what === "string" ? new TextEncoder().encode(what) : what),
    close() {
      if (file !== null) fs.closeSync(file);
      file = null;
    },
  };
}

/** What is known of a file or a folder without opening it. */
export interface FileInfo {
  /** What it is; a link is what it leads to. */
  kind: "file" | "folder" | "other";
  /** Its bytes. */
  size: number;
  /** When it was last written to: milliseconds since 1970. */
  modified: number;
}

/**
 * Looks at a file or a folder.
 *
 * @returns What it is; null if there is none.
 * @throws {FileError} if it may not be looked at.
 */
export function statFile(name: string, where: Path): FileInfo | null {
  const fs = fsFor(name), path = checkPath(name, where);
  try {
    const stats = attempt({ name, to: "read", path }, () => fs.statSync(path));
    const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
    return { kind, size: stats.size, modified: stats.mtimeMs };
  } catch (error) {
    if (error instanceof FileError && error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * The names in a folder, sorted.
 *
 * @throws {FileError} if there is no such folder, or it may not be read.
 */
export function listFolder(name: string, where: Path): string[] {
  const fs = fsFor(name), path = checkPath(name, where);
  return attempt({ name, to: "list", path }, () => fs.readdirSync(path)).sort();
}

/**
 * Makes a folder, and those around it, where there is none.
 *
 * @throws {FileError} if it cannot be made.
 */
export function makeFolder(name: string, where: Path): void {
  const fs = fsFor(name), path = checkPath(name, where);
  attempt({ name, to: "make", path }, () => {
    // node:fs asks Deno to read the folder around it, too.
    if ("Deno" in globalThis) Deno.mkdirSync(path, { recursive: true });
    else fs.mkdirSync(path, { recursive: true });
  });
}

/**
 * Removes a file.
 *
 * @throws {FileError} if there is none, or it may not be removed.
 */
export function removeFile(name: string, where: Path): void {
  const fs = fsFor(name), path = checkPath(name, where);
  attempt({ name, to: "remove", path }, () => fs.unlinkSync(path));
}

/** The path of a file in a folder. */
export function inFolder(name: string, folder: Path, file: string): string {
  return pathFor(name).join(checkPath(name, folder), file);
}
