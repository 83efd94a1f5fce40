import {
  capture,
  currentDevice,
  device,
  F,
  nn,
  ones,
  optim,
  type Profile,
  profile,
  randn,
  type Tensor,
  tensor,
} from "descent";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CpuKernels } from "../../lib/device/cpu/kernels.ts";
import { bytesOf, FLOPS, flopsOf } from "../../lib/device/profile/cost.ts";
import { Storage } from "../../lib/device/storage.ts";
import type { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { Timestamps } from "../../lib/device/webgpu/timestamps.ts";
import { pictureOf } from "../../lib/show/picture.ts";
import { onEachDevice } from "../devices.ts";
import { onGpu } from "./gpu.ts";

const FLOAT = 4;

/** Calls, operations and bytes by kernel. */
function counted({ rows }: Profile): Record<string, [calls: number, flops: number, bytes: number]> {
  return Object.fromEntries(rows.map(({ kernel, calls, flops, bytes }) => [kernel, [calls, flops, bytes]]));
}

onEachDevice(
  "a profile counts each call of a kernel, its operations and its bytes, and no view",
  async () => {
    const a = randn(40, 30), b = randn(30, 20);
    const found = await profile(() => {
      for (let i = 0; i < 3; i++) a.matmul(b);
      a.relu().t().unsqueeze(0);
    });
    assertEquals(counted(found), {
      matmul: [3, 3 * 2 * 40 * 30 * 20, 3 * FLOAT * (40 * 30 + 30 * 20 + 40 * 20)],
      relu: [1, 0, FLOAT * 2 * 40 * 30],
    });
  },
);

onEachDevice(
  "times are positive, shares add up to 1, and rates are what follows from them",
  async (device) => {
    const net = new nn.Sequential(new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.ReLU(), new nn.Flatten());
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
    const x = randn(2, 3, 16, 16);
    const step = () => {
      const loss = net.forward(x).square().mean();
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
    };
    step();
    const { rows, kernelTime, total, outside, clock, peak, counters } = await profile(step);
    assertEquals(clock, device === "cpu" ? "host" : "gpu");
    assertAlmostEquals(rows.reduce((sum, { share }) => sum + share, 0), 1, 1e-9);
    assertAlmostEquals(rows.reduce((sum, { time }) => sum + time, 0), kernelTime, 1e-9);
    assertAlmostEquals(Math.max(0, total - kernelTime), outside, 1e-9);
    for (const row of rows) {
      assert(row.time > 0 && row.host > 0, row.kernel);
      assertAlmostEquals(row.gflops, row.flops / row.time / 1e6, 1e-9);
      assertAlmostEquals(row.gbs, row.bytes / row.time / 1e6, 1e-9);
      assertAlmostEquals(row.ofPeak, Math.max(row.gflops / peak.gflops, row.gbs / peak.gbs), 1e-9);
    }
    assertEquals(rows.map(({ time }) => time), rows.map(({ time }) => time).sort((a, b) => b - a));
    const flops = Object.fromEntries(rows.map(({ kernel, flops }) => [kernel, flops]));
    // 8 channels of 16 × 16 sums over 3 · 3 · 3 products, forward and for the filters; x needs no gradient.
    const product = 2 * 2 * 8 * 16 * 16 * 27;
    assertEquals([flops.conv2d, flops.conv2dFilterBiasGrad, flops.conv2dInputGrad], [
      product,
      product,
      undefined,
    ]);
    assertEquals(counters === null, device === "cpu");
    assert(peak.gflops > 0 && peak.gbs > 0);
  },
);

onEachDevice(
  "a body that awaits is measured to its end, its reads and what it calls beside each other",
  async () => {
    const x = ones(8);
    const one = async () => {
      assertAlmostEquals(await x.exp().log().sum().item(), 8, 1e-5);
    };
    const found = await profile(async () => {
      await one();
      await Promise.all([one(), one()]);
    });
    const calls = Object.fromEntries(found.rows.map(({ kernel, calls }) => [kernel, calls]));
    assertEquals([calls.exp, calls.log, calls.sum], [3, 3, 3]);
  },
);

onEachDevice("afterwards the device is as it was, after an error, too, and measures anew", async () => {
  const here = currentDevice(), { kernels } = here, x = ones(4);
  const first = await profile(() => x.neg());
  assertEquals(here.kernels === kernels, true);
  await assertRejects(() => profile(() => x.matmul(x.add(ones(5)))), RangeError);
  await assertRejects(
    () =>
      profile(async () => {
        await x.neg().data();
        throw new TypeError("from the body");
      }),
    TypeError,
    "from the body",
  );
  assertEquals(here.kernels === kernels, true);
  if (here.name === "webgpu") assertEquals((here as WebGpuDevice).backend.observer, null);
  const second = await profile(() => x.neg());
  assertEquals(counted(second), counted(first));
  assertEquals(await x.neg().array(), [-1, -1, -1, -1]);
});

onEachDevice("one profile of a device begins when the one before it has ended", async (name) => {
  const inner = () => profile(() => {});
  await assertRejects(
    () => profile(inner),
    Error,
    `profile: ${name} is being profiled already; a profile begins`,
  );
  assertEquals((await profile(() => {})).rows, []);
});

onEachDevice("shapes tell calls of one kernel apart", async () => {
  const a = randn(4, 3), b = randn(3, 2), c = randn(2, 5);
  const found = await profile(() => a.matmul(b).matmul(c), { shapes: true });
  const told = found.rows.map(({ kernel, shapes, calls }) => [kernel, shapes, calls]);
  assertEquals(told.sort(), [["matmul", "[4, 2] [2, 5]", 1], ["matmul", "[4, 3] [3, 2]", 1]]);
  assertStringIncludes(String(found), "[4, 2] [2, 5]");
});

onEachDevice("numbers are the same, bit for bit, while somebody looks on", async () => {
  const x = randn(64, 64);
  const compute = () => F.softmax(x.matmul(x).relu(), 1).data();
  const before = await compute();
  let during: unknown;
  await profile(async () => during = await compute());
  assertEquals(during, before);
});

Deno.test("what a call costs follows from its shapes, whatever is computed", () => {
  const array = (...shape: number[]) => new Storage({}, shape, "float32");
  const floats = (...args: unknown[]) => bytesOf(args.slice(1), args[0], () => FLOAT) / FLOAT;
  const [q, k, v] = [array(2, 3, 5, 7), array(2, 3, 11, 7), array(2, 3, 11, 13)];
  const scores = 2 * 3 * 5 * 11;
  assertEquals(flopsOf("attention", [q, k, v], array(2, 3, 5, 13)), 2 * scores * (7 + 13));
  assertEquals(flopsOf("attentionGrad", [array(2, 3, 5, 13), q, k, v], []), 2 * scores * (3 * 7 + 2 * 13));
  assertEquals(flopsOf("linear", [array(4, 3), array(2, 3), array(2)], array(4, 2)), 2 * 4 * 2 * 3);
  // Two groups: each of 8 channels sees 3 of 6.
  const [w, dy, x] = [array(8, 3, 3, 3), array(2, 8, 4, 4), array(2, 6, 4, 4)], product = 2 * 2 * 8 * 16 * 27;
  assertEquals(flopsOf("conv2d", [x, w, null], dy), product);
  assertEquals(flopsOf("conv2dInputGrad", [dy, w, x.shape], x), product);
  assertEquals(flopsOf("conv2dFilterGrad", [x, dy, w.shape], w), product);
  assertEquals(flopsOf("relu", [x], x), 0);

  const a = array(10), view = new Storage(a.dataId, [5, 2], "float32");
  assertEquals(floats(view, a), 0, "a view moves nothing");
  assertEquals(floats(array(10), a, a), 20, "an array that is given twice is read once");
  assertEquals(floats([array(10), array(2)], a, { some: [array(3)] }), 25);
  assertEquals(
    floats(undefined, { param: a, grad: array(10), m: array(10) }),
    50,
    "changed in place, but the gradient",
  );
});

Deno.test("each kernel of many operations for each byte is counted", () => {
  const names = Object.getOwnPropertyNames(CpuKernels.prototype);
  const products = names.filter((name) => /^(matmul|linear|conv|attention)/.test(name));
  assertEquals(products.sort(), Object.keys(FLOPS).sort());
});

Deno.test("a profile's table fits a terminal of 80 columns, and a notebook's HTML", async () => {
  const net = new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh(), new nn.LayerNorm(8), new nn.Linear(8, 3));
  const optimizer = new optim.Adam(net.parameters()), classes = tensor([0, 1, 2, 0], { dtype: "int32" });
  const found = await profile(() => {
    F.crossEntropy(net.forward(randn(4, 8)), classes).backward();
    optimizer.step();
  });
  const picture = await pictureOf(found), text = picture.text({ columns: 80, color: "none" });
  assertEquals(text.split("\n").filter((line) => line.length > 80), []);
  assertStringIncludes(text, "kernel");
  assertStringIncludes(text, "linear");
  assertStringIncludes(text, "Peak: ");
  assertEquals(text.includes("…"), false);
  const html = (await picture.bundle()).bundle["text/html"] as string;
  assertEquals(html.match(/<tr>/g)?.length, 1 + found.rows.length);
  assertStringIncludes(html, '<td style="text-align: right">1</td>');
});

