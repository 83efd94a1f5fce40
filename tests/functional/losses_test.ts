/**
 * Losses with the options that the fixtures leave out. The numbers are PyTorch 2.13's: with x, w, t, y, q as below,
 *
 *     F.cross_entropy(x, t, weight=w, label_smoothing=0.2, reduction=…), F.nll_loss(x, t, weight=w, …),
 *     F.binary_cross_entropy_with_logits(x, y, weight=w, pos_weight=torch.tensor([3.0, 0.5, 1.0]), …)
 */
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { F, gradCheck, ones, type Tensor, tensor, zeros } from "descent";
import { onEachDevice } from "../devices.ts";

const X = [[0.5, -1.25, 2], [1.5, 0.25, -0.75], [-2, 1, 0.5], [0, 0.75, -1.5]];
const Q = [[0.2, 0.3, 0.5], [1, 0, 0], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]];
const Y = [[0, 1, 0.5], [1, 0, 0], [0.25, 1, 1], [0, 0, 1]];
const IGNORED = [2, 0, -100, 1];
const int32 = (classes: number[]) => tensor(classes, { dtype: "int32" });
const weight = () => tensor([0.5, 2, 1.25]);

async function close(found: Tensor, expected: number | number[]): Promise<void> {
  const values = [...await found.data()];
  const wanted = [expected].flat();
  assertEquals(values.length, wanted.length);
  values.forEach((value, i) => assertAlmostEquals(value, wanted[i], 2e-5));
}

onEachDevice("crossEntropy() leaves out class −100, as PyTorch does without being told", async () => {
  const x = tensor(X, { requiresGrad: true });
  const loss = F.crossEntropy(x, int32(IGNORED));
  loss.backward();
  await close(loss, 0.339768);
  await close(x.grad!.at(2), [0, 0, 0]);
  await close(x.grad!.at(0), [0.05894, 0.010242, -0.069182]);
  await close(F.crossEntropy(x, IGNORED, { reduction: "sum" }), 1.019304);
  await close(F.crossEntropy(x, int32([2, 0, 1, 1]), { ignoreIndex: 1 }), 0.281647);
});

onEachDevice("crossEntropy() divides a weighted mean by the sum of the weights", async () => {
  const x = tensor(X, { requiresGrad: true });
  const loss = F.crossEntropy(x, int32(IGNORED), { weight: weight() });
  loss.backward();
  await close(loss, 0.364836);
  await close(x.grad!.at(3), [0.159674, -0.195303, 0.035628]);
  await close(F.crossEntropy(x, IGNORED, { weight: weight(), reduction: "none" }), [
    0.290777,
    0.165336,
    0,
    0.91202,
  ]);
  await close(F.crossEntropy(tensor(X[0]), 1, { weight: weight() }), 3.482622);
});

onEachDevice("crossEntropy() smooths labels, with weights and ignored classes", async () => {
  const x = tensor(X, { requiresGrad: true });
  const options = { weight: weight(), labelSmoothing: 0.2 };
  const loss = F.crossEntropy(x, int32(IGNORED), options);
  loss.backward();
  await close(loss, 0.639822);
  await close(x.grad!.at(1), [0.008974, 0.000123, -0.009097]);
  await close(F.crossEntropy(x, IGNORED, { ...options, reduction: "sum" }), 2.399333);
  await close(F.crossEntropy(x, IGNORED, { ...options, reduction: "none" }), [
    0.774111,
    0.569104,
    0,
    1.056118,
  ]);
  await close(F.crossEntropy(x, IGNORED, { labelSmoothing: 0.2 }), 0.589768);
});

onEachDevice("crossEntropy() takes probabilities, as a tensor or as plain numbers", async () => {
  const x = tensor(X, { requiresGrad: true });
  const options = { weight: weight(), labelSmoothing: 0.2 };
  const loss = F.crossEntropy(x, Q, options);
  loss.backward();
  await close(loss, 1.543507);
  await close(x.grad!.at(0), [0.029575, -0.14327, 0.113695]);
  await close(F.crossEntropy(x, tensor(Q), { ...options, reduction: "sum" }), 6.174028);
});

onEachDevice("nllLoss() weighs classes", async () => {
  await close(F.nllLoss(tensor(X), [2, 0, 1, 1], { weight: weight() }), -1.173913);
  await close(F.nllLoss(tensor(X), int32([2, 0, 1, 1]), { weight: weight(), reduction: "none" }), [
    -2.5,
    -0.75,
    -2,
    -1.5,
  ]);
});

