/** The programs of examples/: on both devices, with what each learns as its own assertion, and without a leak. */
import { assert, assertEquals } from "@std/assert";
import { noGpu } from "./devices.ts";
import { folderTest, skippedWithout } from "./folder.ts";

const root = new URL("../", import.meta.url);
const skipped = skippedWithout("read", "write", "run");

/** How many tensors may be left when a program is over: its parameters, their gradients, two moments each, its data. */
const LEFT = 160;

/** Arguments behind the device: LeNet is content with a few digits here. */
const ARGUMENTS: Record<string, string[]> = { lenet: ["6400"] };
/** Not programs, but what other programs import. */
const MODULES = ["torchvision"];

function examples(): string[] {
  const files = [...Deno.readDirSync(new URL("examples/", root))].map(({ name }) => name);
  return files.filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3))
    .filter((name) => !MODULES.includes(name)).sort();
}

/** Lines of code: without those that are empty or a comment, and without docstrings. */
function linesOf(file: string): number {
  const text = Deno.readTextFileSync(new URL(`examples/${file}`, root))
    .replaceAll(/\/\*\*[^]*?\*\//g, "").replaceAll(/^ *"""[^]*?"""$/gm, "");
  return text.split("\n").filter((line) => !/^\s*(\/\/|#|$)/.test(line)).length;
}

for (const name of skipped === "" ? examples() : ["examples"]) {
  for (const device of ["cpu", "webgpu"]) {
    const why = skipped !== ""
      ? skipped
      : device === "webgpu" && noGpu !== undefined
      ? ` (skipped: ${noGpu})`
      : "";
    folderTest(`${name} learns what it should, and leaks nothing, on ${device}`, async (folder) => {
      const path = (file: string) => decodeURIComponent(new URL(file, root).pathname);
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...[
            "run",
            "--quiet",
            "--allow-all",
            `--config=${path("deno.json")}`,
            path("tests/programs/example.ts"),
          ],
          ...[name, device, ...ARGUMENTS[name] ?? []],
        ],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(code, 0, text(stdout) + text(stderr));
      const left = Number(/(\d+) tensors are left/.exec(text(stdout))?.[1]);
      assert(left <= LEFT, `${left} tensors are left when it is over`);
    }, why);
  }
}

Deno.test({
  name: "every example has a twin in PyTorch, and is at most a quarter longer" + skipped,
  ignore: skipped !== "",
  fn() {
    const long = examples().flatMap((name) => {
      const [ours, theirs] = [linesOf(`${name}.ts`), linesOf(`${name}.py`)];
      return ours <= 1.25 * theirs ? [] : [`${name}: ${ours} lines, and its twin ${theirs}`];
    });
    assertEquals(long, []);
  },
});