Deno.test("many kernels are shown by the largest, and the others together", async () => {
  const x = ones(4);
  const found = await profile(() => {
    x.neg(), x.abs(), x.square(), x.sign(), x.sqrt(), x.rsqrt(), x.exp(), x.log(), x.sin(), x.cos(), x.tan();
    x.asin(),
      x.acos(),
      x.atan(),
      x.sinh(),
      x.cosh(),
      x.tanh(),
      x.sigmoid(),
      x.relu(),
      x.floor(),
      x.ceil(),
      x.round();
    x.trunc(), x.exp2(), x.expm1(), x.log2(), x.log1p(), x.add(1), x.sub(1);
  });
  assertEquals(found.rows.length, 29);
  const lines = String(found).split("\n");
  assertEquals(lines.filter((line) => /^5 more +5 /.test(line)).length, 1);
  assertEquals(lines.filter((line) => /^\w+ +1 /.test(line)).length, 24);
});

/** How often each kernel was called, those that became one with another included. */
function callsOf({ rows }: Profile): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const row of rows) {
    for (const kernel of row.kernel.split(" + ")) calls[kernel] = (calls[kernel] ?? 0) + row.calls;
  }
  return calls;
}

onEachDevice(
  "a captured step has the calls of the written one, whether it is recorded or run again",
  async () => {
    const net = new nn.Sequential(new nn.LayerNorm(6), new nn.ReLU(), new nn.LayerNorm(6));
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 }), x = randn(8, 6), y = randn(8, 6);
    const written = (x: Tensor, y: Tensor) => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(net.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    };
    written(x, y);
    const eager = await profile(() => void written(x, y));
    const learn = capture(written);
    for (let i = 0; i < 3; i++) learn(x, y);
    const { recordings } = learn, onCpu = currentDevice().name === "cpu";
    const found = await profile(() => void learn(x, y));
    assertEquals(callsOf(found), callsOf(eager));
    for (const { kernel, time } of found.rows) assert(time > 0, kernel);
    const twice = await profile(() => {
      learn(x, y);
      learn(x, y);
    }, { shapes: true });
    const norms = twice.rows.filter(({ kernel }) =>
      kernel.startsWith("layerNorm") && !kernel.includes("Grad")
    );
    assertEquals(norms.reduce((sum, { calls }) => sum + calls, 0), 4);
    assert(norms.every(({ shapes }) => shapes === "[8, 6] [6] [6]"));
    assertEquals(learn.recordings, onCpu ? recordings + 3 : recordings);
    const anew = await profile(() => void learn(randn(3, 6), randn(3, 6)));
    assertEquals(callsOf(anew).layerNorm, 2);
  },
);

