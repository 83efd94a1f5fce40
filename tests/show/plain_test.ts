import { chart } from "descent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hex, PALETTE, rgb, SEQUENTIAL, shade } from "../../lib/show/chart/palette.ts";
import { resolve } from "../../lib/show/chart/resolve.ts";
import { nearest256 } from "../../lib/show/plain/ansi.ts";
import { axisTicks } from "../../lib/show/plain/ticks.ts";
import { textOf } from "../../lib/show/plain/mod.ts";
import { textWidth } from "../../lib/text/width.ts";
import { charts } from "./charts.ts";

// deno-lint-ignore no-control-regex
const CODES = /\x1b\[[\d;]*m/g;

/** Letters with a coloured ground. */
// deno-lint-ignore no-control-regex
const PIXELS = /(?:\x1b\[48[\d;]*m +)+\x1b\[0m/g;

for (const columns of [20, 40, 80, 200]) {
  Deno.test(`every chart fits into ${columns} columns, with colours and without`, async () => {
    for (const [name, description] of Object.entries(charts)) {
      const model = await resolve(description);
      for (const color of ["none", "256", "full"] as const) {
        const text = textOf(model, { columns, color });
        for (const line of text.split("\n")) {
          const width = textWidth(line.replace(CODES, ""));
          assert(width <= columns, `${name}: ${width} columns: ${line}`);
        }
        assertEquals(CODES.test(text) && color === "none", false, name);
        CODES.lastIndex = 0;
        assertStringIncludes(text, "title");
      }
    }
  });
}

Deno.test("a falling curve falls", async () => {
  const text = textOf(await resolve(chart.line({ y: [3, 2, 1], yTitle: "loss", xTitle: "step" })), {
    columns: 30,
    color: "none",
  });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line)).map((line) =>
    line.search(/[\u2801-\u28ff]/)
  );
  const seen = rows.filter((column) => column >= 0);
  assert(seen.length > 10);
  assertEquals(seen, [...seen].sort((a, b) => a - b));
  assertStringIncludes(text, "loss");
  assertStringIncludes(text, "step");
});

Deno.test("curves without colour are told apart by letters", async () => {
  const text = textOf(await resolve(charts.lines), { columns: 60, color: "none" });
  assertStringIncludes(text, "• first   × second");
  assert(text.split("\n").slice(2).join("").includes("×"));
});

Deno.test("coloured curves are told apart without their colours: by their letters, and by their dashes", async () => {
  const text = textOf(await resolve(charts.lines), { columns: 90, color: "full" }).replace(CODES, "");
  assertStringIncludes(text, "━•━ first   ╌×╌ second");
  const drawn = text.split("\n").filter((line) => /[┤│]/.test(line)).join("\n");
  assert(drawn.includes("•") && drawn.includes("×"), text);
  const dots = async (dash?: "dash" | "dot") => {
    const flat = chart.line({ series: { "": { y: new Array(50).fill(1), dash } } });
    const line = textOf(await resolve(flat), { columns: 80, color: "256" });
    return line.match(/[\u2801-\u28ff]/g)!.length;
  };
  const [solid, dash, dot] = [await dots(), await dots("dash"), await dots("dot")];
  assert(solid > 1.3 * dash && dash > 1.3 * dot, `${solid} places solid, ${dash} dashed, ${dot} dotted`);
});

Deno.test("a line that leaves the picture far away is drawn where it passes, and not turned", async () => {
  const steep = { x: [-2, 2], y: [-1000, 1000], mode: "lines" as const };
  const ranges = { xRange: [-2, 2] as [number, number], yRange: [-2, 2] as [number, number] };
  const text = textOf(await resolve(chart.line({ series: { steep }, ...ranges })), {
    columns: 60,
    color: "none",
  });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line));
  const columns = rows.map((line) => line.search(/[\u2801-\u28ff]/));
  assertEquals(columns.length, 14);
  assert(columns.every((column) => Math.abs(column - columns[0]) <= 1 && column > 25), `${columns}`);

  const beside = { x: [-2, 2], y: [900, 1100], mode: "lines" as const };
  const empty = textOf(await resolve(chart.line({ series: { beside }, ...ranges })), {
    columns: 60,
    color: "none",
  });
  assertEquals(empty.match(/[\u2801-\u28ff]/g), null);
});

Deno.test("lines over a landscape without colour are drawn in letters that no band has", async () => {
  const line = { x: [-1, 1], y: [-1, 1], mode: "lines" as const };
  const over = {
    points: { x: [0.5], y: [-0.5] },
    falling: { ...line, y: [1, -1] },
    none: line,
    rising: line,
  };
  const slope = chart.contour({ x: [-1, 1], y: [-1, 1], z: (x) => x, levels: 9, over });
  const text = textOf(await resolve(slope), { columns: 60, color: "none" });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line)).map((line) => line.slice(4));
  const rising = rows.map((row) => row.indexOf("+")), falling = rows.map((row) => row.lastIndexOf("×"));
  assertEquals(rising.filter((column) => column < 0), []);
  assertEquals(rising, [...rising].sort((a, b) => b - a));
  // Where they cross, the later one is seen.
  assertEquals(falling.filter((column) => column < 0).length <= 1, true);
  assertEquals(rows.join("").match(/\+/g)!.length < rows[0].length * 2, true);
});

