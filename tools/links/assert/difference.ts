/** How many lines of a difference are worth reading. */
const LONGEST = 60;
/** Beyond this many lines the exact diff (quadratic) gives way to a line-by-line one. */
const QUADRATIC = 1000;

/** A value as a test's message shows it. */
export function shown(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: 2000,
    strAbbreviateSize: Infinity,
  });
}

/** The lines in which two values differ: "-" only in what came out, "+" only in what was expected. */
export function difference(actual: unknown, expected: unknown): string {
  const bothText = typeof actual === "string" && typeof expected === "string";
  const a = bothText ? quoted(actual) : shown(actual).split("\n");
  const b = bothText ? quoted(expected) : shown(expected).split("\n");
  const marked = a.length > QUADRATIC || b.length > QUADRATIC ? lineByLine(a, b) : shortest(a, b);
  const lines = around(marked);
  if (lines.length > LONGEST) lines.splice(LONGEST, Infinity, `    … ${lines.length - LONGEST} more lines`);
  return ["", "    [Diff] Actual / Expected", "", ...lines, ""].join("\n");
}

function quoted(text: string): string[] {
  return text.split("\n").map((line) => JSON.stringify(line));
}

function lineByLine(a: string[], b: string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === b[i]) lines.push(`    ${a[i]}`);
    else {
      if (i < a.length) lines.push(`-   ${a[i]}`);
      if (i < b.length) lines.push(`+   ${b[i]}`);
    }
  }
  return lines;
}

/** The shortest edit from `a` to `b`: the longest common subsequence of lines, by its textbook recurrence. */
function shortest(a: string[], b: string[]): string[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: string[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`    ${a[i]}`);
      i++, j++;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`-   ${a[i++]}`);
    } else lines.push(`+   ${b[j++]}`);
  }
  return lines;
}

/** Keeps the lines that differ and three around each; says how many equal ones were left out between. */
function around(lines: string[]): string[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - 3), i + 4).some((line) => line[0] !== " "));
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (near[i]) kept.push(lines[i]);
    else {
      const start = i;
      while (i + 1 < lines.length && !near[i + 1]) i++;
      kept.push(`    … ${i - start + 1} equal lines`);
    }
  }
  return kept;
}