onGpu("kernels that a captured step computes in one program have one row", async () => {
  const gpu = await device("webgpu"), [a, b] = [randn(50, { device: gpu }), randn(50, { device: gpu })];
  const f = capture((a: Tensor, b: Tensor) => a.add(b).relu());
  for (let i = 0; i < 3; i++) f(a, b);
  const found = await profile(() => void f(a, b), { device: gpu });
  // Two operands and the result: the sum itself is not written.
  assertEquals(counted(found), { "add + relu": [1, 0, 3 * FLOAT * 50] });
});

onGpu("each dispatch is timed, more of them than one set of queries holds", async () => {
  const gpu = await device("webgpu"), x = ones(8, { device: gpu });
  const calls = 2100;
  const found = await profile(() => {
    for (let i = 0; i < calls; i++) x.neg();
  }, { device: gpu });
  assertEquals(found.rows.map(({ kernel, calls }) => [kernel, calls]), [["neg", calls]]);
  assertEquals(found.counters?.dispatches, calls);
  assert(found.kernelTime > 0 && found.kernelTime < found.total, `${found.kernelTime} of ${found.total} ms`);
});

onGpu("programs tell a kernel's dispatches apart, and what runs to read a tensor has brackets", async () => {
  const gpu = await device("webgpu"), x = randn(3, 4, { device: gpu });
  const found = await profile(() => x.t().data(), { device: gpu });
  assertEquals(found.rows.map(({ kernel, calls }) => [kernel, calls]), [["(strided)", 1]]);
  const product = await profile(() => x.matmul(x.t()), { device: gpu, programs: true });
  assertEquals(product.rows.reduce((sum, { flops }) => sum + flops, 0), 2 * 3 * 3 * 4);
  const sums = await profile(() => F.softmax(x, 1).add(x), { device: gpu, programs: true });
  assertEquals(sums.rows.length, 2);
  for (const { kernel, program, calls } of sums.rows) {
    assertEquals(calls, 1);
    assertEquals(["softmax", "add"].includes(kernel), true);
    assert(program !== "");
  }
});

