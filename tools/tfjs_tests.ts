/**
 * TensorFlow.js' own tests, as the package @tensorflow/tfjs-core ships them, on a backend of ours or of TensorFlow.js'.
 *
 * ```sh
 * deno task tfjs --device cpu                                   # the tests of operations
 * deno task tfjs --device webgpu --filter "^maxPool" --out ours.json
 * deno task tfjs --device stock-webgpu --out stock.json
 * deno task tfjs --compare stock.json ours.json                 # what passes there and fails here
 * deno task tfjs --device cpu --files .                         # all tests, also those of files, storage, the engine …
 * ```
 *
 * The exit status is 1 if a test failed; with --compare, if one that passes in the first file fails in the second.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type DeviceName, DEVICES } from "./tfjs/devices.ts";
import { packages } from "./tfjs/packages.ts";
import { compare, summary } from "./tfjs/report.ts";
import { type Results, runFile } from "./tfjs/run.ts";

const USAGE = `--device ${
  DEVICES.join("|")
} [--filter REGEX] [--files REGEX] [--jobs N] [--timeout SECONDS] [--out FILE]
--compare BEFORE.json AFTER.json`;

const options = parseArgs(Deno.args, {
  string: ["device", "filter", "files", "jobs", "timeout", "out"],
  boolean: ["compare"],
  default: { filter: "", files: "^ops/", jobs: "2", timeout: "30" },
});

if (options.compare) {
  const [before, after] = options._.map((file): Results => JSON.parse(Deno.readTextFileSync(String(file))));
  if (after === undefined) usage();
  const { text, worse } = compare(before, after);
  console.log(text);
  Deno.exit(worse > 0 ? 1 : 0);
}

const device = DEVICES.find((name) => name === options.device) ?? usage();
const results = await runAll(device);
if (options.out !== undefined) Deno.writeTextFileSync(options.out, JSON.stringify(results, null, 1) + "\n");
const { text, failed } = summary(results);
console.log(text);
Deno.exit(failed > 0 ? 1 : 0);

function usage(): never {
  console.error(USAGE);
  Deno.exit(2);
}

async function runAll(device: DeviceName): Promise<Results> {
  const built = await packages(new URL("..", import.meta.url).pathname.replace(/\/$/, ""));
  const files = new RegExp(options.files);
  const waiting = built.tests.filter((test) => files.test(test));
  const settings = { device, filter: options.filter, timeoutMs: 1000 * Number(options.timeout) };
  const results: Results = {};
  const start = performance.now();
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      Object.assign(results, await runFile(file, built, settings));
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.error(`${seconds} s: ${file}, ${waiting.length} files to go`);
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
  return Object.fromEntries(Object.entries(results).sort(([a], [b]) => a < b ? -1 : 1));
}
