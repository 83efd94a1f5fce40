/** Hooks of tensors, and gradients that are set. PyTorch's numbers: tests/parity/autograd_test.ts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { autograd, currentDevice, nn, optim, randn, steps, type Tensor, tensor, zeros } from "descent";
import { onEachDevice } from "../devices.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });

onEachDevice(
  "hooks are called in order, before the leaf collects, and may replace the gradient",
  async () => {
    const x = leaf([1, 2]), seen: Tensor[] = [];
    x.registerHook((grad) => grad.add(1));
    const handle = x.registerHook((grad) => {
      seen.push(grad);
    });
    x.mul(2).sum().backward();
    assertEquals([await x.grad!.array(), await seen[0].array()], [[3, 3], [3, 3]]);
    handle.remove();
    handle.remove();
    x.mul(2).sum().backward();
    assertEquals([await x.grad!.array(), seen.length], [[6, 6], 1]);
  },
);

onEachDevice("a hook in between sees the whole gradient once, and what it returns flows on", async () => {
  const x = leaf([1, 2]);
  let calls = 0;
  const y = x.mul(1).retainGrad();
  y.registerHook((grad) => {
    calls++;
    return grad.mul(5);
  });
  y.add(y).add(y.square()).sum().backward();
  assertEquals([calls, await y.grad!.array(), await x.grad!.array()], [1, [20, 30], [20, 30]]);
});

onEachDevice("a hook of a tensor that is changed in place is told of what it was", async () => {
  const x = leaf([1, 2]), told: [string, Tensor][] = [];
  const y = x.mul(2);
  y.registerHook((grad) => void told.push(["before", grad]));
  y.mul_(3);
  y.registerHook((grad) => void told.push(["after", grad]));
  y.sum().backward();
  const read = await Promise.all(told.map(async ([name, grad]) => [name, await grad.array()]));
  assertEquals(read, [["after", [1, 1]], ["before", [3, 3]]]);
});

onEachDevice("with createGraph a hook is part of what can be differentiated again", async () => {
  const x = leaf([1, 2]);
  const y = x.square();
  y.registerHook((grad) => grad.mul(x));
  const [slope] = autograd.grad(y.sum(), x, { createGraph: true }); // 2x · x
  const [bend] = autograd.grad(slope.sum(), x);
  assertEquals([await slope.array(), await bend.array()], [[2, 8], [4, 8]]);
  const plain: boolean[] = [];
  x.registerHook((grad) => void plain.push(grad.requiresGrad, grad.mul(x).requiresGrad));
  x.square().sum().backward();
  assertEquals(plain, [false, false]);
});

Deno.test("a hook that returns what is no gradient ends backward(), and the next one works", async () => {
  // deno-lint-ignore no-explicit-any
  let returned: any = 1;
  const x = leaf([1, 2]), y = () => x.mul(2).sum();
  const handle = x.registerHook(() => returned);
  assertThrows(() => y().backward(), TypeError, "registerHook: the hook returned 1; it returns a tensor");
  returned = zeros(3);
  assertThrows(() => y().backward(), RangeError, "of shape [2] cannot become one of shape [3]");
  returned = tensor([1, 2], { dtype: "int32" });
  assertThrows(() => y().backward(), TypeError, "a gradient is float32");
  handle.remove();
  y().backward();
  assertEquals(await x.grad!.array(), [2, 2]);
  assertThrows(
    () => tensor(1).registerHook(() => {}),
    Error,
    "registerHook: this tensor does not require a gradient",
  );
});

onEachDevice("a hook's gradients outlive backward(), and the memory of a loop is constant", async () => {
  const w = randn([64, 64], { requiresGrad: true }), uses: number[] = [], seen: Tensor[] = [];
  for await (const _ of steps(8, { progress: false })) {
    uses.push(currentDevice().memory().tensors);
    const y = w.tanh();
    y.registerHook((grad) => {
      seen[0] = grad;
      return grad.clamp(-1, 1);
    });
    w.zeroGrad();
    y.square().sum().backward();
    assertEquals((await seen[0].data()).length, 64 * 64);
  }
  assert(uses.at(-1)! <= uses[4], uses.join(" "));
});

onEachDevice("grad can be set to a tensor, which an optimizer then goes by, and to null", async () => {
  const p = new nn.Parameter(tensor([1, 2])), optimizer = new optim.SGD([p], { lr: 0.1 });
  const given = tensor([10, 20]);
  p.grad = given;
  given.fill_(7);
  optimizer.step();
  assertEquals([await p.array(), await p.grad!.array()], [[0, 0], [10, 20]]);
  p.square().sum().backward();
  assertEquals(await p.grad!.array(), [10, 20]);
  p.grad = null;
  assertEquals(p.grad, null);
  // The given one is still its owner's.
  assertEquals(await given.array(), [7, 7]);
  assertThrows(
    () => p.grad = zeros(3),
    RangeError,
    "grad: a gradient of shape [2] cannot become one of shape [3]",
  );
  assertThrows(() => p.grad = tensor([1, 2], { dtype: "int32" }), TypeError, "grad: a gradient is float32");
  assertThrows(
    () => Reflect.set(p, "grad", [1, 2]),
    TypeError,
    "grad: can be set to null, which forgets it, or to a tensor",
  );
});

onEachDevice("a gradient with a history keeps it when it is set", async () => {
  const x = leaf([1, 2]);
  const [slope] = autograd.grad(x.pow(3).sum(), x, { createGraph: true });
  x.grad = slope;
  const set = x.grad!;
  x.grad = null;
  set.sum().backward();
  assertEquals(await x.grad!.array(), [6, 12]);
});
