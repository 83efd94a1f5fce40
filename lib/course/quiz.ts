/**
 * `--quiz`: a chapter's questions, one after another, each decided by running its code.
 *
 * @module
 */
import { hasKeyboard, linesIn } from "../host/keyboard.ts";
import { exit, writeToTerminal } from "../host/process.ts";
import { writeLine } from "../show/terminal.ts";
import { legible } from "../text/escape.ts";
import { wrap } from "../text/width.ts";
import { answerLines, proofLines, questionLines } from "./asked.ts";
import { type Cell, letterOf, parseQuestion, type Question } from "./cells.ts";
import { ownCells, programOf } from "./parts.ts";
import { pageNow } from "./prose.ts";
import { heading } from "./section.ts";

/** A question, and the heading that it stands under. */
interface Asked extends Question {
  under: string;
}

/**
 * Asks the questions of the program's own cells. Letters come from the terminal or from a pipe; where no more come, the score so far is
 * said.
 *
 * @param title The chapter's.
 * @param script The program's name, for messages.
 */
export async function quiz(title: string, script: string): Promise<void> {
  const cells = await ownCells(script), asked = questionsOf(cells, script);
  heading(title, "═");
  if (asked.length === 0) return writeLine("This chapter asks no questions.");
  const first = cells.find(({ kind }) => kind === "code")!.source;
  const parts = asked.map(({ code }) => ({ code, isOptional: true }));
  const run = await programOf([{ code: first, isOptional: false }, ...parts]);
  say(
    `${asked.length} questions. Type the letter of your choice; Enter alone shows the answer, Ctrl-D ends.`,
  );
  const answers = linesIn(), chosen: (number | undefined)[] = [];
  const comment = () => {
    if (chosen.length > 0) writeLine(`\n${answerLines(asked[chosen.length - 1], chosen.at(-1)).join("\n")}`);
  };
  await run(async (part) => {
    if (part === 0) return true;
    comment();
    const question = asked[part - 1];
    writeLine(`\n${part} of ${asked.length} · ${question.under}\n\n${questionLines(question).join("\n")}\n`);
    const choice = await choose(question, answers);
    if (choice === null) {
      sayScore(asked, chosen);
      exit(0);
    }
    chosen.push(choice);
    writeLine(`\n${proofLines(question).join("\n")}\n\n`);
    return true;
  });
  comment();
  sayScore(asked, chosen);
}

function questionsOf(cells: readonly Cell[], script: string): Asked[] {
  let under = "";
  return cells.flatMap((cell) => {
    if (cell.kind === "code" || cell.tags.includes("folded")) return [];
    if (cell.tags.includes("question")) return [{ ...parseQuestion(cell, script), under }];
    under = /^#+ (.*)$/.exec(cell.source.split("\n").findLast((line) => /^##? /.test(line)) ?? "")?.[1] ??
      under;
    return [];
  });
}

/** A choice; undefined: the reader only wants the answer; null: no more lines come. */
async function choose(
  { choices }: Question,
  lines: AsyncGenerator<string, void>,
): Promise<number | undefined | null> {
  const letters = choices.map((_, i) => letterOf(i));
  for (;;) {
    writeToTerminal("> ");
    const { value, done } = await lines.next();
    if (done) return null;
    const typed = legible(value).trim().toLowerCase();
    // A pipe shows nobody what was typed.
    if (!hasKeyboard()) writeLine(typed);
    if (typed === "") return undefined;
    if (letters.includes(typed)) return letters.indexOf(typed);
    writeLine(
      `"${typed}" is no choice: type ${letters.slice(0, -1).join(", ")} or ${letters.at(-1)}.`,
    );
  }
}

/** How many were right, and where to read again about the others. */
function sayScore(asked: readonly Asked[], chosen: readonly (number | undefined)[]): void {
  const wrong = chosen.flatMap((choice, i) =>
    choice === asked[i].right ? [] : [{ number: i + 1, ...asked[i] }]
  );
  writeLine("");
  say(`${chosen.length - wrong.length} of ${chosen.length} right.`);
  for (const under of new Set(wrong.map((question) => question.under))) {
    const numbers = wrong.filter((question) => question.under === under).map(({ number }) => number);
    say(`Read again: ${under} (question${numbers.length > 1 ? "s" : ""} ${numbers.join(", ")}).`);
  }
}

function say(text: string): void {
  writeLine(wrap(text, pageNow().columns).join("\n"));
}
