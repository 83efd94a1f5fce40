/** The numbers that a chapter's prose quotes, held against what its code says and its program prints. */
import { assertEquals } from "@std/assert";
import { fences, parseCells } from "../../lib/course/cells.ts";
import { answers, output, questions } from "./program.ts";

/** What a chapter printed. */
export interface Seen {
  /** The program. */
  text: string;
  /** The answers to its exercises. */
  answers: string[];
  /** What decides its questions. */
  questions: string[];
}

/**
 * Where a number comes from that is neither in the code nor, digit by digit, in what is printed: its value, computed from
 * what is printed where it depends on that; or words, where it is a fact from elsewhere.
 */
export type Source = number | string | ((seen: Seen) => number);

/**
 * Asserts that every number in a chapter's prose is accounted for: it stands in the chapter's code, or is printed by it or by an
 * answer (rounded to the digits that are written, and with three of them at least, as fewer would be found anywhere), or is
 * the year of a publication, or has a source that gives it.
 *
 * @param chapter Its name without ".ts".
 * @param sources By the number as it is written.
 */
export async function assertProse(chapter: string, sources: Record<string, Source>): Promise<void> {
  const path = `chapters/${chapter}.ts`;
  const cells = parseCells(Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url)), path);
  const prose: string[] = [], code: string[] = [];
  for (const { kind, source: whole } of cells) {
    // What a wrong choice of a question says is nobody's claim, and how long a chapter takes is no experiment's.
    const source = whole.replace(/^- \[ \] .*\n(?: {2}.*\n)*/gm, "")
      .replace(/^\*About \d+ minutes\. Before it: .*\*$/m, "");
    if (kind === "code") code.push(source);
    else {
      code.push(...fences(source));
      // Commands and names in the text are code, too.
      code.push(...source.match(/`[^`\n]+`/g) ?? []);
      prose.push(source.replace(/```[^]*?```/g, "").replace(/`[^`\n]+`/g, ""));
    }
  }
  const seen: Seen = {
    text: await output(chapter),
    answers: await answers(chapter),
    questions: await questions(chapter),
  };
  const coded = new Set(numbersIn(code.join("\n")).map(valueOf));
  const printed = numbersIn([seen.text, ...seen.answers, ...seen.questions].join("\n")).map(valueOf);
  const open: string[] = [], wrong: string[] = [], used = new Set<string>();
  for (const number of quoted(prose.join("\n"))) {
    const source = sources[number];
    if (source === undefined) {
      const isPrinted = digits(number) >= 3 && printed.some((value) => rounds(value, number));
      if (!coded.has(Math.abs(valueOf(number))) && !coded.has(valueOf(number)) && !isPrinted) {
        open.push(number);
      }
      continue;
    }
    used.add(number);
    const value = typeof source === "function" ? source(seen) : source;
    if (typeof value === "number" && !rounds(value, number)) wrong.push(`${number} is ${value}`);
  }
  assertEquals(open, [], "quoted, and neither in the code nor printed nor accounted for");
  assertEquals(wrong, [], "quoted, and wrong");
  assertEquals(
    Object.keys(sources).filter((number) => !used.has(number)),
    [],
    "accounted for, and not quoted",
  );
}

const NUMBER = /(?<![\w.^_{])[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/g;

function numbersIn(text: string): string[] {
  return text.replaceAll("{,}", ",").replaceAll("_", "").match(NUMBER) ?? [];
}

/** The numbers of a text that claim something: with decimals, in groups of three digits, or from 20 on; no years of publications. */
function quoted(text: string): string[] {
  const plain = text.replaceAll("{,}", ",").replaceAll("\\,", "").replace(/\b(?:18|19|20)\d\d(?=[;)])/g, "");
  return (plain.match(NUMBER) ?? []).map((number) => number.replace(/,$/, ""))
    .filter((number) => /[.,e]/.test(number) || Math.abs(valueOf(number)) >= 20);
}

function valueOf(number: string): number {
  return Number(number.replaceAll(",", "").replace("−", "-"));
}

/** How many digits it is written with, zeros in front not counted. */
function digits(number: string): number {
  return number.replace(/e.*/, "").replace(/\D/g, "").replace(/^0+/, "").length;
}

/** Whether a value, rounded to the digits that a number is written with, is that number. */
function rounds(value: number, number: string): boolean {
  const [, decimals = "", exponent = "0"] = /(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(number)!;
  const unit = 10 ** (Number(exponent) - decimals.length);
  return Math.abs(Math.abs(value) - Math.abs(valueOf(number))) <= unit / 2 * (1 + 1e-9);
}
