import { assert, assertEquals, assertThrows } from "@std/assert";
import { ones } from "descent";
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkNumber,
  checkOptions,
  checkRange,
  checkText,
  checkWhole,
  describe,
  isPlain,
  surplus,
  withDefaults,
} from "../../lib/text/arguments.ts";

Deno.test("describe() says in a word or two what was given", () => {
  class Net {}
  const said: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [1, "1"],
    [true, "true"],
    ["same", '"same"'],
    [3n, "the bigint 3n"],
    [Symbol("x"), "a symbol"],
    [[3, 3], "[3, 3]"],
    [[[1], [2]], "an array of 2"],
    [new Float32Array(4), "Float32Array(4)"],
    [{}, "an empty object"],
    [{ lr: 1 }, "an object { lr }"],
    [Object.create(null), "an empty object"],
    [new Map(), "a Map"],
    [new Error("x"), "Error: x"],
    [new Date(), "a Date"],
    [Net, "the class Net"],
    [new Net(), "a Net"],
    [() => 1, "a function"],
    [ones(2, 3), `${ones(2, 3)}`],
    ["x".repeat(100), `"${"x".repeat(59)}…"`],
  ];
  for (const [given, text] of said) assertEquals(describe(given), text);
});

Deno.test("checkOptions() refuses what is no options object, and names that there are not", () => {
  const check = (options: unknown) => () => checkOptions("f", options, ["bias", "requiresGrad"]);
  check({})();
  check({ bias: undefined, requiresGrad: true })();
  check(Object.assign(Object.create(null), { bias: 1 }))();
  for (const odd of [1, true, "x", null, [1], ones(1), () => 1, new Map()]) {
    assertThrows(check(odd), TypeError, "f: options stand in one object such as { bias: … }, not ");
  }
  assertThrows(check({ biass: 1 }), TypeError, 'f: there is no option "biass"; did you mean bias?');
  assertThrows(
    check({ requires_grad: 1 }),
    TypeError,
    'f: there is no option "requires_grad"; did you mean requiresGrad?',
  );
  assertThrows(check({ zzz: 1 }), TypeError, 'f: there is no option "zzz"; there are bias, requiresGrad');
});

Deno.test("checks of single arguments say which one, what would do, and what was given", () => {
  const args = (...given: unknown[]) => given;
  assertThrows(
    () => surplus("f", args(1, { alpha: 2 }), 1, "multiply first"),
    TypeError,
    "f: takes one argument, and was given an object { alpha } beyond; multiply first",
  );
  assertThrows(
    () => checkNumber("f", "slope", {}),
    TypeError,
    "f: slope must be a number, not an empty object; numbers stand by themselves",
  );
  assertThrows(() => checkWhole("f", "n", 1.5, 1), RangeError, "f: n must be a whole number ≥ 1, not 1.5");
  assertThrows(() => checkRange("f", "p", 2, 0, 1), RangeError, "f: p must be a number from 0 to 1, not 2");
  assertThrows(() => checkRange("f", "p", NaN), RangeError, "f: p must be a finite number, not NaN");
  assertThrows(() => checkBoolean("f", "bias", 0), TypeError, "f: bias must be true or false, not 0");
  assertThrows(() => checkText("f", "label", 3), TypeError, "f: label must be text, not 3");
  assertThrows(
    () => checkFunction("f", "fn", 1, "(x) => x"),
    TypeError,
    "f: fn must be a function such as (x) => x, not 1",
  );
  assertThrows(
    () => checkChoice("f", "mode", "meen", ["mean", "sum"]),
    RangeError,
    'f: mode must be one of "mean", "sum", not "meen"; did you mean "mean"?',
  );
  assertThrows(
    () => checkChoice("f", "mode", 1, ["mean", "sum"]),
    TypeError,
    'f: mode must be one of "mean", "sum", not 1',
  );
});

Deno.test("an option that is undefined counts as not said", () => {
  assertEquals(withDefaults({ lr: 0.1, eps: 1 }, { lr: undefined, eps: 2 }), { lr: 0.1, eps: 2 });
  assertEquals(withDefaults({ momentum: 0.1 as number | null }, { momentum: null }), { momentum: null });
});

Deno.test("isPlain() knows objects of braces from all others", () => {
  assert([{}, { a: 1 }, Object.create(null)].every(isPlain));
  assert(![null, undefined, 1, "x", [], new Map(), new Date(), ones(1), () => 1].some(isPlain));
});
