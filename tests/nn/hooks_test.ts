/** Hooks of modules: when they are called, with what, and what they may change. PyTorch's numbers: tests/parity/autograd_test.ts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  autograd,
  currentDevice,
  evaluate,
  nn,
  noGrad,
  ones,
  randn,
  steps,
  type Tensor,
  tensor,
} from "descent";
import { onEachDevice } from "../devices.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });
const arrays = async (list: readonly (Tensor | null)[]) =>
  await Promise.all(list.map((one) => one === null ? null : one.array()));

class Product extends nn.Module {
  override forward(a: Tensor, b: Tensor, k = 2): [Tensor, Tensor] {
    return [a.mul(b).mul(k), a.add(b)];
  }
}

onEachDevice("forward hooks see arguments and output, in order, and may replace both", async () => {
  const net = new nn.Identity(), log: string[] = [];
  const first = net.registerForwardPreHook((module, [x]) => {
    log.push("before");
    assertEquals(module, net);
    return x.mul(2);
  });
  net.registerForwardPreHook((_, [x]) => [x.add(1)]);
  net.registerForwardHook((_, [x], y) => {
    log.push("after");
    return y.mul(x);
  });
  net.registerForwardHook((_, __, y) => y.neg());
  assertEquals([await net.forward(ones(2)).array(), log], [[-9, -9], ["before", "after"]]);
  first.remove();
  assertEquals(await net.forward(ones(2)).array(), [-4, -4]);
});

onEachDevice(
  "forward hooks of a module inside of others are called in evaluate(), and under noGrad",
  async () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 3));
    const seen: Tensor[] = [];
    net[1].registerForwardHook((_, [x], y) => void seen.push(x, y));
    noGrad(() => net.forward(randn(4, 2)));
    await evaluate(net, [[randn(4, 2), tensor([0, 1, 2, 0], { dtype: "int32" })]]);
    assertEquals(seen.length, 4);
    const [x, y] = await arrays(seen) as number[][][];
    assertEquals(y, x.map((row) => row.map((n) => Math.max(n, 0))));
  },
);

onEachDevice("what a hook has seen can be read after forward, and after backward()", async () => {
  const net = new nn.Sequential(new nn.Linear(20, 20), new nn.Tanh(), new nn.Linear(20, 1));
  const seen: Tensor[] = [];
  net[1].registerForwardHook((_, [x], y) => void seen.push(x, y, y.square().mean()));
  net[1].registerFullBackwardHook((_, gradInput, gradOutput) =>
    void seen.push(gradInput[0]!, gradOutput[0]!)
  );
  net.forward(randn(5, 20)).sum().backward();
  const [x, y, mean, gradInput, gradOutput] = await Promise.all(seen.map((one) => one.data()));
  y.forEach((n, i) => assert(Math.abs(n - Math.tanh(x[i])) < 1e-5));
  y.forEach((n, i) => assert(Math.abs(gradInput[i] - gradOutput[i] * (1 - n * n)) < 1e-5));
  assert(Math.abs(mean[0] - Array.from(y).reduce((sum, n) => sum + n * n / y.length, 0)) < 1e-5);
});

onEachDevice("a backward hook gets a gradient for each argument and each output", async () => {
  const net = new Product(), a = leaf([3]), b = tensor([2]), seen: (readonly (Tensor | null)[])[] = [];
  net.registerFullBackwardHook((module, gradInput, gradOutput) => {
    assertEquals(module, net);
    seen.push(gradInput, gradOutput);
  });
  const [product, sum] = net.forward(a, b, 3);
  product.backward(undefined, { retainGraph: true });
  sum.backward(undefined, { retainGraph: true });
  product.add(sum).backward();
  assertEquals(await Promise.all(seen.map(arrays)), [
    ...[[[6], null, null], [[1], null]],
    ...[[[1], null, null], [null, [1]]],
    ...[[[7], null, null], [[1], [1]]],
  ]);
  assertEquals(await a.grad!.array(), [14]);
});

onEachDevice(
  "backward hooks may replace gradients, each seeing what the one before it made of them",
  async () => {
    const layer = new nn.Linear(2, 1), x = leaf([[1, 1]]), seen: Tensor[] = [];
    noGrad(() => layer.weight.fill_(1));
    layer.registerFullBackwardPreHook((_, [gradient]) => gradient!.mul(10));
    layer.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradOutput[0]!);
      return gradInput.map((one) => one!.mul(2));
    });
    const last = layer.registerFullBackwardHook((_, [gradient]) => {
      seen.push(gradient!);
      return gradient!.add(1);
    });
    layer.forward(x).sum().backward();
    assertEquals(await arrays([...seen, x.grad, layer.weight.grad]), [[[10]], [[20, 20]], [[21, 21]], [[
      10,
      10,
    ]]]);
    last.remove();
    layer.forward(x).sum().backward();
    assertEquals(await x.grad!.array(), [[41, 41]]);
  },
);

onEachDevice(
  "where no argument requires a gradient, the hook is called when those of the outputs are there",
  async () => {
    const layer = new nn.Linear(2, 1), seen: (readonly (Tensor | null)[])[] = [];
    const handle = layer.registerFullBackwardHook((_, ...both) => void seen.push(...both));
    layer.forward(ones(1, 2)).sum().backward();
    assertEquals(await Promise.all(seen.map(arrays)), [[null], [[[1]]]]);
    handle.remove();
    layer.registerFullBackwardHook(() => [ones(1, 2)]);
    assertThrows(() => layer.forward(ones(1, 2)).sum().backward(), TypeError, "no gradient comes to place 0");
    // Without gradients nobody is called.
    noGrad(() => layer.forward(ones(1, 2)));
  },
);

onEachDevice("an argument that is not used has no gradient, and one that is used twice has one", async () => {
  class First extends nn.Module {
    override forward(a: Tensor, _b: Tensor): { y: Tensor } {
      return { y: a.mul(2).add(a) };
    }
  }
  const net = new First(), a = leaf([1]), b = leaf([1]), seen: (readonly (Tensor | null)[])[] = [];
  net.registerFullBackwardHook((_, gradInput, gradOutput) => void seen.push(gradInput, gradOutput));
  net.forward(a, b).y.backward();
  net.forward(a, a).y.backward();
  assertEquals(await Promise.all(seen.map(arrays)), [[[3], null], [[1]], [[3], null], [[1]]]);
  assertEquals([await a.grad!.array(), b.grad], [[6], null]);
});

onEachDevice("hooks are part of gradients that can be differentiated again", async () => {
  const net = new nn.Identity(), x = leaf([1, 2]);
  net.registerFullBackwardHook((_, [gradient]) => gradient!.mul(x));
  const [slope] = autograd.grad(net.forward(x).square().sum(), x, { createGraph: true }); // 2x · x
  const [bend] = autograd.grad(slope.sum(), x);
  // The second walk goes through the module, and past the hook, once more.
  assertEquals(await arrays([slope, bend]), [[2, 8], [4, 12]]);
});

Deno.test("a hook that returns what cannot be meant is refused, and the way to return nothing is said", () => {
  const x = leaf([1]), seen: unknown[] = [];
  const attempt = (register: (net: nn.Identity) => void) => () => {
    const net = new nn.Identity();
    register(net);
    net.forward(x).backward();
  };
  // What JavaScript's arrow functions return without being asked to, such as the new length of a list.
  // deno-lint-ignore no-explicit-any
  const push = (...args: any[]): any => seen.push(args);
  const braces = "or nothing, as with braces: (…) => { seen.push(…); }";
  assertThrows(attempt((net) => net.registerForwardHook(push)), TypeError, braces);
  assertThrows(attempt((net) => net.registerForwardPreHook(push)), TypeError, braces);
  assertThrows(attempt((net) => net.registerFullBackwardHook(push)), TypeError, braces);
  assertThrows(attempt((net) => net.registerFullBackwardPreHook(push)), TypeError, braces);
  assertThrows(
    attempt((net) => net.registerFullBackwardHook((_, [g]) => [g, g])),
    TypeError,
    "registerFullBackwardHook: the hook returned an array of 2; it returns a list of 1",
  );
  assertThrows(
    attempt((net) => net.registerFullBackwardHook((_, [g]) => g!.reshape(1, 1))),
    RangeError,
    "of shape [1] cannot become one of shape [1, 1]",
  );
  class Mapped extends nn.Module {
    override forward(x: Tensor): Map<string, Tensor> {
      return new Map([["x", x.mul(2)]]);
    }
  }
  const net = new Mapped();
  net.registerFullBackwardHook(() => {});
  assertThrows(
    () => net.forward(x),
    TypeError,
    "registerFullBackwardHook: Mapped returned a Map; gradients are seen",
  );
});

onEachDevice("hooks of every kind leave the memory of a loop constant", async () => {
  const net = new nn.Sequential(new nn.Linear(32, 32), new nn.Tanh(), new nn.Linear(32, 32)),
    uses: number[] = [];
  const seen: Tensor[] = [];
  net[1].registerForwardPreHook((_, [x]) => x.mul(2));
  net[1].registerForwardHook((_, [x], y) => {
    seen[0] = y;
    seen[1] = x.square();
    return y.add(1);
  });
  net[0].registerFullBackwardHook((_, __, [g]) => void (seen[2] = g!));
  net[2].registerFullBackwardHook((_, [g]) => g!.mul(2));
  for await (const _ of steps(10, { progress: false })) {
    uses.push(currentDevice().memory().tensors);
    net.forward(randn(32, 32)).square().sum().backward();
    net.zeroGrad();
    for (const one of seen) assertEquals((await one.data()).length, 32 * 32);
  }
  assert(uses.at(-1)! <= uses[4], uses.join(" "));
});
