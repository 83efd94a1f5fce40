/**
 * The notebooks in Jupyter itself: nbconvert, and JupyterLab in a browser. Needs the permission to start programs,
 * jupyter (with jupyterlab and nbconvert) on the PATH, and Chromium; skipped where something is missing.
 */
import { assertEquals } from "@std/assert";
import { jupyterHome, obstacle, ROOT, run, testUnless } from "./tools.ts";

const converts = await obstacle("jupyter-nbconvert");
const browses = await obstacle("jupyter-lab", "chromium");

/** What the cells of a notebook file printed. */
function printed(text: string): string[] {
  const { cells } = JSON.parse(text) as { cells: { outputs?: { text?: string | string[] }[] }[] };
  return cells.map(({ outputs = [] }) => outputs.map(({ text = "" }) => [text].flat().join("")).join(""));
}

for (const [name, times] of [["01_extremum", 20], ["02_vector_extremum", 1]] as const) {
  testUnless(
    converts,
    `nbconvert --execute runs ${name} and keeps every line, ${times} of ${times} times`,
    async () => {
      const { folder, env } = await jupyterHome();
      try {
        const file = new URL(`notebooks/${name}.ipynb`, ROOT);
        const args = ["--to", "notebook", "--execute", `--output-dir=${folder}`, file.pathname];
        const ours = printed(await Deno.readTextFile(file));
        for (let i = 0; i < times; i++) {
          const { code, stderr } = await run("jupyter-nbconvert", args, { env });
          assertEquals(code, 0, stderr);
          assertEquals(printed(await Deno.readTextFile(`${folder}/${name}.ipynb`)), ours);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

testUnless(
  browses,
  "JupyterLab runs a chapter, its curve moves, Stop ends a loop and the kernel lives on",
  async () => {
    const script = new URL("tests/notebooks/lab.ts", ROOT).pathname;
    const { code, stdout, stderr } = await run("deno", ["run", "-A", "--lock=tools/deno.lock", script]);
    assertEquals(code, 0, stdout + stderr);
  },
);
