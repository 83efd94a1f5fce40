/**
 * The table on the terminal, at most 100 columns wide.
 *
 * @module
 */
import { textWidth, truncate, wrap } from "../../lib/text/width.ts";
import type { CaseResult, Results } from "../run/result.ts";
import type { Verdict } from "./musts.ts";
import { notes, type Row, rowsOf } from "./rows.ts";

const WIDTH = 100;

/** Columns behind the case and the competitor. */
const COLUMNS: [key: keyof Row, title: string, width: number][] = [
  ["median", "median", 9],
  ["min", "min", 8],
  ["max", "max", 8],
  ["ratio", "ours/peer", 9],
  ["rate", "rate", 12],
  ["ofPeak", "of peak", 7],
];
const TITLE = 26, LABEL = 13;

/** The line over the table. */
export function tableHead(): string {
  return line("case", "", COLUMNS.map(([, title]) => title));
}

/** The lines of one case. */
export function tableRows(result: CaseResult, results: Results): string[] {
  return rowsOf(result, results).map((row, i) => {
    const title = i === 0 ? result.title : "";
    if (row.min === "") {
      const start = `${fill(title, TITLE)} ${fill(row.label, LABEL)} `;
      return truncate(start + row.median, WIDTH);
    }
    return line(title, row.label, COLUMNS.map(([key]) => row[key]));
  });
}

function line(title: string, label: string, cells: string[]): string {
  const right = cells.map((cell, i) => " ".repeat(Math.max(0, COLUMNS[i][2] - textWidth(cell))) + cell);
  return `${fill(title, TITLE)} ${fill(label, LABEL)} ${right.join(" ")}`.trimEnd();
}

function fill(text: string, width: number): string {
  const short = truncate(text, width);
  return short + " ".repeat(Math.max(0, width - textWidth(short)));
}

/** What stands above: machine and versions. */
export function tableIntroduction({ machine, threads, competitors, absent, date }: Results): string[] {
  const { processor, cores, system, load } = machine;
  const who = Object.entries(competitors).filter(([name]) => name !== "ours-1").map(([, one]) => {
    const few = one.threads !== threads && one.threads > 0;
    return `${one.version}${few ? ` (${count(one.threads, "thread")})` : ""}`;
  });
  return [
    `${date.slice(0, 10)}, ${processor}, ${count(cores, "core")}, ${system}, ${count(threads, "thread")}`,
    ...wrap(who.join(", "), WIDTH),
    ...absent.flatMap((sentence) => wrap(sentence, WIDTH)),
    ...(load > 0.5 ? [`The machine is busy (load ${load.toFixed(1)}): do not trust these figures.`] : []),
  ];
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** What stands below: notes and verdicts. */
export function tableEnd(results: Results, verdicts: Verdict[]): string[] {
  const lines = notes(results);
  if (verdicts.length === 0) return lines;
  const rows = verdicts.map(({ title, value, must, aim, verdict, aimed }) =>
    `${fill(title, 68)} ${value.padStart(6)}  ${must.padEnd(6)} ${aim.padEnd(5)} ${
      verdict === "not measured" ? "–" : aimed ? "met, aim" : verdict
    }`
  );
  const head = `${fill("must", 68)} ${"is".padStart(6)}  ${"must".padEnd(6)} ${"aim".padEnd(5)}`.trimEnd();
  return [...lines, "", head, ...rows];
}
