/** Operations of one's own: their gradients, what they save, and for how long. PyTorch's numbers: tests/parity/autograd_test.ts. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  autograd,
  currentDevice,
  detectAnomaly,
  gradCheck,
  gradGradCheck,
  graph,
  nn,
  noGrad,
  ones,
  randn,
  steps,
  type Tensor,
  tensor,
} from "descent";
import { onEachDevice } from "../devices.ts";
import { settled } from "../memory.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });

const power = autograd.defineOperation({
  name: "power",
  forward: (x: Tensor, n: number) => ({ output: x.pow(n), saved: { x, n } }),
  backward: (grad, { x, n }) => [grad.mul(x.pow(n - 1)).mul(n), null],
});

/** exp(x), whose gradient is its own output. */
const exp = autograd.defineOperation({
  name: "ownExp",
  forward: (x: Tensor) => {
    const y = x.exp();
    return { output: y, saved: [y] as const };
  },
  backward: (grad, [y]) => grad.mul(y),
});

/** Cosine and sine of a, times b; and where the cosine is positive. */
const polar = autograd.defineOperation({
  name: "polar",
  forward: (a: Tensor, b: Tensor) => {
    const c = a.cos(), x = c.mul(b), y = a.sin().mul(b);
    return { output: [x, y, c.gt(0)], saved: { a, x, y } };
  },
  backward: ([gx, gy], { a, x, y }, [needsA, needsB]) => [
    needsA ? gy.mul(x).sub(gx.mul(y)) : null,
    needsB ? gx.mul(a.cos()).add(gy.mul(a.sin())) : null,
  ],
});

onEachDevice(
  "an operation of one's own has the gradient that it says, and the gradient of that",
  async () => {
    const x = leaf([1, 2]);
    const y = power(x, 3);
    assertEquals([await y.array(), y.requiresGrad, y.isLeaf], [[1, 8], true, false]);
    const [slope] = autograd.grad(y.sum(), x, { createGraph: true });
    const [bend] = autograd.grad(slope.sum(), x);
    assertEquals([await slope.array(), await bend.array()], [[3, 12], [6, 12]]);
    assertEquals(noGrad(() => power(x, 2)).requiresGrad, false);
    assertEquals(power(x.detach(), 2).requiresGrad, false);
  },
);

Deno.test("gradCheck() and gradGradCheck() look at operations of one's own", async () => {
  await gradCheck((x) => power(x, 3), [randn(2, 3)]);
  await gradGradCheck((x) => power(x, 3), [randn(2, 3)]);
  await gradCheck((x) => exp(x.t()), [randn(2, 3)]);
  await gradGradCheck((x) => exp(x).square(), [randn(3)]);
  const both = (a: Tensor, b: Tensor) => {
    const [x, y] = polar(a, b);
    return x.square().mul(2).add(y.mul(x)).add(y);
  };
  await gradCheck(both, [randn(2, 3), randn(2, 3)]);
  await gradGradCheck(both, [randn(2, 3), randn(2, 3)]);
  // What is broadcast in forward is summed up on the way back.
  await gradCheck(both, [randn(2, 3), randn(3)]);
  await gradCheck(both, [randn(2, 1), randn([])]);
  const wrong = autograd.defineOperation({
    name: "wrong",
    forward: (x: Tensor) => ({ output: x.square(), saved: x }),
    backward: (grad, x) => grad.mul(x),
  });
  await assertRejects(() => gradCheck(wrong, [tensor([1, 2])]), Error, "gradCheck: input 0 [2], element 0");
});

