/**
 * Hostile names in a real browser. Needs the permission to start programs, and Chromium; skipped where something is missing.
 */
import { assert, assertEquals } from "@std/assert";
import { obstacle, run, testUnless } from "../notebooks/tools.ts";
import type { Found } from "./hostile.ts";

testUnless(
  await obstacle("chromium"),
  "whatever things are called, pictures and pages show it as text, and no script runs, with their policy and without it",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const made = await run("deno", ["run", "-A", "tests/site/hostile_pictures.ts", folder]);
      assertEquals(made.code, 0, made.stderr);
      assert(!made.stdout.includes("is not kept"), made.stdout);
      const args = ["run", "-A", "--lock=tools/deno.lock", "tests/site/hostile.ts", folder];
      const { code, stdout, stderr } = await run("deno", args);
      assertEquals(code, 0, stderr);
      const found: Found[] = JSON.parse(stdout.trim().split("\n").at(-1)!);
      assert(found.length > 30, `${found.length} pages`);
      for (const { page, ...rest } of found) {
        assertEquals(rest, { complaints: [], hacked: null, strange: [], lost: [] }, page);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
