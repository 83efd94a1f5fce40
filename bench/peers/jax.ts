/**
 * jax-js as a worker. Argument: the backend, wasm or webgpu.
 *
 * @module
 */
import { sideBehind } from "../cases/network.ts";
import type { AdamTask, ConvolutionTask, CopyTask, Job, ProductTask, TrainingTask } from "../cases/task.ts";
import { serve } from "../serve.ts";
import { type Arr, jax, type Tree } from "./jax_api.ts";
import { build } from "./jax_network.ts";
import settings from "./deno.json" with { type: "json" };

const { numpy: np, lax, nn, jit, grad, valueAndGrad, blockUntilReady } = jax;

function line(): Job {
  const x = np.array([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]]), target = np.array([[13.57, 38.7, 70.51]]);
  const loss = ([w, b]: Arr[], x: Arr, target: Arr) =>
    np.square(np.matmul(w, x).add(b).sub(target)).div(2).sum();
  const step = jit(([w, b]: Arr[], x: Arr, target: Arr): Arr[] => {
    const [dw, db] = grad(loss)([w.ref, b.ref], x, target);
    return [w.sub(dw.mul(1e-4)), b.sub(db.mul(1e-4))];
  });
  let parameters = [np.array([[0.001, 0.003]]), np.array([0.005])];
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        parameters = step(parameters, x.ref, target.ref);
        // Steps that nobody waits for are put off and pile up: ten times slower after some thousand.
        await blockUntilReady(parameters);
      }
    },
    drop: () => [...parameters, x, target].forEach((one) => one.dispose()),
  };
}

/** Everything that changes in training. */
type State = { p: Arr[]; m: Arr[]; v: Arr[] };

function training(task: TrainingTask): Job {
  const { input: [batch], lr } = task;
  const { first, forward } = build(task.layers, task.input);
  const x = noise(task.input);
  const target = np.array(
    Array.from({ length: batch }, (_, n) => Array.from({ length: 10 }, (_, i) => (i === n % 10 ? 1 : 0))),
  );
  const loss = (p: Arr[], x: Arr, target: Arr) => {
    const y = forward(p, x);
    return task.loss === "squares"
      ? np.square(y.sub(target)).div(2).sum()
      : np.negative(nn.logSoftmax(y).mul(target).sum()).div(batch);
  };
  const sgd = ({ p, m, v }: State, gradients: Arr[]): State => ({
    p: p.map((one, i) => one.sub(gradients[i].mul(lr))),
    m,
    v,
  });
  const update = task.optimizer === "adam" ? adamUpdate(lr) : sgd;
  const step = jit((state: State, c1: Arr, c2: Arr, x: Arr, target: Arr) => {
    const [value, gradients] = valueAndGrad(loss)(state.p.map((one) => one.ref), x, target);
    return [value, update(state, gradients, c1, c2)];
  }) as (state: State, c1: Arr, c2: Arr, x: Arr, target: Arr) => [Arr, State];
  const zeros = () => task.optimizer === "adam" ? first.map((one) => np.zeros(one.shape)) : [];
  let state: State = { p: first, m: zeros(), v: zeros() };
  let steps = 0;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        let value: Arr;
        [value, state] = step(state, ...corrections(++steps), x.ref, target.ref);
        await blockUntilReady(state);
        value.dispose();
      }
    },
    drop: () => [...state.p, ...state.m, ...state.v, x, target].forEach((one) => one.dispose()),
  };
}

/** 1 / (1 − βᵗ) for both averages. */
function corrections(step: number): [Arr, Arr] {
  return [np.array([1 / (1 - 0.9 ** step)]), np.array([1 / (1 - 0.999 ** step)])];
}

function adamUpdate(lr: number) {
  return ({ p, m, v }: State, gradients: Arr[], c1: Arr, c2: Arr): State => {
    const means = m.map((one, i) => one.mul(0.9).add(gradients[i].ref.mul(0.1)));
    const squares = v.map((one, i) => one.mul(0.999).add(np.square(gradients[i]).mul(0.001)));
    const next = p.map((one, i) => {
      const root = np.sqrt(squares[i].ref.mul(scalar(c2))).add(1e-8);
      return one.sub(means[i].ref.mul(scalar(c1)).div(root).mul(lr));
    });
    return { p: next, m: means, v: squares };
  };
}

