/** What einsum() costs, and what it refuses. Its values and gradients stand in tests/fixtures/arrangement.json. */
import { currentDevice, einsum, ones, randn, type Tensor } from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

/** The most memory that a call takes beside its arguments and its result, in numbers. */
function between(call: () => Tensor): number {
  const device = currentDevice();
  device.resetPeak();
  const before = device.memory().bytes, { size } = call();
  return (device.memory().peakBytes - before) / 4 - size;
}

onEachDevice("einsum() makes nothing that is larger than its operands or its result", () => {
  const n = 400, x = randn(n), y = randn(n), m = randn(n, n);
  // The product of both vectors would be n² more.
  assert(between(() => einsum("i,ij,j->", x, m, y)) < n * n / 2);
  assert(between(() => einsum("i,j,ij->", x, y, m)) < n * n / 2);
  // So would the product of the matrices, element by element, before its sum.
  const q = randn(2, 4, 64, 8), k = randn(2, 4, 64, 8);
  assert(between(() => einsum("bhqd,bhkd->bhqk", q, k)) <= q.size + k.size);
  // A sum that one operand has for itself comes first.
  assert(between(() => einsum("ij,kl->k", m, m)) < n * n / 2);
});

Deno.test("einsum() refuses an equation that does not fit, and says where", () => {
  const a = ones(2, 3), b = ones(4, 5);
  const refused: [() => unknown, string][] = [
    [() => einsum("ii", a), "einsum: i is 2 and 3 in operand 0 of shape [2, 3]"],
    [() => einsum("ij,jk", a, b), "einsum: j is 4 in operand 1, and 3 in one before"],
    [
      () => einsum("...i,...i", ones(2, 3), ones(4, 3)),
      "einsum: a dimension of ... is 4 in operand 1, and 2 in one before",
    ],
    [() => einsum("ij->k", a), "einsum: the result's k is no dimension of an operand"],
    [() => einsum("ij->ii", a), "einsum: the result names i twice"],
    [() => einsum("ijk", a), 'einsum: operand 0 of shape [2, 3] has 2 dimensions, and "ijk" names 3'],
    [() => einsum("i...jk", a), 'einsum: operand 0 of shape [2, 3] has 2 dimensions, and "i...jk" names 3'],
    [() => einsum("ij,jk", a), 'einsum: "ij,jk" names 2 operands, and 1 were given'],
    [() => einsum("i1", a), 'not by "1" in "i1"'],
    [() => einsum("...i...", a), 'not by "."'],
    [() => einsum("ij->ji->", a), 'not by "-"'],
  ];
  for (const [call, says] of refused) assertThrows(call, RangeError, says);
  const list = [a, a] as unknown as Tensor;
  assertThrows(() => einsum("ij,ij", list), TypeError, "einsum: operands stand one after the other");
});

Deno.test("einsum() takes arrays and numbers, and a result that is its operand is a tensor of its own", async () => {
  const x = ones(2);
  einsum("i->i", x).zero_();
  assertEquals(await einsum("i,->i", x, 3).array(), [3, 3]);
  assertEquals(einsum("ij,ij", [[true]], [[true]]).dtype, "int32");
});
