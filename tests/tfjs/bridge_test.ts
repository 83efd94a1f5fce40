/**
 * Runs the tests of the bridge to TensorFlow.js, and the examples in its documentation. Needs the permission to start
 * programs: TensorFlow.js whole is 250 MB, and what deno.lock names every reader of a chapter downloads. Therefore deno.json
 * names it under "scopes": what is under "imports" every `deno task` writes into deno.lock, used or not.
 */
import { assert, assertEquals } from "@std/assert";
import { obstacle, ROOT, run, testUnless } from "../notebooks/tools.ts";

const reason = await obstacle();
const FLAGS = ["--allow-all", "--config=deno.json", "--lock=tests/tfjs/deno.lock"];

testUnless(reason, "the bridge to TensorFlow.js: the tests in tests/tfjs/bridge.ts", async () => {
  const { code, stdout, stderr } = await run("deno", ["test", ...FLAGS, "tests/tfjs/bridge.ts"]);
  assertEquals(code, 0, stdout + stderr);
});

testUnless(reason, "the examples of the bridge to TensorFlow.js run", async () => {
  const source = await Deno.readTextFile(new URL("lib/tfjs.ts", ROOT));
  const examples = [...source.matchAll(/^ \* ```ts ignore\n([^]*?)^ \* ```$/gm)];
  assert(examples.length >= 5);
  const folder = await Deno.makeTempDir();
  try {
    const names = examples.map((_, index) => `example_${index}.ts`);
    for (const [index, [, lines]] of examples.entries()) {
      await Deno.writeTextFile(`${folder}/${names[index]}`, lines.replace(/^ \* ?/gm, ""));
    }
    await Deno.writeTextFile(`${folder}/all.ts`, names.map((name) => `import "./${name}";\n`).join(""));
    const { code, stderr } = await run("deno", ["run", "--check", ...FLAGS, `${folder}/all.ts`]);
    assertEquals(code, 0, stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(reason, "readers download neither TensorFlow.js whole nor what only tools need", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  const heavy = /^(@tensorflow\/tfjs|playwright-core|esbuild|assemblyscript|shiki)@/;
  assertEquals(Object.keys(npm).filter((name) => heavy.test(name)), []);
});
