/** What is refused of tensors taken apart, repeated and multiplied by name: what PyTorch 2.13 refuses, each in a sentence. */
import { cartesianProd, hstack, meshgrid, ones, type Tensor, tensordot, vstack, zeros } from "descent";
import { assertEquals, assertThrows } from "@std/assert";

const x = ones(2, 3), v = ones(3), number = ones([]);
// deno-lint-ignore no-explicit-any -- what the compiler refuses, too
const unchecked = (value: unknown): any => value;

const refused: [call: () => unknown, kind: typeof RangeError | typeof TypeError, says: string][] = [
  [() => x.split(0), RangeError, "split: the size must be a whole number ≥ 1, not 0"],
  [() => x.split([1, 2]), RangeError, "split: sizes [1, 2] add up to 3, and dimension 0 of [2, 3] to 2"],
  [() => x.split([-1, 3]), RangeError, "split: a size must be a whole number ≥ 0, not -1"],
  [() => x.split(1, 2), RangeError, "split: dimension 2 does not exist"],
  [() => number.split(1), RangeError, "split: a tensor with a dimension is needed, not a single number"],
  [() => x.chunk(0), RangeError, "chunk: the count must be a whole number ≥ 1, not 0"],
  [() => number.unbind(), RangeError, "unbind: a tensor with a dimension is needed"],
  [
    () => x.narrow(1, 2, 2),
    RangeError,
    "narrow: 2 elements from 2 on are not inside of dimension 1 of [2, 3]",
  ],
  [() => x.narrow(1, -4, 1), RangeError, "narrow: 1 elements from -4 on are not inside"],
  [() => x.unfold(0, 3, 1), RangeError, "unfold: a window of 3 is larger than dimension 0 of [2, 3]"],
  [() => x.unfold(0, 1, 0), RangeError, "unfold: the step must be a whole number ≥ 1, not 0"],
  [() => x.flip(0, 0), RangeError, "flip: dimensions [0, 0] name one twice"],
  [() => x.flip(), TypeError, "flip: which dimensions are turned round, as in flip(0)?"],
  [() => x.roll([1, 2]), RangeError, "roll: 2 shifts need as many dimensions"],
  [() => x.roll(1, [0, 1]), RangeError, "roll: as many shifts as dimensions are needed, not 1 and 2"],
  [
    () => x.repeat(2),
    RangeError,
    "repeat: a count for each of the 2 dimensions of [2, 3] is needed, not [2]",
  ],
  [() => x.repeat(1, -1), RangeError, "repeat: a count must be a whole number ≥ 0, not -1"],
  [
    () => x.repeatInterleave([1, 2, 3], 0),
    RangeError,
    "repeatInterleave: one count, or 2 for dimension 0, are needed, not 3",
  ],
  [() => v.tril(), RangeError, "tril: a matrix is needed, or more dimensions, not shape [3]"],
  [() => ones(1, 1, 1).diag(), RangeError, "diag: a vector or a matrix is needed, not shape [1, 1, 1]"],
  [() => v.diagonal(), RangeError, "diagonal: dimension 1 does not exist"],
  [() => x.diagonal(0, { dim1: 1, dim2: -1 }), RangeError, "diagonal: dimensions [1, -1] name one twice"],
  [() => v.trace(), RangeError, "trace: a matrix is needed, not shape [3]"],
  [() => x.movedim([0, 1], 0), RangeError, "movedim: as many dimensions go as arrive, not 2 to 1 places"],
  [() => ones(1, 1, 1).T, RangeError, "T: a tensor of at most 2 dimensions is needed, not [1, 1, 1]"],
  [() => v.mT, RangeError, "mT: a tensor of at least 2 dimensions is needed, not [3]"],
  [() => x.mm(v), RangeError, "mm: [2, 3] × [3]: operands of 2 and 2 dimensions are needed"],
  [() => x.mm(x), RangeError, "mm: [2, 3] × [2, 3]: the inner sizes differ"],
  [() => x.mv(ones(2)), RangeError, "mv: [2, 3] × [2]: the inner sizes differ"],
  [
    () => ones(1, 2, 3).bmm(ones(2, 3, 2)),
    RangeError,
    "bmm: [1, 2, 3] × [2, 3, 2]: there are not as many matrices",
  ],
  [() => v.dot(ones(2)), RangeError, "dot: [3] × [2]: the inner sizes differ"],
  [() => v.outer(x), RangeError, "outer: two vectors are needed, not [3] and [2, 3]"],
  [() => x.expandAs(v), RangeError, "expand: shape [2, 3] does not repeat to [3]"],
  [
    () => x.expandAs(unchecked([2, 3])),
    TypeError,
    "expandAs: a tensor is needed, not [2, 3]; expand() takes sizes",
  ],
  [
    () => hstack([x, ones(3, 3)]),
    RangeError,
    "hstack: shapes [2, 3] and [3, 3] differ outside of dimension 1",
  ],
  [() => vstack([v, ones(2)]), RangeError, "vstack: shapes [1, 3] and [1, 2] differ outside of dimension 0"],
  [() => hstack(unchecked(x)), TypeError, "hstack: the tensors are one list, as in hstack([a, b])"],
  [() => meshgrid([x]), RangeError, "meshgrid: vectors are needed, not shape [2, 3]"],
  [() => cartesianProd([]), RangeError, "cartesianProd: at least one tensor is needed"],
  [
    () => tensordot(x, ones(4, 3)),
    RangeError,
    "tensordot: dimension 0 of [2, 3] and dimension 0 of [4, 3] differ in size",
  ],
  [() => tensordot(x, v), RangeError, "tensordot: [2, 3] and [3] do not both have 2 dimensions"],
];

Deno.test("what does not fit is refused in a sentence, as PyTorch refuses it", () => {
  for (const [call, kind, says] of refused) assertThrows(call, kind, says);
});

Deno.test("tensors without elements are taken apart and repeated, too", () => {
  const none = zeros(0, 3), shapes = (list: Tensor[]) => list.map(({ shape }) => shape);
  assertEquals(shapes(none.split(2)), [[0, 3]]);
  assertEquals(shapes(none.split(0)), [[0, 3]]);
  assertEquals(shapes(none.chunk(2)), [[0, 3], [0, 3]]);
  assertEquals(none.unbind(), []);
  assertEquals(
    shapes([
      none.flip(0),
      none.roll(1, 0),
      none.repeat(2, 2),
      none.repeatInterleave(2, 0),
      none.tril(),
      none.diag(),
    ]),
    [[0, 3], [0, 3], [0, 6], [0, 3], [0, 3], [0]],
  );
  assertEquals(shapes([x.repeat(0, 1), x.repeatInterleave([0, 0], 0), x.narrow(0, 2, 0), x.diagonal(7)]), [
    [0, 3],
    [0, 3],
    [0, 3],
    [0],
  ]);
});
