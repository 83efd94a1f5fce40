// Files through lib/host/files.ts. What touches a disk needs permissions, and runs in CI: `deno test --allow-all`.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Attempt, attempt, FileError } from "../../lib/host/file_error.ts";
import {
  checkPath,
  listFolder,
  makeFolder,
  openFile,
  openLog,
  readFile,
  removeFile,
  statFile,
  writeFile,
} from "../../lib/host/files.ts";
import { folderTest } from "../folder.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("a path is a text or the URL of a file, and nothing else", () => {
  assertEquals(checkPath("load", "runs/a.bin"), "runs/a.bin");
  assertEquals(checkPath("load", new URL("file:///runs/a%20b.bin")), "/runs/a b.bin");
  assertEquals(checkPath("load", "file:///runs/a.bin"), "/runs/a.bin");
  for (const odd of ["", "a\0b", 3, null, undefined, bytes(1)]) {
    assertThrows(() => checkPath("load", odd), TypeError, "load: a path is a text such as");
  }
  for (const elsewhere of ["https://example.org/a.bin", new URL("https://example.org/a.bin")]) {
    assertThrows(() => checkPath("load", elsewhere), TypeError, "fetch() gets what is elsewhere");
  }
});

Deno.test("where a host has no files, a sentence says so", () => {
  const host = globalThis as { process?: unknown };
  const { process } = host;
  try {
    host.process = undefined;
    assertThrows(() => openFile("load", "a.bin"), FileError, "load: there are no files here");
  } finally {
    host.process = process;
  }
});

folderTest("a file is read by ranges, and the end of it is short", async (folder) => {
  const path = `${folder}/a.bin`;
  await writeFile("save", path, [bytes(0, 1, 2), bytes(), bytes(3, 4)]);
  const file = openFile("load", path), target = new Uint8Array(3);
  assertEquals(file.size, 5);
  assertEquals([file.read(target, 1), [...target]], [3, [1, 2, 3]]);
  assertEquals([file.read(target, 3), [...target]], [2, [3, 4, 3]]);
  assertEquals(file.read(target, 9), 0);
  file.close();
  file.close();
});

