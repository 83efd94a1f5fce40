/** The kernels of KERNELS.md on the CPU device, against their formulas. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Storage } from "../../lib/device/device.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { type Distribution, philoxValues } from "../../lib/device/philox.ts";
import { integer, random } from "./cpu_helpers.ts";

const device = createCpuDevice();

function randoms(n: number): Float32Array {
  return Float32Array.from({ length: n }, random);
}

function upload(values: Float32Array, shape = [values.length]): Storage {
  return device.upload(values, shape, "float32");
}

function read(storage: Storage): Float32Array {
  return device.backend.readSync(storage.dataId) as Float32Array;
}

function assertClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  assertEquals(got.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    assertAlmostEquals(got[i], wanted[i], tolerance * (1 + Math.abs(wanted[i])));
  }
}

Deno.test("BatchNormTrain and its gradient follow their formulas, at a mean far from zero, too", () => {
  for (
    const [rows, channels, mean] of [[7, 3, 0], [50, 8, 100], [300, 21, -5], [1000, 64, 0.1], [1, 4, 0], [
      40000,
      1,
      3,
    ]]
  ) {
    const epsilon = 1e-5,
      x = randoms(rows * channels).map((value) => value + mean),
      dy = randoms(rows * channels);
    const scale = randoms(channels), offset = randoms(channels);
    const X = upload(x, [rows, channels]), S = upload(scale);
    const [y, mu, variance] = device.runMany("BatchNormTrain", { x: X, scale: S, offset: upload(offset) }, {
      epsilon,
    });
    const inputs = { dy: upload(dy, [rows, channels]), x: X, mean: mu, variance, scale: S };
    const [dx, dScale, dOffset] = device.runMany("BatchNormTrainGrad", inputs, { epsilon });
    const got = [y, dx, mu, variance, dScale, dOffset].map(read);
    for (let c = 0; c < channels; c++) {
      const column = (values: Float32Array) =>
        Array.from({ length: rows }, (_, r) => values[r * channels + c]);
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      const xs = column(x), gs = column(dy), m = sum(xs) / rows, v = sum(xs.map((a) => (a - m) ** 2)) / rows;
      const inverse = 1 / Math.sqrt(v + epsilon), normal = xs.map((a) => (a - m) * inverse);
      const dg = sum(gs.map((g, r) => g * normal[r])), db = sum(gs);
      // What float32 holds of a mean of 100 limits how well x - mean can be known.
      const tolerance = 2e-5 * (1 + Math.abs(mean));
      assertClose([got[2][c], got[3][c]], [m, v], tolerance);
      assertClose(column(got[0]), normal.map((a) => a * scale[c] + offset[c]), tolerance);
      if (rows === 1) continue;
      assertClose([got[4][c], got[5][c]], [dg, db], 10 * tolerance);
      assertClose(
        column(got[1]),
        gs.map((g, r) => scale[c] * inverse * (g - db / rows - normal[r] * dg / rows)),
        10 * tolerance,
      );
    }
  }
});

Deno.test("Philox makes the numbers of the host's generator", () => {
  const distributions: Distribution[] = ["uniform", "normal", "dropout"];
  for (const distribution of distributions) {
    for (const [n, offset] of [[1, 0], [7, 3], [64, 2 ** 32 - 5], [1001, 2 ** 40 + 1], [0, 0]]) {
      const seed: [number, number] = [0xdeadbeef, 7], p = 0.3;
      const got = device.run("Philox", {}, { shape: [n], distribution, seed, offset, p });
      const wanted = philoxValues(distribution, n, seed, offset, p);
      if (distribution === "normal") assertClose(read(got), wanted, 3e-7);
      else assertEquals(read(got), wanted);
      device.free(got);
    }
  }
});

/** PyTorch's single-tensor rules, in float64. */
function sgd(p: number, g: number, b: number, a: Record<string, number | boolean>): [number, number] {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = a as Record<string, number>;
  g = (maximize ? -g : g) + weightDecay * p;
  if (momentum) {
    b = first ? g : momentum * b + (1 - dampening) * g;
    g = nesterov ? g + momentum * b : b;
  }
  return [p - lr * g, b];
}

Deno.test("SgdStep follows PyTorch's rule", () => {
  for (let i = 0; i < 30; i++) {
    const n = [1, 5, 63, 130][i % 4], [p, g, b] = [randoms(n), randoms(n), randoms(n)];
    const momentum = i % 3 ? 0.9 : 0, weightDecay = i % 2 ? 0.1 : 0;
    const attrs = { lr: 0.1, momentum, dampening: i % 5 ? 0 : 0.2, weightDecay, maximize: i % 7 === 0 };
    const all = { ...attrs, nesterov: i % 4 === 1, first: i % 6 === 0 };
    const param = upload(p), buffer = upload(b);
    assertEquals(device.runMany("SgdStep", { param, grad: upload(g), buffer }, all), []);
    const wanted = [...p].map((_, j) => sgd(p[j], g[j], b[j], all));
    assertClose(read(param), wanted.map(([value]) => value), 1e-6);
    if (momentum) assertClose(read(buffer), wanted.map(([, value]) => value), 1e-6);
  }
});

