import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { activations, nn, noGrad, ones, randn, type Tensor, tensor, zeros } from "descent";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";
import { tableText } from "../../lib/show/table.ts";

onEachDevice("activations() tells what each layer gave, in order, and leaves no memory", async () => {
  const net = new nn.Sequential(new nn.Identity(), new nn.Sequential({ act: new nn.ReLU() }));
  const x = tensor([[-1, 2], [-3, 6]]);
  const rows = await activations(net, () => noGrad(() => net.forward(x)));
  const before = await settled();
  assertEquals(await activations(net, () => noGrad(() => net.forward(x))), rows);
  await assertNoMore(before);
  assertEquals(rows.map(({ name, module, shape }) => [name, module, shape]), [
    ["0", "Identity", [2, 2]],
    ["1.act", "ReLU", [2, 2]],
  ]);
  const [all, positive] = rows;
  assertEquals([all.mean, all.min, all.max, all.zeros], [1, -3, 6, 0]);
  assertAlmostEquals(all.std, Math.sqrt((4 + 1 + 16 + 25) / 3), 1e-5);
  assertEquals([positive.mean, positive.min, positive.max, positive.zeros], [2, 0, 6, 0.5]);
  assertStringIncludes(tableText([...rows] as unknown as Record<string, unknown>[], 100), "1.act  ReLU");
});

Deno.test("activations() looks at modules by name, at each call, and at each of several tensors", async () => {
  class Twice extends nn.Module {
    linear = new nn.Linear(2, 2);
    override forward(x: Tensor): { mean: Tensor; rest: [Tensor, boolean] } {
      const y = this.linear.forward(x);
      return { mean: this.linear.forward(y), rest: [y.gt(0), true] };
    }
  }
  const net = new Twice(), call = () => net.forward(randn(3, 2));
  const rows = await activations(net, call, { names: ["", "linear"] });
  assertEquals(rows.map(({ name }) => name), ["linear", "linear", "[0]", "[1]"]);
  assert(rows[3].zeros >= 0 && rows[3].max <= 1);
  assertEquals((await activations(new nn.Identity(), call)).length, 0);
  const empty = new nn.Identity();
  const [{ mean, zeros: share }] = await activations(empty, () => empty.forward(zeros(0, 3)));
  assertEquals([mean, share], [NaN, NaN]);
  await assertRejects(() => activations(net, call, { names: ["linera"] }), RangeError, 'no module "linera"');
  await assertRejects(
    () => activations(net, async () => await ones(1).data()),
    TypeError,
    "waits for nothing",
  );
});
