/** How many programs a step of an optimizer is, and what it packs. */
import { assert, assertEquals } from "@std/assert";
import { currentDevice, nn, optim, randn } from "descent";
import { Storage } from "../../lib/device/storage.ts";
import type { WebGpuDevice } from "../../lib/device/webgpu/device.ts";
import type { Gpu, Program } from "../../lib/device/webgpu/gpu.ts";
import { adamStep, sgdStep } from "../../lib/device/webgpu/kernels/optimizers.ts";
import { noGpu, onDevice } from "../devices.ts";

/** The shapes of ResNet-18's 62 parameters: convolutions without bias, normalizations, the last layer. */
function resnet18(): number[][] {
  const conv = (from: number, to: number, kernel: number) => [[to, from, kernel, kernel], [to], [to]];
  const block = (from: number, to: number) => [
    ...conv(from, to, 3),
    ...conv(to, to, 3),
    ...(from === to ? [] : conv(from, to, 1)),
  ];
  const stages = [[64, 64], [64, 64], [64, 128], [128, 128], [128, 256], [256, 256], [256, 512], [512, 512]];
  return [...conv(3, 64, 7), ...stages.flatMap(([from, to]) => block(from, to)), [1000, 512], [1000]];
}

/** The programs that a step wants to run on a GPU that binds so many arrays. */
function programsOf(bindings: number, step: (gpu: Gpu) => void): Program[] {
  const programs: Program[] = [];
  step(
    {
      limits: {
        ...{ maxStorageBuffersPerShaderStage: bindings, maxStorageBufferBindingSize: 2 ** 27 },
        maxBufferSize: 2 ** 28,
      },
      dispatch: (program: Program) => programs.push(program),
    } as unknown as Gpu,
  );
  return programs;
}

const some = (shape: number[]) => new Storage({}, shape, "float32");
const numbersOf = ({ uniforms }: Program) => {
  assert(typeof uniforms === "function");
  return new Float32Array(uniforms());
};

const settings = {
  ...{ lr: 0.5, beta1: 0.5, beta2: 0.75, epsilon: 1, weightDecay: 0, decoupled: false, maximize: false },
  step: 1,
};

Deno.test("a step of Adam over ResNet-18 is a few programs, by the arrays that can be bound, and each array is bound once", () => {
  const list = resnet18().map((shape) => ({
    ...{ param: some(shape), grad: some(shape), m: some(shape), v: some(shape) },
    vMax: null,
  }));
  assertEquals(list.length, 62);
  for (const [limit, most] of [[8, 32], [10, 32], [32, 9], [64, 6], [1_000_000, 6]]) {
    const programs = programsOf(limit, (gpu) => adamStep(gpu, list, settings));
    assertEquals(programs.length, most, `with ${limit} bindings`);
    const bound = programs.flatMap(({ bindings }) => bindings);
    assertEquals([bound.length, new Set(bound).size], [4 * 62, 4 * 62]);
    for (const { bindings } of programs) assert(bindings.length <= limit);
    // A program each for large ones, small ones, and what is left of either.
    assert(new Set(programs.map(({ key }) => key)).size <= 4);
  }
});

Deno.test("parameters of many kinds in one list are told apart: without elements, of odd sizes, with a buffer or without", () => {
  const shapes = [[0], [3], [4], [2, 3], []];
  const list = shapes.flatMap((shape) =>
    [some(shape), null].map((buffer) => ({ param: some(shape), grad: some(shape), buffer }))
  );
  const programs = programsOf(32, (gpu) =>
    sgdStep(gpu, list, {
      ...{ lr: 1, momentum: 0.5, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
      first: true,
    }));
  const bound = programs.map(({ bindings }) => bindings.length);
  assertEquals(bound.toSorted(), [2, 3, 6, 9]);
});

Deno.test("what changes from step to step is read when the program runs, not when it is made", () => {
  const now = { ...settings }, one = some([4]);
  const list = [{ param: one, grad: some([4]), m: some([4]), v: some([4]), vMax: null }];
  const [program] = programsOf(8, (gpu) => adamStep(gpu, list, now));
  const first = numbersOf(program);
  Object.assign(now, { lr: 0.25, step: 2, beta1: 0.5, decoupled: true, weightDecay: 1, maximize: true });
  const second = numbersOf(program);
  assertEquals(second.length, first.length);
  // The sign, the decay of θ, √(1 − β₂ᵗ) and the size of the step are others now.
  const differ = [...second].filter((number, i) => number !== first[i]);
  assertEquals(differ, [-1, 0.75, Math.fround(Math.sqrt(1 - 0.75 ** 2)), 0.25 / 0.75].map(Math.fround));
});

Deno.test({
  name: `a step moves no array into another order, and fills none after the first, on webgpu${
    noGpu === undefined ? "" : ` (skipped: ${noGpu})`
  }`,
  ignore: noGpu !== undefined,
  fn: () =>
    onDevice("webgpu", () => {
      const net = new nn.Sequential(
        ...[new nn.Conv2d(3, 5, 3), new nn.BatchNorm2d(5), new nn.ReLU(), new nn.Conv2d(5, 4, 2)],
        ...[new nn.Flatten(), new nn.Linear(4 * 5 * 5, 7)],
      );
      const adam = new optim.Adam(net.parameters()), sgd = new optim.SGD(net.parameters(), { momentum: 0.9 });
      const { backend } = currentDevice() as WebGpuDevice, keys: string[] = [];
      const dispatch = (program: Program) => {
        keys.push(program.key.split(" ")[0]);
        Object.getPrototypeOf(backend).dispatch.call(backend, program);
      };
      for (let i = 0; i < 2; i++) {
        net.forward(randn(2, 3, 8, 8)).square().sum().backward();
        keys.length = 0;
        Object.assign(backend, { dispatch });
        try {
          adam.step();
          sgd.step();
        } finally {
          delete (backend as Partial<typeof backend>).dispatch;
        }
        adam.zeroGrad();
      }
      assertEquals(new Set(keys), new Set(["adamStep", "sgdStep"]));
      assert(keys.length <= 8, keys.join());
    }),
});
