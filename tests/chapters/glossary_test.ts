// Reads the chapters' sources and the glossary, which needs a permission.
import { assert, assertEquals } from "@std/assert";
import { parseCells } from "../../lib/course/cells.ts";
import { parseGlossary } from "../../tools/site/glossary.ts";

const granted = (await Deno.permissions.query({ name: "read" })).state === "granted";
const reason = granted ? "" : " (skipped: needs --allow-read)";
const root = new URL("../../", import.meta.url);

const terms = granted ? parseGlossary(Deno.readTextFileSync(new URL("docs/glossary.md", root))) : [];

/** What each chapter tells, in order: neither its questions nor the answers to its exercises, which point ahead. */
const prose = new Map(
  (granted ? [...Deno.readDirSync(new URL("chapters/", root))] : []).map(({ name }) => name).sort().map((
    name,
  ) => [
    name.replace(".ts", ""),
    parseCells(Deno.readTextFileSync(new URL(`chapters/${name}`, root)), name)
      .filter(({ kind, tags }) => kind === "markdown" && tags.length === 0)
      .map(({ source }) => source.replace(/```[^]*?```/g, "").replace(/`[^`]*`/g, "").replace(/\s+/g, " "))
      .join("\n"),
  ]),
);

/** Whether a text has a term, or several of what it names. */
function has(text: string, term: string): boolean {
  const words = term.replaceAll(/[()+.]/g, "\\$&").replace(/y$/, "(?:y|ies)");
  return new RegExp(`(?<![\\p{L}-])${words}(?:s|es)?(?!\\p{L})`, "iu").test(text);
}

/** What is bold in a chapter and no term of the glossary's, and why. */
const EXCEPTIONS: Record<string, string> = {
  "The idea": "a paragraph's beginning",
  "arithmetic": "an ordinary word, stressed",
  "connected": "an ordinary word, stressed",
  "key": "an ordinary word before chapter 9; the glossary has it under query",
  "leaves": "several of what is a leaf there",
  "plain": "an ordinary word: without shortcuts",
  "value": "an ordinary word before chapter 9; the glossary has it under query",
  "vanishes": "what a vanishing gradient does",
};

Deno.test({
  name: "the glossary is sorted, and each of its terms first stands in the chapter that it names" + reason,
  ignore: !granted,
  fn() {
    const names = terms.map(({ term }) => term);
    assertEquals(names, names.toSorted((a, b) => a.localeCompare(b, "en")));
    const first = terms.map(({ term }) => {
      return [term, [...prose].find(([, text]) => has(text, term))?.[0]];
    });
    assertEquals(first, terms.map(({ term, chapter }) => [term, chapter]));
    for (const { term, sentence } of terms) {
      assert(/^[A-Z].*\.$/.test(sentence), `${term}: ${sentence}`);
      assertEquals(sentence.match(/[.?!](?= [A-Z])/g), null, `${term} has more than one sentence`);
    }
    assert(terms.length >= 80, `${terms.length} terms`);
  },
});

Deno.test({
  name: "every term that a chapter introduces in bold is in the glossary" + reason,
  ignore: !granted,
  fn() {
    const lost: string[] = [], used = new Set<string>();
    for (const [name, text] of prose) {
      for (const [, bold] of text.matchAll(/\*\*([^*]+)\*\*/g)) {
        // A sentence in bold is a claim, and so is its beginning.
        if (/[.?!:]$|^[A-Z]\S* \S+ \S+ /.test(bold)) continue;
        if (bold in EXCEPTIONS) used.add(bold);
        else if (!terms.some(({ term }) => has(bold, term) && bold.length <= term.length + 3)) {
          lost.push(`${name}: ${bold}`);
        }
      }
    }
    assertEquals(lost, []);
    assertEquals(
      Object.keys(EXCEPTIONS).filter((bold) => !used.has(bold)),
      [],
      "exceptions that no chapter needs",
    );
  },
});