onEachDevice("of several outputs each has its gradient; one that none flows through has none", async () => {
  const a = leaf([0, 1]), b = leaf([2, 3]);
  const [x, y, positive] = polar(a, b);
  assertEquals([x.requiresGrad, y.requiresGrad, positive.requiresGrad], [true, true, false]);
  assertEquals(await positive.array(), [true, true]);
  y.at(0).backward(undefined, { retainGraph: true });
  assertEquals([await a.grad!.array(), await b.grad!.array()], [[2, 0], [0, 0]]);
  x.add(y).at(0).backward();
  assertEquals([await a.grad!.array(), await b.grad!.array()], [[4, 0], [1, 0]]);
  assertThrows(() => x.sum().backward(), Error, "the graph through polar[0]() was freed");
  // Both can be read, although backward() used them.
  assertEquals([await x.at(0).item(), await y.at(0).item()], [2, 0]);
  const [mask] = autograd.defineOperation({
    name: "mask",
    forward: (x: Tensor) => {
      const sign = x.gt(0).to("float32");
      return { output: [sign, x.relu()], saved: sign, nonDifferentiable: [sign] };
    },
    backward: ([none, grad], sign) => grad.mul(sign).add(none),
  })(a);
  assertEquals([mask.requiresGrad, mask.dtype], [false, "float32"]);
});

onEachDevice("forward may change its arguments in place: they are its own", async () => {
  const inPlace = autograd.defineOperation({
    name: "inPlace",
    forward: (x: Tensor) => ({ output: x.mul_(2), saved: x }),
    backward: (grad, x) => grad.mul(x),
  });
  const x = leaf([1, 2]);
  const y = inPlace(x);
  y.sum().backward();
  assertEquals([await x.array(), await y.array(), await x.grad!.array()], [[1, 2], [2, 4], [2, 4]]);
});

onEachDevice("an output may be an argument, or twice the same, or made elsewhere", async () => {
  const elsewhere = tensor([5, 6]);
  const odd = autograd.defineOperation({
    name: "odd",
    forward: (x: Tensor) => ({ output: [x, x, elsewhere] }),
    backward: ([a, b, c]) => a.add(b.mul(10)).add(c.mul(100)),
  });
  const x = leaf([1, 2]), [a, b, c] = odd(x);
  a.add(b).add(c).sum().backward();
  assertEquals([await x.grad!.array(), await x.array()], [[111, 111], [1, 2]]);
  assertEquals([elsewhere.requiresGrad, await elsewhere.array(), a === b], [false, [5, 6], false]);
});

onEachDevice("a gradient that backward says is null is none", async () => {
  const first = autograd.defineOperation({
    name: "first",
    forward: (a: Tensor, b: Tensor) => ({ output: a.add(b) }),
    backward: (grad) => [grad, null],
  });
  const a = leaf([1, 2]), b = leaf([3, 4]);
  const found = autograd.grad(first(a, b).sum(), [a, b], { allowUnused: true });
  assertEquals([await found[0]!.array(), found[1]], [[1, 1], null]);
  first(a, b).sum().backward();
  assertEquals(b.grad, null);
});

onEachDevice(
  "what is saved may lie in objects, lists, maps and sets, and is the same thing twice",
  async () => {
    const nested = autograd.defineOperation({
      name: "nested",
      forward: (x: Tensor) => {
        const y = x.exp();
        return {
          output: y,
          saved: { list: [y, { x }], map: new Map([["y", y]]), set: new Set([x]), twice: [x, x] },
        };
      },
      backward: (grad, { list: [y], map, set, twice: [a, b] }) => {
        assert(map.get("y") === y && set.has(a) && a === b);
        return grad.mul(map.get("y")!).add(a.mul(0));
      },
    });
    const x = leaf([0, 1]);
    nested(x).sum().backward();
    assertEquals(await x.grad!.format({ digits: 3 }), "[1.000, 2.718]");
  },
);

