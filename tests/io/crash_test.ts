// What becomes of checkpoints where the program is killed, the disk is full, or a permission is missing. Starts programs.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { load, save } from "descent";
import { folderTest, skippedWithout } from "../folder.ts";

const skipped = skippedWithout("read", "write", "run");

/** So many times the run is killed. */
const KILLS = 20;
/** Its steps. */
const STEPS = 800;

const programOf = (name: string) => new URL(`programs/${name}.ts`, import.meta.url).pathname;

function deno(args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    stdout: "piped",
    stderr: "piped",
  });
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** The lines of the run in a folder; it is killed a while after it has begun, or left to its end. */
async function runIn(folder: string, killAfter?: number): Promise<string[]> {
  const child = deno(["--allow-read", "--allow-write", programOf("train"), folder, String(STEPS)]).spawn();
  const lines: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined, rest = "";
  const errors = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
    if (killAfter !== undefined && lines.length > 0) {
      timer ??= setTimeout(() => child.kill("SIGKILL"), killAfter);
    }
  }
  clearTimeout(timer);
  const { success } = await child.status;
  assertEquals(success, killAfter === undefined, await errors);
  await errors;
  return lines;
}

const numberIn = (line: string | undefined) => Number(line?.split(" ")[1] ?? 0);

folderTest(
  `a run that is killed ${KILLS} times while it trains and saves loses nothing that was saved, and ends with the same bits`,
  async (folder) => {
    const began = performance.now(), whole = await runIn(`${folder}/whole`);
    // However fast the machine is, the run is not over before the last kill: all pauses together are at most as long as it.
    const longest = (performance.now() - began) / KILLS, killed = `${folder}/killed`;
    await Deno.mkdir(killed);
    let saved = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const lines = await runIn(killed, Math.random() * longest);
      const from = numberIn(lines[0]);
      // One more may have been saved before it could be said.
      assert(from === saved || from === saved + 1, `after step ${saved} it went on from ${from}`);
      saved = Math.max(from, numberIn(lines.filter((line) => line.startsWith("saved")).at(-1)));
    }
    assert(saved > 0 && saved < STEPS, `${saved} steps were made`);
    const end = await runIn(killed);
    assertEquals(end.at(-1), whole.at(-1));
    assertEquals(namesIn(killed), namesIn(`${folder}/whole`));
  },
  skipped,
);

/** What the program says that saves so many numbers to a path, or loads it. */
async function said(path: string, count: number | undefined, permissions: string[]): Promise<string> {
  const args = [
    ...permissions,
    programOf("save_once"),
    path,
    ...(count === undefined ? [] : [String(count)]),
  ];
  const { stdout, stderr } = await deno(args).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

folderTest(
  "a permission that is missing is named, and the file that is there is untouched",
  async (folder) => {
    const path = `${folder}/run.safetensors`;
    await save(path, { step: 1 });
    const wanted = `--allow-read=${folder} --allow-write=${folder} allows it`;
    const none = await said(path, 4, []);
    assertStringIncludes(none, `save: Deno was not allowed to write in the folder ${folder}; ${wanted}`);
    const reading = await said(path, 4, [`--allow-read=${folder}`]);
    assertStringIncludes(reading, `save: Deno was not allowed to write in the folder ${folder}; ${wanted}`);
    const writing = await said(path, 4, [`--allow-write=${folder}`]);
    assertStringIncludes(writing, `save: Deno was not allowed to read in the folder ${folder}`);
    assertStringIncludes(writing, wanted);
    const loading = await said(path, undefined, [`--allow-write=${folder}`]);
    assertStringIncludes(
      loading,
      `load: Deno was not allowed to read ${path}; --allow-read=${path} allows it`,
    );
    assertEquals([await load(path, {}), namesIn(folder)], [{ step: 1 }, ["run.safetensors"]]);
    // A folder that is made, and nothing around it.
    const own = `${folder}/new/deep`, allowed = [`--allow-read=${own}`, `--allow-write=${own}`];
    assertEquals(await said(`${own}/run.safetensors`, 4, allowed), "");
    assertEquals((await load<{ step: number }>(`${own}/run.safetensors`, {})).step, 2);
  },
  skipped,
);

/** Whether file systems can be mounted here. */
function canMount(): boolean {
  if (skipped !== "" || Deno.build.os !== "linux") return false;
  const folder = Deno.makeTempDirSync();
  try {
    return mount(["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]) && unmount(folder);
  } finally {
    Deno.removeSync(folder);
  }
}

function command(name: string, args: string[]): boolean {
  try {
    return new Deno.Command(name, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const mount = (args: string[]) => command("mount", args);
const unmount = (folder: string) => command("umount", [folder]);

/** A test with a small file system of its own. */
function diskTest(name: string, fn: (folder: string) => Promise<void>): void {
  const why = canMount() ? "" : skipped || " (skipped: needs Linux and the right to mount)";
  const run = async (folder: string) => {
    assert(mount(["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]));
    try {
      await fn(folder);
    } finally {
      unmount(folder);
    }
  };
  folderTest(name, run, why);
}

diskTest(
  "a full disk is said, and the file that is there is untouched, with nothing beside it",
  async (folder) => {
    const path = `${folder}/run.safetensors`;
    await save(path, { step: 1 });
    const full = await said(path, 100_000, ["--allow-read", "--allow-write"]);
    assertEquals(
      full.trim(),
      `FileError: save: ${path} could not be written: the disk is full; make room, or take another folder`,
    );
    assertEquals([await load(path, {}), namesIn(folder)], [{ step: 1 }, ["run.safetensors"]]);
  },
);

diskTest("a disk that can only be read is said, and the file that is there is untouched", async (folder) => {
  const path = `${folder}/run.safetensors`;
  await save(path, { step: 1 });
  assert(mount(["-o", "remount,ro", folder]));
  const kept = await said(path, 4, ["--allow-read", "--allow-write"]);
  assertEquals(
    kept.trim(),
    `FileError: save: ${path} could not be written: what is there can only be read; take another folder`,
  );
  assertEquals([await load(path, {}), namesIn(folder)], [{ step: 1 }, ["run.safetensors"]]);
});
