/**
 * What a reader of a chapter downloads: nothing, until something asks lib/host/packages.ts for a package. Deno fetches before the start
 * whatever a module names as text, behind an `import()` too.
 */
import { assert, assertEquals } from "@std/assert";
import { programTest } from "./program.ts";

const root = new URL("../../", import.meta.url);
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

const chapters = ["01_extremum", "01b_backward", "02_vector_extremum", "03_linear_regression", "04_mlp"];
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

programTest(
  "deno.lock has the packages that deno.json names, and none that only tools use: it is fetched whole",
  () => {
    const read = (name: string) => JSON.parse(Deno.readTextFileSync(new URL(name, root)));
    const { imports, scopes } = read("deno.json");
    const named: string[] = [imports, ...Object.values<Record<string, string>>(scopes)].flatMap(
      Object.values,
    );
    const known = new Set(named.map((specifier) => specifier.replace(/@[^@/]+$/, "")));
    const locked = Object.keys(read("deno.lock").specifiers).filter((specifier) =>
      specifier.startsWith("npm:")
    );
    assert(locked.length > 10);
    assertEquals(locked.filter((specifier) => !known.has(specifier.replace(/@[^@/]+$/, ""))), []);
    return Promise.resolve();
  },
);

programTest("no chapter names a package that Deno would fetch before the start", async () => {
  /** A module as `deno info` lists it, as far as it is read here. */
  interface Listed {
    dependencies?: { specifier: string; code?: object; isDynamic?: true }[];
  }
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  const packages = Object.keys(imports).filter((name) => imports[name].startsWith("npm:"));
  for (const { name } of Deno.readDirSync(new URL("chapters/", root))) {
    const { modules }: { modules: Listed[] } = JSON.parse(await deno(["info", "--json", `chapters/${name}`]));
    const imported = modules.flatMap(({ dependencies = [] }) => dependencies).filter(({ code }) => code);
    assert(imported.length > 100, "modules are found");
    const named = imported.map(({ specifier }) => specifier).filter((specifier) =>
      specifier.startsWith("npm:") ||
      packages.some((one) => specifier === one || specifier.startsWith(`${one}/`))
    );
    assertEquals(named, [], name);
    // Deno asks for the permission to read a file that waits behind an `import()`.
    const waiting = imported.filter(({ specifier, isDynamic }) => isDynamic && specifier.startsWith("."));
    assertEquals(waiting, [], name);
  }
});
