// Starts programs, so it asks what permissions there are: see program.ts.
import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { answers, numbers, output, programTest, questions } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

const BOOK = [
  "0.007588282693177462",
  "0.8045529723167419",
  "1.2827317714691162",
  "1.5696390867233276",
  "1.7417834997177124",
  "1.8450701236724854",
  "1.9070420265197754",
  "1.9442251920700073",
  "1.9665350914001465",
  "1.9799211025238037",
  "1.987952709197998",
  "1.9927716255187988",
  "1.9956629276275635",
  "1.997397780418396",
  "1.9984387159347534",
];

function rows(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("x = ")).map((line) => line.slice(4));
}

programTest("chapter 1 prints the book's fifteen rows to the last digit", async () => {
  assertEquals(rows(await output("01_extremum")), BOOK);
});

programTest("chapter 1 prints its title and those of its sections", async () => {
  const lines = (await output("01_extremum", "--steps", "1")).split("\n");
  const titles = lines.filter((_, i) => /^([═─])\1+$/.test(lines[i + 1] ?? ""));
  assertEquals(titles, [
    "Chapter 1: The lowest point of a parabola",
    "Forward and backward",
    "Walking down",
    "How large a step?",
  ]);
});

programTest("chapter 1 walks as many steps as asked for", async () => {
  assertEquals(rows(await output("01_extremum", "--steps", "3")), BOOK.slice(0, 3));
});

programTest("chapter 1's four learning rates lead where the text says", async () => {
  const ends = [...(await output("01_extremum")).matchAll(/^η = (\S+): x = (\S+) after 14 steps$/gm)]
    .map(([, rate, x]) => [Number(rate), Number(x)]);
  assertEquals(ends, [[0.1, 1.5442], [0.4, 1.9984], [1.9, 1.5442], [2.1, -5.5662]]);
});

programTest("chapter 1's answers see what they say", async () => {
  const [first, second, third] = await answers("01_extremum");
  assertEquals(first.trim().split("\n").map((line) => line.split(": ")[1]), [
    "0.0076, 2.0000, 2.0000, 2.0000",
    "0.0076, 2.0000, 2.0000, 2.0000",
    "0.0076, 3.9924, 0.0076, 3.9924",
  ]);
  const near = (text: string) => rows(text).map((row) => Number(Number(row).toFixed(4)));
  const [quartic, swing] = [near(second), near(third)];
  assertEquals([quartic[1], quartic[4], quartic[14]], [3.1713, 2.4281, 2.2668]);
  assertEquals([swing[4], swing[9], swing[14]], [4.037, -0.0699, 4.0909]);
});

programTest("chapter 1's questions are answered as they say", async () => {
  const [slope, outside, recorded, far, tenth, border, hill] = await questions("01_extremum");
  assertEquals(slope, "y = 4.5, gradient = 3, then x = 3.8000\n");
  assertMatch(
    outside,
    /^x = 0\.0075.*\nx = 0\.8045.*\nbackward: the graph .* was freed by an earlier backward\(\)/,
  );
  assertMatch(recorded, /^sub_: .*\nx = 0\.007588282693177462\n$/);
  assertEquals(
    far,
    "from 0.007588282693177462: 15 steps\nfrom 1000: 28 steps\none part in 766 is left after 13 steps\n",
  );
  assertEquals(tenth, "0.10000000149011612\n");
  assertEquals(numbers(border, "x").flat(), [0.0076, 3.9924, 0.0076, 3.9924, 0.0076]);
  const away = numbers(hill, "x").flat().map((x) => 2 - x);
  away.slice(1).forEach((distance, i) => assertAlmostEquals(distance / away[i], 1.4, 1e-3));
});

programTest("chapter 1 quotes no number that it does not show", async () => {
  const rows = ({ text }: Seen) => numbers(text, "x").map(([x]) => x);
  await assertProse("01_extremum", {
    "1.1954": (seen) => 2 - rows(seen)[1],
    "0.7173": (seen) => 2 - rows(seen)[2],
    "0.6": (seen) => (2 - rows(seen)[2]) / (2 - rows(seen)[1]),
    "0.0008": 0.6 ** 14,
    "32": "bits of a float32",
    "64": "bits of a JavaScript number",
    "0.9": 1 - 0.1,
    "-0.9": 1 - 1.9,
    "-1.1": 1 - 2.1,
    "0.0076": (seen) => rows(seen)[0],
    "3.8": ({ questions: [slope] }) => Number(/then x = (\S+)/.exec(slope)![1]),
    "28": ({ questions: [, , , far] }) => numbers(far, "from 1000")[0][0],
    "1.4": 1 + 0.4,
    "-0.07": ({ answers: [, , third] }) => Math.min(...numbers(third, "x").map(([x]) => x)),
  });
});
