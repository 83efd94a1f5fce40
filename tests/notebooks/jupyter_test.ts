/**
 * The notebooks in Jupyter itself: nbconvert, and JupyterLab in a browser. Needs the permission to start programs,
 * jupyter (with jupyterlab and nbconvert) on the PATH, and Chromium; skipped where something is missing.
 */
import { assert, assertEquals } from "@std/assert";
import { serialize } from "../../tools/notebooks/nbformat.ts";
import { jupyterHome, notebookOf, obstacle, ROOT, run, seen, testUnless } from "./tools.ts";

const converts = await obstacle("jupyter-nbconvert");
const browses = await obstacle("jupyter-lab", "chromium");

/** Runs a notebook in nbconvert, and tells what its reader sees. */
async function converted(path: string, into: string, env: Record<string, string>): Promise<string[][]> {
  const args = ["--to", "notebook", "--execute", `--output-dir=${into}`, path];
  const { code, stderr } = await run("jupyter-nbconvert", args, { env });
  assertEquals(code, 0, stderr);
  return seen(await Deno.readTextFile(`${into}/${path.split("/").at(-1)}`));
}

const NOTEBOOKS = new URL("notebooks/", ROOT).pathname;
const stored = converts === null
  ? [...Deno.readDirSync(NOTEBOOKS)].map(({ name }) => name).filter((name) => name.endsWith(".ipynb")).sort()
  : [];

for (const name of stored) {
  const times = name.startsWith("01_") ? 20 : 1;
  testUnless(
    converts,
    `nbconvert --execute runs ${name} and shows what is stored, ${times} of ${times} times`,
    async () => {
      const { folder, env } = await jupyterHome();
      try {
        const ours = seen(await Deno.readTextFile(NOTEBOOKS + name));
        for (let i = 0; i < times; i++) assertEquals(await converted(NOTEBOOKS + name, folder, env), ours);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

testUnless(
  converts,
  "nbconvert loses none of 30 cells' 300 lines, the first cell's and a failing one's among them",
  async () => {
    const lines = (from: string) => `for (let i = 0; i < 300; i++) console.log("${from}", i);`;
    const names = Array.from({ length: 30 }, (_, i) => `cell ${i}`);
    const notebook = notebookOf(
      ...names.map((name, i) => (i === 0 ? 'import { tensor } from "descent";\n' : "") + lines(name)),
    );
    const failing = notebookOf(`${lines("before it")} throw new Error("here");`);
    failing.cells[0].metadata.tags = ["raises-exception"];
    notebook.cells.push(...failing.cells);
    const { folder, env } = await jupyterHome();
    const path = `${NOTEBOOKS}loud-${crypto.randomUUID()}.ipynb`;
    try {
      await Deno.writeTextFile(path, serialize(notebook));
      const expected = [...names, "before it"].map((name) =>
        `stdout: ${Array.from({ length: 300 }, (_, i) => `${name} ${i}\n`).join("")}`
      );
      assertEquals((await converted(path, folder, env)).map(([text]) => text), expected);
    } finally {
      await Deno.remove(path);
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(
  converts,
  "nbconvert keeps pictures that nobody has awaited, and what cannot be shown is a sentence",
  async () => {
    const notebook = notebookOf(
      'import { chart, show, tensor } from "descent";\nshow(chart.line({ title: "last", y: [1, 2] }))',
      'show(chart.line({ title: "in the middle", y: [1, 2] }));\nconst three = 3;',
      "show(chart.line({ x: [1], y: [1, 2] }))",
      'for (let i = 0; i < 3; i++) show(tensor(i));\nconsole.log("printed");',
    );
    const { folder, env } = await jupyterHome();
    const path = `${NOTEBOOKS}late-${crypto.randomUUID()}.ipynb`;
    try {
      await Deno.writeTextFile(path, serialize(notebook));
      const [last, middle, wrong, many] = await converted(path, folder, env);
      const picture = "display_data application/vnd.plotly.v1+json image/png text/plain: ";
      assertEquals([last.length, middle.length], [1, 1]);
      assert(last[0].startsWith(`${picture}last\n`) && middle[0].startsWith(`${picture}in the middle\n`));
      assertEquals(wrong, ["execute_result text/plain: line: 1 x but 2 y; each point needs both"]);
      const numbers = [0, 1, 2].map((i) => `display_data text/plain: Tensor [] float32 cpu\n${i}.`);
      assertEquals(many.toSorted(), [...numbers, "stdout: printed\n"].toSorted());
    } finally {
      await Deno.remove(path);
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(
  browses,
  "JupyterLab runs a chapter, its curve moves, Stop ends a loop and the kernel lives on",
  async () => {
    const script = new URL("tests/notebooks/lab.ts", ROOT).pathname;
    const { code, stdout, stderr } = await run("deno", ["run", "-A", "--lock=tools/deno.lock", script]);
    assertEquals(code, 0, stdout + stderr);
  },
);
