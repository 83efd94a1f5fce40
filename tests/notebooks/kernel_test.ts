/**
 * Deno's kernel and our client of it. Needs the permission to start programs; plain `deno test` skips it.
 */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { execute } from "../../tools/notebooks/execute.ts";
import { CellError, Kernel } from "../../tools/notebooks/kernel.ts";
import { type Notebook, serialize, toNotebook } from "../../tools/notebooks/nbformat.ts";
import { notebookOf, obstacle, ROOT, run, seen, testUnless } from "./tools.ts";

const reason = await obstacle();
const NOTEBOOKS = new URL("notebooks", ROOT).pathname;

function printed(notebook: Notebook): string[] {
  return notebook.cells.map(({ outputs }) => {
    return (outputs ?? []).map((output) => output.output_type === "stream" ? output.text.join("") : "#").join(
      "",
    );
  });
}

const LOUD = [
  'for (let i = 0; i < 3000; i++) console.log("line", i);',
  'for (let i = 0; i < 50; i++) { console.log("step", i); await new Promise((next) => setTimeout(next)); }',
  'console.log("a"); await Deno.jupyter.display({ "text/plain": "b" }, { raw: true }); console.log("c");',
  'console.error("to stderr"); console.log("to stdout");',
  'console.log("last");',
];

testUnless(reason, "20 runs of a loud notebook lose no line, and each line stays in its cell", async () => {
  const expected = [
    Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(""),
    Array.from({ length: 50 }, (_, i) => `step ${i}\n`).join(""),
    "a\n#c\n",
    "to stderr\nto stdout\n",
    "last\n",
  ];
  for (let i = 0; i < 20; i++) {
    const notebook = notebookOf(...LOUD);
    await execute(notebook, NOTEBOOKS);
    assertEquals(printed(notebook), expected);
  }
});

const failing: Record<string, [code: string[], message: string]> = {
  "an exception": [["1;", 'throw new RangeError("too far");'], "cell 2 failed: RangeError: too far"],
  "an exception in a timer": [['setTimeout(() => { throw new Error("late"); });'], "Error: late"],
  "a promise that nobody awaits": [['Promise.reject(new Error("alone"));'], "Error: alone"],
  "the end of the kernel": [["Deno.exit(3);"], "the kernel ended with exit code 3"],
  "a cell that hangs": [
    ["await new Promise(() => setInterval(() => {}, 1000));"],
    "it hung: no answer within 2 s",
  ],
  "a cell that never yields": [["while (true);"], "it hung: no answer within 2 s"],
};
for (const [name, [codes, message]] of Object.entries(failing)) {
  testUnless(reason, `${name} fails the notebook and names the cell`, async () => {
    const failed = execute(notebookOf(...codes), NOTEBOOKS, { timeout: 2000 });
    const error = await assertRejects(() => failed, CellError);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.message, `cell ${codes.length} failed`);
  });
}