/** Made here: its own generator takes long to get going. */
function noise(shape: number[]): Arr {
  const values = new Float32Array(shape.reduce((a, b) => a * b));
  for (let i = 0; i < values.length; i++) values[i] = Math.random() - 0.5;
  return np.array(values).reshape(shape);
}

function scalar(one: Arr): Arr {
  return one.ref.reshape([]);
}

function adam({ shapes }: AdamTask): Job {
  const update = jit((state: State, gradients: Arr[], c1: Arr, c2: Arr) =>
    adamUpdate(1e-4)(state, gradients, c1, c2)
  );
  const gradients = shapes.map(noise);
  let state: State = { p: shapes.map(noise), m: shapes.map(np.zeros), v: shapes.map(np.zeros) };
  let steps = 0;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) {
        state = update(state, gradients.map((one) => one.ref), ...corrections(++steps));
        await blockUntilReady(state);
      }
    },
    drop: () => [...state.p, ...state.m, ...state.v, ...gradients].forEach((one) => one.dispose()),
  };
}

function convolution(task: ConvolutionTask): Job {
  const { direction, inputs, outputs, kernel, stride, padding, size } = task;
  const side = sideBehind(size, task), edges: [number, number] = [padding, padding];
  const x = noise([1, inputs, size, size]);
  const filter = noise([outputs, inputs, kernel, kernel]);
  const dy = noise([1, outputs, side, side]);
  const forward = (x: Arr, filter: Arr) =>
    lax.convGeneralDilated(x, filter, [stride, stride], [edges, edges]);
  // The gradient of Σ y dy; of the unused value jit computes nothing.
  const of = {
    forward: (x: Arr, filter: Arr, dy: Arr) => (dy.dispose(), forward(x, filter)),
    input: (x: Arr, filter: Arr, dy: Arr) =>
      grad((x: Arr, filter: Arr, dy: Arr) => forward(x, filter).mul(dy).sum())(x, filter, dy),
    filter: (x: Arr, filter: Arr, dy: Arr) =>
      grad((filter: Arr, x: Arr, dy: Arr) => forward(x, filter).mul(dy).sum())(filter, x, dy),
  }[direction];
  return repeat(of, [x, filter, dy]);
}

function product({ m, k, n, transposeA, transposeB }: ProductTask): Job {
  const a = noise(transposeA ? [k, m] : [m, k]);
  const b = noise(transposeB ? [n, k] : [k, n]);
  const turn = (one: Arr, transposed: boolean) => transposed ? np.matrixTranspose(one) : one;
  return repeat((a, b) => np.matmul(turn(a, transposeA), turn(b, transposeB)), [a, b]);
}

function copy({ count }: CopyTask): Job {
  return repeat((x) => np.negative(x), [noise([count])]);
}

/** So many results may be under way, and in memory. */
const AT_ONCE = 8;

function repeat(body: (...inputs: Arr[]) => Arr, inputs: Arr[]): Job {
  const compiled = jit(body as (...inputs: Arr[]) => Tree) as (...inputs: Arr[]) => Arr;
  return {
    async run(count) {
      // What nobody waits for is never computed: every result is waited for, a few at a time.
      for (let done = 0; done < count; done += AT_ONCE) {
        const results = Array.from(
          { length: Math.min(AT_ONCE, count - done) },
          () => compiled(...inputs.map((one) => one.ref)),
        );
        await blockUntilReady(results);
        results.forEach((one) => one.dispose());
      }
    },
    drop: () => inputs.forEach((one) => one.dispose()),
  };
}

const [backend] = Deno.args;
if (!(await jax.init(backend)).includes(backend)) throw new Error(`no ${backend} here`);
jax.defaultDevice(backend);
const version = settings.imports["@jax-js/jax"].split("@").at(-1);
await serve(
  {
    version: `jax-js ${version} (${backend})`,
    threads: backend === "webgpu" ? 0 : navigator.hardwareConcurrency,
  },
  { line, training, convolution, product, adam, copy },
);
