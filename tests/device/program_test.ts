/**
 * A program that computes on a device needs no permission, and ends by itself though threads wait for work. Needs the permission
 * to start programs; skipped without it.
 */
import { assert, assertEquals } from "@std/assert";
import { useDevice } from "descent";
import { devices } from "../devices.ts";

const allowed = Deno.permissions.querySync({ name: "run" }).state === "granted";
const skipped = allowed ? "" : " (skipped: needs --allow-run)";

/** What the program wrote on a device. */
async function run(...args: string[]): Promise<{ device: string; finite: boolean }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "tests/device/programs/compute.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // One that does not end is ended.
    signal: AbortSignal.timeout(60_000),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, text(stderr));
  return JSON.parse(text(stdout));
}

for (const name of devices) {
  Deno.test({
    name: `a program needs no permission, and ends by itself, on ${name}${skipped}`,
    ignore: !allowed,
    fn: async () => {
      const { device, finite } = await run(name);
      assertEquals(device, (await useDevice(name)).description);
      await useDevice("cpu");
      assert(finite);
    },
  });
}

Deno.test({
  name: `a program that names no device needs no permission either${skipped}`,
  ignore: !allowed,
  fn: async () => assert((await run()).finite),
});
