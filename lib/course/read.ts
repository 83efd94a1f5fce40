/**
 * `--read`: a chapter is walked cell by cell, with its text, its code, and its output in place.
 *
 * @module
 */
import { hasKeyboard, readKey } from "../host/keyboard.ts";
import { exit, terminalRows, writeToTerminal } from "../host/process.ts";
import { RedrawnLine, writeLine } from "../show/terminal.ts";
import { randomState, setRandomState } from "../tensor/random.ts";
import { truncate } from "../text/width.ts";
import { answerLines, proofLines, questionLines } from "./asked.ts";
import { type Cell, letterOf, parseQuestion, type Question, withoutHeading } from "./cells.ts";
import { ownCells, partOf, programOf } from "./parts.ts";
import { codeLines, pageNow, paint, proseLines } from "./prose.ts";

/**
 * Walks the program's own cells. On a terminal it waits for a key behind each, and what is folded stays closed until the reader asks for
 * it; elsewhere all is printed at once.
 *
 * @param script The program's name, for messages.
 */
export async function read(script: string): Promise<void> {
  const cells = await ownCells(script);
  const walk = await programOf(cells.map(partOf));
  const show = hasKeyboard() ? new Reader(script, cells.length) : new Printer(script);
  // What an answer draws at random must not be missing behind it.
  let before: ReturnType<typeof randomState> | null = null;
  await walk(async (i) => {
    if (before !== null) setRandomState(before);
    const runs = await show.cell(cells[i], i);
    before = runs && cells[i].kind === "markdown" ? randomState() : null;
    return runs;
  });
}

/** Prints all there is. */
class Printer {
  constructor(readonly script: string) {}

  /** Shows a cell; resolves with whether its code runs now. */
  cell(cell: Cell, _i: number): Promise<boolean> {
    let lines = linesOf(cell);
    if (cell.tags.includes("question")) {
      const question = parseQuestion(cell, this.script);
      lines = [...questionLines(question), "", ...answerLines(question), "", ...proofLines(question)];
    }
    writeLine(`\n${lines.join("\n")}\n\n`);
    return Promise.resolve(cell.kind === "code");
  }
}

function linesOf({ kind, source }: Cell): string[] {
  const page = pageNow();
  return kind === "code" ? codeLines(withoutHeading(source), page) : proseLines(source, page);
}

/** What the keys that are not offered by name do. */
const ON = ["\r", "\n", " ", "n", "\x1b[B", "\x1b[C", "\x1b[6~"], ENDS = ["q", "\x03", "\x04"];

/** Waits for the reader behind each cell, and where a screen is full. */
class Reader extends Printer {
  readonly #count: number;
  #at = 0;
  /** Whether something was printed that the reader has not gone on from. */
  #isNew = false;

  constructor(script: string, count: number) {
    super(script);
    this.#count = count;
  }

  override async cell(cell: Cell, i: number): Promise<boolean> {
    if (this.#isNew) await this.#key({});
    this.#at = i + 1;
    if (cell.tags.includes("question")) return await this.#ask(parseQuestion(cell, this.script));
    if (cell.tags.includes("folded") && cell.kind === "markdown") return await this.#unfold(cell);
    await this.#pages(linesOf(cell));
    return cell.kind === "code";
  }

  async #ask(question: Question): Promise<boolean> {
    await this.#pages(questionLines(question));
    const letters = question.choices.map((_, i) => letterOf(i));
    const key = await this.#key({ [`${letters[0]} … ${letters.at(-1)}`]: "chooses" }, letters);
    if (key === "") return false;
    await this.#pages([...answerLines(question, letters.indexOf(key)), "", ...proofLines(question)]);
    return true;
  }

  async #unfold(cell: Cell): Promise<boolean> {
    const [title] = proseLines(cell.source.split("\n")[0], pageNow());
    await this.#pages([`▸ ${title}`]);
    if (await this.#key({ o: "opens it" }, ["o"]) === "") return false;
    await this.#pages(linesOf({ ...cell, source: cell.source.replace(/^.*\n+/, "") }));
    return await this.#key({ r: "runs its code" }, ["r"]) === "r";
  }

  /** Prints lines; those that do not fit on the screen wait. */
  async #pages(lines: readonly string[]): Promise<void> {
    const rows = Math.max(5, terminalRows() - 3);
    for (let from = 0; from < lines.length; from += rows) {
      if (from > 0) await this.#key({});
      this.#isNew = true;
      const part = lines.slice(from, from + rows).join("\n");
      writeLine(`${from === 0 ? "\n" : ""}${part}${from + rows < lines.length ? "" : "\n\n"}`);
    }
  }

  /** Waits for a key that is offered, or for one that goes on: then "". */
  async #key(offered: Record<string, string>, keys: readonly string[] = []): Promise<string> {
    const { columns, color } = pageNow();
    const offers = Object.entries({ ...offered, Enter: "goes on", q: "ends" });
    const said = offers.map(([key, does]) => `${key} ${does}`).join(" · ");
    const prompt = paint(truncate(`── ${this.#at} of ${this.#count} · ${said}`, columns - 1), "dim", color);
    const line = new RedrawnLine(writeToTerminal);
    for (;;) {
      const key = await readKey(() => line.draw(prompt, columns));
      if (key !== null && !ENDS.includes(key) && !ON.includes(key) && !keys.includes(key)) continue;
      line.clear(columns);
      this.#isNew = false;
      if (key === null || ENDS.includes(key)) exit(0);
      return keys.includes(key) ? key : "";
    }
  }
}
