/**
 * The flags of a chapter: `deno run chapters/07_resnet.ts --steps 20 --data mnist`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { MAX_THREADS } from "../device/cpu/threads.ts";
import type { DeviceName } from "../device/device.ts";
import { exit, programArguments, programFile } from "../host/process.ts";
import { writePicturesTo } from "../show/output.ts";
import { profileLoops } from "../train/step_profile.ts";
import {
  checkChoice,
  checkOptions,
  checkRange,
  checkText,
  checkWhole,
  describe,
  isList,
  surplus,
} from "../text/arguments.ts";
import { nearest } from "../text/nearest.ts";
import { wrap } from "../text/width.ts";
import { isLed, leadThrough } from "./parts.ts";
import { quiz } from "./quiz.ts";
import { read } from "./read.ts";
import { heading } from "./section.ts";

/** Where a chapter's pictures come from: random numbers, or handwritten digits. */
export type DataName = "random" | "mnist";

/** Which flags a chapter has, with their defaults; a flag that is not named here is unknown to the chapter. */
export interface ChapterSpec {
  /** The chapter's name, as `--help` shows it: "Chapter 7: ResNet". */
  title: string;
  /** What the chapter does, in a sentence or two. */
  description?: string;
  /** `--device cpu|webgpu`; true: the best one there is unless the reader names one. With it comes `--profile`. */
  device?: true | DeviceName;
  /** `--threads N`: on how many threads the cpu computes; all cores unless the reader says. */
  threads?: true;
  /** `--steps N`: how many training steps. */
  steps?: number;
  /** The most that `--steps` takes, in a chapter that prints lines for them. */
  mostSteps?: number;
  /** `--images N`: how many pictures of the training set; true: as many as each network's recipe says. */
  images?: true | number;
  /** `--epochs N`: how many times through the data; true: as often as each network's recipe says. */
  epochs?: true | number;
  /** `--batch N`: how many pictures at once; true: as many as each network's recipe says. */
  batch?: true | number;
  /** `--lr X`: the learning rate. */
  lr?: number;
  /** `--schedule …`: what becomes of the learning rate: one of these words, the first unless the reader says. */
  schedule?: readonly string[];
  /** `--data random|mnist`; true: random. Or one of these words, the first unless the reader says. */
  data?: true | DataName | readonly string[];
  /** `--model …`: what is trained: one of these words, the first unless the reader says. */
  model?: readonly string[];
  /** `--seed N`: where the random numbers start. */
  seed?: number;
  /** `--verbose`: print more. */
  verbose?: true;
  /** `--out DIR`: where `show()` writes its pictures. */
  out?: true;
  /** `--log PATH`: where the run is logged: a file of JSON lines, or a folder for TensorBoard. */
  log?: true;
  /** `--checkpoints DIR`: where the run keeps its checkpoints. */
  checkpoints?: true;
  /** `--resume`: go on from the last of them. */
  resume?: true;
}

/** What each flag is once it is read. */
export interface FlagValues {
  /** Undefined: the best device there is, as `useDevice(undefined)` takes it. */
  device: DeviceName | undefined;
  /** On how many threads the cpu computes; undefined: on all cores. */
  threads: number | undefined;
  /** How many training steps. */
  steps: number;
  /** How many pictures of the training set. */
  images: number;
  /** How many times through the data. */
  epochs: number;
  /** How many pictures at once. */
  batch: number;
  /** The learning rate. */
  lr: number;
  /** What becomes of the learning rate. */
  schedule: string;
  /** Where the pictures come from. */
  data: DataName;
  /** What is trained. */
  model: string;
  /** Where the random numbers start. */
  seed: number;
  /** Whether to print more. */
  verbose: boolean;
  /** Where pictures are written; undefined: nowhere. */
  out: string | undefined;
  /** Where the run is logged; undefined: nowhere. */
  log: string | undefined;
  /** Where checkpoints are kept; undefined: nowhere. */
  checkpoints: string | undefined;
  /** Whether to go on from the last checkpoint. */
  resume: boolean;
}

type FlagName = keyof FlagValues;

/** What else can be done with a chapter than to run it. */
type Way = "read" | "quiz";

/**
 * The flags that a chapter declares: those that its spec names, and no others. Where it lists words, the value is one of them; where it
 * says true for a number, the value is undefined unless the reader gives one.
 */
