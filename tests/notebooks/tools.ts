/**
 * What the tests of notebooks and of the site need of this machine.
 *
 * @module
 */

import { type Notebook, toNotebook } from "../../tools/notebooks/nbformat.ts";

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

/** What depends on the hour and on the machine: times, speeds, what it computes on. */
const PASSING: [pattern: RegExp, instead: string][] = [
  [/^computing on .*$/gm, "computing on …"],
  [/^Device .*$/gm, "Device …"],
  [/\d[\d.:]* (?:ms\/step|s\/step|steps\/s|s\b(?!teps))/g, "…"],
];

/**
 * What a reader sees under each cell of a notebook: text, and of pictures their kinds and what stands for them where only text is
 * shown. The same for each run.
 *
 * @param notebook Its text.
 */
export function seen(notebook: string): string[][] {
  const { cells } = JSON.parse(notebook) as Notebook;
  return cells.map(({ outputs = [] }) => {
    const texts: { kind: string; text: string }[] = [];
    for (const output of outputs) {
      // A client keeps errors, too; our own tool ends with one.
      if (output.output_type !== "stream" && !("data" in output)) continue;
      const isStream = output.output_type === "stream";
      const kind = isStream
        ? output.name
        : `${output.output_type} ${Object.keys(output.data).sort().join(" ")}`;
      const text = [isStream ? output.text : output.data["text/plain"] ?? ""].flat().join("");
      // Clients part a stream as it arrives.
      if (isStream && texts.at(-1)?.kind === kind) texts.at(-1)!.text += text;
      else texts.push({ kind, text });
    }
    return texts.map(({ kind, text }) =>
      PASSING.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), `${kind}: ${text}`)
    );
  });
}

/** A notebook of code cells, without the guard. */
export function notebookOf(...codes: string[]): Notebook {
  const cells = codes.map((source, line) => ({ kind: "code" as const, source, tags: [], line }));
  const notebook = toNotebook(cells);
  return { ...notebook, cells: notebook.cells.slice(1) };
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
