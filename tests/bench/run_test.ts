/** `deno task bench`, as quickly as it can; it starts programs and needs that permission. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Results } from "../../bench/run/result.ts";

const permissions = [{ name: "run" }, { name: "read" }, { name: "write" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
const granted = states.every(({ state }) => state === "granted");
const reason = granted ? "" : " (skipped: needs --allow-run, --allow-read and --allow-write)";

const root = new URL("../../", import.meta.url);

/** Runs the task. */
async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bench", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test({
  name: `deno task bench measures a case against a peer in turns, and writes every figure${reason}`,
  ignore: !granted,
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      const { code, stdout, stderr } = await bench(
        ...["product-256-nt", "--quick", "--peers", "tfjs-cpu", "--json", file],
      );
      assertEquals(code, 0, stderr);
      assertMatch(stdout, /^Product 256, A Bᵀ +Descent .*GFLOP\/s +\d+ %$/m);
      const results: Results = JSON.parse(await Deno.readTextFile(file));
      assertEquals(results.cases.map(({ name }) => name), ["peak-product", "product-256-nt"]);
      const { flops, unit, samples } = results.cases[1];
      assertEquals([flops, unit], [2 * 256 ** 3, "s"]);
      assert(samples.ours.values.length > 0 && samples.ours.values.every((seconds) => seconds > 0));
      assertEquals(samples["tfjs-cpu"].ours?.length, samples["tfjs-cpu"].values.length);
      assertMatch(results.competitors["tfjs-cpu"].version, /^TensorFlow\.js 4/);
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name: `deno task bench names the case that was probably meant${reason}`,
  ignore: !granted,
  fn: async () => {
    const { code, stderr } = await bench("resnt18");
    assertEquals(code, 2);
    assertMatch(stderr, /There is no case resnt18: did you mean resnet18\?/);
  },
});