onEachDevice("binaryCrossEntropyWithLogits() weighs elements, and ones against zeros", async () => {
  const x = tensor(X, { requiresGrad: true });
  const options = { weight: weight(), posWeight: tensor([3, 0.5, 1]) };
  const loss = F.binaryCrossEntropyWithLogits(x, Y, options);
  loss.backward();
  await close(loss, 1.027779);
  await close(x.grad!.at(3), [0.020833, 0.113196, -0.085164]);
});

Deno.test("losses have gradients that differences confirm", async () => {
  const x = tensor(X);
  const options = { weight: weight(), labelSmoothing: 0.1 };
  await gradCheck((x) => F.crossEntropy(x, IGNORED, options), [x]);
  await gradCheck((x, q) => F.crossEntropy(x, q, options), [x, tensor(Q)]);
  await gradCheck((x) => F.nllLoss(x.logSoftmax(1), [2, 0, 1, 1], { reduction: "none" }), [x]);
  await gradCheck((x, y) => F.mseLoss(x, y), [x, tensor(Y)]);
  await gradCheck(
    (x, y) => F.binaryCrossEntropyWithLogits(x, y, { posWeight: weight(), reduction: "sum" }),
    [x, tensor(Y)],
  );
  const image = ones(2, 3, 2, 2).mul(tensor([[[-1, 0.5]]]));
  await gradCheck((x) => F.crossEntropy(x, [[[0, 1], [2, -100]], [[1, 1], [0, 2]]], options), [image]);
});

Deno.test("crossEntropy() names a class that does not exist, where it can see the classes", () => {
  const logits = zeros(2, 3);
  assertThrows(
    () => F.crossEntropy(logits, [0, 3]),
    RangeError,
    "class 3 at [1] does not exist: there are 3",
  );
  assertThrows(() => F.crossEntropy(logits, int32([-1, 0])), RangeError, "class -1 at [0] does not exist");
  assertThrows(() => F.crossEntropy(logits, [0.5, 1]), RangeError, "a class is a whole number");
  assertThrows(() => F.nllLoss(logits, int32([0, 7])), RangeError, "nllLoss: class 7 at [1]");
});

onEachDevice(
  "crossEntropy() of a class that does not exist is an error, at the next read where waiting would cost time",
  async () => {
    await assertRejects(
      async () => await F.crossEntropy(zeros(2, 3), int32([0, 3])).item(),
      RangeError,
      "3",
    );
  },
);

Deno.test("losses say what does not fit", () => {
  const logits = zeros(4, 3);
  assertThrows(() => F.crossEntropy(logits, zeros(4)), TypeError, 'make it with dtype "int32"');
  assertThrows(() => F.crossEntropy(logits, zeros(4, 2)), RangeError, "not float32 [4, 2]");
  assertThrows(() => F.crossEntropy(logits, int32([0, 1])), RangeError, "need classes [4]");
  assertThrows(() => F.crossEntropy(logits, [0, 1]), RangeError, "need classes [4]");
  assertThrows(() => F.crossEntropy(logits, [0, 1, 2, 0], { weight: ones(2) }), RangeError, "[3]");
  assertThrows(() => F.crossEntropy(logits, [0, 1, 2, 0], { labelSmoothing: 1.5 }), RangeError, "1.5");
  assertThrows(() => F.crossEntropy(tensor(1), 0), RangeError, "one number per class");
  assertThrows(() => F.crossEntropy(logits, ones(4, 3), { ignoreIndex: 1 }), RangeError, "ignoreIndex");
  assertThrows(() => F.nllLoss(logits, ones(4)), TypeError, "int32");
  assertThrows(() => F.mseLoss(zeros(4, 1), zeros(4)), RangeError, "[4, 1] and target [4]");
  assertThrows(() => F.binaryCrossEntropyWithLogits(logits, zeros(3)), RangeError, "[4, 3] and target [3]");
  // deno-lint-ignore no-explicit-any
  const average = { reduction: "average" } as any;
  assertThrows(() => F.mseLoss(logits, logits, average), RangeError, '"mean", "sum", "none"');
});

Deno.test("crossEntropy() of ragged classes is an error, not a guess", async () => {
  // deno-lint-ignore require-await
  await assertRejects(async () => F.crossEntropy(zeros(2, 3, 2), [[0, 1], [2]]), RangeError, "ragged");
});