export type ChapterFlags<Spec extends ChapterSpec> = {
  [Name in keyof FlagValues & keyof Spec]: Spec[Name] extends readonly (infer Word)[] ? Word
    : [Spec[Name], FlagValues[Name]] extends [true, number] ? number | undefined
    : FlagValues[Name];
};

/** What reading the arguments came to: flags, a help text to print, or a sentence that says what is wrong. */
type ReadFlags<Spec extends ChapterSpec> =
  | { kind: "flags"; flags: ChapterFlags<Spec>; profile: boolean; way?: Way }
  | { kind: "help"; text: string }
  | { kind: "error"; text: string };

/**
 * How one flag is written and read. `choices`: one of these words; `least`: a whole number from there; `above`: a number that is
 * larger; `takes`: any text; else a switch.
 */
interface FlagRule {
  help: string;
  /** What the text is called in the help, and what it is. */
  takes?: readonly [name: string, what: string];
  above?: number;
  choices?: readonly string[];
  least?: number;
  most?: number;
  /** What serves where neither chapter nor reader says. */
  best?: string;
}

/** Where each network has its own. */
const RECIPE = "what the network's recipe says";

/** Every flag that a chapter can have, in the order in which `--help` lists them. */
const RULES: Record<FlagName, FlagRule> = {
  device: { help: "where to compute", choices: ["cpu", "webgpu"], best: "the best there is" },
  threads: { help: "on how many threads the cpu computes", least: 1, most: MAX_THREADS, best: "all cores" },
  steps: { help: "how many training steps", least: 1 },
  images: { help: "how many pictures of the training set", least: 1, best: RECIPE },
  epochs: { help: "how many times through the data", least: 1, best: RECIPE },
  batch: { help: "how many pictures at once", least: 1, best: RECIPE },
  lr: { help: "the learning rate", above: 0 },
  schedule: { help: "what becomes of the learning rate", choices: [] },
  data: { help: "where the pictures come from", choices: ["random", "mnist"] },
  model: { help: "what is trained", choices: [] },
  seed: { help: "where the random numbers start", least: 0 },
  verbose: { help: "print more" },
  out: {
    help: "keep the pictures there: a web page and an SVG each",
    takes: ["DIR", "the path of a directory"],
  },
  log: {
    help: "log the run there",
    takes: ["PATH", "the path of a file of JSON lines (.jsonl), or of a folder for TensorBoard"],
  },
  checkpoints: { help: "keep checkpoints there", takes: ["DIR", "the path of a directory"] },
  resume: { help: "go on from the last checkpoint" },
};

/**
 * Reads a chapter's flags from the command line, and prints its title. In a notebook there is no command line: the defaults serve, and
 * the title stands there.
 *
 * `--read` walks the chapter cell by cell, its text and its code with what that prints; `--quiz` asks its questions. Both end the
 * program where the chapter would have gone on.
 *
 * A wrong flag or value ends the program with a sentence on stderr and exit code 2; `--help` prints what there is
 * and ends it with 0.
 *
 * @param spec The chapter's title, and the flags that it has with their defaults.
 * @returns A value for each flag that `spec` names.
 * @throws {TypeError} if the spec names what is no flag, or a default is of another kind.
 * @throws {RangeError} if a default is none that its flag takes.
 *
 * @example
 * ```ts
 * import { chapterFlags } from "descent/course";
 *
 * const flags = chapterFlags({ title: "Chapter 7: ResNet", device: true, steps: 5, seed: 7 });
 * console.log(flags.steps); // 5, or what --steps says
 * ```
 */
export function chapterFlags<const Spec extends ChapterSpec>(spec: Spec): ChapterFlags<Spec> {
  if (arguments.length > 1) surplus("chapterFlags", arguments, 1);
  checkSpec(spec);
  const result = readFlags(spec, programArguments(), scriptName());
  switch (result.kind) {
    case "flags":
      if (!isLed()) {
        if (result.way === "read") leadThrough(() => read(scriptName()));
        if (result.way === "quiz") leadThrough(() => quiz(spec.title, scriptName()));
        heading(spec.title, "═");
      }
      if (spec.out) writePicturesTo((result.flags as Partial<FlagValues>).out);
      if (result.profile) profileLoops();
      return result.flags;
    case "help":
      console.log(result.text);
      exit(0);
      break;
    case "error":
      console.error(result.text);
      exit(2);
  }
}

/**
 * Reads a chapter's flags from a list of arguments; decides nothing about the program.
 *
 * @param spec The chapter's title, and the flags that it has with their defaults.
 * @param args The arguments.
 * @param script How the reader called the chapter, for the help text.
 */
