/**
 * The tables as Markdown, for README.
 *
 * @module
 */
import type { Results } from "../run/result.ts";
import type { Verdict } from "./musts.ts";
import { notes, type Row, rowsOf } from "./rows.ts";
import { tableIntroduction } from "./table.ts";

/** The whole report. */
export function markdown(results: Results, verdicts: Verdict[]): string {
  const names = Object.keys(results.competitors).filter((name) =>
    results.cases.some(({ samples }) => samples[name] !== undefined)
  );
  const head = ["", ...names.map((name) => results.competitors[name].label)];
  const body = results.cases.map((result) => {
    const rows = rowsOf(result, results);
    return [result.title, ...names.map((name) => cell(rows.find((row) => row.name === name)))];
  });
  const judged = verdicts.map(({ title, value, must, aim, verdict, aimed }) => [
    ...[title, value, must, aim],
    aimed ? "met, aim reached" : verdict,
  ]);
  return [
    ...tableIntroduction(results).map((line) => `${line}  `),
    "",
    ...table(head, body),
    "",
    "Medians; in parentheses the share of the machine's peak. × is Descent's time (or memory) divided by the peer's.",
    ...notes(results).map((note) => `${note.replace("*", "\\*")}  `),
    ...(judged.length > 0 ? ["", ...table(["", "is", "must", "aim", ""], judged)] : []),
  ].join("\n");
}

function cell(row: Row | undefined): string {
  if (row === undefined || row.median === "") return "–";
  if (row.min === "") return row.median.startsWith("> ") ? row.median : "–";
  const { median, label, rate, ofPeak, ratio } = row;
  const scaled = label.endsWith("*") ? "\\*" : "";
  const speed = rate === "" ? "" : `, ${rate}${ofPeak === "" ? "" : ` (${ofPeak})`}`;
  return `${median}${scaled}${speed}${ratio === "" ? "" : `, ×${ratio}`}`;
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? " --- " : " ---: ")).join("|")}|`, ...rows.map(line)];
}
