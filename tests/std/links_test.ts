/** The two links behave as the published packages: run unchanged when the links are deleted. */
import {
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseArgs, type ParseOptions } from "@std/cli/parse-args";

Deno.test("assertEquals() compares deeply: arrays, maps, sets, dates, typed arrays, NaN", () => {
  assertEquals([1, { a: NaN, b: [undefined] }], [1, { a: NaN, b: [undefined] }]);
  assertEquals(new Map([[{ k: 1 }, [2]]]), new Map([[{ k: 1 }, [2]]]));
  assertEquals(new Set([1, 2]), new Set([2, 1]));
  assertEquals(new Float32Array([0, 1]), new Float32Array([-0, 1]));
  assertEquals(new Date(7), new Date(7));
});

Deno.test("assertEquals() tells apart what only looks alike", () => {
  assertNotEquals<unknown>([1, 2], [1, 2, 3]);
  assertNotEquals<unknown>({ a: undefined }, {});
  assertNotEquals<unknown>(new Float32Array([1]), new Int32Array([1]));
  assertNotEquals<unknown>([1], { 0: 1 });
  assertNotEquals<unknown>(new Uint8Array([1]).buffer, new Uint8Array([2]).buffer);
  assertNotEquals<unknown>(new Error("a"), new Error("b"));
  assertNotEquals<unknown>("1", 1);
});

Deno.test("assertEquals() follows a circle once", () => {
  const circle = () => {
    const list: unknown[] = [1];
    list.push(list);
    return list;
  };
  assertEquals(circle(), circle());
});

Deno.test("assertEquals() shows the lines that differ", () => {
  const error = assertThrows(() => assertEquals({ a: 1, b: [2, 3] }, { a: 1, b: [2, 4] }), AssertionError);
  assertMatch(error.message, /^-\s+3,$/m);
  assertMatch(error.message, /^\+\s+4,$/m);
  assertStringIncludes(error.message, "a: 1");
});

Deno.test("assertAlmostEquals() allows 1e-7 of the expected value unless told otherwise", () => {
  assertAlmostEquals(1e6, 1e6 + 0.05);
  assertAlmostEquals(1, 1.4, 0.5);
  assertThrows(() => assertAlmostEquals(1, 1.0001), AssertionError, "to be close to");
  assertThrows(() => assertAlmostEquals(NaN, 1), AssertionError);
});

Deno.test("assertThrows() checks the class and the message, and returns the error", () => {
  const thrower = () => {
    throw new RangeError("axis 3 of 2");
  };
  assertEquals(assertThrows(thrower, RangeError, "axis 3").message, "axis 3 of 2");
  assertThrows(() => assertThrows(thrower, TypeError), AssertionError, 'instance of "TypeError"');
  assertThrows(() => assertThrows(thrower, RangeError, "axis 4"), AssertionError, "axis 4");
  assertThrows(() => assertThrows(() => 1), AssertionError, "Expected function to throw");
});

Deno.test("assertRejects() tells a rejection from a throw", async () => {
  const error = await assertRejects(() => Promise.reject(new TypeError("no")), TypeError, "no");
  assertEquals(error.message, "no");
  const thrower = () => {
    throw new Error("at once");
  };
  await assertRejects(() => assertRejects(thrower), AssertionError, "Function throws");
  await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError, "to reject");
});

/** The published types follow the options; here only the values matter. */
function parsed(args: string[], options: ParseOptions = {}): Record<string, unknown> {
  return { ...parseArgs(args, options) };
}

Deno.test("parseArgs() reads strings, numbers, booleans, aliases and defaults", () => {
  const options = { string: ["data"], boolean: ["help"], alias: { help: "h" }, default: { steps: 5 } };
  assertEquals(parsed(["--data", "007", "-h", "--lr=0.1", "file"], options), {
    _: ["file"],
    data: "007",
    help: true,
    h: true,
    lr: 0.1,
    steps: 5,
  });
  assertEquals(parsed(["--data"], options).data, "");
});

Deno.test("parseArgs() collects, negates, and stops at --", () => {
  assertEquals(
    parsed(["--k", "1", "--no-color", "--k=2", "--", "--x"], {
      collect: ["k"],
      boolean: ["color"],
      negatable: ["color"],
      default: { color: true },
      "--": true,
    }),
    { _: [], k: [1, 2], color: false, "--": ["--x"] },
  );
});

Deno.test("parseArgs() asks about what it does not know", () => {
  const asked: string[] = [];
  const unknown = (arg: string) => {
    asked.push(arg);
    return false;
  };
  assertEquals(parsed(["--stps", "3", "word"], { string: ["steps"], unknown }), { _: [] });
  assertEquals(asked, ["--stps", "word"]);
});
