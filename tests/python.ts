/**
 * Python, where it is there, has what a test needs of it, and may be started.
 *
 * @module
 */
import { folderTest } from "./folder.ts";

/** The repository. */
export const ROOT: URL = new URL("../", import.meta.url);

const KINDS = ["run", "read", "write", "env"] as const;
const granted = KINDS.every((name) => Deno.permissions.querySync({ name }).state === "granted");

/** A Python that has some modules, or what there is in its place. */
export interface Python {
  /** Runs it with these arguments in the repository; what it printed. */
  (...args: string[]): Promise<string>;
  /** Why there is none; "" where there is one. */
  missing: string;
}

/** That of DESCENT_PYTHON, or python3, if it has these modules. */
export async function pythonWith(...modules: string[]): Promise<Python> {
  const command = granted ? await find(modules) : null;
  const run = async (...args: string[]): Promise<string> => {
    const { success, stdout, stderr } = await new Deno.Command(command!, {
      args,
      cwd: ROOT,
      // One thread each: the tests' processes run beside each other.
      env: { OMP_NUM_THREADS: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (success) return text(stdout);
    throw new Error(`python ${args.join(" ")} failed:\n${text(stderr).slice(-2000)}`);
  };
  const missing = !granted
    ? `needs --allow-${KINDS.join(", --allow-")}`
    : command === null
    ? `no python3 here has ${modules.join(", ")}`
    : "";
  return Object.assign(run, { missing });
}

async function find(modules: readonly string[]): Promise<string | null> {
  const missing = modules.map((name) => `u.find_spec("${name}") is None`).join(" or ");
  const args = ["-c", `import importlib.util as u, sys; sys.exit(${missing})`];
  for (const command of [Deno.env.get("DESCENT_PYTHON"), "python3"]) {
    if (command === undefined) continue;
    const output = new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output();
    if ((await output.catch(() => null))?.success) return command;
  }
  return null;
}

/** A test with a folder of its own; skipped where there is no such Python. */
export function pythonTest(name: string, { missing }: Python, fn: (folder: string) => Promise<void>): void {
  folderTest(name, fn, missing === "" ? "" : ` (skipped: ${missing})`);
}