export function readFlags<const Spec extends ChapterSpec>(
  spec: Spec,
  args: readonly string[],
  script = "chapter.ts",
): ReadFlags<Spec> {
  const names = (Object.keys(RULES) as FlagName[]).filter((name) => spec[name] !== undefined);
  const valued = names.filter((name) => !isSwitch(RULES[name])), extra = extraFlags(spec);
  const unknown: { arg: string; isFlag: boolean }[] = [];
  const parsed = parseArgs(args, {
    string: [...valued, "_"],
    boolean: [...names.filter((name) => isSwitch(RULES[name])), ...Object.keys(extra)],
    alias: { help: "h" },
    unknown: (arg: string, key?: string) => {
      unknown.push({ arg, isFlag: key !== undefined });
      return false;
    },
  }) as Record<string, unknown>;
  if (parsed.help) return { kind: "help", text: helpText(spec, names, script) };
  const known = [...names, ...Object.keys(extra)];

  const flags: Record<string, unknown> = {};
  const errors: string[] = [];
  for (const name of names) {
    const text = parsed[name];
    if (isSwitch(RULES[name])) flags[name] = text;
    else if (text === undefined) flags[name] = defaultOf(spec, name);
    else {
      // parseArgs takes "-3" for a flag of its own, and leaves its owner with nothing.
      const negative = unknown.find(({ arg }) => /^-\d/.test(arg))?.arg;
      const read = readValue(name, text === "" && negative ? negative : String(text), spec);
      if (read.error) errors.push(read.error);
      flags[name] = read.value;
    }
  }
  const stray = unknown[0];
  if (stray && errors.length === 0) errors.push(aboutUnknown(stray.arg, stray.isFlag, known));
  // What follows "--" is never a flag, so parseArgs asks about none of it.
  const rest = parsed._ as string[];
  if (errors.length === 0 && rest.length > 0) errors.push(aboutUnknown(rest[0], false, known));
  if (flags.device === "webgpu" && flags.threads !== undefined) {
    errors.push("--threads is about the cpu; --device webgpu has its own.");
  }
  if (flags.resume === true && names.includes("checkpoints") && flags.checkpoints === undefined) {
    errors.push("--resume goes on from the last checkpoint; say where that is with --checkpoints DIR.");
  }
  const way = parsed.read ? "read" : parsed.quiz ? "quiz" : undefined;
  if (way !== undefined) errors.push(...wrongWay(parsed));
  if (errors.length > 0) return { kind: "error", text: errors[0] };
  return { kind: "flags", flags: flags as ChapterFlags<Spec>, profile: parsed.profile === true, way };
}

/** Switches of which a chapter knows nothing, with what the help says of them. */
function extraFlags(spec: ChapterSpec): Record<string, string> {
  const profile = { profile: "show where the time of a loop goes, kernel by kernel" };
  return {
    ...(spec.device === undefined ? {} : profile),
    read: "walk through the chapter: text, code, output",
    quiz: "predict what code does, then see it run",
    help: "this text",
  };
}

/** What a question's code needs to be as the chapter means it, so that its answer fits; and that only one thing is done. */
function wrongWay(parsed: Record<string, unknown>): string[] {
  if (!parsed.quiz) return [];
  if (parsed.read) {
    return ["--read walks through the chapter and --quiz asks its questions: choose one of them."];
  }
  const beside = ["quiz", "device", "threads", "_"];
  const given = Object.keys(parsed).find((name) => parsed[name] && !beside.includes(name));
  if (given === undefined) return [];
  return [
    `--quiz asks about the chapter as it stands: beside it are --device and --threads, and no --${given}.`,
  ];
}

/** Throws where a chapter asks for what is no flag, or gives a default that its flag does not take. */
function checkSpec(spec: ChapterSpec): void {
  checkOptions("chapterFlags", spec, [...Object.keys(RULES), "title", "description", "mostSteps"]);
  checkText("chapterFlags", "title", spec.title);
  if (spec.description !== undefined) checkText("chapterFlags", "description", spec.description);
  if (spec.mostSteps !== undefined) checkWhole("chapterFlags", "mostSteps", spec.mostSteps, 1);
  for (const [name, { choices, least, above, best }] of Object.entries(RULES) as [FlagName, FlagRule][]) {
    const value = spec[name], isNumber = least !== undefined || above !== undefined;
    if (value !== undefined && choices !== undefined && (Array.isArray(value) || choices.length === 0)) {
      checkWords(name, value);
      continue;
    }
    if (value === undefined || value === true && (!isNumber || best !== undefined)) continue;
    if (least !== undefined) checkWhole("chapterFlags", name, value, least);
    else if (above !== undefined) checkAbove(name, value, above);
    else if (choices !== undefined) checkChoice("chapterFlags", name, value, choices);
    else throw new TypeError(`chapterFlags: ${name} must be true, not ${describe(value)}`);
  }
}

