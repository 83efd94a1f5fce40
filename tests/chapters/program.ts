/** Chapters run as a reader runs them: a program of its own, with nothing granted. */
import { assertEquals } from "@std/assert";
import { fences, parseCells, parseQuestion } from "../../lib/course/cells.ts";

/** What a program came to. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const permissions = [{ name: "run" }, { name: "read" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
const granted = states.every(({ state }) => state === "granted");
/** Declares a test that starts programs; where that is not granted it is skipped, and its name says why. */
export function programTest(name: string, body: () => Promise<void>): void {
  const reason = granted ? "" : " (skipped: needs --allow-run and --allow-read)";
  Deno.test({ name: name + reason, ignore: !granted, fn: body });
}

const root = new URL("../../", import.meta.url);

/** Deno writes down there what a program asked permission for: on a terminal the reader would have been asked. */
const audit: Record<string, string> = Deno.build.os === "windows"
  ? {}
  : { DENO_AUDIT_PERMISSIONS: "/dev/stderr" };

/** Runs a chapter with no permission, as `deno run chapters/NAME.ts ARGS`; a prompt for one counts as a refusal. */
export function run(chapter: string, ...args: string[]): Promise<Outcome> {
  return start([`chapters/${chapter}.ts`, ...args]);
}

/** Runs a chapter as {@linkcode run} does, with a text on its standard input; "-": the text is the program. */
export function runWith(text: string, chapter: string, ...args: string[]): Promise<Outcome> {
  return start([chapter === "-" ? "-" : `chapters/${chapter}.ts`, ...args], text);
}

/** How a chapter counts: "5", and "5b" for the interlude behind it. */
export function chapterNumber(chapter: string): string {
  return chapter.slice(0, chapter.indexOf("_")).replace(/^0/, "");
}

/** What was started: the same program prints the same. */
const started = new Map<string, Promise<Outcome>>();

/** `deno run` with no permission; `source` is what it reads where the program's name is "-". Runs once, whoever asks. */
function start(args: string[], source = ""): Promise<Outcome> {
  const key = JSON.stringify([args, source]);
  let outcome = started.get(key);
  if (outcome === undefined) started.set(key, outcome = startAnew(args, source));
  return outcome;
}

async function startAnew(args: string[], source: string): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...audit },
    stdin: source === "" ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  if (source !== "") await ReadableStream.from([new TextEncoder().encode(source)]).pipeTo(child.stdin);
  const { code, stdout, stderr } = await output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/**
 * Runs a chapter to its end, which must not need any permission, and returns what it printed. (Looking for a GPU, drivers
 * may complain on stderr.)
 */
export async function output(chapter: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(chapter, ...args);
  assertEquals(code, 0, stderr);
  assertEquals(stderr.split("\n").filter((line) => line.includes('"permission":')), []);
  return stdout;
}

/**
 * Runs a chapter and behind it the answers to its exercises, as a notebook does, each in a block of its own.
 *
 * @returns What each answer printed.
 */
export function answers(chapter: string): Promise<string[]> {
  const { text, cells } = parted(chapter);
  const folded = cells.filter(({ tags }) => tags.includes("folded"));
  return blocks(text, folded.map(({ source }) => fences(source).join("\n")));
}

/**
 * Runs the code of a chapter's questions behind its first code cell, each in a block of its own.
 *
 * @returns What each printed.
 */
export function questions(chapter: string): Promise<string[]> {
  const { path, cells } = parted(chapter);
  const asked = cells.filter(({ tags }) => tags.includes("question"));
  const first = cells.find(({ kind }) => kind === "code")!;
  return blocks(first.source, asked.map((cell) => parseQuestion(cell, path).code));
}

function parted(chapter: string) {
  const path = `chapters/${chapter}.ts`, text = Deno.readTextFileSync(new URL(path, root));
  return { path, text, cells: parseCells(text, path) };
}

/** What each of some blocks prints behind a text that they may use. */
async function blocks(text: string, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const mark = "-------------------- block";
  const marked = codes.map((code) => `console.log("${mark}");\n{\n${code}\n}\n`);
  const { code, stdout, stderr } = await start(["--check", "-"], `${text}\n${marked.join("")}`);
  assertEquals(code, 0, stderr);
  return stdout.split(`${mark}\n`).slice(1);
}

/** All numbers behind `label = ` (or `label: `), one list for each line that has it. */
export function numbers(text: string, label: string): number[][] {
  return text.split("\n").filter((line) => line.startsWith(`${label} = `) || line.startsWith(`${label}: `))
    .map((line) =>
      (line.slice(label.length).match(/-?\d[\d,]*\.?\d*(e[+-]?\d+)?/g) ?? []).map((number) =>
        Number(number.replaceAll(",", ""))
      )
    );
}

/**
 * Compares printed numbers with the book's, digit by digit.
 *
 * @param actual What the chapter printed.
 * @param expected The numbers as the book prints them: text, since the last digit counts.
 * @param units How many units in the last printed digit they may differ.
 */
export function assertDigits(actual: number[], expected: string, units: number): void {
  const printed = expected.trim().split(/\s+/);
  assertEquals(actual.length, printed.length, `${actual} against ${expected}`);
  printed.forEach((text, i) => {
    const [mantissa, exponent = "0"] = text.split("e");
    const unit = 10 ** (Number(exponent) - (mantissa.split(".")[1] ?? "").length);
    const apart = Math.abs(actual[i] - Number(text)) / unit;
    if (!(apart <= units + 1e-6)) {
      throw new Error(
        `${actual[i]} is ${apart.toFixed(1)} units in the last digit away from the book's ${text}`,
      );
    }
  });
}
