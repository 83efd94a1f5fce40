/** Draws: from the right distribution, and the same on every device. Seeds are fixed, so that no test fails by chance. */
import {
  bernoulli,
  device,
  manualSeed,
  multinomial,
  normal,
  ones,
  rand,
  randintLike,
  randLike,
  randnLike,
  randperm,
  type Tensor,
  tensor,
} from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const cpu = await device("cpu");

/** Σ (seen − expected)² / expected, which is the number of kinds less 1 on average, and seldom twice that and 10 more. */
function chiSquared(seen: readonly number[], expected: readonly number[]): number {
  return seen.reduce((sum, n, i) => sum + (n - expected[i]) ** 2 / expected[i], 0);
}

function assertDrawn(seen: readonly number[], probabilities: readonly number[]): void {
  const draws = seen.reduce((a, b) => a + b, 0);
  const chi = chiSquared(seen, probabilities.map((p) => p * draws)), degrees = seen.length - 1;
  assert(chi < 2 * degrees + 10, `χ² is ${chi} at ${degrees} degrees of freedom: ${seen}`);
  // Numbers that are spread more evenly than chance would are no draws, either.
  if (degrees > 2) assert(chi > degrees / 20, `χ² is only ${chi} at ${degrees} degrees of freedom: ${seen}`);
}

const counts = (values: Iterable<number>, kinds: number): number[] => {
  const seen = Array<number>(kinds).fill(0);
  for (const value of values) seen[value]++;
  return seen;
};

const WEIGHTS = [3, 0, 1, 0.5, 2, 0, 3.5];

onEachDevice("multinomial() draws places as often as their weights say, and none of weight 0", async () => {
  manualSeed(7);
  const draws = multinomial(tensor(WEIGHTS), 20_000, { replacement: true });
  const seen = counts(await draws.data(), 7);
  assertEquals([seen[1], seen[5]], [0, 0]);
  assertDrawn(seen.filter((n) => n > 0), WEIGHTS.filter((w) => w > 0).map((w) => w / 10));
  const single = multinomial(tensor(WEIGHTS).expand(20_000, 7), 1);
  assertEquals(single.shape, [20_000, 1]);
  assertDrawn(
    counts(await single.data(), 7).filter((n) => n > 0),
    WEIGHTS.filter((w) => w > 0).map((w) => w / 10),
  );
});

onEachDevice("multinomial() without replacement draws the second among those that are left", async () => {
  manualSeed(7);
  const p = [0.5, 0.3, 0.2], pairs = multinomial(tensor(p).expand(12_000, 3), 2);
  const drawn = await pairs.data(), seen = Array<number>(9).fill(0);
  for (let i = 0; i < drawn.length; i += 2) seen[3 * drawn[i] + drawn[i + 1]]++;
  const expected = p.flatMap((a, i) => p.map((b, j) => i === j ? 0 : a * b / (1 - a)));
  assertEquals(seen.filter((_, i) => expected[i] === 0), [0, 0, 0]);
  assertDrawn(seen.filter((_, i) => expected[i] > 0), expected.filter((q) => q > 0));
  const all = await multinomial(WEIGHTS, 5).array<number[]>();
  assertEquals(all.toSorted(), [0, 2, 3, 4, 6]);
});

onEachDevice("a seed gives the same draws on every device", async () => {
  manualSeed(5);
  // More classes than a row has parts, and a number of them that the parts do not divide.
  const weights = await rand(2, 1003).data(), few = await rand(4, 5).data();
  const draw = async (at: { device?: typeof cpu }) => {
    manualSeed(11);
    const many = tensor(weights, { shape: [2, 1003], ...at }), small = tensor(few, { shape: [4, 5], ...at });
    const drawn: Tensor[] = [
      multinomial(many, 500, { replacement: true }),
      multinomial(many, 1),
      multinomial(small, 3),
      bernoulli(small),
      randperm(50, at),
      randintLike(small, -3, 9),
      randLike(small),
    ];
    return {
      exact: await Promise.all(drawn.map((one) => one.array())),
      normal: await randnLike(small).data(),
    };
  };
  const here = await draw({}), there = await draw({ device: cpu });
  assertEquals(here.exact, there.exact);
  // Of normal numbers the last digits may be a device's own.
  here.normal.forEach((x, i) => assert(Math.abs(x - there.normal[i]) <= 1e-6 * Math.abs(x)));
});

