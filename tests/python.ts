/**
 * Python, where it is there, has what a test needs of it, and may be started.
 *
 * @module
 */

const KINDS = ["run", "read", "write", "env"] as const;
const granted = KINDS.every((name) => Deno.permissions.querySync({ name }).state === "granted");

/** By modules: the Python that has them; null: none. */
const known = new Map<string, Promise<string | null>>();

/** Which Python has these modules: that of DESCENT_PYTHON, or python3. */
function pythonWith(modules: readonly string[]): Promise<string | null> {
  const key = modules.join();
  if (!known.has(key)) known.set(key, find(modules));
  return known.get(key)!;
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

/** Runs a program of Python's with arguments; what it printed. */
export type Python = (program: string, ...args: string[]) => Promise<string>;

/**
 * A test with Python and a folder of its own; skipped where there is none with these modules.
 *
 * @param modules What Python must have: "torch".
 */
export async function pythonTest(
  name: string,
  modules: readonly string[],
  fn: (python: Python, folder: string) => Promise<void>,
): Promise<void> {
  const command = granted ? await pythonWith(modules) : null;
  const why = command !== null
    ? ""
    : granted
    ? ` (skipped: no python3 here has ${modules.join(" and ")})`
    : ` (skipped: needs --allow-${KINDS.join(", --allow-")})`;
  const python: Python = async (program, ...args) => {
    const { success, stdout, stderr } = await new Deno.Command(command!, {
      args: ["-c", program, ...args],
      env: { OMP_NUM_THREADS: "1" },
      stdin: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    throw new Error(`Python failed:\n${new TextDecoder().decode(stderr).slice(-2000)}`);
  };
  Deno.test({
    name: name + why,
    ignore: command === null,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await fn(python, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
