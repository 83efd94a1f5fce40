/** `deno task tune` prints a table that useDevice() takes; it asks for no permission. */
import { assertEquals } from "@std/assert";
import { useDevice } from "descent";
import { noGpu } from "../devices.ts";

const run = await Deno.permissions.query({ name: "run" });
const why = noGpu ?? (run.state === "granted" ? undefined : "starts a program; needs --allow-run");

Deno.test({
  name: `deno task tune measures without a permission${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  async fn() {
    const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
    assertEquals(tasks.tune.command, "deno run tools/tune.ts");
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "tools/tune.ts", "--seconds", "5"],
      stderr: "null",
    }).output();
    const tuning = JSON.parse(new TextDecoder().decode(stdout));
    const device = await useDevice("webgpu", { tuning });
    try {
      assertEquals(tuning.adapter, device.description);
    } finally {
      await useDevice("cpu");
    }
  },
});
