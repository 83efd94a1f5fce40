/** The classes of chapters, which are scripts and export nothing. */
import type { nn } from "descent";
import { ROOT } from "./python.ts";

/**
 * Classes as a chapter's source writes them.
 *
 * @param chapter Its file's name: "05_alexnet".
 * @param names The classes, each after those that it needs.
 * @returns The last of them.
 */
export async function chapterClass(
  chapter: string,
  ...names: string[]
): Promise<new (...args: unknown[]) => nn.Module> {
  const source = await Deno.readTextFile(new URL(`chapters/${chapter}.ts`, ROOT));
  const classes = names.map((name) => {
    const found = new RegExp(`^class ${name} extends .*?^}$`, "ms").exec(source);
    if (found === null) throw new Error(`chapters/${chapter}.ts has no class ${name}`);
    return found[0];
  });
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const last = names.at(-1);
    const lines = ['import { nn, type Tensor } from "descent";', ...classes, `export { ${last} };`];
    await Deno.writeTextFile(file, lines.join("\n"));
    return (await import(`file://${file}`))[last!];
  } finally {
    await Deno.remove(file);
  }
}
