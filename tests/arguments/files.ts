/**
 * Files in memory, in place of the disk's: what a function writes when it is called with any path is nobody's file, and no
 * permission is needed.
 *
 * @module
 */

/** An error as node:fs throws it. */
function failure(code: string): Error {
  return Object.assign(new Error(`${code}: said by the files in memory`), { code });
}

/** As much of node:fs as lib/host/files.ts uses. */
function memoryFs() {
  const files = new Map<string, number[]>(), open = new Map<number, string>();
  const found = (path: string) => {
    const file = files.get(path);
    if (file === undefined) throw failure("ENOENT");
    return file;
  };
  const stat = (path: string) => ({
    size: found(path).length,
    mode: 0o644,
    mtimeMs: Date.now(),
    isFile: () => true,
    isDirectory: () => false,
    isSymbolicLink: () => false,
  });
  return {
    openSync(path: string, flags: string) {
      if (flags === "r") found(path);
      else if (flags === "wx" || !files.has(path)) files.set(path, []);
      open.set(open.size, path);
      return open.size - 1;
    },
    readSync(file: number, into: Uint8Array, offset: number, length: number, position: number) {
      const part = found(open.get(file)!).slice(position, position + length);
      into.set(part, offset);
      return part.length;
    },
    writeSync(file: number, from: Uint8Array, offset: number, length: number) {
      for (let i = 0; i < length; i++) found(open.get(file)!).push(from[offset + i]);
      return length;
    },
    fsyncSync() {},
    closeSync() {},
    fstatSync: (file: number) => stat(open.get(file)!),
    statSync: stat,
    lstatSync: stat,
    realpathSync: (path: string) => path,
    renameSync(from: string, to: string) {
      files.set(to, found(from));
      files.delete(from);
    },
    unlinkSync(path: string) {
      found(path);
      files.delete(path);
    },
    mkdirSync() {},
    readdirSync: (folder: string) =>
      [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) =>
        path.slice(folder.length + 1)
      ),
  };
}

/** Runs a body with files in memory, none of which is there at first. */
export async function withFiles<T>(body: () => Promise<T>): Promise<T> {
  // deno-lint-ignore no-explicit-any -- the host's own objects
  const host = (globalThis as any).process, permissions = Deno.permissions as any;
  const { getBuiltinModule } = host, fs = memoryFs();
  host.getBuiltinModule = (name: string) => name === "node:fs" ? fs : getBuiltinModule.call(host, name);
  permissions.requestSync = () => ({ state: "granted" });
  try {
    return await body();
  } finally {
    host.getBuiltinModule = getBuiltinModule;
    delete permissions.requestSync;
  }
}