onEachDevice("multinomial() draws from many classes, also from the last, and from integers", async () => {
  manualSeed(3);
  const n = 50_000,
    weights = tensor(Int32Array.from({ length: n }, (_, i) => i === n - 1 ? 3 : i === 77 ? 1 : 0));
  const seen = await multinomial(weights, 4000, { replacement: true }).data();
  const last = seen.filter((place) => place === n - 1).length;
  assertEquals(last + seen.filter((place) => place === 77).length, 4000);
  assertDrawn([last, 4000 - last], [0.75, 0.25]);
});

onEachDevice("multinomial() refuses weights it cannot draw from, or a GPU answers −1", async (name) => {
  const cases: [number[] | number[][], number, RegExp][] = [
    [[0, 0], 1, /row 0 has 0 places/],
    [[NaN, 1], 1, /finite and ≥ 0, not NaN/],
    [[Infinity, 1], 1, /finite and ≥ 0, not Infinity/],
    [[[1, 1, 1], [1, 0, 0]], 2, /row 1 has 1 places with a weight above 0, and 2 must be drawn/],
  ];
  for (const [weights, count, says] of cases) {
    if (name === "cpu") {
      const error = assertThrows(() => multinomial(weights, count), RangeError);
      assert(says.test(error.message), error.message);
    } else assertEquals((await multinomial(weights, count).data()).at(-1), -1);
  }
  assertThrows(() => multinomial([1, 1], 3), RangeError, "3 of 2 places cannot be drawn without replacement");
  assertThrows(() => multinomial([[[1]]], 1), RangeError, "not of shape [1, 1, 1]");
  assertThrows(() => multinomial([1, 1], 0), RangeError, "the count must be a whole number ≥ 1");
});

onEachDevice("bernoulli() draws ones as often as it is told, and no gradient flows", async (name) => {
  manualSeed(7);
  const p = tensor([0, 0.1, 0.6, 1], { requiresGrad: true }), drawn = bernoulli(p.expand(5000, 4));
  assertEquals([drawn.dtype, drawn.requiresGrad], ["float32", false]);
  const seen = await drawn.sum(0).array<number[]>();
  assertEquals([seen[0], seen[3]], [0, 5000]);
  assertDrawn([seen[1], 5000 - seen[1]], [0.1, 0.9]);
  assertDrawn([seen[2], 5000 - seen[2]], [0.6, 0.4]);
  if (name === "cpu") assertThrows(() => bernoulli([0.5, 1.5]), RangeError, "from 0 to 1, not 1.5");
});

onEachDevice("normal() has the means and deviations that it is given", async () => {
  manualSeed(7);
  const drawn = normal([[-3], [100]], [[0.5], [10]], [2, 10_000]);
  const mean = await drawn.mean(1).array<number[]>(), spread = await drawn.var(1).array<number[]>();
  // Four standard errors: σ / √n of a mean, σ² √(2 / n) of a variance.
  [[-3, 0.5], [100, 10]].forEach(([center, deviation], i) => {
    assert(Math.abs(mean[i] - center) < 4 * deviation / 100, `mean ${mean[i]}`);
    assert(
      Math.abs(spread[i] - deviation ** 2) < 4 * deviation ** 2 * Math.sqrt(2e-4),
      `variance ${spread[i]}`,
    );
  });
  const mu = tensor(1, { requiresGrad: true });
  assertEquals(normal(mu, 1, [3]).requiresGrad, false);
});

Deno.test("randperm() gives every order as often as any other", async () => {
  manualSeed(7);
  const orders = ["012", "021", "102", "120", "201", "210"];
  const drawn = await Promise.all(Array.from({ length: 1200 }, () => randperm(3).data()));
  assertDrawn(counts(drawn.map((order) => orders.indexOf(order.join(""))), 6), Array(6).fill(1 / 6));
  assertEquals([randperm(0).shape, randperm(1).dtype], [[0], "int32"]);
});

Deno.test("what is like a tensor has its shape, dtype and device, and no gradient", () => {
  const x = ones([2, 3], { requiresGrad: true });
  assertEquals([randLike(x).shape, randnLike(x).requiresGrad, randintLike(x, 0, 3).dtype], [
    [2, 3],
    false,
    "float32",
  ]);
  assertThrows(() => randLike(x.gt(0)), TypeError, 'randLike: random numbers are float32, not "bool"');
  assertEquals(randnLike(x.gt(0), { dtype: "float32", requiresGrad: true }).requiresGrad, true);
});