Deno.test("a walk beside other curves is drawn by its points where there is no colour, and its line stays thin", async () => {
  const x = Array.from({ length: 15 }, (_, i) => i % 2 === 0 ? i / 2 : 14 - i / 2), y = x.map((_, i) => i);
  const walk = { x, y, mode: "lines+markers" as const },
    other = { x: [0, 14], y: [0, 0], mode: "lines" as const };
  const text = textOf(await resolve(chart.line({ series: { other, walk } })), { columns: 60, color: "none" });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line)).join("");
  const points = rows.match(/×/g)!.length;
  assert(points > 10 && points <= 15, `${points} of 15 points`);
  assert(rows.match(/[\u2801-\u28ff]/g)!.length > 100);
});

Deno.test("two bands without colour are a light letter and none", async () => {
  const step = chart.contour({ x: [-1, 1], y: [-1, 1], z: (x) => Math.sign(x), zRange: [-1, 1], levels: 2 });
  const text = textOf(await resolve(step), { columns: 60, color: "none" });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line)).map((line) =>
    line.replace(/^[-\d. ]*[┤│]/, "")
  );
  assertEquals(new Set(rows.join("")), new Set([" ", "="]));
});

/** How far a picture of letters reaches where its letter is not a space: in letters, and in lines. */
function reach(lines: string[], isInside: (letter: string) => boolean): [across: number, down: number] {
  const places = lines.flatMap((line, row) =>
    [...line].flatMap((letter, at) => isInside(letter) ? [[at, row]] : [])
  );
  const [columns, rows] = [0, 1].map((i) => places.map((place) => place[i]));
  return [Math.max(...columns) - Math.min(...columns) + 1, Math.max(...rows) - Math.min(...rows) + 1];
}

for (const columns of [40, 80, 120]) {
  Deno.test(`with equal scales a circle is round and a valley is narrow, ${columns} columns wide`, async () => {
    const map = async (z: (x: number, y: number) => number, y: [number, number]) => {
      const model = await resolve(chart.contour({ x: [-2, 2], y, z, equal: true, zRange: [0, 4] }));
      const text = textOf(model, { columns, color: "none" });
      return text.split("\n").filter((line) => /[┤│]/.test(line)).map((line) => line.replace(/^.*?[┤│]/, ""));
    };
    const [across, down] = reach(await map((x, y) => x * x + y * y, [-2, 2]), (letter) => letter !== "@");
    assert(Math.abs(across / down - 2) < 0.15, `${across} letters, ${down} lines`);
    const [narrow, long] = reach(
      await map((x, y) => 16 * x * x + y * y, [-3, 3]),
      (letter) => letter !== "@",
    );
    assert(narrow / long < 0.8, `${narrow} letters, ${long} lines`);
  });
}

Deno.test("the numbers on axes are round, rising and written alike", () => {
  const texts = (range: [number, number], log = false, most = 6) =>
    axisTicks({ title: "", log, range }, most).map(({ text }) => text).join(" ");
  assertEquals(texts([-0.03, 1.03]), "0.0 0.2 0.4 0.6 0.8 1.0");
  assertEquals(texts([0.00795, 0.0132]), "0.008 0.009 0.010 0.011 0.012 0.013");
  assertEquals(texts([-4.5, 0.5]), "-4 -3 -2 -1 0");
  assertEquals(texts([0, 3e6]), "0 5.0e5 1.0e6 1.5e6 2.0e6 2.5e6 3.0e6");
  assertEquals(texts([0, 3e6], false, 3), "0 1e6 2e6 3e6");
  assertEquals(texts([0, 2.4e-6], false, 3), "0 1e-6 2e-6");
  assertEquals(texts([0.02, 2], true), "0.02 0.05 0.1 0.2 0.5 1 2");
  assertEquals(texts([0.5, 40_000], true), "1 10 100 1000 10000");
  assertEquals(texts([3e-9, 2], true, 3), "1e-6 1e-3 1e0");
  assertEquals(texts([1.1, 1.4], true), "1.10 1.15 1.20 1.25 1.30 1.35 1.40");
  assertEquals(texts([7, 7.5], false, 1).split(" ").length <= 2, true);
});

Deno.test("no chart has two numbers that run into each other", async () => {
  for (const columns of [20, 40, 80]) {
    for (const [name, description] of Object.entries(charts)) {
      const lines = textOf(await resolve(description), { columns, color: "none" }).split("\n");
      for (const [i, line] of lines.entries()) {
        if (!/^ *└/.test(line)) continue;
        const marks = line.match(/┬/g)?.length ?? 0;
        assertEquals(
          lines[i + 1].trim().split(/ +/).length,
          marks,
          `${name}, ${columns} columns:\n${lines[i + 1]}`,
        );
      }
    }
  }
});

