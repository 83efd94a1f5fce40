/**
 * A chapter that somebody is led through: its own text, read without a permission, and a program that stops at each of its parts.
 *
 * @module
 */
import { exit, programFile } from "../host/process.ts";
import { type Cell, fences, parseCells, withoutHeading } from "./cells.ts";

/** A part of a program. Names that one declares are known to those behind it, save those of an optional one, which is a block. */
export interface Part {
  code: string;
  isOptional: boolean;
}

/** Is asked in front of each part; of an optional one, whether it is run. */
export type Stop = (part: number) => Promise<boolean>;

/**
 * The cells of the program itself. A module that is already loaded can be imported as a text, too, and nobody asks for permission.
 *
 * @throws {SyntaxError} if it has no cells.
 */
export async function ownCells(script: string): Promise<Cell[]> {
  const { default: text } = await import(programFile(), { with: { type: "text" } });
  return parseCells(text, script);
}

/** What runs of a cell: its code; of an answer, or of a question, only if somebody wants to see that. */
export function partOf({ kind, source, tags }: Cell): Part {
  if (kind === "code") return { code: withoutHeading(source), isOptional: false };
  const isAnswer = tags.includes("folded") || tags.includes("question");
  return { code: isAnswer ? fences(source).join("\n") : "", isOptional: true };
}

/**
 * Makes a program of parts. It is a module of its own, so that imports and `await` mean what they mean in a chapter.
 *
 * @param parts Its parts.
 * @returns The program; it calls `stop` in front of each part, and waits for it.
 */
export async function programOf(parts: readonly Part[]): Promise<(stop: Stop) => Promise<void>> {
  const imports: string[] = [];
  const bodies = parts.map(({ code, isOptional }, i) => {
    const body = code.replace(/^import [^;]*;$/gm, (line) => {
      imports.push(line);
      return "";
    });
    return isOptional ? `if (await $stop(${i})) {\n${body}\n}` : `await $stop(${i});\n${body}`;
  });
  const text = `${imports.join("\n")}\nexport default async function ($stop) {\n${bodies.join("\n")}\n}`;
  const url = URL.createObjectURL(new Blob([text], { type: "application/typescript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Whether the chapter is led through: its first cell then calls `chapterFlags()` a second time. */
export function isLed(): boolean {
  return led;
}

let led = false;

/**
 * Ends the chapter here, and does something else in its place; then the program ends.
 *
 * @param way What is done.
 * @throws {Error} always: that ends the chapter's module. Nobody sees it.
 */
export function leadThrough(way: () => Promise<void>): never {
  led = true;
  const left = new Error("the chapter goes on part by part");
  addEventListener("unhandledrejection", (event) => {
    if (event.reason === left) event.preventDefault();
  });
  way().then(() => exit(0), (error) => {
    console.error(error instanceof SyntaxError ? error.message : error);
    exit(1);
  });
  throw left;
}