Deno.test("AdamStep follows PyTorch's rule, AdamW and amsgrad included", () => {
  for (let i = 0; i < 30; i++) {
    const n = [1, 5, 63, 130][i % 4], [p, g, m] = [randoms(n), randoms(n), randoms(n)];
    const v = randoms(n).map(Math.abs), most = randoms(n).map(Math.abs);
    const attrs = {
      lr: 0.01,
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-8,
      weightDecay: i % 2 ? 0.1 : 0,
      decoupled: i % 4 > 1,
    };
    const step = 1 + integer(0, 20), maximize = i % 5 === 0, amsgrad = i % 3 === 0;
    const storages = { param: upload(p), grad: upload(g), m: upload(m), v: upload(v) };
    const vMax = amsgrad ? upload(most) : undefined;
    device.runMany("AdamStep", { ...storages, vMax }, { ...attrs, step, maximize });
    const wanted = [...p].map((_, j) => {
      const { lr, beta1, beta2, epsilon, weightDecay, decoupled } = attrs;
      const start = decoupled ? p[j] * (1 - lr * weightDecay) : p[j];
      const grad = (maximize ? -g[j] : g[j]) + (decoupled ? 0 : weightDecay * p[j]);
      const mean = beta1 * m[j] + (1 - beta1) * grad, square = beta2 * v[j] + (1 - beta2) * grad * grad;
      const top = amsgrad ? Math.max(most[j], square) : square;
      const denominator = Math.sqrt(top) / Math.sqrt(1 - beta2 ** step) + epsilon;
      return [start - lr / (1 - beta1 ** step) * mean / denominator, mean, square, top];
    });
    [storages.param, storages.m, storages.v].forEach((s, k) =>
      assertClose(read(s), wanted.map((w) => w[k]), 2e-6)
    );
    if (vMax !== undefined) assertClose(read(vMax), wanted.map((w) => w[3]), 2e-6);
  }
});

Deno.test("RmspropStep follows PyTorch's rule, centered and with momentum", () => {
  for (let i = 0; i < 24; i++) {
    const n = [1, 5, 63, 130][i % 4], [p, g, b] = [randoms(n), randoms(n), randoms(n)];
    const s = randoms(n).map((value) => 2 + Math.abs(value)), a = randoms(n);
    const attrs = {
      lr: 0.01,
      alpha: 0.9,
      epsilon: 1e-8,
      weightDecay: i % 2 ? 0.1 : 0,
      maximize: i % 5 === 0,
    };
    const momentum = i % 3 ? 0.9 : 0, centered = i % 4 > 1;
    const param = upload(p),
      square = upload(s),
      average = centered ? upload(a) : undefined,
      buffer = upload(b);
    device.runMany("RmspropStep", { param, grad: upload(g), square, average, buffer }, {
      ...attrs,
      momentum,
    });
    const wanted = [...p].map((_, j) => {
      const grad = (attrs.maximize ? -g[j] : g[j]) + attrs.weightDecay * p[j];
      const second = 0.9 * s[j] + 0.1 * grad * grad, first = 0.9 * a[j] + 0.1 * grad;
      const root = Math.sqrt(centered ? second - first * first : second) + attrs.epsilon;
      const velocity = momentum * b[j] + grad / root;
      return [p[j] - attrs.lr * (momentum ? velocity : grad / root), second];
    });
    assertClose(read(param), wanted.map(([value]) => value), 2e-6);
    assertClose(read(square), wanted.map(([, value]) => value), 2e-6);
  }
});

Deno.test("a step in place leaves arrays alone that once shared the parameter's values", () => {
  const param = upload(Float32Array.of(1, 2, 3)),
    copy = device.run("Add", { a: param, b: upload(new Float32Array(3)) });
  const part = device.run("Slice", { x: param }, { begin: [0], size: [2] });
  device.runMany("SgdStep", { param, grad: upload(Float32Array.of(1, 1, 1)) }, { lr: 1 });
  assertEquals([...read(param)], [0, 1, 2]);
  assertEquals([...read(copy)], [1, 2, 3]);
  assertEquals([...read(part)], [1, 2]);
});

Deno.test("an optimizer's step refuses a gradient of another size", () => {
  const param = upload(new Float32Array(3)), grad = upload(new Float32Array(4));
  assertThrows(() => device.runMany("SgdStep", { param, grad }, { lr: 1 }), RangeError, "grad has shape [4]");
});
