/**
 * No result shares memory with its source, as far as a program can tell: whatever a function returns, a change in place of the one
 * does not reach the other, also where nothing had to be computed.
 */
import {
  broadcastTensors,
  cartesianProd,
  cat,
  einsum,
  F,
  hstack,
  meshgrid,
  nn,
  noGrad,
  optim,
  stack,
  type Tensor,
  tensor,
  vstack,
  where,
} from "descent";
import { assert, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const evaluated = (layer: nn.Module) => (x: Tensor) => layer.eval().forward(x);

/** Functions of a tensor of shape [2, 2] that may have nothing to do. */
const functions: Record<string, (x: Tensor) => Tensor> = {
  "t()": (x) => x.t(),
  "t() of a vector": (x) => x.reshape(4).t(),
  "permute()": (x) => x.permute(1, 0),
  "permute() to the same order": (x) => x.permute(0, 1),
  "transpose()": (x) => x.transpose(0, 1),
  "transpose() of one dimension": (x) => x.transpose(1, 1),
  "reshape()": (x) => x.reshape(4),
  "reshape() to the same shape": (x) => x.reshape(2, 2),
  "flatten()": (x) => x.flatten(),
  "flatten() of one dimension": (x) => x.flatten(1),
  "unsqueeze()": (x) => x.unsqueeze(0),
  "squeeze()": (x) => x.unsqueeze(0).squeeze(0),
  "squeeze() of nothing": (x) => x.squeeze(),
  "expand()": (x) => x.expand(3, 2, 2),
  "expand() to the same shape": (x) => x.expand(2, 2),
  "at() of all": (x) => x.at(),
  "at(null)": (x) => x.at(null, null),
  "at() of the whole range": (x) => x.at([0, 2]),
  "at() of a part": (x) => x.at([0, 1]),
  "at() of a row": (x) => x.at(0),
  "at() of all of one row": (x) => x.at([0, 1]).at(0),
  "pad() of nothing": (x) => x.pad([[0, 0], [0, 0]]),
  "to() its own dtype": (x) => x.to("float32"),
  "clone()": (x) => x.clone(),
  "detach()": (x) => x.detach(),
  "sum() over nothing": (x) => x.sum([]),
  "mean() over nothing": (x) => x.mean([]),
  "max() over nothing": (x) => x.max([]),
  "cat() of one": (x) => cat([x]),
  "stack() of one": (x) => stack([x]),
  "where()": (x) => x.where(true, 0),
  "where() as a function": (x) => where(tensor([true, true]), x, 0),
  "maximum() with itself": (x) => x.maximum(x),
  "clamp() of what lies inside": (x) => x.clamp({ min: -100 }),
  "F.dropout() of nothing": (x) => F.dropout(x, 0),
  "F.dropout() in evaluation": (x) => F.dropout(x, 0.5, { training: false }),
  "nn.Dropout in evaluation": evaluated(new nn.Dropout()),
  "nn.Identity": (x) => new nn.Identity().forward(x),
  "nn.Flatten": (x) => new nn.Flatten().forward(x),
  "an empty nn.Sequential": (x) => new nn.Sequential().forward(x),
  "nn.Sequential of what does nothing": (x) =>
    new nn.Sequential(new nn.Identity(), new nn.Flatten(), new nn.Identity()).forward(x),
  "nn.Parameter": (x) => new nn.Parameter(x),
  "T": (x) => x.T,
  "mT": (x) => x.mT,
  "movedim() to its own place": (x) => x.movedim(0, 0),
  "expandAs() itself": (x) => x.expandAs(x),
  "repeat() once": (x) => x.repeat(1, 1),
  "repeatInterleave() once": (x) => x.repeatInterleave(1, 0),
  "flip() of nothing": (x) => x.flip([]),
  "roll() by nothing": (x) => x.roll(0),
  "roll() along a dimension by nothing": (x) => x.roll(2, 0),
  "tril() of all": (x) => x.tril(1),
  "diagonal()": (x) => x.diagonal(),
  "split() into one": (x) => x.split(2)[0],
  "chunk() into one": (x) => x.chunk(1)[0],
  "unbind()": (x) => x.at([0, 1]).unbind()[0],
  "narrow() to all": (x) => x.narrow(0, 0, 2),
  "unfold() into one": (x) => x.unfold(0, 1, 1),
  "einsum() to the same": (x) => einsum("ij", x),
  "einsum() of a sum over one": (x) => einsum("ijk->ij", x.unsqueeze(2)),
  "broadcastTensors() of one": (x) => broadcastTensors([x])[0],
  "cartesianProd() of one": (x) => cartesianProd([x.at(0)]),
  "meshgrid() of one": (x) => meshgrid([x.at(0)])[0],
  "hstack() of one": (x) => hstack([x]),
  "vstack() of one": (x) => vstack([x]),
  "copy_()": (x) => tensor([[0, 0], [0, 0]]).copy_(x),
  "set_() of all": (x) => tensor([[0, 0], [0, 0]]).set_([], x),
};

/** Checks all of them side by side: a device's answers take their time. */
const each = (check: (name: string, fn: (x: Tensor) => Tensor) => Promise<void>) =>
  Promise.all(Object.entries(functions).map(([name, fn]) => check(name, fn)));

onEachDevice("a change in place of a result does not reach its source, nor the other way", async () => {
  await each(async (name, fn) => {
    const x = tensor([[1, 2], [3, 4]]), y = fn(x), before = await y.array();
    noGrad(() => y.mul_(-1));
    assertEquals(await x.array(), [[1, 2], [3, 4]], `${name}: its source`);
    const again = fn(x);
    x.set_([0], 9).sub_(5);
    assertEquals(await again.array(), before, name);
  });
});

onEachDevice("an optimizer's step reaches no result that was made of the parameter", async () => {
  await each(async (name, fn) => {
    const w = tensor([[1, 2], [3, 4]], { requiresGrad: true });
    const y = noGrad(() => fn(w)), before = await y.array();
    w.sum().backward();
    new optim.SGD([w], { lr: 1 }).step();
    assertEquals(await y.array(), before, name);
    assertEquals(await w.array(), [[0, 1], [2, 3]], `the parameter of ${name}`);
  });
});

Deno.test("nothing carries a history out of noGrad()", () => {
  const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  for (const source of [x, x.mul(1)]) {
    for (const [name, fn] of Object.entries(functions)) {
      const y = noGrad(() => fn(source));
      assert(y.isLeaf, `${name} has a history`);
      if (!(y instanceof nn.Parameter)) assertEquals(y.requiresGrad, false, name);
    }
  }
});

Deno.test("what has nothing to do copies nothing until something changes", () => {
  const x = tensor([[1, 2], [3, 4]]), data = ({ value }: Tensor) => value.buffer.storage.dataId;
  const working = [
    "at() of a part",
    "at() of a row",
    "at() of all of one row",
    "expand()",
    "pad() of nothing",
    "diagonal()",
    "unfold() into one",
    "unbind()",
    "cartesianProd() of one",
    "meshgrid() of one",
  ];
  const computing = [
    "where()",
    "where() as a function",
    "maximum() with itself",
    "clamp() of what lies inside",
    "mean() over nothing",
  ];
  for (const [name, fn] of Object.entries(functions)) {
    assertEquals(data(fn(x)) === data(x), ![...working, ...computing].includes(name), name);
  }
});

Deno.test("x.grad is the gradient itself: changing it changes what an optimizer sees", async () => {
  const w = tensor([1, 2], { requiresGrad: true });
  w.square().sum().backward();
  w.grad!.mul_(0.5);
  assertEquals(await w.grad!.array(), [1, 2]);
  new optim.SGD([w], { lr: 1 }).step();
  assertEquals(await w.array(), [0, 0]);
  const seed = tensor([1, 1]), a = w.mul(1).retainGrad();
  w.zeroGrad();
  a.backward(seed);
  w.grad!.mul_(5);
  assertEquals([await seed.array(), await a.grad!.array(), await w.grad!.array()], [[1, 1], [1, 1], [5, 5]]);
});
