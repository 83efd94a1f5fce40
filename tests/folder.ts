/**
 * Tests that are given an empty folder of their own.
 *
 * @module
 */

/** A permission that a test needs. */
type Need = "read" | "write" | "run";

/** Why a test that needs permissions is skipped, as the end of its name; "" if they are granted. */
export function skippedWithout(...needs: Need[]): string {
  if (needs.every((name) => Deno.permissions.querySync({ name }).state === "granted")) return "";
  const flags = needs.map((name) => `--allow-${name}`), last = flags.pop();
  return ` (skipped: needs ${flags.length === 0 ? last : `${flags.join(", ")} and ${last}`})`;
}

/**
 * Registers a test; the folder is removed behind it, whatever became of it.
 *
 * @param skipped Why it is skipped; "" if it is not.
 */
export function folderTest(
  name: string,
  body: (folder: string) => Promise<void> | void,
  skipped = skippedWithout("read", "write"),
): void {
  Deno.test({
    name: name + skipped,
    ignore: skipped !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
