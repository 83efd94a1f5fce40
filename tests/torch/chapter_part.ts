/** Classes and functions of chapters, which are scripts and export nothing. */
import { ROOT } from "./python.ts";

/**
 * A class or a function as a chapter's source writes it.
 *
 * @typeParam T What the last one is.
 * @param chapter Its file's name: "05_alexnet".
 * @param names The classes and functions, each after those that it needs.
 * @returns The last of them.
 */
export async function chapterPart<T>(chapter: string, ...names: string[]): Promise<T> {
  const source = await Deno.readTextFile(new URL(`chapters/${chapter}.ts`, ROOT));
  const parts = names.map((name) => {
    const found = new RegExp(`^(class|function) ${name}\\b.*?^}$`, "ms").exec(source);
    if (found === null) throw new Error(`chapters/${chapter}.ts has no class or function ${name}`);
    return found[0];
  });
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const last = names.at(-1)!;
    const lines = ['import { nn, type Tensor } from "descent";', ...parts, `export { ${last} };`];
    await Deno.writeTextFile(file, lines.join("\n"));
    return (await import(`file://${file}`))[last];
  } finally {
    await Deno.remove(file);
  }
}