folderTest(
  "a file that is written replaces the one before it, in a folder that is made, and stays as private",
  async (folder) => {
    const path = `${folder}/new/deep/a.bin`;
    await writeFile("save", path, [bytes(1)]);
    await Deno.chmod(path, 0o600);
    await writeFile(
      "save",
      path,
      (async function* () {
        yield await Promise.resolve(bytes(2, 3));
      })(),
    );
    assertEquals([...readFile("load", path)], [2, 3]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    assertEquals(listFolder("load", `${folder}/new/deep`), ["a.bin"]);
  },
);

folderTest(
  "while a file is written, the one before it is there; if that fails, it stays, and nothing else",
  async (folder) => {
    const path = `${folder}/a.bin`;
    await writeFile("save", path, [bytes(1)]);
    const failing = async function* () {
      yield bytes(9);
      assertEquals([...await Deno.readFile(path)], [1]);
      throw new RangeError("no more");
    };
    await assertRejects(() => writeFile("save", path, failing()), RangeError, "no more");
    assertEquals([...readFile("load", path)], [1]);
    assertEquals(listFolder("load", folder), ["a.bin"]);
  },
);

folderTest(
  "what a killed program left of a file goes when it is written again; another's and a running one's stay",
  async (folder) => {
    const left = (name: string) => `${folder}/${name}.${crypto.randomUUID()}.tmp`;
    const old = left("a.bin"), running = left("a.bin"), other = left("b.bin"), own = `${folder}/a.bin.tmp`;
    for (const path of [old, running, other, own]) await Deno.writeFile(path, bytes(1));
    const before = new Date(performance.timeOrigin - 1000);
    for (const path of [old, other, own]) await Deno.utime(path, before, before);
    await writeFile("save", `${folder}/a.bin`, [bytes(2)]);
    const names = [running, other, own].map((path) => path.slice(folder.length + 1));
    assertEquals(listFolder("load", folder), ["a.bin", ...names].sort());
  },
);

folderTest("a link is followed to the file that is written", async (folder) => {
  await Deno.mkdir(`${folder}/far`);
  await writeFile("save", `${folder}/far/a.bin`, [bytes(1)]);
  await Deno.symlink(`${folder}/far/a.bin`, `${folder}/link`);
  await writeFile("save", `${folder}/link`, [bytes(2)]);
  assertEquals([...readFile("load", `${folder}/far/a.bin`)], [2]);
  assertEquals((await Deno.lstat(`${folder}/link`)).isSymlink, true);
});

folderTest("a log grows at its end, and its folder is made", (folder) => {
  const path = `${folder}/logs/a.jsonl`;
  for (const line of ["one\n", "two\n"]) {
    const log = openLog("log", path);
    log.write(line);
    log.close();
  }
  assertEquals(new TextDecoder().decode(readFile("load", path)), "one\ntwo\n");
  assertEquals(statFile("load", path)!.size, 8);
  assertEquals([statFile("load", folder)!.kind, statFile("load", `${folder}/none`)], ["folder", null]);
});

folderTest("what is wrong with a path is said, with the path", async (folder) => {
  await writeFile("save", `${folder}/a.bin`, [bytes(1)]);
  const wrong: [() => unknown, string][] = [
    [() => openFile("load", `${folder}/none`), `load: there is no file ${folder}/none`],
    [() => openFile("load", folder), `load: ${folder} is a folder, not a file`],
    [() => openFile("load", `${folder}/a.bin/b`), `load: a part of ${folder}/a.bin/b is a file`],
    [() => listFolder("list", `${folder}/none`), `list: there is no folder ${folder}/none`],
    [() => listFolder("list", `${folder}/a.bin`), `list: ${folder}/a.bin is a file, not a folder`],
    [() => removeFile("save", `${folder}/none`), `save: there is no file ${folder}/none`],
    [() => makeFolder("save", `${folder}/a.bin`), `save: ${folder}/a.bin is there already, and is no folder`],
    [() => makeFolder("save", `${folder}/a.bin/b`), `save: a part of ${folder}/a.bin/b is a file`],
    [() => openLog("log", folder), `log: ${folder} is a folder, not a file`],
    [() => openFile("load", `${folder}/${"x".repeat(300)}`), "load: the name is too long"],
  ];
  for (const [act, sentence] of wrong) assertThrows(act, FileError, sentence);
  await assertRejects(() => writeFile("save", folder, []), FileError, `save: ${folder} is a folder`);
  await assertRejects(() => writeFile("save", `${folder}/a.bin/b`, []), FileError, "is a file, where");
});

folderTest("a device is no file, and is not replaced by one (where there are devices)", async () => {
  if (Deno.build.os === "windows") return;
  assertThrows(() => openFile("load", "/dev/zero"), FileError, "/dev/zero is a device or a pipe");
  await assertRejects(() => writeFile("save", "/dev/null", []), FileError, "/dev/null is a device or a pipe");
});

Deno.test("what a system says of a file becomes a sentence, whatever it is", () => {
  const said = (to: Attempt["to"], code: string, message = "it says") => {
    const fail = () =>
      attempt({ name: "save", to, path: "runs/a.bin" }, () => {
        throw Object.assign(new Error(message), { code });
      });
    return assertThrows(fail, FileError, "save: ");
  };
  const sentences: [Attempt["to"], string, string][] = [
    [
      "write",
      "EACCES",
      "the system does not let this user write runs/a.bin; take another place, or change who may",
    ],
    ["remove", "EPERM", "the system does not let this user remove runs/a.bin"],
    ["read", "EACCES", "the system does not let this user read runs/a.bin"],
    [
      "write",
      "EROFS",
      "runs/a.bin could not be written: what is there can only be read; take another folder",
    ],
    [
      "write",
      "ENOSPC",
      "runs/a.bin could not be written: the disk is full; make room, or take another folder",
    ],
    ["write", "EDQUOT", "there is no more room for this user"],
    ["read", "EMFILE", "too many files are open"],
    ["read", "EIO", "runs/a.bin could not be read: it says"],
    ["read", "constructor", "runs/a.bin could not be read: it says"],
    [
      "write",
      "ERR_ACCESS_DENIED",
      "Node was not allowed to write runs/a.bin; --allow-fs-read=runs/ --allow-fs-write=runs/ allows it",
    ],
  ];
  for (const [to, code, sentence] of sentences) {
    const { message, code: kept, cause } = said(to, code);
    assertEquals(
      [message.includes(sentence), kept, (cause as Error).message],
      [true, code, "it says"],
      message,
    );
  }
});
