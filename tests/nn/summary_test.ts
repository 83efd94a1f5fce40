import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { currentDevice, nn, summary, type Tensor, zeros } from "descent";

class AlexNet extends nn.Module {
  features = new nn.Sequential(
    ...[new nn.Conv2d(1, 96, 11, { stride: 4 }), new nn.ReLU(), new nn.MaxPool2d(3, { stride: 2 })],
    ...[new nn.Conv2d(96, 256, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(3, { stride: 2 })],
    ...[new nn.Conv2d(256, 384, 3, { padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(384, 384, 3, { padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(384, 256, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(3, { stride: 2 })],
  );
  classifier = new nn.Sequential(
    ...[new nn.Flatten(), new nn.Linear(6400, 4096), new nn.ReLU(), new nn.Dropout(0.5)],
    ...[new nn.Linear(4096, 4096), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(4096, 10)],
  );
  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x));
  }
}

Deno.test("summary() of the book's AlexNet counts 46,764,746 parameters, and leaves no memory behind", () => {
  const net = new AlexNet();
  summary(net, [1, 1, 224, 224]);
  const before = currentDevice().memory();
  const found = summary(net, [1, 1, 224, 224]);
  const after = currentDevice().memory();
  assertEquals([after.tensors, after.bytes], [before.tensors, before.bytes]);
  assertEquals(found.parameters, 46_764_746);
  assertEquals(found.trainableParameters, 46_764_746);
  const first = found.rows.find((row) => row.name === "features.0")!;
  assertEquals(first, {
    name: "features.0",
    label: "0",
    type: "Conv2d",
    depth: 2,
    outputShape: [1, 96, 54, 54],
    outputShapes: [[1, 96, 54, 54]],
    parameters: 96 * 121 + 96,
    flops: 2 * 96 * 54 * 54 * 121,
  });
  const products = found.rows.filter((row) => row.depth === 2).reduce((sum, row) => sum + row.flops, 0);
  assertEquals(found.flops, products);
  const lines = String(found).split("\n");
  assert(lines.every((line) => line.length <= 80));
  assertStringIncludes(String(found), "  features: Sequential    [1, 256, 5, 5]     3,723,968  1.79 G");
  assertEquals(lines.at(-1), "46,764,746 parameters; 1.88 G FLOPs forward");
  assertEquals(Deno.inspect(found), String(found));
});

Deno.test("summary() counts the multiply-adds of convolutions of signals, and of transposed ones", () => {
  const net = new nn.Sequential(
    new nn.Conv1d(4, 6, 3, { padding: "same", groups: 2 }),
    new nn.ConvTranspose1d(6, 4, 5, { stride: 2, groups: 2 }),
    new nn.Unflatten(2, [3, 7]),
    new nn.ConvTranspose2d(4, 3, [2, 3], { stride: 2 }),
    new nn.Upsample({ scaleFactor: 2 }),
  );
  const { rows } = summary(net, [2, 4, 9]);
  assertEquals(rows.map((row) => row.flops), [
    2 * (2 * 6 * 9 * 2 * 3 + 2 * 6 * 9 * 2 * 5 + 2 * 4 * 21 * 3 * 6),
    2 * 2 * 6 * 9 * 2 * 3,
    2 * 2 * 6 * 9 * 2 * 5,
    0,
    2 * 2 * 4 * 21 * 3 * 6,
    0,
  ]);
  assertEquals(rows.at(-1)!.outputShape, [2, 3, 12, 30]);
});

Deno.test("summary() leaves modes and running statistics as they were", async () => {
  const norm = new nn.BatchNorm2d(1), drop = new nn.Dropout(0.5).eval();
  const net = new nn.Sequential(norm, drop);
  summary(net, [1, 1, 2, 2]);
  assertEquals([net.training, norm.training, drop.training], [true, true, false]);
  assertEquals(await norm.runningVar!.array(), [1]);
  assertEquals(await norm.numBatchesTracked!.item(), 0);
});

Deno.test("summary() counts shared and frozen parameters once, and says what was not called", () => {
  const shared = new nn.Linear(3, 3);
  class Twice extends nn.Module {
    blocks = [shared];
    again = shared;
    unused = new nn.Linear(3, 1).requiresGrad_(false);
    override forward(x: Tensor): Tensor {
      return this.again.forward(this.blocks[0].forward(x));
    }
  }
  const found = summary(new Twice(), [5, 3]);
  assertEquals(found.parameters, 12 + 4);
  assertEquals(found.trainableParameters, 12);
  assertEquals(found.flops, 2 * (2 * 5 * 9));
  assertStringIncludes(String(found), "blocks.0: Linear");
  assertStringIncludes(String(found), "not called");
  assertStringIncludes(String(found), "16 parameters, 4 of them frozen; 180 FLOPs forward");
});

Deno.test("summary() refuses what is no module and no shape", () => {
  // deno-lint-ignore no-explicit-any
  assertThrows(() => summary({} as any, [1]), TypeError, "a module is needed");
  assertThrows(() => summary(new nn.Linear(2, 1), [1.5, 2]), RangeError, "1.5");
  assertThrows(() => summary(new nn.Linear(2, 1), [1, 3]), RangeError, "linear");
});

Deno.test("summary() of a network that takes and returns several things calls it as it is told to", () => {
  class Encoder extends nn.Module {
    mean = new nn.Linear(4, 2);
    spread = new nn.Linear(4, 3);
    unused = new nn.Linear(1, 1);
    override forward(x: Tensor, { scale }: { scale: number }): { mean: Tensor; rest: [Tensor, number] } {
      return { mean: this.mean.forward(x), rest: [this.spread.forward(x).mul(scale), scale] };
    }
  }
  class Loss extends nn.Module {
    encoder = new Encoder();
    override forward(x: Tensor): number {
      return this.encoder.forward(x, { scale: 2 }).rest[1];
    }
  }
  const net = new Loss();
  const found = summary(net, () => net.forward(zeros(5, 4)));
  assertEquals(found.rows.map(({ name, outputShape, outputShapes }) => [name, outputShape, outputShapes]), [
    ["", null, []],
    ["encoder", [5, 2], [[5, 2], [5, 3]]],
    ["encoder.mean", [5, 2], [[5, 2]]],
    ["encoder.spread", [5, 3], [[5, 3]]],
    ["encoder.unused", null, null],
  ]);
  assertEquals(found.flops, 2 * 5 * 4 * (2 + 3));
  assertStringIncludes(String(found), "encoder: Encoder  [5, 2], [5, 3]");
  assertThrows(
    () => summary(net, async () => await zeros(1).data()),
    TypeError,
    "summary: input must be a function that waits",
  );
});