function checkWords(name: string, words: unknown): void {
  if (isList(words, (word) => typeof word === "string" && word !== "") && (words as unknown[]).length > 0) {
    return;
  }
  throw new TypeError(`chapterFlags: ${name} must be words such as ["one", "two"], not ${describe(words)}`);
}

function checkAbove(name: string, value: unknown, above: number): void {
  if (checkRange("chapterFlags", name, value, above) > above) return;
  throw new RangeError(`chapterFlags: ${name} must be larger than ${above}, not ${value}`);
}

function isSwitch({ choices, least, above, takes }: FlagRule): boolean {
  return choices === undefined && least === undefined && above === undefined && takes === undefined;
}

function defaultOf(spec: ChapterSpec, name: FlagName): unknown {
  if (name === "data" && spec.data === true) return "random";
  const standard = spec[name];
  if (Array.isArray(standard)) return standard[0];
  return standard === true ? undefined : standard;
}

/** The words that a flag takes in this chapter; undefined: it takes no words. */
function choicesOf(spec: ChapterSpec, name: FlagName): readonly string[] | undefined {
  const words = spec[name];
  return Array.isArray(words) ? words : RULES[name].choices;
}

function readValue(
  name: FlagName,
  text: string,
  spec: ChapterSpec,
): { value?: unknown; error?: string } {
  const { least, above, takes: any } = RULES[name], choices = choicesOf(spec, name);
  const most = (name === "steps" ? spec.mostSteps : RULES[name].most) ?? Infinity;
  const range = most < Infinity ? `${least} to ${most}` : `${least} up`;
  const number = above === undefined ? `a whole number from ${range}` : `a number larger than ${above}`;
  const kind = choices?.join(" or ") ?? any?.[1] ?? number;
  const takes = `--${name} takes ${kind}`;
  if (text === "") return { error: `${takes}; none was given.` };
  if (choices) {
    if (choices.includes(text)) return { value: text };
    const guess = nearest(text, choices);
    return { error: `${takes}, not "${text}"${guess ? `: did you mean ${guess}?` : "."}` };
  }
  if (any) return { value: text };
  const value = Number(text);
  if (above !== undefined) {
    return text.trim() !== "" && Number.isFinite(value) && value > above
      ? { value }
      : { error: `${takes}, not "${text}".` };
  }
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least! && value <= most) return { value };
  const why = name === "steps" && value > most ? ": nobody would read so many lines" : "";
  return { error: `${takes}, not "${text}"${why}.` };
}

function aboutUnknown(arg: string, isFlag: boolean, names: string[]): string {
  if (!isFlag) return `"${arg}" follows no flag that takes a value. --help lists the flags.`;
  const [flag] = arg.split("=");
  const guess = nearest(flag.replace(/^-+/, ""), names);
  return `There is no flag ${flag}${guess ? `: did you mean --${guess}?` : "."} --help lists them all.`;
}

function helpText(spec: ChapterSpec, names: FlagName[], script: string): string {
  const rows = names.map((name) => {
    const rule = RULES[name], { above, takes, help, best } = rule, choices = choicesOf(spec, name);
    const number = isSwitch(rule) ? "" : above === undefined ? " N" : " X";
    const value = choices ? ` ${choices.join("|")}` : takes ? ` ${takes[0]}` : number;
    const standard = spec[name] === true && best !== undefined ? best : defaultOf(spec, name);
    return [`--${name}${value}`, help + (standard === undefined ? "" : ` (${standard})`)];
  });
  for (const [name, help] of Object.entries(extraFlags(spec))) rows.push([`--${name}`, help]);
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    spec.title,
    ...(spec.description ? wrap(spec.description, 80) : []),
    "",
    `Usage: deno run ${script} [flags]`,
    "",
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
  ].join("\n");
}

/** How the chapter was called, relative to its repository: "chapters/07_resnet.ts". */
function scriptName(): string {
  return programFile().split("/").slice(-2).join("/");
}
