/**
 * Measures on this machine's GPU which tile is fastest for products of the sizes that networks have, and into how many parts their
 * sums are best split. Prints a table:
 *
 *     deno task tune > tuning.json
 *
 * which programs give to the device: `await useDevice("webgpu", { tuning })`, after
 * `import tuning from "./tuning.json" with { type: "json" }`. It needs no permission. `--seconds 50` is how long it may take, `--batch 1` how many
 * images a convolution gets; what has not been measured is estimated, as everything is without a table.
 */
import { device } from "descent";
import { parseArgs } from "@std/cli/parse-args";
import { type Convolution, convolutionSizes } from "../lib/device/geometry.ts";
import type { DeviceKernels } from "../lib/device/kernels.ts";
import { sizeOf } from "../lib/device/shape.ts";
import type { Storage } from "../lib/device/storage.ts";
import { candidates, type Choice } from "../lib/device/webgpu/kernels/tiles.ts";
import type { WebGpuDevice } from "../lib/device/webgpu/mod.ts";
import { written } from "../lib/device/webgpu/tuning.ts";

/** Into how many parts a sum may be split. */
const SPLITS = [1, 2, 4, 8, 16, 32];
/** How long one measurement lasts at least, without what reading a result takes: many short products go before one reading. */
const LEAST_MS = 20;
/** What is this much slower than the best is measured no further. */
const TOO_SLOW = 2;

/** ResNet-18's convolutions and AlexNet's: channels in and out, image, kernel, stride, padding. */
const CONVOLUTIONS = [
  [64, 64, 56, 3, 1, 1],
  [128, 128, 28, 3, 1, 1],
  [256, 256, 14, 3, 1, 1],
  [512, 512, 7, 3, 1, 1],
  [64, 128, 56, 3, 2, 1],
  [128, 256, 28, 3, 2, 1],
  [256, 512, 14, 3, 2, 1],
  [1, 64, 224, 7, 2, 3],
  [1, 96, 224, 11, 4, 2],
  [96, 256, 26, 5, 1, 2],
  [256, 384, 12, 3, 1, 1],
];
/** Rows, inner size, columns. */
const PRODUCTS = [[256, 256, 256], [1, 4096, 4096], [128, 4096, 4096], [1024, 1024, 1024]];

type Run = (k: DeviceKernels) => Storage;

const flags = parseArgs(Deno.args, { string: ["seconds", "batch"], default: { seconds: "50", batch: "1" } });
const gpu = await device("webgpu") as WebGpuDevice;
const end = performance.now() + 1000 * Number(flags.seconds), batch = Number(flags.batch);
const { backend, arena } = gpu;

const made = (...shape: number[]) => gpu.upload(new Float32Array(sizeOf(shape)), shape, "float32");
/** Images and filters in the order in which kernels read them. */
const images = (n: number, c: number, size: number) =>
  gpu.kernels.permute(made(n, size, size, c), [0, 3, 1, 2]);
const filters = (o: number, c: number, size: number) =>
  gpu.kernels.permute(made(size, size, c, o), [3, 2, 0, 1]);

/** A convolution and its two gradients. */
function convolutions([channels, outputs, size, kernel, stride, pad]: number[]): Run[] {
  const settings: Convolution = {
    ...{ strides: [stride, stride], padding: [pad, pad], dilations: [1, 1], groups: 1 },
  };
  const shape = [batch, channels, size, size], filter = [outputs, channels, kernel, kernel];
  const { outHeight } = convolutionSizes(shape, filter, settings);
  const x = images(batch, channels, size),
    w = filters(outputs, channels, kernel),
    dy = images(batch, outputs, outHeight);
  return [
    (k) => k.conv2d(x, w, null, settings),
    (k) => k.conv2dFilterGrad(x, dy, filter, settings),
    // The image itself needs no gradient.
    ...(channels < 4 ? [] : [(k: DeviceKernels) => k.conv2dInputGrad(dy, w, shape, settings)]),
  ];
}

function product([rows, inner, columns]: number[]): Run[] {
  const a = made(rows, inner), b = made(inner, columns);
  return [(k) => k.matmul(a, b)];
}

/** The key of the product that a run asks for. */
let asked = "";

/** Runs so many times, with one choice, and waits. */
async function time(run: Run, choice: Choice | undefined, times: number): Promise<number> {
  backend.tuning = {
    get(key) {
      asked = key;
      return choice;
    },
  };
  const start = performance.now();
  for (let i = 1; i < times; i++) arena.tidy(() => (run(gpu.kernels), []));
  const [result] = arena.tidy(() => [run(gpu.kernels)]);
  await gpu.read(arena.tidy(() => [gpu.kernels.slice(result, first(result))])[0]);
  const ms = performance.now() - start;
  gpu.free(result);
  return ms;
}

const first = ({ shape }: Storage) => ({
  begin: shape.map(() => 0),
  size: shape.map(() => 1),
  step: shape.map(() => 1),
});

/** Milliseconds of one run: the difference of many and of one, so that reading does not count. */
async function measure(run: Run, choice: Choice, best: number): Promise<number> {
  await time(run, choice, 1); // compiles
  const one = await time(run, choice, 1);
  if (one > LEAST_MS * 10 || one > 20 + TOO_SLOW * best) return one;
  for (let times = 2;; times *= 2) {
    const many = await time(run, choice, 1 + times);
    if (many - one > LEAST_MS || times > 1000) return (many - one) / times;
  }
}

const products: Record<string, number[]> = {};
const tiles = candidates(backend.software);
search: for (const run of [...CONVOLUTIONS.flatMap(convolutions), ...PRODUCTS.flatMap(product)]) {
  let best: Choice | undefined, least = Infinity;
  for (const tile of tiles) {
    let before = Infinity;
    for (const splits of SPLITS) {
      if (performance.now() > end) break search;
      const choice = { tile, splits }, ms = await measure(run, choice, least);
      if (ms < least) [best, least] = [choice, ms];
      // More splits help up to a number, and no further.
      if (ms > before) break;
      before = ms;
    }
  }
  products[asked] = written(best!);
  console.error(`${asked}: ${least.toFixed(2)} ms with ${products[asked]}`);
}
// A line for each product.
const lines = Object.entries(products).map((entry) =>
  `    ${JSON.stringify(entry[0])}: ${JSON.stringify(entry[1])}`
);
console.log(
  `{\n  "adapter": ${JSON.stringify(gpu.description)},\n  "products": {\n${lines.join(",\n")}\n  }\n}`,
);
Deno.exit(0);
