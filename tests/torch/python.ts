/**
 * Python with PyTorch, where it is there and may be started.
 *
 * @module
 */

const permissions = [{ name: "run" }, { name: "read" }, { name: "write" }, { name: "env" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
const granted = states.every(({ state }) => state === "granted");

/** The repository. */
export const ROOT = new URL("../../", import.meta.url);

async function find(modules: string[]): Promise<string | null> {
  if (!granted) return null;
  const missing = modules.map((name) => `u.find_spec("${name}") is None`).join(" or ");
  for (const command of [Deno.env.get("DESCENT_PYTHON"), "python3"]) {
    if (command === undefined) continue;
    const args = ["-c", `import importlib.util as u, sys; sys.exit(${missing})`];
    const found = await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()
      .catch(() => null);
    if (found?.success) return command;
  }
  return null;
}

const command = await find(["torch", "safetensors", "numpy"]);
const withVision = await find(["torch", "safetensors", "numpy", "torchvision"]);

const why = !granted
  ? " (skipped: needs --allow-run, --allow-read, --allow-write and --allow-env)"
  : " (skipped: no python3 here has torch, safetensors and numpy; tools/torch/requirements.txt names them)";

/** Runs Python with these arguments in the repository; what it printed. */
export async function python(...args: string[]): Promise<string> {
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
}

/** A test with a folder of its own, in Python's presence. */
export function pythonTest(
  name: string,
  fn: (folder: string) => Promise<void>,
  { torchvision = false } = {},
): void {
  const there = torchvision ? withVision !== null : command !== null;
  Deno.test({
    name: name + (there ? "" : why),
    ignore: !there,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
