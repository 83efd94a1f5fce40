/** nn.utils: gradients are shortened as PyTorch does, without waiting for a number. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { nn, randn, type Tensor, tensor } from "descent";
import { onEachDevice } from "../devices.ts";

/** Parameters whose gradients are what is said. */
function withGradients(...gradients: number[][]): Tensor[] {
  return gradients.map((gradient) => {
    const leaf = tensor(gradient, { requiresGrad: true });
    leaf.mul(tensor(gradient)).sum().backward();
    return leaf;
  });
}

onEachDevice(
  "clipGradNorm_() scales all gradients by one factor, for any norm, and returns the norm they had",
  async () => {
    const cases: [p: number, norm: number][] = [
      [2, Math.sqrt(1 + 4 + 4 + 16)],
      [1, 9],
      [Infinity, 4],
      [3, Math.cbrt(1 + 8 + 8 + 64)],
      [0.5, (1 + 2 * Math.SQRT2 + 2) ** 2],
    ];
    for (const [normType, norm] of cases) {
      const params = withGradients([1, -2], [2, 4]);
      const found = nn.utils.clipGradNorm_(params, 0.5, { normType });
      assertAlmostEquals(await found.item(), norm, 1e-4 * norm);
      const expected = [1, -2, 2, 4].map((g) => g * 0.5 / (norm + 1e-6));
      for (const [i, param] of params.entries()) {
        for (const [j, g] of (await param.grad!.data()).entries()) {
          assertAlmostEquals(g, expected[2 * i + j], 1e-6);
        }
      }
    }
  },
);

onEachDevice(
  "clipGradNorm_() takes many gradients, long ones, and such as are the same numbers",
  async () => {
    const long = tensor(Array(20_000).fill(1), { requiresGrad: true });
    const many = Array.from({ length: 40 }, () => tensor([0, 0], { requiresGrad: true }));
    // All of these share one gradient.
    many.reduce((a, b) => a.add(b)).mul(tensor([1, 2])).sum().add(long.mul(3).sum()).backward();
    const before = many[0].grad!.clone(), norm = Math.sqrt(40 * 5 + 9 * 20_000);
    assertAlmostEquals(await nn.utils.clipGradNorm_([...many, long], 1).item(), norm, 1e-4 * norm);
    for (const one of many) {
      const [x, y] = await one.grad!.data();
      assertAlmostEquals(x * norm, 1, 1e-4);
      assertAlmostEquals(y * norm, 2, 1e-4);
    }
    const scaled = await long.grad!.data();
    assert(scaled.every((x) => Math.abs(x * norm - 3) < 1e-3));
    assertEquals(await before.array(), [1, 2]);
  },
);

Deno.test("clipGradNorm_() leaves alone what is short enough, and parameters without a gradient", async () => {
  const [short] = withGradients([0.3, 0.4]), none = tensor([1], { requiresGrad: true });
  assertAlmostEquals(await nn.utils.clipGradNorm_([short, none], 1).item(), 0.5, 1e-6);
  assertEquals(await short.grad!.data(), new Float32Array([0.3, 0.4]));
  assertEquals(none.grad, null);
  assertEquals(await nn.utils.clipGradNorm_([none], 1).item(), 0);
  const [long] = withGradients([3, 4]);
  assertEquals(await nn.utils.clipGradNorm_(long, Infinity).item(), 5);
  assertEquals(await long.grad!.array(), [3, 4]);
  assertThrows(
    () => nn.utils.clipGradNorm_([long], 0),
    RangeError,
    "clipGradNorm_: maxNorm must be a number > 0",
  );
});

Deno.test("a gradient that is no number is not hidden by clipping", async () => {
  const [a, b] = withGradients([NaN, 1], [1]);
  assert(Number.isNaN(await nn.utils.clipGradNorm_([a, b], 1).item()));
  assert(Number.isNaN(await b.grad!.item()));
});

Deno.test("clipGradValue_() cuts each number by itself", async () => {
  const [w] = withGradients([-7, 0.5, 2]);
  nn.utils.clipGradValue_(w, 1);
  assertEquals(await w.grad!.array(), [-1, 0.5, 1]);
});

Deno.test("parameters become one vector and come back, whatever order they lie in; gradients flow", async () => {
  const net = new nn.Sequential(new nn.Conv2d(2, 3, 2), new nn.Flatten(), new nn.Linear(12, 2));
  net.forward(randn(1, 2, 3, 3));
  const other = new nn.Sequential(new nn.Conv2d(2, 3, 2), new nn.Flatten(), new nn.Linear(12, 2));
  const vector = nn.utils.parametersToVector(net.parameters());
  assertEquals(vector.shape, [24 + 3 + 24 + 2]);
  nn.utils.vectorToParameters(vector.detach(), other.parameters());
  const x = randn(1, 2, 3, 3);
  assertEquals(await other.forward(x).array(), await net.forward(x).array());
  vector.square().sum().backward();
  const { weight } = net.at(0) as nn.Conv2d;
  assertEquals(await weight.grad!.data(), await weight.mul(2).data());
  assertThrows(
    () => nn.utils.vectorToParameters(randn(3), net.parameters()),
    RangeError,
    "a vector [53] is needed",
  );
});
