/**
 * What the tests of notebooks and of the site need of this machine.
 *
 * @module
 */

/** The repository, with a slash at its end. */
export const ROOT: string = new URL("../../", import.meta.url).href;

const KINDS = ["read", "write", "run", "net", "env", "sys", "ffi"] as const;

/**
 * Why a test that starts programs cannot run here; null if it can.
 *
 * @param programs What must be installed.
 */
export async function obstacle(...programs: string[]): Promise<string | null> {
  for (const name of KINDS) {
    if ((await Deno.permissions.query({ name })).state !== "granted") {
      return `needs the permission to ${name}`;
    }
  }
  for (const program of programs) {
    if (await find(program) === null) return `${program} is not installed`;
  }
  return null;
}

/** Registers a test, or says in its name why it is skipped. */
export function testUnless(reason: string | null, name: string, fn: () => Promise<void>): void {
  const why = reason === null ? "" : ` (skipped: ${reason})`;
  // A kernel or a browser that is ended keeps an operation for a moment.
  Deno.test({ name: name + why, ignore: reason !== null, fn, sanitizeOps: false, sanitizeResources: false });
}

/** What a program came to. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const path = program === "deno" ? Deno.execPath() : await find(program) ?? program;
  const { code, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    cwd: options.cwd ?? new URL(ROOT),
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/**
 * A folder with a Jupyter that knows Deno's kernel and touches nothing of its user's.
 *
 * @returns The folder, and the variables that make Jupyter use it.
 */
export async function jupyterHome(): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = await Deno.makeTempDir({ prefix: "descent-jupyter-" });
  await Deno.mkdir(`${folder}/data/kernels/deno`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/data/kernels/deno/kernel.json`,
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  const env: Record<string, string> = { JUPYTER_PLATFORM_DIRS: "1" };
  for (const part of ["data", "config", "runtime"]) {
    env[`JUPYTER_${part.toUpperCase()}_DIR`] = `${folder}/${part}`;
  }
  return { folder, env };
}

async function find(program: string): Promise<string | null> {
  if (program === "chromium") {
    const { findChromium } = await import("../../tools/site/browser.ts");
    return findChromium();
  }
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if ((await Deno.stat(`${folder}/${program}`)).isFile) return `${folder}/${program}`;
    } catch {
      // Not there.
    }
  }
  return null;
}
