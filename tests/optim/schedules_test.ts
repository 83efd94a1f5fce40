/** Schedules beyond the traces of tests/fixtures, which hold forty steps of each as PyTorch takes them. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { optim, tensor, zeros } from "descent";
import fc from "fast-check";

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
  const fresh = new optim.lr.ReduceLROnPlateau(sgd());
  next.loadStateDict(JSON.parse(JSON.stringify(fresh.stateDict())));
  assertEquals(next.stateDict(), fresh.stateDict());
});

Deno.test("schedules refuse states that are not theirs", () => {
  const step = new optim.lr.StepLR(sgd(), { stepSize: 3 });
  const plateau = new optim.lr.ReduceLROnPlateau(sgd());
  assertThrows(() => plateau.loadStateDict(step.stateDict()), RangeError, "not that of a ReduceLROnPlateau");
  assertThrows(
    () => step.loadStateDict(plateau.stateDict()),
    RangeError,
    "has best; it is not that of a StepLR",
  );
  assertThrows(() => step.loadStateDict({ lastEpoch: 3 }), RangeError, "has no baseLrs");
  const one = step.stateDict();
  assertThrows(() => step.loadStateDict({ ...one, baseLrs: [1, 2] }), RangeError, "drives 1 groups");
  assertThrows(() => step.loadStateDict({ ...one, baseLrs: [NaN] }), RangeError, "a rate of baseLrs");
  assertThrows(() => step.loadStateDict({ ...one, lastEpoch: "3" }), TypeError, "lastEpoch must be a number");
  assertThrows(() => step.loadStateDict({ ...one, lastEpoch: -1 }), RangeError, "whole number ≥ 0, not -1");
  assertThrows(
    () => step.loadStateDict(JSON.stringify(one) as unknown as optim.lr.ScheduleState),
    TypeError,
    "an object such as stateDict()",
  );
  assertEquals(step.stateDict(), one);
  const cycle = new optim.lr.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3 });
  const far = { ...cycle.stateDict(), lastEpoch: 4 };
  assertThrows(() => cycle.loadStateDict(far), RangeError, "lastEpoch must be a number from 0 to 3, not 4");
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
  // deno-lint-ignore no-explicit-any
  const loose = lr as any;
  const cases: [() => unknown, string][] = [
    [() => new lr.StepLR(sgd(), { stepSize: 0 }), "StepLR: stepSize must be a whole number ≥ 1, not 0"],
    [() => new lr.StepLR(sgd(), { stepSize: 1, gamma: NaN }), "StepLR: gamma"],
    [() => new lr.MultiStepLR(sgd(), { milestones: [1.5] }), "MultiStepLR: a milestone"],
    [() => new lr.ExponentialLR(sgd(), { gamma: Infinity }), "ExponentialLR: gamma"],
    [() => new lr.CosineAnnealingLR(sgd(), { tMax: -1 }), "CosineAnnealingLR: tMax"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: NaN, totalSteps: 3 }), "OneCycleLR: maxLr"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: [1, 2], totalSteps: 3 }), "2 values of maxLr for 1 groups"],
    [() => new lr.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3, pctStart: 2 }), "pctStart"],
    [() => new lr.StepLR(sgd(), { stepSize: 1, gamma: -1 }), "gamma must be a finite number ≥ 0, not -1"],
    [
      () => new lr.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3, divFactor: 0 }),
      "divFactor must be larger than 0",
    ],
    [() => new lr.OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3, divFactor: 1e-320 }), "maxLr / divFactor"],
    [() => new lr.LambdaLR(sgd(), { lrLambda: () => NaN }), "the learning rate after 0 steps must be"],
    [() => new lr.ReduceLROnPlateau(sgd(), { factor: 1 }), "factor must be in [0, 1), not 1"],
    [() => new lr.ReduceLROnPlateau(sgd(), { patience: -1 }), "patience"],
    [() => new lr.LambdaLR(sgd(), { lrLambda: [] }), "0 functions for 1 groups"],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
  const kinds: [() => unknown, string][] = [
    [
      () => new loose.LambdaLR(sgd(), () => 1),
      "LambdaLR: options stand in one object such as { lrLambda: … }",
    ],
    [
      () => new loose.StepLR(sgd(), 30),
      "StepLR: options stand in one object such as { stepSize: … }, not 30",
    ],
    [() => new loose.StepLR(sgd(), { step_size: 30 }), "did you mean stepSize?"],
    [() => new loose.StepLR(sgd(), {}), "StepLR: stepSize must be a number, not undefined"],
    [
      () => new loose.MultiStepLR(sgd(), { milestones: 3 }),
      "MultiStepLR: milestones must be a list of steps",
    ],
    [() => new loose.LambdaLR(sgd(), { lrLambda: 0.9 }), "LambdaLR: lrLambda must be a function such as"],
    [
      () => new loose.LambdaLR(sgd(), { lrLambda: () => "1" }),
      'what lrLambda returns must be a number, not "1"',
    ],
    [() => new loose.OneCycleLR(sgd(), { maxLr: 1 }), "totalSteps, or epochs and stepsPerEpoch"],
    [() => new loose.OneCycleLR(sgd(), { totalSteps: 3 }), "OneCycleLR: maxLr must be a number, or a list"],
    [() => new loose.ReduceLROnPlateau(sgd(), "min"), "ReduceLROnPlateau: options stand in one object"],
    [() => new loose.ExponentialLR(sgd(), { gamma: 1 }).step(3), "step: takes no argument"],
    [() => new loose.ExponentialLR([sgd()], { gamma: 1 }), "an optimizer is needed, not an array of 1"],
  ];
  for (const [make, message] of kinds) assertThrows(make, TypeError, message);
  const plateau = new lr.ReduceLROnPlateau(sgd());
  assertThrows(() => plateau.step(), TypeError, "not nothing");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => plateau.step(tensor(1) as any), TypeError, "await loss.item()");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new lr.StepLR({} as any, { stepSize: 1 }), TypeError, "an optimizer is needed");
});

/** Any settings that a schedule takes. */
const rate = fc.double({ min: 0, max: 10, noNaN: true }), count = fc.integer({ min: 1, max: 12 });
const schedules: Record<string, fc.Arbitrary<(optimizer: optim.Adam) => optim.lr.Schedule>> = {
  StepLR: fc.record({ stepSize: count, gamma: rate }).map((options) => (o) =>
    new optim.lr.StepLR(o, options)
  ),
  MultiStepLR: fc.record({ milestones: fc.array(count), gamma: rate })
    .map((options) => (o) => new optim.lr.MultiStepLR(o, options)),
  ExponentialLR: fc.record({ gamma: rate }).map((options) => (o) => new optim.lr.ExponentialLR(o, options)),
  CosineAnnealingLR: fc.record({ tMax: count, etaMin: rate })
    .map((options) => (o) => new optim.lr.CosineAnnealingLR(o, options)),
  LambdaLR: fc.func(rate).map((lrLambda) => (o) => new optim.lr.LambdaLR(o, { lrLambda })),
  OneCycleLR: fc.record({
    maxLr: rate,
    totalSteps: count,
    // Where a phase has no length, PyTorch divides by zero.
    pctStart: fc.oneof(
      fc.constantFrom(0, 0.1, 0.2, 0.25, 0.5, 0.55, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    annealStrategy: fc.constantFrom("cos", "linear"),
    threePhase: fc.boolean(),
    divFactor: fc.double({ min: 0.1, max: 100, noNaN: true }),
    finalDivFactor: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
  }).map((options) => (o) => new optim.lr.OneCycleLR(o, options as optim.lr.OneCycleLROptions)),
  ReduceLROnPlateau: fc.record({
    factor: fc.double({ min: 0, max: 0.99, noNaN: true }),
    patience: fc.integer({ min: 0, max: 3 }),
    minLr: rate,
    mode: fc.constantFrom("min", "max"),
  }).map((options) => (o) => new optim.lr.ReduceLROnPlateau(o, options as optim.lr.ReduceLROnPlateauOptions)),
};

for (const [name, settings] of Object.entries(schedules)) {
  Deno.test(`${name} leads to finite rates ≥ 0 and betas below 1, whatever its settings`, () => {
    fc.assert(
      fc.property(settings, rate, fc.infiniteStream(fc.double()), (make, lr, metrics) => {
        const optimizer = new optim.Adam([leaf()], { lr }), schedule = make(optimizer);
        const length = schedule instanceof optim.lr.OneCycleLR ? 1 : 25;
        for (let step = 0; step < length; step++) {
          if (schedule instanceof optim.lr.ReduceLROnPlateau) schedule.step(metrics.next().value);
          else schedule.step();
          const { lr, betas } = optimizer.paramGroups[0];
          if (!(Number.isFinite(lr) && lr >= 0 && betas[0] >= 0 && betas[0] < 1)) return false;
        }
        return true;
      }),
      { numRuns: 300, seed: 5 },
    );
  });
}

Deno.test("OneCycleLR leads to finite rates ≥ 0 through its whole cycle, also where a phase has no length", () => {
  for (const totalSteps of [1, 2, 3, 5, 10, 20]) {
    for (const pctStart of [0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.55, 1 / 3, 2 / 3, 0.9, 1]) {
      for (const annealStrategy of ["cos", "linear"] as const) {
        for (const threePhase of [false, true]) {
          const optimizer = sgd();
          const options = { maxLr: 1, totalSteps, pctStart, annealStrategy, threePhase };
          const schedule = new optim.lr.OneCycleLR(optimizer, options), rates = [optimizer.lr];
          for (let step = 0; step < totalSteps; step++) {
            schedule.step();
            rates.push(optimizer.lr);
          }
          const { momentum } = optimizer.paramGroups[0];
          assertEquals(
            rates.every((lr) => lr >= 0 && lr <= 1) && momentum >= 0.85 - 1e-9 && momentum <= 0.95 + 1e-9,
            true,
            `${JSON.stringify(options)}: ${rates}`,
          );
        }
      }
    }
  }
});

Deno.test("a cosine so long that it is 0 to the last digit near its end goes on", () => {
  const optimizer = sgd(), tMax = 1e9;
  const schedule = new optim.lr.CosineAnnealingLR(optimizer, { tMax });
  schedule.loadStateDict({ lastEpoch: tMax - 2, baseLrs: [1] });
  for (let step = 0; step < 4; step++) {
    schedule.step();
    assertAlmostEquals(optimizer.lr, 0, 1e-12);
  }
});

Deno.test("a schedule that leads to what is no learning rate says so, and stays where it was", () => {
  const optimizer = sgd(1e300);
  const schedule = new optim.lr.ExponentialLR(optimizer, { gamma: 1e5 });
  schedule.step();
  assertThrows(
    () => schedule.step(),
    RangeError,
    "ExponentialLR: the learning rate after 2 steps must be a finite",
  );
  assertEquals([schedule.lastEpoch, optimizer.lr], [1, 1e300 * 1e5]);
});
