/** Schedules beyond the traces of tests/fixtures, which hold forty steps of each as PyTorch takes them. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { optim, tensor, zeros } from "descent";

const leaf = () => zeros([1], { requiresGrad: true });
const sgd = (lr = 1) => new optim.SGD([leaf()], { lr });

function closeAll(found: number[], expected: number[]): void {
  assertEquals(found.length, expected.length);
  found.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-14));
}

Deno.test("schedules on one optimizer multiply, and share the rate they start from, as PyTorch's do", () => {
  // LambdaLR(o, lambda e: min(1, (e + 1) / 4)), then CosineAnnealingLR(o, T_max=10, eta_min=0.1), which alone is stepped.
  const optimizer = sgd();
  new optim.lr.LambdaLR(optimizer, { lrLambda: (epoch) => Math.min(1, (epoch + 1) / 4) });
  const cosine = new optim.lr.CosineAnnealingLR(optimizer, { tMax: 10, etaMin: 0.1 });
  const rates = [optimizer.lr];
  for (let i = 0; i < 12; i++) {
    cosine.step();
    rates.push(optimizer.lr);
  }
  // deno-fmt-ignore
  closeAll(rates, [
    0.25, 0.24632923872213652, 0.23567627457812104, 0.21908389392193547, 0.19817627457812104, 0.175,
    0.15182372542187894, 0.13091610607806453, 0.11432372542187896, 0.1036707612778635, 0.1,
    0.12202456766718092, 0.185942352531274,
  ]);
  // ExponentialLR(o, gamma=0.9) and MultiStepLR(o, milestones=[0, 2, 4], gamma=0.5), both stepped.
  const other = sgd();
  const both = [
    new optim.lr.ExponentialLR(other, { gamma: 0.9 }),
    new optim.lr.MultiStepLR(other, { milestones: [0, 2, 4], gamma: 0.5 }),
  ];
  const products = [other.lr];
  for (let i = 0; i < 6; i++) {
    for (const schedule of both) schedule.step();
    products.push(other.lr);
  }
  closeAll(products, [0.5, 0.45, 0.2025, 0.18225, 0.0820125, 0.07381125, 0.066430125]);
});

Deno.test("a schedule drives every group from its own rate", () => {
  const optimizer = new optim.SGD([{ params: [leaf()], lr: 1 }, { params: [leaf()], lr: 10 }]);
  const schedule = new optim.lr.StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
  schedule.step();
  assertEquals(schedule.lastLr, [0.5, 5]);
  const lambdas = new optim.lr.LambdaLR(optimizer, { lrLambda: [() => 2, () => 3] });
  assertEquals(lambdas.lastLr, [2, 30]);
  const plateau = new optim.lr.ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5, minLr: [0, 20] });
  for (const loss of [1, 1, 1]) plateau.step(loss);
  assertEquals(plateau.lastLr, [0.5, 20]);
});

Deno.test("a schedule that was saved goes on as if it had not been interrupted", () => {
  const make = {
    step: (optimizer: optim.SGD) => new optim.lr.StepLR(optimizer, { stepSize: 3, gamma: 0.5 }),
    cosine: (optimizer: optim.SGD) => new optim.lr.CosineAnnealingLR(optimizer, { tMax: 9 }),
    cycle: (optimizer: optim.SGD) => new optim.lr.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 20 }),
  };
  for (const build of Object.values(make)) {
    const first = sgd(), second = sgd();
    const a = build(first), b = build(second);
    for (let i = 0; i < 5; i++) a.step();
    second.loadStateDict(first.stateDict());
    b.loadStateDict(a.stateDict());
    for (let i = 0; i < 5; i++) {
      a.step();
      b.step();
      assertEquals(second.lr, first.lr);
    }
  }
  const plateau = new optim.lr.ReduceLROnPlateau(sgd(), { patience: 3 });
  for (const loss of [3, 2, 2, 2]) plateau.step(loss);
  const next = new optim.lr.ReduceLROnPlateau(sgd(), { patience: 3 });
  next.loadStateDict(plateau.stateDict());
  assertEquals([next.best, next.badEpochs, next.lastEpoch], [2, 2, 4]);
});

Deno.test("schedules refuse states that are not theirs", () => {
  const step = new optim.lr.StepLR(sgd(), { stepSize: 3 });
  const plateau = new optim.lr.ReduceLROnPlateau(sgd());
  assertThrows(() => plateau.loadStateDict(step.stateDict()), RangeError, "not that of a ReduceLROnPlateau");
  assertThrows(() => step.loadStateDict({ lastEpoch: 3 }), RangeError, "groups");
});

Deno.test("OneCycleLR refuses to go on behind its end, and stays where it was", () => {
  const optimizer = sgd();
  const schedule = new optim.lr.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 3 });
  for (let i = 0; i < 3; i++) schedule.step();
  const { lr } = optimizer;
  assertThrows(() => schedule.step(), RangeError, "step 4 of a cycle of 3");
  assertEquals([optimizer.lr, schedule.lastEpoch], [lr, 3]);
});

Deno.test("schedules refuse settings that make no sense", () => {
  const { lr } = optim;
  const cases: [() => unknown, string][] = [
    [() => new lr.StepLR(sgd(), { stepSize: 0 }), "StepLR: stepSize must be a whole number ≥ 1, not 0"],
    [() => new lr.StepLR(sgd(), { stepSize: 1, gamma: NaN }), "StepLR: gamma"],
    [() => new lr.MultiStepLR(sgd(), { milestones: [1.5] }), "MultiStepLR: a milestone"],
    [() => new lr.ExponentialLR(sgd(), { gamma: Infinity }), "ExponentialLR: gamma"],
    [() => new lr.CosineAnnealingLR(sgd(), { tMax: -1 }), "CosineAnnealingLR: tMax"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: 1 }), "totalSteps (or epochs · stepsPerEpoch)"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: NaN, totalSteps: 3 }), "OneCycleLR: maxLr"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: [1, 2], totalSteps: 3 }), "2 values of maxLr for 1 groups"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3, pctStart: 2 }), "pctStart"],
    [() => new lr.ReduceLROnPlateau(sgd(), { factor: 1 }), "factor must be in [0, 1), not 1"],
    [() => new lr.ReduceLROnPlateau(sgd(), { patience: -1 }), "patience"],
    [() => new lr.LambdaLR(sgd(), { lrLambda: [] }), "0 functions for 1 groups"],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
  const plateau = new lr.ReduceLROnPlateau(sgd());
  assertThrows(() => plateau.step(), TypeError, "not nothing");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => plateau.step(tensor(1) as any), TypeError, "await loss.item()");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new lr.StepLR({} as any, { stepSize: 1 }), TypeError, "an optimizer is needed");
});