testUnless(reason, "a notebook in another folder says where it belongs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const notebook = toNotebook([{ kind: "code", source: "1;", tags: [], line: 1 }]);
    const error = await assertRejects(() => execute(notebook, folder), CellError);
    assertStringIncludes(
      error.message,
      `runs in ${await Deno.realPath(folder)} and does not find the library`,
    );
    assertStringIncludes(error.message, "Open it in the folder notebooks/ of the repository");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(reason, "answers in folded Markdown are run, and their errors count", async () => {
  const answer = (code: string) => ({
    kind: "markdown" as const,
    source: `Answer\n\n\`\`\`ts\n${code}\n\`\`\``,
    tags: ["folded"],
    line: 1,
  });
  await execute(toNotebook([answer("const x = 1;")]), NOTEBOOKS);
  const wrong = execute(toNotebook([answer("nowhere();")]), NOTEBOOKS);
  const error = await assertRejects(() => wrong, CellError);
  assertStringIncludes(error.message, "cell 1 failed: ReferenceError: nowhere is not defined");
});

testUnless(reason, "a question's code is run, too, and what it declares is its own", async () => {
  const cell = (kind: "code" | "markdown", source: string, ...tags: string[]) => ({
    kind,
    source,
    tags,
    line: 1,
  });
  const question = (code: string) =>
    cell(
      "markdown",
      `**Predict.** What?\n\n- [x] 1\n- [ ] 2\n\n**Answer.** One.\n\n\`\`\`ts\n${code}\n\`\`\``,
      "question",
    );
  const answer = cell("markdown", 'Answer\n\n```ts\nif (x !== "mine") throw new Error(x);\n```', "folded");
  const code = cell("code", 'const x = "mine";');
  await execute(toNotebook([code, question('const x = "its";\nconsole.log(x);'), answer]), NOTEBOOKS);
  const wrong = execute(toNotebook([code, question("nowhere();")]), NOTEBOOKS);
  assertStringIncludes((await assertRejects(() => wrong, CellError)).message, "nowhere is not defined");
});

/** Cells that end with a value, and what they show of it. */
const BARE: [code: string, types: string[], text: string][] = [
  [
    "const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });\nx",
    ["text/plain"],
    "Tensor [2, 2] float32 cpu\n[[1., 2.],\n [3., 4.]]",
  ],
  [
    'chart.line({ title: "T", y: [1, 2, 3] })',
    ["application/vnd.plotly.v1+json", "image/png", "text/plain"],
    "T\n",
  ],
  ["graph(x.square().sum())", ["image/png", "text/plain"], "sum  30\n"],
  [
    "const net = new nn.Sequential(new nn.Linear(2, 3));\nnet",
    ["text/plain"],
    "Sequential(\n  (0): Linear(2, 3)\n)",
  ],
  ["new optim.SGD(net.parameters(), { lr: 0.1 })", ["text/plain"], "SGD {\n  lr: 0.1,"],
  ["summary(net, [1, 2])", ["text/html", "text/plain"], "layer "],
  ["[{ a: 1, b: 2 }, { a: 3, b: 4 }]", ["text/html", "text/plain"], "a  b\n────\n1  2\n3  4"],
  ["[{ a: { b: 2 } }, { a: 3 }]", ["text/plain"], "[ { a: { b: 2 } }, { a: 3 } ]"],
  ["currentDevice()", ["text/plain"], "Device cpu: "],
  ["await Deno.jupyter.display(x)", ["text/plain"], "Tensor [2, 2] float32 cpu\n[[1., 2.]"],
  ["1 + 1", ["text/plain"], "2"],
  [
    `let gone;
for await (const { index } of steps(5, { progress: false })) {
  const t = x.mul(2);
  if (index === 0) gone = t;
}
await Promise.resolve();
gone`,
    ["text/plain"],
    "This tensor [2, 2] made by mul() was freed after iteration 0 of steps().",
  ],
  ["chart.line({ y: gone })", ["text/plain"], "This tensor [2, 2] made by mul() was freed"],
  ["chart.line({ x: [1], y: [1, 2] })", ["text/plain"], "line: 1 x but 2 y"],
];

testUnless(
  reason,
  "a bare last expression shows itself, and what cannot be shown is a sentence",
  async () => {
    const names = "chart, currentDevice, graph, nn, optim, steps, summary, tensor, useDevice";
    const setup = `import { ${names} } from "descent";\nawait useDevice("cpu");\nundefined`;
    const notebook = notebookOf(setup, ...BARE.map(([code]) => code));
    await execute(notebook, NOTEBOOKS);
    for (const [i, [code, types, text]] of BARE.entries()) {
      const [output] = notebook.cells[i + 1].outputs!;
      assert("data" in output, code);
      assertEquals(Object.keys(output.data), types, code);
      assertStringIncludes([output.data["text/plain"]].flat().join(""), text, code);
      if (types.includes("image/png")) assert("image/png" in output.metadata, code);
    }
  },
);

testUnless(reason, "a value that is left over from before a cell's end fails the notebook", async () => {
  const failed = execute(
    notebookOf("const seen = [];\nfor (const x of [1, 2]) {\n  seen.push(x);\n}"),
    NOTEBOOKS,
  );
  const error = await assertRejects(() => failed, CellError);
  assertStringIncludes(error.message, "cell 1 shows 2, which is only left over");
});

for (const { name } of reason === null ? [...Deno.readDirSync(NOTEBOOKS)] : []) {
  if (!name.endsWith(".ipynb")) continue;
  testUnless(reason, `${name} shows what a fresh run of it shows`, async () => {
    const stored = await Deno.readTextFile(`${NOTEBOOKS}/${name}`);
    const fresh: Notebook = JSON.parse(stored);
    for (const cell of fresh.cells) if (cell.cell_type === "code") cell.outputs = [];
    await execute(fresh, NOTEBOOKS);
    assertEquals(seen(stored), seen(serialize(fresh)));
  });
}

testUnless(reason, "the kernel has no GPU of its own to need: a cell computes on the cpu", async () => {
  const kernel = await Kernel.start(NOTEBOOKS);
  try {
    const code = 'import { tensor, useDevice } from "descent";\nawait useDevice("cpu");\n' +
      "console.log(await tensor([1, 2]).sum().item());";
    const { messages } = await kernel.run(code);
    const text = messages.filter(({ header }) => header.msg_type === "stream").map(({ content }) =>
      content.text
    );
    assertEquals(text.join(""), "3\n");
  } finally {
    await kernel.close();
  }
});

testUnless(reason, "--check says which notebook is stale, missing, not run or too much", async () => {
  const folder = await Deno.makeTempDir();
  // With other folders than the task may use.
  const make = (flags: string[] = []) =>
    run("deno", [
      ...["run", "--allow-all", "tools/notebooks.ts", ...flags],
      ...[`--chapters=${folder}/chapters`, `--notebooks=${folder}`],
    ]);
  const check = () => make(["--check"]);
  const chapter = `${folder}/chapters/01_x.ts`;
  try {
    await Deno.mkdir(`${folder}/chapters`);
    await Deno.writeTextFile(chapter, "// %% [markdown]\n// # X\n\n// %%\nconst x = 1;\nconsole.log(x);\n");
    assertStringIncludes((await check()).stderr, "01_x.ipynb is missing; run: deno task notebooks 01_x");
    await make(["--no-run"]);
    assertStringIncludes((await check()).stderr, "was not run");
    // An interlude is one of its own: "1" is not 01b, and "1b" is.
    await Deno.writeTextFile(`${folder}/chapters/01b_y.ts`, "// %% [markdown]\n// # Y\n");
    assertStringIncludes((await check()).stderr, "01b_y.ipynb is missing");
    assert(!(await make(["--no-run", "1"])).stdout.includes("01b_y"));
    assertMatch((await make(["--no-run", "1b"])).stdout, /^\S*01b_y\.ipynb: 1 cells/);
    await Deno.writeTextFile(chapter, "// %% [markdown]\n// # X\n\n// %%\nconst x = 2;\nconsole.log(x);\n");
    assertStringIncludes((await check()).stderr, "is not what");
    await Deno.writeTextFile(`${folder}/02_gone.ipynb`, "{}");
    assertStringIncludes((await check()).stderr, "02_gone.ipynb has no chapter");
    await Deno.writeTextFile(chapter, "// %% [markdown]\n// # X\n\n// %%\nconsole.log(import.meta.url);\n");
    const { code, stderr } = await check();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "A notebook's cell is no module: it has no import.meta.");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(reason, "the notebooks of this repository are what its chapters say", async () => {
  const { code, stderr } = await run("deno", ["task", "notebooks", "--check"]);
  assertEquals(code, 0, stderr);
});
