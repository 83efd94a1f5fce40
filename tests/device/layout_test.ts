/** The order of dimensions in memory: what layout.ts computes of it, against arrays that are moved number by number. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as layout from "../../lib/device/layout.ts";
import { broadcastShapes, sizeOf } from "../../lib/device/shape.ts";
import { type Order, Storage } from "../../lib/device/storage.ts";

/** Numbers in JavaScript's memory, in place of a device's. */
class Memory {
  constructor(readonly values: readonly number[]) {}
}

/** Every index of a shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The element that the reader finds at an index, by the definition of an order alone. */
function at({ dataId, shape, order }: Storage, index: readonly number[]): number {
  assert(dataId instanceof Memory);
  const sizes: number[] = [], places: number[] = [];
  shape.forEach((size, d) => {
    const axis = order === null ? d : order[d];
    sizes[axis] = size;
    places[axis] = index[d];
  });
  return dataId.values[sizes.reduce((place, size, axis) => place * size + places[axis], 0)];
}

/** All elements as the reader sees them. */
const elements = (x: Storage) => indices(x.shape).map((index) => at(x, index));

/** A row-major copy with dimension i of the result that of `perm[i]`, as devices make it. */
const transpose: layout.Transpose = (x, perm) => {
  assertEquals(x.order, null, "only row-major arrays are moved");
  const shape = perm.map((axis) => x.shape[axis]);
  const values = indices(shape).map((index) => {
    const from: number[] = [];
    perm.forEach((axis, i) => from[axis] = index[i]);
    return at(x, from);
  });
  return new Storage(new Memory(values), shape, x.dtype);
};

/** No dimension may move. */
const unmoved: layout.Transpose = () => {
  throw new Error("the numbers were moved");
};

const permutation = (rank: number): fc.Arbitrary<number[]> => {
  const all = Array.from({ length: rank }, (_, d) => d);
  return fc.shuffledSubarray(all, { minLength: rank, maxLength: rank });
};
const order = (rank: number): fc.Arbitrary<Order> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, {
    weight: 4,
    arbitrary: permutation(rank).map(layout.normal),
  });
const sizes = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 2, max: 4 }) }, {
  weight: 2,
  arbitrary: fc.constant(1),
});
const shapes = fc.array(sizes, { maxLength: 5 });

let next = 0;
/** An array whose numbers are all different, also from those of any other array. */
function arrayOf(shape: number[], order: Order): Storage {
  const values = Array.from({ length: sizeOf(shape) }, () => next++);
  return new Storage(new Memory(values), shape, "float32", order);
}

/** Arrays of a shape in any order. */
const arrays = (shape: number[]) => order(shape.length).map((order) => arrayOf(shape, order));
const anyArray = shapes.chain(arrays);
const subset = (rank: number) => fc.subarray(Array.from({ length: rank }, (_, d) => d));

function holds<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), { seed: 7, numRuns: 300 });
}

Deno.test("dense() is the memory, and seen() looks at it as before", () => {
  holds(anyArray, (x) => {
    const memory = layout.dense(x);
    assertEquals(memory.order, null);
    assertEquals(memory.shape, layout.inMemory(x.order, x.shape));
    assert(x.dataId instanceof Memory);
    assertEquals(elements(memory), [...x.dataId.values]);
    const again = layout.seen(new Storage(x.dataId, [...memory.shape], x.dtype), x.order);
    assertEquals([again.shape, again.order, elements(again)], [x.shape, x.order, elements(x)]);
  });
});

Deno.test("inOrder() shows the same elements in the order that was asked for", () => {
  holds(anyArray.chain((x) => fc.tuple(fc.constant(x), order(x.shape.length))), ([x, target]) => {
    const y = layout.inOrder(x, target, transpose);
    assert(layout.sameOrder(y.order, target));
    assertEquals([y.shape, elements(y)], [x.shape, elements(x)]);
    assertEquals(elements(layout.plain(x, transpose)), elements(x));
    assertEquals(layout.plain(x, transpose).order, null);
  });
});

Deno.test("inOrder() moves nothing where the order is the same, or only dimensions of size 1 change places", () => {
  holds(
    shapes.chain((solid) =>
      fc.tuple(
        ...[0, 1].map(() =>
          fc.array(fc.nat(solid.length), { minLength: 2, maxLength: 2 }).map((at) => {
            // Where the two ones go among the axes of the memory.
            const axes = solid.map((_, d) => d + 2);
            at.forEach((place, one) => axes.splice(place, 0, one));
            return layout.normal(layout.inverse(axes));
          })
        ),
      ).map(([from, to]) => ({ x: arrayOf([1, 1, ...solid], from), to }))
    ),
    ({ x, to }) => {
      const y = layout.inOrder(x, to, unmoved);
      assert(layout.sameOrder(y.order, to));
      assertEquals([y.dataId, elements(y)], [x.dataId, elements(x)]);
      assertEquals(layout.inOrder(x, x.order, unmoved), x);
    },
  );
});