onGpu("a GPU that tells no time is measured by what JavaScript takes, and says so", async () => {
  const gpu = await device("webgpu"), x = ones(8, { device: gpu });
  const { areThereOn } = Timestamps;
  Timestamps.areThereOn = () => false;
  try {
    const found = await profile(() => x.neg(), { device: gpu });
    assertEquals([found.clock, found.rows[0].gbs, found.rows[0].calls], ["issue", 0, 1]);
    assertEquals(found.rows[0].time, found.rows[0].host);
    assertStringIncludes(String(found).replaceAll("\n", " "), "the GPU tells no time");
  } finally {
    Timestamps.areThereOn = areThereOn;
  }
});

/** A GPU whose clock says this, two times a pass. */
function clockOf(times: bigint[]): GPUDevice {
  const bytes = new BigUint64Array(times).buffer,
    buffer = { destroy() {}, mapAsync: () => Promise.resolve() };
  return {
    createQuerySet: () => ({ destroy() {} }),
    createBuffer: () => ({ ...buffer, getMappedRange: () => bytes }),
    createCommandEncoder: () => ({ resolveQuerySet() {}, copyBufferToBuffer() {}, finish() {} }),
    queue: { submit() {} },
  } as unknown as GPUDevice;
}

/** What passes took by a clock, and how large its steps are. */
async function timed(...times: number[]): Promise<[taken: number[], step: number | null]> {
  const clock = new Timestamps<number>(clockOf(times.map((time) => 10n ** 18n + BigInt(time))));
  for (let i = 0; 2 * i < times.length; i++) clock.next(i);
  const taken: number[] = [];
  const step = await clock.finish((pass, nanoseconds) => taken[pass] = nanoseconds);
  return [taken, step];
}

Deno.test("a coarse clock is recognized, one that stands still tells nothing, and none goes backwards", async () => {
  assertEquals(await timed(0, 1501, 2000, 2750), [[1501, 750], 0]);
  assertEquals(await timed(0, 100_000, 300_000, 300_000, 400_000, 700_000), [[100_000, 0, 300_000], 100_000]);
  assertEquals(await timed(0, 0, 0, 0), [[0, 0], null]);
  assertEquals(await timed(500, 20, 1000, 1003), [[0, 3], 0]);
});
