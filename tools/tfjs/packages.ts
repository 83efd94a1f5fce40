/**
 * TensorFlow.js' packages, made into modules that Deno can run together with the tests inside tfjs-core.
 *
 * The package's main file is one CommonJS bundle without the tests; the tests are ES modules whose imports have no file
 * extensions, so no runtime but a bundler loads them. esbuild with code splitting gives every test file a module of its
 * own and all of them, and the backends, one and the same tfjs-core.
 *
 * @module
 */
import { load } from "../packages.ts";

const VERSION = "4.22.0";

/** What is installed; jasmine-core is the last of the line that these tests were written for. */
const DEPENDENCIES = {
  "@tensorflow/tfjs-core": VERSION,
  "@tensorflow/tfjs-backend-cpu": VERSION,
  "@tensorflow/tfjs-backend-webgpu": VERSION,
  "jasmine-core": "3.99.1",
};

/** tfjs-core as tests and backends need it: with gradients and with the methods of Tensor. */
const CORE = `
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
export * from "@tensorflow/tfjs-core/dist/index";
`;

/** The modules besides the tests: their name in the built folder, and their source. */
const MODULES: Record<string, string> = {
  "core": CORE,
  "cpu": `export * from "@tensorflow/tfjs-backend-cpu/dist/index";`,
  "webgpu": `export * from "@tensorflow/tfjs-backend-webgpu/dist/index";`,
  "jasmine": `export { default } from "jasmine-core/lib/jasmine-core/jasmine.js";`,
  "test_environments": `
export { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
export { ENGINE } from "@tensorflow/tfjs-core/dist/engine";
`,
};

/** What a program that imports TensorFlow.js gets instead while it is tested. */
const IMPORTS: Record<string, string> = {
  "@tensorflow/tfjs-core": "core",
  "@tensorflow/tfjs-backend-cpu": "cpu",
  "@tensorflow/tfjs-backend-webgpu": "webgpu",
};

/** The built modules. */
export interface Packages {
  /** An import map: the repository's, with TensorFlow.js mapped to the built modules. */
  importMap: string;
  /** Where the built modules lie. */
  modules: string;
  /** The names of the test files, such as "ops/add_test". */
  tests: string[];
}

interface Esbuild {
  build(options: Record<string, unknown>): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Installs and builds, in a folder of the system's for temporary files; later calls find it there.
 *
 * @param repository The folder of Descent's deno.json.
 */
export async function packages(repository: string): Promise<Packages> {
  const folder = `${temporaryFolder()}/descent_tfjs_tests_${VERSION}`;
  const modules = `${folder}/modules`;
  const list = `${modules}/tests.json`;
  if (!exists(list)) {
    await install(folder);
    const tests = testFiles(`${folder}/node_modules/@tensorflow/tfjs-core/dist`);
    await bundle(folder, modules, tests);
    // Last, so that a build that was cut off is made anew.
    Deno.writeTextFileSync(list, JSON.stringify(tests));
  }
  return {
    importMap: writeImportMap(repository, folder, modules),
    modules,
    tests: JSON.parse(Deno.readTextFileSync(list)),
  };
}

function temporaryFolder(): string {
  return (Deno.env.get("TMPDIR") ?? Deno.env.get("TEMP") ?? "/tmp").replace(/[/\\]$/, "");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function install(folder: string): Promise<void> {
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/package.json`, JSON.stringify({ dependencies: DEPENDENCIES }));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: folder,
    stdout: "null",
  }).output();
  if (!success) throw new Error(`deno install failed in ${folder}`);
}

/** The test files under a folder, as paths without ".js". */
function testFiles(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return testFiles(folder, `${prefix}${name}/`);
    return name.endsWith("_test.js") ? [prefix + name.slice(0, -".js".length)] : [];
  }).sort();
}

async function bundle(folder: string, modules: string, tests: string[]): Promise<void> {
  const sources = `${folder}/sources`;
  Deno.mkdirSync(sources, { recursive: true });
  const entryPoints: Record<string, string> = {};
  for (const [name, source] of Object.entries(MODULES)) {
    Deno.writeTextFileSync(`${sources}/${name}.js`, source);
    entryPoints[name] = `${sources}/${name}.js`;
  }
  for (const test of tests) {
    entryPoints[`tests/${test}`] = `${folder}/node_modules/@tensorflow/tfjs-core/dist/${test}.js`;
  }
  const esbuild = await load<Esbuild>("esbuild");
  try {
    await esbuild.build({
      entryPoints,
      outdir: modules,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      // The packages are marked as free of side effects, and registering a method is one.
      ignoreAnnotations: true,
      logLevel: "error",
      // tfjs-core asks for node-fetch and util with require(), which an ES module of Deno's has not.
      banner: {
        js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`,
      },
    });
  } finally {
    await esbuild.stop();
  }
}

function writeImportMap(repository: string, folder: string, modules: string): string {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    Deno.readTextFileSync(`${repository}/deno.json`),
  );
  for (const [name, target] of Object.entries(imports)) {
    if (target.startsWith("./")) imports[name] = `file://${repository}/${target.slice(2)}`;
  }
  for (const [name, module] of Object.entries(IMPORTS)) imports[name] = `file://${modules}/${module}.js`;
  const path = `${folder}/import_map.json`;
  Deno.writeTextFileSync(path, JSON.stringify({ imports }));
  return path;
}
