// The house drawn from its imports: which file of lib/ imports which. Reads the sources, which needs a permission.
import { assertEquals } from "@std/assert";

const granted = (await Deno.permissions.query({ name: "read" })).state === "granted";
const reason = granted ? "" : " (skipped: needs --allow-read)";
const LIB = new URL("../lib/", import.meta.url);

/** The rooms from the roof to the ground: a file or a folder of lib/ each. Imports go down, never up or sideways. */
const FLOORS = [
  ["mod.ts"],
  ["tfjs.ts"],
  ["course"],
  ["train"],
  ["show"],
  ["data", "io"],
  ["nn", "optim"],
  ["functional", "gradcheck.ts"],
  ["tensor"],
  ["autograd"],
  ["device"],
  ["host"],
  ["philox.ts", "text"],
];

/** One import: from and to by their paths in lib/. One of types counts as any other: who reads the one file needs the other. */
interface Arrow {
  from: string;
  to: string;
}

/** `import … from "./x.ts"`, `export … from "./x.ts"`, `import "./x.ts"` and `import("./x.ts")`. */
const IMPORT =
  /^(?:import|export)\s[^;"]*?\bfrom\s*"(?<from>[^"]+)"|^import\s*"(?<bare>[^"]+)"|\bimport\(\s*"(?<lazy>[^"]+)"/gm;

/** The kernels that AssemblyScript compiles are a language of their own. */
const WASM = "device/cpu/wasm/";

function* sources(folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, LIB))) {
    const path = folder + name;
    if (isDirectory) yield* sources(`${path}/`);
    else if (name.endsWith(".ts") && folder !== WASM) yield path;
  }
}

/** What the source of a file says that it imports, examples in comments left out. */
function arrowsOf(from: string): Arrow[] {
  const code = Deno.readTextFileSync(new URL(from, LIB)).replaceAll(/^\s*\/\*\*[\s\S]*?\*\//gm, "");
  return [...code.matchAll(IMPORT)].flatMap(({ groups }) => {
    const name = groups!.from ?? groups!.bare ?? groups!.lazy;
    const { href } = new URL(name, new URL(from, LIB));
    if (!name.startsWith(".") || !href.endsWith(".ts")) return [];
    return [{ from, to: href.slice(LIB.href.length) }];
  });
}

const files = granted ? [...sources()] : [];
const arrows = files.flatMap(arrowsOf);

/** "nn" of "nn/linear.ts", "philox.ts" of itself. */
const roomOf = (path: string) => path.split("/")[0];
const floorOf = (path: string) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

/** What can reach each other: Tarjan's strongly connected components (1972), those of more than one. */
function circles(graph: Map<string, string[]>): string[] {
  const order = new Map<string, number>(), lowest = new Map<string, number>();
  const open: string[] = [], found: string[] = [];
  const visit = (at: string) => {
    order.set(at, order.size);
    lowest.set(at, order.get(at)!);
    open.push(at);
    for (const next of graph.get(at) ?? []) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(at, Math.min(lowest.get(at)!, lowest.get(next)!));
    }
    if (lowest.get(at) !== order.get(at)) return;
    const circle = open.splice(open.indexOf(at));
    if (circle.length > 1) found.push(circle.sort().join(", "));
  };
  for (const at of graph.keys()) if (!order.has(at)) visit(at);
  return found.sort();
}

function houseTest(name: string, fn: () => void): void {
  Deno.test({ name: name + reason, ignore: !granted, fn });
}

houseTest("every file of the library is in a room, and every room is there", () => {
  assertEquals(files.filter((file) => floorOf(file) < 0), []);
  assertEquals(FLOORS.flat().filter((room) => !files.some((file) => roomOf(file) === room)), []);
});

houseTest("imports are found, those of types and those that wait among them", () => {
  const has = (from: string, to: string) => arrows.some((arrow) => arrow.from === from && arrow.to === to);
  assertEquals(has("mod.ts", "nn/mod.ts"), true);
  assertEquals(has("nn/linear.ts", "tensor/tensor.ts"), true);
  assertEquals(has("device/mod.ts", "device/webgpu/mod.ts"), true);
  assertEquals(arrows.filter(({ to }) => !files.includes(to)), []);
});

houseTest("imports go down the house, from a room to one below it", () => {
  const wrong = arrows.filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(to) <= floorOf(from));
  assertEquals(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

houseTest("no file imports itself over others, not for a type either", () => {
  const graph = new Map(
    files.map((file) => [file, arrows.filter(({ from }) => from === file).map(({ to }) => to)]),
  );
  assertEquals(circles(graph), []);
});
