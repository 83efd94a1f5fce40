/** Who frees what: a body frees all that it makes and does not return, whatever it is made of and however it ends. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { currentDevice } from "descent";
import { Arena, type ArenaOwner } from "../../lib/device/arena.ts";
import { type DType, Storage } from "../../lib/device/storage.ts";
import { onEachDevice } from "../devices.ts";

/** A device that only counts references: to numbers that it does not have. */
class Counter implements ArenaOwner {
  readonly arena = new Arena(this);
  readonly alive = new Set<Storage>();
  /** Thrown by the next {@linkcode scalar}. */
  failure: Error | null = null;

  #track(storage: Storage): Storage {
    this.alive.add(storage);
    return this.arena.track(storage);
  }
  make(): Storage {
    return this.#track(new Storage({}, [], "float32"));
  }
  share({ dataId, shape, dtype }: Storage): Storage {
    return this.#track(new Storage(dataId, shape, dtype));
  }
  scalar(_value: number, dtype: DType): Storage {
    if (this.failure !== null) throw this.failure;
    return this.#track(new Storage({}, [], dtype));
  }
  free(storage: Storage): void {
    assert(!storage.freed, "freed twice");
    storage.freed = true;
    this.alive.delete(storage);
  }
}

Deno.test("a body's result stays, and all else that it made is freed", () => {
  const counter = new Counter(), { arena } = counter;
  const y = arena.tidy(() => {
    counter.make();
    const result = counter.make();
    counter.make();
    return result;
  });
  assertEquals([...counter.alive], [y]);
  const list = arena.tidy(() => [counter.make(), counter.make(), counter.make()].slice(1));
  assertEquals([...counter.alive], [y, ...list]);
  arena.tidy(() => []);
  assertEquals(counter.alive.size, 3);
});

Deno.test("what is made outside of all bodies is nobody's to free", () => {
  const counter = new Counter(), x = counter.make();
  counter.arena.tidy(() => counter.make());
  assertEquals(counter.alive.size, 2);
  assert(!x.freed);
});

Deno.test("a body that throws frees all that it made, and its error comes through", () => {
  const counter = new Counter(), { arena } = counter, x = counter.make(), error = new Error("as it happens");
  const thrown = assertThrows(() =>
    arena.tidy((): Storage => {
      counter.make();
      arena.tidy(() => counter.make());
      throw error;
    })
  );
  assert(thrown === error);
  assertEquals([...counter.alive], [x]);
  // The next body begins anew.
  const y = arena.tidy(() => counter.make());
  assertEquals([...counter.alive], [x, y]);
});

Deno.test("the result of a body inside another belongs to the outer one", () => {
  const counter = new Counter(), { arena } = counter;
  let inner = counter.make();
  const outer = arena.tidy(() => {
    inner = arena.tidy(() => {
      counter.make();
      return counter.make();
    });
    assert(!inner.freed);
    return counter.make();
  });
  assert(inner.freed);
  assert(!outer.freed);
  const through = arena.tidy(() => arena.tidy(() => arena.tidy(() => counter.make())));
  assert(!through.freed);
  assertEquals(counter.alive.size, 3);
});

Deno.test("a body that fails inside another takes only its own with it", () => {
  const counter = new Counter(), { arena } = counter;
  const [first, second] = arena.tidy(() => {
    const before = counter.make();
    assertThrows(() =>
      arena.tidy((): Storage => {
        counter.make();
        throw new Error("inside");
      })
    );
    assertEquals([...counter.alive], [before]);
    return [before, counter.make()];
  });
  assertEquals([...counter.alive], [first, second]);
});

Deno.test("an input that is returned becomes a reference of its own, and so does a result returned twice", () => {
  const counter = new Counter(), { arena } = counter, x = counter.make();
  const y = arena.tidy(() => x);
  assert(y !== x);
  assert(y.dataId === x.dataId);
  counter.free(y);
  assert(!x.freed);
  const [a, b] = arena.tidy(() => {
    const one = counter.make();
    return [one, one];
  });
  assert(a !== b);
  assert(a.dataId === b.dataId);
  counter.free(a);
  assert(!b.freed);
  // What the outer body made is an input to the inner one.
  arena.tidy(() => {
    const outer = counter.make(), passed = arena.tidy(() => outer);
    assert(passed !== outer);
    return [];
  });
  assertEquals([...counter.alive], [x, b]);
});