Deno.test("twelve kernels of 7 × 7 stay apart, and none is left out", async () => {
  const images = Array.from(
    { length: 12 },
    (_, k) =>
      Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (_, j) => Math.sin(k + 3 * i + j))),
  );
  const model = await resolve(chart.imageGrid({ images, columns: 6, colors: "diverging" }));
  for (const color of ["none", "256"] as const) {
    const lines = textOf(model, { columns: 96, color }).split("\n");
    assertEquals(lines.length, 7 + 1 + 7);
    assertEquals(lines[7], "");
    for (const line of lines.filter((_, i) => i !== 7)) {
      const letters = line.replace(PIXELS, (part) => "#".repeat(textWidth(part.replace(CODES, ""))));
      const kernels = letters.split("  ");
      assertEquals(kernels.map((kernel) => kernel.length), new Array(6).fill(14), line);
    }
  }
});

Deno.test("images that do not fit into one row fill their rows evenly", async () => {
  const images = Array.from({ length: 6 }, () => Array.from({ length: 8 }, () => new Array(8).fill(1)));
  const text = textOf(await resolve(chart.imageGrid({ images, columns: 6 })), { columns: 96, color: "none" });
  const lines = text.split("\n");
  assertEquals(lines.length, 8 + 1 + 8);
  for (const line of [lines[0], lines[9]]) assertEquals(line.split("  ").length, 3, text);
});

Deno.test("256 colours keep the hues: pale blue is blue or gray, and never darker than what is darker", () => {
  const levels = [0, 95, 135, 175, 215, 255];
  const colorOf = (code: number) =>
    code > 231
      ? new Array(3).fill(8 + 10 * (code - 232))
      : [36, 6, 1].map((size) => levels[Math.floor((code - 16) / size) % 6]);
  let before = Infinity;
  for (let i = 0; i <= 40; i++) {
    const [r, g, b] = colorOf(nearest256(hex(shade(SEQUENTIAL, i / 40))));
    assert(r <= g && g <= b, `${r}, ${g}, ${b} is no blue`);
    const light = 0.2 * r + 0.7 * g + 0.1 * b;
    assert(light <= before + 12, `lighter than the one before: ${light} after ${before}`);
    before = light;
  }
  for (const color of PALETTE) {
    const other = colorOf(nearest256(color));
    assert(rgb(color).every((part, i) => Math.abs(part - other[i]) <= 48), `${color} becomes ${other}`);
  }
});

Deno.test("with all colours each is itself", async () => {
  const text = textOf(await resolve(charts.line), { columns: 40, color: "full" });
  assertStringIncludes(text, `\x1b[38;2;${rgb(PALETTE[0]).join(";")}m`);
  assert(!text.includes("38;5;"));
});

Deno.test("a small matrix is written in numbers, with the names of its columns", async () => {
  const model = await resolve(chart.heatmap({ z: [[1, -2], [0.5, 10]], xLabels: ["a", "b"] }));
  assertEquals(textOf(model, { columns: 40, color: "none" }), "  a   b\n  1  -2\n0.5  10");
});

Deno.test("a large matrix leaves room in the window, and is as square as it was", async () => {
  const z = Array.from({ length: 80 }, (_, i) => Array.from({ length: 80 }, (_, j) => i * j));
  const lines = textOf(await resolve(chart.heatmap({ z })), { columns: 100, color: "none" }).split("\n");
  const [rows, columns] = [lines.length - 1, Math.max(...lines.map((line) => line.length))];
  assert(rows < 30 && Math.abs(columns / rows - 2) < 0.2, `${rows} rows, ${columns} columns`);
});

Deno.test("in text a histogram that is spread out is as high as one that is a single bar, and its axis says so", async () => {
  const narrow = new Array(1000).fill(0.05), wide = Array.from({ length: 1000 }, (_, i) => i / 200);
  const options = { series: { narrow, wide }, bins: 50, xRange: [0, 5] as [number, number], normalize: true };
  const text = textOf(await resolve(chart.histogram(options)), { columns: 60, color: "none" });
  const [first, second] = text.split("wide\n").map((part) =>
    part.split("\n").filter((line) => /[┤│]/.test(line))
  );
  assertEquals(first.length, second.length);
  assert(/^1\.0+ ┤/.test(first.find((line) => line.includes("┤"))!), text);
  assert(first.some((line) => line.includes("█")), text);
  // A fiftieth of all in each bin: on the other's axis, no more than a line on the ground.
  assertEquals(second.filter((line) => /[▁-█]{40}/.test(line)).length, second.length, text);
  assert(/^0\.0\d* ┤/.test(second.find((line) => line.includes("┤"))!), text);
});

Deno.test("bars are as long as their numbers", async () => {
  const text = textOf(await resolve(chart.bar({ x: ["one", "two"], y: [1, 2] })), {
    columns: 40,
    color: "none",
  });
  const [one, two] = text.split("\n").map((line) => (line.match(/█/g) ?? []).length);
  assert(two >= 2 * one && two <= 2 * one + 2, text);
});
