/**
 * The site, and the pages that `--out` writes, in a real browser. Needs the permission to start programs, and Chromium;
 * skipped where something is missing.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { obstacle, ROOT, run, testUnless } from "../notebooks/tools.ts";

const reason = await obstacle();
const browses = await obstacle("chromium");

let built: Promise<string> | undefined;

/** The site in a folder, made once for all tests. */
function site(): Promise<string> {
  return built ??= (async () => {
    const folder = await Deno.makeTempDir();
    addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    // As the task does it, with the permissions that it has, save that another folder is written.
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const command: string = tasks.site.command;
    const args = command.replace("$(deno eval -p 'Deno.execPath()')", Deno.execPath())
      .replace("--allow-read=.", `--allow-read=.,${folder}`)
      .replace("--allow-write=site", `--allow-write=${folder}`).split(" ").slice(1);
    const { code, stderr } = await run("deno", ["run", "--no-prompt", ...args.slice(1), `--out=${folder}`]);
    assertEquals(code, 0, stderr);
    return folder;
  })();
}

/** Opens all pages in a folder; see tools/site/browse.ts for what is wrong with a page. */
async function browse(folder: string): Promise<void> {
  const args = ["run", "-A", "--lock=tools/deno.lock", "tools/site/browse.ts", folder];
  const { code, stdout, stderr } = await run("deno", args);
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, " 0 complaints");
}

testUnless(
  reason,
  "the site has a page for each chapter, and names nothing outside it but where links lead",
  async () => {
    const folder = await site();
    const chapters = [...Deno.readDirSync(new URL("notebooks", ROOT))].filter(({ name }) =>
      name.endsWith(".ipynb")
    );
    const contents = await Deno.readTextFile(`${folder}/index.html`);
    for (const { name } of chapters) {
      const page = name.replace(".ipynb", ".html");
      assertStringIncludes(contents, `href="${page}"`);
      const html = await Deno.readTextFile(`${folder}/${page}`);
      assert(
        !/(?:src|srcset|@import|url\()[=\s"']*https?:/.test(html),
        `${page} loads something from elsewhere`,
      );
      assert(!/<img(?![^>]*\balt="[^"]+")/.test(html), `${page} has an image without a text`);
      assert(!html.includes("katex-error"), `${page} has a formula that KaTeX does not read`);
    }
  },
);

testUnless(
  browses,
  "every page of the site opens without an error, fits a phone, meets WCAG AA; charts and questions react",
  async () => await browse(await site()),
);

testUnless(reason, "the reference names no path of this machine, and every parameter by a name", async () => {
  const folder = await site();
  const pages = [...Deno.readDirSync(`${folder}/api/~`)].map(({ name }) => `${folder}/api/~/${name}`);
  assert(pages.length > 500, `only ${pages.length} pages`);
  for (const page of [`${folder}/api/index.html`, ...pages]) {
    const html = await Deno.readTextFile(page);
    assert(!/file:(?:\/|&#x2F;)/.test(html), `${page} leads to a file of this machine`);
    assert(!/\barg_\d/.test(html), `${page} has a parameter without a name`);
    assert(!html.includes("@internal"), `${page} shows what is internal`);
  }
});

/** What is typed into the search of the reference, and what must come first. */
const SEARCHES = {
  Linear: "nn.Linear",
  Adam: "optim.Adam",
  backward: "Tensor.backward",
  relu: "F.relu",
  log1p: "Tensor.log1p",
  ReLU: "nn.ReLU",
  linear: "F.linear",
  "nn.init": "nn.init",
  "clip_grad_norm_": "nn.utils.clipGradNorm_",
  "torch.cumsum": "Tensor.cumsum",
  "binary_cross_entropy": "F.binaryCrossEntropy",
  bakward: "Tensor.backward",
};

testUnless(browses, "the reference's search finds first what was typed, and Enter goes there", async () => {
  const args = ["run", "-A", "--lock=tools/deno.lock", "tests/site/search.ts", await site()];
  const { code, stdout, stderr } = await run("deno", [...args, ...Object.keys(SEARCHES)]);
  assertEquals(code, 0, stderr);
  const found = Object.values(JSON.parse(stdout));
  assertEquals(found, [SEARCHES, SEARCHES]);
});

testUnless(browses, "the pages that show() writes open offline, and their charts react", async () => {
  const folder = await Deno.makeTempDir();
  const program = `import { chart, show } from "descent";
    const x = Array.from({ length: 20 }, (_, i) => i);
    const out = ${JSON.stringify(folder)};
    await show(chart.line({ x, y: x.map((v) => v * v), title: "squares", xTitle: "x", yTitle: "y" }), { out });
    await show(chart.bar({ x: ["a", "b"], y: [1, 2], title: "bars" }), { out });
    await show(chart.heatmap({ z: [[1, 2], [3, 4]], title: "cells" }), { out });`;
  try {
    const { code, stderr } = await run("deno", ["eval", program]);
    assertEquals(code, 0, stderr);
    await browse(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