Deno.test("what an operation's functions return wrongly ends in a sentence with its name", () => {
  const x = leaf([1, 2]);
  // deno-lint-ignore no-explicit-any
  const attempt = (forward: any, backward: any = (g: Tensor) => g, ...more: unknown[]) => () => {
    // deno-lint-ignore no-explicit-any
    const operation: any = autograd.defineOperation({ name: "mine", forward, backward });
    const y = operation(x, ...more);
    y.sum().backward();
  };
  const twice = (x: Tensor) => ({ output: x.mul(2) });
  const cases: [() => void, typeof TypeError | typeof RangeError, string][] = [
    [attempt((x: Tensor) => x.mul(2)), TypeError, "mine: forward must return an object { output, saved?"],
    [attempt(() => ({ output: 3 })), TypeError, "a list of tensors, not output 3"],
    [attempt(() => ({ output: [] })), TypeError, "not output []"],
    [attempt((x: Tensor) => ({ output: x, save: x })), TypeError, "not an object { output, save }"],
    [
      attempt(twice, () => undefined),
      TypeError,
      "mine: backward must return a list with a gradient for each argument",
    ],
    [attempt(twice, () => [1]), TypeError, "what backward returns for argument 0 must be a tensor, not 1"],
    [attempt(twice, () => ones(3)), RangeError, "a gradient of shape [3] for argument 0 of shape [2]"],
    [attempt(twice, () => tensor([1, 2], { dtype: "int32" })), TypeError, "a gradient is float32"],
    [attempt(twice, () => []), RangeError, "backward returned 0 gradients for 1 arguments"],
    [attempt(twice, (g: Tensor) => [g, g]), RangeError, "backward returned 2 gradients for 1 arguments"],
    [attempt(twice, (g: Tensor) => [g, g], 3), TypeError, "argument 1 is no tensor"],
    [
      attempt(twice, (g: Tensor) => g, { w: [x] }),
      TypeError,
      "in argument 1 requires a gradient; give it as",
    ],
  ];
  for (const [body, type, message] of cases) assertThrows(body, type, message);
});

onEachDevice("what an operation makes and saves is freed as that of any other", async () => {
  const x = randn([64, 64], { requiresGrad: true }), size = 4 * 64 * 64;
  const scaled = autograd.defineOperation({
    name: "scaled",
    forward: (x: Tensor) => {
      const temporary = x.mul(3), factor = temporary.tanh();
      return { output: x.mul(factor), saved: { factor } };
    },
    backward: (grad, { factor }) => grad.mul(factor).mul(1).mul(factor),
  });
  const device = currentDevice();
  scaled(x).sum().backward();
  x.zeroGrad();
  const before = (await settled()).bytes;
  const y = scaled(x);
  assert(device.memory().bytes <= before + 2 * size, "more than the output and the factor");
  const loss = y.sum();
  device.resetPeak();
  loss.backward();
  // The output, and x's gradient; a small one may be no array of the device's.
  assert(device.memory().bytes <= before + 2 * size + 16, `${device.memory().bytes - before} bytes are left`);
  assertEquals((await y.data()).length, 64 * 64);
  x.zeroGrad();
  const free = device.memory().bytes;
  const z = noGrad(() => scaled(x));
  assert(device.memory().bytes <= free + size, "more than the output");
  assertEquals((await z.data()).length, 64 * 64);
});

onEachDevice(
  "memory is constant from step to step, with operations of one's own inside of modules",
  async () => {
    class Mine extends nn.Module {
      linear = new nn.Linear(16, 16);
      override forward(x: Tensor): Tensor {
        const [a, b] = polar(this.linear.forward(x), x);
        return power(exp(a.mul(0.1)), 2).add(b);
      }
    }
    const net = new Mine(), uses: number[] = [];
    for await (const { index } of steps(12, { progress: false })) {
      uses.push(currentDevice().memory().tensors);
      net.zeroGrad();
      net.forward(randn(16, 16)).square().mean().backward(undefined, { createGraph: index % 2 === 0 });
    }
    // With a history every other step has more to hold.
    assert(uses.at(-1)! <= uses[7], uses.join(" "));
  },
);

Deno.test("graphs and detectAnomaly() call an operation by its name", async () => {
  const x = leaf([0]);
  assertStringIncludes(JSON.stringify(graph(power(x, 2)).root.label), "power");
  const reciprocal = autograd.defineOperation({
    name: "mineOver",
    forward: (x: Tensor) => ({ output: ones(1).div(x) }),
    backward: (grad) => grad,
  });
  await assertRejects(() => detectAnomaly(() => reciprocal(x).sum().backward()), RangeError, "div()");
  const steep = autograd.defineOperation({
    name: "steep",
    forward: (x: Tensor) => ({ output: x.sqrt(), saved: x }),
    backward: (grad, x) => grad.div(x),
  });
  // The line of the program is that in its backward.
  await assertRejects(
    () => detectAnomaly(() => steep(x).sum().backward()),
    RangeError,
    "detectAnomaly: the result of div() at ",
  );
});
