/**
 * A question of a chapter on a terminal.
 *
 * @module
 */
import { letterOf, type Question } from "./cells.ts";
import { codeLines, hanging, inline, pageNow, paint, proseLines } from "./prose.ts";

/** The question, and its choices with their letters. */
export function questionLines({ question, choices }: Question): string[] {
  const page = pageNow(), { columns, color } = page;
  const list = choices.flatMap((choice, i) => hanging(inline(choice, color), `  ${letterOf(i)}  `, columns));
  return [...proseLines(`**Predict.** ${question}`, page), "", ...list];
}

/**
 * What there is to say to a choice: whether it is right, and why.
 *
 * @param choice Its index; undefined: the reader only wants to know.
 */
export function answerLines({ right, answer }: Question, choice?: number): string[] {
  const page = pageNow(), letter = letterOf(right);
  const verdict = choice === undefined
    ? `It is ${letter}.`
    : choice === right
    ? "Right."
    : `No, it is ${letter}.`;
  return [paint(verdict, "bold", page.color), "", ...proseLines(answer, page)];
}

/** The code that shows it. */
export function proofLines({ code }: Question): string[] {
  return codeLines(code, pageNow());
}