Deno.test("permuted() is the order of the same memory with its dimensions in another sequence", () => {
  holds(anyArray.chain((x) => fc.tuple(fc.constant(x), permutation(x.shape.length))), ([x, dims]) => {
    const y = new Storage(x.dataId, dims.map((d) => x.shape[d]), x.dtype, layout.permuted(x.order, dims));
    for (const index of indices(y.shape)) {
      const from: number[] = [];
      dims.forEach((d, i) => from[d] = index[i]);
      assertEquals(at(y, index), at(x, from));
    }
  });
});

Deno.test("reshapedOrder() shows the same elements in row-major order where dimensions of size 1 come and go", () => {
  const ones = (shape: number[]) =>
    fc.array(fc.nat(shape.length), { maxLength: 3 }).map((places) => {
      const result = shape.filter((n) => n !== 1);
      for (const place of places) result.splice(Math.min(place, result.length), 0, 1);
      return result;
    });
  holds(anyArray.chain((x) => fc.tuple(fc.constant(x), ones(x.shape))), ([x, shape]) => {
    const order = layout.reshapedOrder(x, shape);
    assert(order !== undefined, "no number must move");
    assertEquals(order === null ? null : [...order].sort(), order === null ? null : shape.map((_, d) => d));
    assertEquals(elements(new Storage(x.dataId, shape, x.dtype, order)), elements(x));
  });
});

Deno.test("reshapedOrder() is undefined where dimensions are joined that lie apart, but not of a row-major array", () => {
  const turned = arrayOf([2, 3, 4], [2, 0, 1]), plain = arrayOf([2, 3, 4], null);
  for (const shape of [[6, 4], [24], [3, 2, 4], [8, 3], [4, 6]]) {
    assertEquals(layout.reshapedOrder(turned, shape), undefined);
    assertEquals(layout.reshapedOrder(plain, shape), null);
  }
});

Deno.test("reshapedOrder() shows the same elements where dimensions are parted, and neighbours in memory joined", () => {
  const turned = arrayOf([2, 3, 4], [2, 0, 1]);
  assertEquals(layout.reshapedOrder(turned, [2, 3, 2, 2]), [3, 0, 1, 2]);
  assertEquals(layout.reshapedOrder(turned, [2, 12]), [1, 0]);
  /** Shapes of as many elements: each dimension as it is, joined with the next one, or parted. */
  const others = (shape: number[]) =>
    fc.array(fc.nat(2), { minLength: shape.length, maxLength: shape.length }).map((choices) => {
      const result: number[] = [];
      choices.forEach((choice, d) => {
        if (choice === 1 && d > 0) result[result.length - 1] *= shape[d];
        else if (choice === 2 && shape[d] % 2 === 0) result.push(2, shape[d] / 2);
        else result.push(shape[d]);
      });
      return result;
    });
  let viewed = 0, moved = 0;
  holds(anyArray.chain((x) => fc.tuple(fc.constant(x), others(x.shape))), ([x, shape]) => {
    const order = layout.reshapedOrder(x, shape);
    if (order === undefined) return void moved++;
    viewed++;
    assertEquals(elements(new Storage(x.dataId, shape, x.dtype, order)), elements(x));
  });
  assert(viewed > 100 && moved > 20, `${viewed} are seen anew, ${moved} must move`);
});

Deno.test("reducedOrder() is the order of what is left when dimensions of the memory are gone", () => {
  holds(
    anyArray.chain((x) => fc.tuple(fc.constant(x), subset(x.shape.length), fc.boolean())),
    ([x, dims, keepdim]) => {
      const memory = layout.dense(x), axes = layout.axesOf(x.order, dims);
      assertEquals(axes, [...axes].sort((a, b) => a - b));
      /** The first element along the named dimensions, as a reduction leaves one. */
      const first = (of: Storage, gone: readonly number[]) => {
        const kept = of.shape.map((n, d) => gone.includes(d) ? 1 : n);
        return indices(kept).map((index) => at(of, index));
      };
      const left = (shape: readonly number[], gone: readonly number[]) =>
        keepdim ? shape.map((n, d) => gone.includes(d) ? 1 : n) : shape.filter((_, d) => !gone.includes(d));
      const order = layout.reducedOrder(x.order, dims, keepdim);
      const result = new Storage(new Memory(first(memory, axes)), left(memory.shape, axes), x.dtype);
      const y = layout.seen(result, order);
      assertEquals(y.shape, left(x.shape, dims));
      assertEquals(elements(y), first(x, dims));
    },
  );
});

