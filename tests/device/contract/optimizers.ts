/**
 * Properties of steps of optimizers.
 *
 * @module
 */
import fc from "fast-check";
import { inputs, type Kind, shapes } from "./arbitraries.ts";
import { type Call, type Case, type Input, makeCase, type Tolerance } from "./case.ts";

/** A few float32 operations, here and there fused, on numbers up to 10. */
const STEP: Tolerance = { relative: 1e-5, absolute: 1e-5 };

const some = (kinds: Kind[]) => ({ kinds });
const reals = some(["reals"]), positive = some(["positive"]);

const lr = fc.constantFrom(0.1, 1e-3, 1);
const weightDecay = fc.constantFrom(0, 0, 0.25);
const fraction = fc.constantFrom(0.9, 0.5, 0.1, 0.99);

/** Arrays of up to three parameters, each of a shape of its own. */
function lists(arrays: (shape: number[]) => fc.Arbitrary<Input[]>): fc.Arbitrary<Input[][]> {
  return fc.array(shapes(), { minLength: 1, maxLength: 3 }).chain((all) => fc.tuple(...all.map(arrays)));
}

/** A case in which a step changes all arrays; the call is given back lists as long as those of the parameters. */
function stepCase(
  list: readonly Input[][],
  settings: unknown,
  step: (k: Parameters<Call>[0], list: readonly Parameters<Call>[1][]) => void,
): Case {
  const each = list[0].length;
  const call: Call = (k, x) => {
    step(k, list.map((_, i) => x.slice(i * each, (i + 1) * each)));
    return x;
  };
  return makeCase(list.flat(), call, STEP, { settings, inPlace: true });
}

const sumOfSquares = lists((shape) => inputs(shape, reals).map((one) => [one])).map((list) =>
  makeCase(list.flat(), (k, x) => [k.sumOfSquares(x)], { relative: 1e-5 })
);

const scale = fc.tuple(
  lists((shape) => inputs(shape, reals).map((one) => [one])),
  fc.constantFrom(0.5, 0.3, 0),
).map(([list, factor]) =>
  makeCase(
    list.flat(),
    (k, x) => {
      k.scale(x, k.fill([], factor));
      return x;
    },
    STEP,
    { settings: { factor }, inPlace: true },
  )
);

const sgdStep = fc.tuple(
  lists((shape) => fc.tuple(inputs(shape, reals), inputs(shape, reals), inputs(shape, reals))),
  fc.record({
    lr,
    momentum: fraction,
    dampening: fc.constantFrom(0, 0.25),
    weightDecay,
    nesterov: fc.boolean(),
    maximize: fc.boolean(),
    first: fc.boolean(),
  }),
  fc.boolean(),
).map(([list, settings, buffered]) =>
  buffered
    ? stepCase(list, settings, (k, list) => {
      k.sgdStep(list.map(([param, grad, buffer]) => ({ param, grad, buffer })), settings);
    })
    : stepCase(list.map((arrays) => arrays.slice(0, 2)), { ...settings, momentum: 0 }, (k, list) => {
      k.sgdStep(list.map(([param, grad]) => ({ param, grad, buffer: null })), { ...settings, momentum: 0 });
    })
);

const adamStep = fc.tuple(
  lists((shape) =>
    fc.tuple(
      ...[inputs(shape, reals), inputs(shape, reals), inputs(shape, reals)],
      ...[inputs(shape, positive), inputs(shape, positive)],
    )
  ),
  fc.record({
    lr,
    beta1: fraction,
    beta2: fc.constantFrom(0.999, 0.9, 0.5),
    epsilon: fc.constantFrom(1e-8, 1e-3),
    weightDecay,
    decoupled: fc.boolean(),
    maximize: fc.boolean(),
    step: fc.integer({ min: 1, max: 2000 }),
  }),
  fc.boolean(),
).map(([list, settings, largest]) =>
  stepCase(list.map((arrays) => arrays.slice(0, largest ? 5 : 4)), settings, (k, list) => {
    k.adamStep(list.map(([param, grad, m, v, vMax = null]) => ({ param, grad, m, v, vMax })), settings);
  })
);

const rmspropStep = fc.tuple(
  lists((shape) =>
    fc.tuple(
      ...[inputs(shape, reals), inputs(shape, reals)],
      // The mean's square stays below the mean of the square: else there is no root of the difference.
      ...[inputs(shape, positive), inputs(shape, positive), inputs(shape, reals)],
    )
  ),
  fc.record({
    lr,
    alpha: fc.constantFrom(0.99, 0.9, 0.5),
    epsilon: fc.constantFrom(1e-8, 1e-3),
    momentum: fraction,
    weightDecay,
    maximize: fc.boolean(),
  }),
  fc.boolean(),
  fc.boolean(),
).map(([list, settings, centered, buffered]) => {
  for (const [, , square] of list) {
    for (let i = 0; i < square.memory.data.length; i++) square.memory.data[i] += 3;
  }
  const used = list.map((arrays) => arrays.filter((_, i) => i < 3 || (i === 3 ? centered : buffered)));
  return stepCase(used, settings, (k, list) => {
    k.rmspropStep(
      list.map((arrays) => {
        const [param, grad, square] = arrays;
        const average = centered ? arrays[3] : null, buffer = buffered ? arrays[arrays.length - 1] : null;
        return { param, grad, square, average, buffer };
      }),
      settings,
    );
  });
});

export const steps = { sumOfSquares, scale, sgdStep, adamStep, rmspropStep };
