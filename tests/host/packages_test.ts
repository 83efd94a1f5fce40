// The lists of packages are compared with deno.json, which takes a permission to read.
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const granted = (await Deno.permissions.query({ name: "read", path: root })).state === "granted";
const reason = granted ? "" : " (skipped: needs --allow-read)";

Deno.test({
  name:
    `packages that are asked for have the versions of deno.json, for Deno and in the npm package${reason}`,
  ignore: !granted,
  fn() {
    const text = (path: string) => Deno.readTextFileSync(new URL(path, root));
    const { imports }: { imports: Record<string, string> } = JSON.parse(text("deno.json"));
    const pinned = (path: string) =>
      [...text(path).matchAll(/^ {2}"?([^"\s]+)"?: "(\d[^"]*)",$/gm)].map(([, name, version]) => ({
        name,
        version,
      }));
    const asked = pinned("lib/host/packages.ts"), optional = pinned("lib/host/packages_npm.ts");
    assert(asked.length > 10 && optional.length > 5);
    for (const { name, version } of [...asked, ...optional]) {
      assertEquals(
        `npm:${name}@${version}`,
        imports[name],
      );
    }
    const names = (path: string) =>
      [...text(path).matchAll(/^export (?:async )?\w+ (\w+)/gm)].map(([, name]) => name);
    const functions = (path: string) => names(path).filter((name) => name !== "PackageName");
    assertEquals(functions("lib/host/packages_npm.ts"), functions("lib/host/packages.ts"));
  },
});