Deno.test("repeatedOrder() keeps the order of as many dimensions, and lays what is one number a channel as images lie", () => {
  const repeat = (x: Storage) => x.shape.map((n) => n === 1 ? 3 : n);
  holds(shapes.chain(arrays), (x) => {
    const shape = repeat(x), order = layout.repeatedOrder(x, shape);
    if (order !== null) assertEquals([...order].sort(), shape.map((_, d) => d));
    if (x.order !== null) assertEquals(order, x.order);
    assertEquals(layout.repeatedOrder(x, [2, ...shape]), null);
  });
  assertEquals(layout.repeatedOrder(arrayOf([1, 4, 1, 1], null), [2, 4, 5, 5]), layout.channelsLast(4));
  assertEquals(layout.repeatedOrder(arrayOf([1, 4, 1], null), [2, 4, 5]), layout.channelsLast(3));
  assertEquals(layout.repeatedOrder(arrayOf([1, 1, 5, 5], null), [2, 4, 5, 5]), null);
  assertEquals(layout.repeatedOrder(arrayOf([1, 4], null), [2, 4]), null);
});

Deno.test("aligned() brings arrays into one order, in which they broadcast as before", () => {
  const parts = shapes.chain((shape) => {
    const cut = fc.tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
      .map(([from, ones]) => shape.map((n, d) => ones[d] ? 1 : n).slice(from));
    return fc.array(cut.chain(arrays), { minLength: 1, maxLength: 3 });
  });
  /** f over all parts, as NumPy broadcasts; a list of the parts' elements is as good as any f. */
  const together = (list: readonly Storage[]) => {
    const shape = list.map((x) => x.shape).reduce((a, b) => broadcastShapes("", a, b), []);
    const pairs = indices(shape).map((index) =>
      list.map((x) => {
        const own = index.slice(index.length - x.shape.length);
        return at(x, own.map((i, d) => x.shape[d] === 1 ? 0 : i));
      })
    );
    return { shape, pairs };
  };
  holds(parts, (list) => {
    const { parts, order } = layout.aligned(list, transpose), inMemory = together(parts);
    for (const part of parts) assertEquals(part.order, null);
    const places = new Memory(inMemory.pairs.map((_, i) => i));
    const { shape, pairs } = together(list);
    // Of numbers alone, [1, 1] and [] are one shape.
    const full = order === null ? shape : layout.inMemory(order, shape);
    assertEquals(inMemory.shape, full);
    const result = layout.seen(new Storage(places, [...inMemory.shape], "float32"), order);
    assertEquals(result.shape, shape);
    assertEquals(elements(result).map((place) => inMemory.pairs[place]), pairs);
  });
});

Deno.test("aligned() moves the smaller of two arrays, and a row-major one of equal size gives the order", () => {
  const images = arrayOf([2, 3, 4, 5], layout.channelsLast(4)), bias = arrayOf([3, 1, 1], null);
  assertEquals(layout.aligned([images, bias], unmoved).order, images.order);
  assertEquals(layout.aligned([bias, images], unmoved).order, images.order);
  const plain = arrayOf([2, 3, 4, 5], null);
  for (const both of [[images, plain], [plain, images]]) {
    const { parts, order } = layout.aligned(both, transpose);
    assertEquals(order, null);
    assert(parts.some(({ dataId }) => dataId === plain.dataId), "the row-major one stays");
  }
});

Deno.test("permutations are inverted, compared, and written short where they change nothing", () => {
  holds(permutation(5), (order) => {
    const back = layout.inverse(order);
    assertEquals(back.map((d) => order[d]), [0, 1, 2, 3, 4]);
    assert(layout.sameOrder(order, [...order]));
    assertEquals(layout.sameOrder(order, null), false);
    assertEquals(layout.normal(order) === null, order.every((axis, d) => axis === d));
    assertEquals(layout.explicit(order, 5), order);
  });
  assertEquals(layout.explicit(null, 3), [0, 1, 2]);
  assertEquals([layout.channelsLast(2), layout.channelsLast(4)], [null, [0, 3, 1, 2]]);
});