Deno.test("small integers and halves are made once and kept, other numbers each time", () => {
  const counter = new Counter(), { arena } = counter;
  const one = arena.tidy(() => {
    const known = arena.constant(1);
    counter.make();
    return [known, arena.constant(1)];
  });
  // Two references for the caller; the constant itself stays, though it was first asked for inside of a body.
  assertEquals(counter.alive.size, 3);
  for (const storage of one) counter.free(storage);
  const kept = arena.constant(1);
  assert(!kept.freed && kept.dataId === one[0].dataId);
  for (const value of [0.5, -8, 8, 0]) assert(arena.constant(value) === arena.constant(value), `${value}`);
  assert(arena.constant(1, "int32") !== arena.constant(1));
  for (const value of [-0, 0.1, 9, NaN, Infinity]) {
    assert(arena.constant(value) !== arena.constant(value), `${value}`);
  }
  const before = counter.alive.size;
  arena.tidy(() => [counter.make(), arena.constant(0.1)].slice(0, 1));
  assertEquals(counter.alive.size, before + 1);
});

Deno.test("a constant that cannot be made leaves the body as it was", () => {
  const counter = new Counter(), { arena } = counter;
  counter.failure = new Error("no room");
  assertThrows(() => arena.tidy(() => arena.constant(2)), Error, "no room");
  counter.failure = null;
  const y = arena.tidy(() => {
    counter.make();
    return counter.make();
  });
  assertEquals([...counter.alive], [y]);
});

/** What a body does, one thing after the other. */
type Step = "make" | "constant" | "throw" | Body;
interface Body {
  readonly steps: Step[];
  /** Which of what it made or was given. */
  readonly returns: number[];
}

const { bodies } = fc.letrec<{ step: Step; bodies: Step[] }>((tie) => ({
  bodies: fc.array(tie("step"), { maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Step>("make", "make", "constant", "throw"),
    fc.record({
      steps: tie("bodies"),
      returns: fc.array(fc.nat(5), { maxLength: 3 }),
    }),
  ),
}));

Deno.test("however bodies lie in one another, fail and return, only what is returned stays", () => {
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(5), { maxLength: 3 }), (steps, returns) => {
      const counter = new Counter(), { arena } = counter, input = counter.make();
      const constant = arena.constant(3);
      const run = (steps: Step[], returns: number[]): Storage[] =>
        arena.tidy(() => {
          const seen = [input];
          for (const step of steps) {
            if (step === "make") seen.push(counter.make());
            else if (step === "constant") seen.push(arena.constant(3), arena.constant(99));
            else if (step === "throw") throw new Error("on purpose");
            else {
              try {
                seen.push(...run(step.steps, step.returns));
              } catch (error) {
                assertEquals((error as Error).message, "on purpose");
              }
            }
          }
          for (const storage of seen) assert(!storage.freed, "freed too early");
          return returns.map((i) => seen[i % seen.length]);
        });
      let results: Storage[] = [];
      try {
        results = run(steps, returns);
      } catch (error) {
        assertEquals((error as Error).message, "on purpose");
      }
      assertEquals(new Set(counter.alive), new Set([input, constant, ...results]));
      assertEquals(new Set(results).size, results.length);
    }),
    { seed: 11, numRuns: 1000 },
  );
});

onEachDevice("a rule that fails on the way leaves no array behind", () => {
  const device = currentDevice(), { kernels, arena } = device, values = new Float32Array(1000).fill(2);
  const x = device.upload(values, [10, 100], "float32");
  const failing = () =>
    arena.tidy(() => {
      const turned = kernels.permute(kernels.exp(x), [1, 0]);
      return kernels.matmul(kernels.add(turned, 1), turned);
    });
  // The first time a constant may come to stay.
  assertThrows(failing, RangeError, "matmul");
  const { tensors, bytes } = device.memory();
  assertThrows(failing, RangeError, "matmul");
  const after = device.memory();
  assertEquals([after.tensors, after.bytes], [tensors, bytes]);
  device.free(x);
});

onEachDevice("a kernel that gives its input gives a reference that can be freed without it", async () => {
  const device = currentDevice(), { kernels, arena } = device;
  const x = device.upload(Float32Array.from({ length: 1000 }, (_, i) => i), [1000], "float32");
  const before = device.memory();
  for (
    const same of [
      () => x,
      () => kernels.reshape(x, [10, 100]),
      () => kernels.sum(x, []),
      () => kernels.cast(x, "float32"),
      () => kernels.expand(x, [1, 1000]),
      () => kernels.laidLike(x, x),
    ]
  ) {
    const y = arena.tidy(same);
    assert(y !== x);
    device.free(y);
  }
  const { tensors, bytes } = device.memory();
  assertEquals([tensors, bytes], [before.tensors, before.bytes]);
  assertEquals((await device.read(x))[999], 999);
  device.free(x);
});
