/**
 * Properties of steps of optimizers.
 *
 * @module
 */
import fc from "fast-check";
import { inputs, type Kind, shapes } from "./arbitraries.ts";
import { makeCase, type Tolerance } from "./case.ts";

/** A few float32 operations, here and there fused, on numbers up to 10. */
const STEP: Tolerance = { relative: 1e-5, absolute: 1e-5 };

const some = (kinds: Kind[]) => ({ kinds });
const reals = some(["reals"]), positive = some(["positive"]);

const lr = fc.constantFrom(0.1, 1e-3, 1);
const weightDecay = fc.constantFrom(0, 0, 0.25);
const fraction = fc.constantFrom(0.9, 0.5, 0.1, 0.99);

const sgdStep = shapes().chain((shape) =>
  fc.tuple(
    fc.tuple(inputs(shape, reals), inputs(shape, reals), inputs(shape, reals)),
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
  )
).map(([[param, grad, buffer], settings, buffered]) => {
  if (!buffered) {
    const plain = { ...settings, momentum: 0 };
    return makeCase(
      [param, grad],
      (k, [param, grad]) => {
        k.sgdStep({ param, grad, buffer: null }, plain);
        return [param, grad];
      },
      STEP,
      { settings: plain, inPlace: true },
    );
  }
  return makeCase(
    [param, grad, buffer],
    (k, [param, grad, buffer]) => {
      k.sgdStep({ param, grad, buffer }, settings);
      return [param, grad, buffer];
    },
    STEP,
    { settings, inPlace: true },
  );
});

const adamStep = shapes().chain((shape) =>
  fc.tuple(
    fc.tuple(inputs(shape, reals), inputs(shape, reals), inputs(shape, reals)),
    fc.tuple(inputs(shape, positive), inputs(shape, positive)),
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
  )
).map(([[param, grad, m], [v, vMax], settings, largest]) => {
  if (!largest) {
    return makeCase(
      [param, grad, m, v],
      (k, [param, grad, m, v]) => {
        k.adamStep({ param, grad, m, v, vMax: null }, settings);
        return [param, grad, m, v];
      },
      STEP,
      { settings, inPlace: true },
    );
  }
  return makeCase(
    [param, grad, m, v, vMax],
    (k, [param, grad, m, v, vMax]) => {
      k.adamStep({ param, grad, m, v, vMax }, settings);
      return [param, grad, m, v, vMax];
    },
    STEP,
    { settings, inPlace: true },
  );
});

const rmspropStep = shapes().chain((shape) =>
  fc.tuple(
    fc.tuple(inputs(shape, reals), inputs(shape, reals)),
    // The mean's square stays below the mean of the square: else there is no root of the difference.
    fc.tuple(inputs(shape, positive), inputs(shape, positive), inputs(shape, reals)),
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
  )
).map(([[param, grad], [square, average, buffer], settings, centered, buffered]) => {
  for (let i = 0; i < square.memory.data.length; i++) square.memory.data[i] += 3;
  const list = [param, grad, square, ...(centered ? [average] : []), ...(buffered ? [buffer] : [])];
  return makeCase(
    list,
    (k, x) => {
      const [param, grad, square] = x;
      const average = centered ? x[3] : null, buffer = buffered ? x[x.length - 1] : null;
      k.rmspropStep({ param, grad, square, average, buffer }, settings);
      return x;
    },
    STEP,
    { settings, inPlace: true },
  );
});

export const steps = { sgdStep, adamStep, rmspropStep };
