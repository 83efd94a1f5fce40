/** How many programs of a GPU an operation is: each is a trip through memory, and microseconds of waiting. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  arange,
  cat,
  currentDevice,
  F,
  multinomial,
  nn,
  noGrad,
  ones,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import type { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { onDevice } from "../devices.ts";
import { onGpu } from "./gpu.ts";

/** The programs that run in `body`, by the first words of their keys. */
function programsOf(body: () => unknown): string[] {
  const { backend } = currentDevice() as WebGpuDevice, keys: string[] = [];
  const { dispatch } = backend;
  backend.dispatch = (program) => {
    keys.push(program.key);
    dispatch.call(backend, program);
  };
  try {
    body();
  } finally {
    backend.dispatch = dispatch;
  }
  return keys;
}

/** How many programs run forward, and back from a gradient that is there and lies as the result does. */
function counts(body: () => Tensor): [forward: number, back: number] {
  let y: Tensor | undefined;
  const forward = programsOf(() => y = body()).length;
  const g = y!.detach();
  return [forward, programsOf(() => y!.backward(g)).length];
}

/** A test of what runs on the GPU that all tests share. */
const onShared = (name: string, body: () => void) => onGpu(name, () => onDevice("webgpu", body));

function learned(x: Tensor): Tensor {
  x.requiresGrad = true;
  return x;
}
const images = () => learned(randn(4, 8, 12, 12));

onShared("batch normalization is two programs forward, running statistics with them, and two back", () => {
  const channelsLast = () => learned(images().permute(0, 2, 3, 1).mul(1).permute(0, 3, 1, 2).detach());
  const cases: [layer: nn.Module, x: Tensor][] = [
    [new nn.BatchNorm2d(8), images()],
    [new nn.BatchNorm2d(8), channelsLast()],
    [new nn.BatchNorm2d(8, { momentum: null }), channelsLast()],
    [new nn.BatchNorm1d(6), learned(randn(50, 6))],
  ];
  for (const [layer, x] of cases) assertEquals(counts(() => layer.forward(x) as Tensor), [2, 2]);
});

onShared("batch normalization in evaluation is one program", () => {
  const layer = new nn.BatchNorm2d(8).eval(), x = images();
  assertEquals(noGrad(() => programsOf(() => layer.forward(x)).length), 1);
});

onShared("dropout is one program each way, and random numbers are one", () => {
  const x = images();
  assertEquals(counts(() => F.dropout(x, 0.4)), [1, 1]);
  for (const draw of [rand, randn]) assertEquals(programsOf(() => draw(4, 5)).length, 1);
});

onShared("the gradients of 60 parameters are clipped by a few programs", () => {
  const params = Array.from({ length: 60 }, (_, i) => nn.init.ones_(new nn.Parameter(randn(i + 1))));
  params.map((one) => one.square().sum()).reduce((a, b) => a.add(b)).backward();
  const names = programsOf(() => nn.utils.clipGradNorm_(params, 0.1)).map((key) => key.split(" ")[0]);
  assertEquals(names.filter((name) => name === "squares").length, 2);
  assertEquals(names.filter((name) => name === "scale").length, 8);
  assertEquals(names.length, 16);
});

onShared("a long line is reduced by two programs, many lines by one", () => {
  const long = ones(1_000_000), rows = ones(4096, 64), columns = ones(64, 4096);
  for (const name of ["sum", "max"] as const) {
    assertEquals(programsOf(() => long[name]()).length, 2);
    assertEquals(programsOf(() => [rows[name](1), columns[name](0)]).length, 2);
  }
  assertEquals(programsOf(() => long.argmax(0)).length, 2);
  assertEquals(programsOf(() => [rows.argmax(1), columns.argmax(0)]).length, 2);
});

onGpu(
  "reductions take every element of lines that are longer than any loop",
  () =>
    onDevice("webgpu", async () => {
      const ten = 10_000_000, read = async (...list: Tensor[]) => [...await cat(list).data()];
      const x = ones(ten), last = arange(3_000_000);
      assertEquals(await read(x.sum(0, { keepdim: true }), x.reshape(ten / 2, 2).sum(0)), [
        ten,
        ten / 2,
        ten / 2,
      ]);
      assertEquals(await read(x.reshape(2, ten / 2).sum(1)), [ten / 2, ten / 2]);
      // Sums of 64 parts of a distribution, and a row's loss: loops over all that there is of them.
      const right = tensor([4_999_999], { dtype: "int32" }),
        weights = zeros(1, 5_000_000).scatter(1, right.reshape(1, 1), 1);
      assertEquals(await read(multinomial(weights, 1)), [4_999_999]);
      assertAlmostEquals(await F.crossEntropy(weights, right).item(), Math.log(4_999_999 + Math.E) - 1, 1e-5);
      assertAlmostEquals(await weights.reshape(5_000_000, 1).softmax(0).sum().item(), 1, 1e-5);
      assertEquals(await read(last.argmax(0, { keepdim: true })), [2_999_999]);
      assertEquals(await read(last.reshape(1_500_000, 2).argmax(0)), [1_499_999, 1_499_999]);
      assertEquals(await read(last.max(0, { keepdim: true }), last.neg().min(0, { keepdim: true })), [
        2_999_999,
        -2_999_999,
      ]);
    }),
);

onShared(
  "softmax, its logarithm and cross-entropy are one program forward and one back, the mean one more",
  () => {
    const logits = learned(randn(50, 10)), classes = randint(0, 10, [50]);
    const fresh = (f: () => Tensor) => {
      logits.zeroGrad();
      return counts(f);
    };
    assertEquals(fresh(() => logits.softmax(1)), [1, 1]);
    assertEquals(fresh(() => logits.logSoftmax(0)), [1, 1]);
    assertEquals(fresh(() => F.crossEntropy(logits, classes, { reduction: "none" })), [1, 1]);
    assertEquals(fresh(() => F.crossEntropy(logits, classes)), [2, 1]);
  },
);

onShared("poolings are one program forward and one back", () => {
  const last = () => learned(F.avgPool2d(randn(2, 8, 12, 12), 1).detach());
  const pools: ((x: Tensor) => Tensor)[] = [
    (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1 }),
    (x) => F.maxPool2d(x, 2, { returnIndices: true }).values,
    (x) => F.avgPool2d(x, 2),
    (x) => F.adaptiveAvgPool2d(x, 1),
  ];
  for (const pool of pools) {
    const x = last();
    assertEquals(counts(() => pool(x)), [1, 1]);
  }
});
