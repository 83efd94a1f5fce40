/**
 * Programs that read data sets, as a reader runs them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/** Runs a program, which may do what the flags grant and nothing else; it must end well. */
export async function runProgram(
  program: string,
  { flags = [], env = {} }: { flags?: string[]; env?: Record<string, string> } = {},
): Promise<{ stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--ext=js", ...flags, "-"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const output = await child.output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(output.code, 0, stderr);
  return { stdout, stderr };
}
