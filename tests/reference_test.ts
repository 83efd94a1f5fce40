/**
 * Whether `deno doc` lists what a program can reach by each entry point: every exported name, in every namespace, and every
 * member of every class. Needs the permission to start programs, as it runs `deno doc`; skipped without it.
 */
import { assertEquals } from "@std/assert";
import * as descent from "descent";
import * as course from "descent/course";
import * as tfjs from "descent/tfjs";
import { obstacle, run, testUnless } from "./notebooks/tools.ts";

/** As much of what `deno doc --json` writes as is read here. */
interface Documented {
  name: string;
  declarations: {
    kind: string;
    def: { elements?: Documented[]; methods?: Member[]; properties?: Member[] };
  }[];
}

/** A method, an accessor or a field: also the private ones and those marked @internal, which the site leaves out. */
interface Member {
  name: string;
  isStatic?: boolean;
}

type Class = { readonly prototype: object; readonly name: string };

const reason = await obstacle();

/** What a program imports from, and what it gets. */
const ENTRIES = { "lib/mod.ts": descent, "lib/course/mod.ts": course, "lib/tfjs.ts": tfjs };
const entries = Object.entries(ENTRIES);

/** What `deno doc` says of an entry point, as JSON; asked once. */
const asked = new Map<string, Promise<string>>();
async function json(entry: string): Promise<string> {
  if (!asked.has(entry)) {
    const answer = run("deno", ["doc", "--json", entry]).then(({ code, stdout, stderr }) => {
      assertEquals(code, 0, stderr);
      return stdout;
    });
    asked.set(entry, answer);
  }
  return await asked.get(entry)!;
}

/** All that is documented, by path: "nn", "nn.Linear", "optim.lr.StepLR". */
async function documented(entry: string): Promise<Map<string, Documented>> {
  const under = (symbols: readonly Documented[], path: string): [string, Documented][] =>
    symbols.flatMap((one) => [
      [path + one.name, one],
      ...one.declarations.flatMap(({ def }) => under(def.elements ?? [], `${path}${one.name}.`)),
    ]);
  const { nodes }: { nodes: Record<string, { symbols: Documented[] }> } = JSON.parse(await json(entry));
  return new Map(Object.values(nodes).flatMap(({ symbols }) => under(symbols, "")));
}

/** All that is exported at run time, by the same paths. */
function exported(module: object, path = ""): Map<string, unknown> {
  return new Map(
    Object.entries(module).flatMap(([name, value]): [string, unknown][] => [
      [path + name, value],
      ...(isNamespace(value) ? exported(value, `${path}${name}.`) : []),
    ]),
  );
}

function isNamespace(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Module]";
}

function isClass(value: unknown): value is Class {
  return typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
}

/** A class and what it is derived from. */
function line(one: Class): Class[] {
  const base: unknown = Object.getPrototypeOf(one);
  return [one, ...(isClass(base) ? line(base) : [])];
}

/** What a class has of its own: methods and accessors, not fields. Symbols have no name to look up. */
function membersOf(one: Class): string[] {
  const names = (object: object, ...skipped: string[]) =>
    Object.getOwnPropertyNames(object).filter((name) => !skipped.includes(name));
  return [
    ...names(one.prototype, "constructor"),
    ...names(one, "length", "name", "prototype").map((name) => `static ${name}`),
  ];
}

/** The members on the page of a class. */
function membersOn(page: Documented): Set<string> {
  return new Set(
    page.declarations.flatMap(({ def: { methods = [], properties = [] } }) =>
      [...methods, ...properties].map(({ name, isStatic }) => isStatic ? `static ${name}` : name)
    ),
  );
}

testUnless(
  reason,
  "deno doc lists every name that each entry point and its namespaces export, and no other value",
  async () => {
    for (const [entry, module] of entries) {
      const pages = await documented(entry);
      const names = exported(module);
      assertEquals([...names.keys()].filter((name) => !pages.has(name)), [], "exported, and not documented");
      // Types, and classes that are exported as types only, are not there at run time.
      const values = [...pages].filter(([, { declarations }]) =>
        declarations.some(({ kind }) => ["function", "variable", "namespace"].includes(kind))
      );
      assertEquals(
        values.map(([name]) => name).filter((name) => !names.has(name)),
        [],
        "documented, and not exported",
      );
    }
  },
);

testUnless(
  reason,
  "deno doc lists every member of every class, of Tensor those of all its bases",
  async () => {
    const pages = await documented("lib/mod.ts");
    const classes = [...exported(descent)].filter((entry): entry is [string, Class] => isClass(entry[1]));
    const paths = new Map(classes.map(([path, one]) => [one, path]));
    const missing = new Set<string>();
    for (const [path, derived] of classes) {
      for (const one of line(derived)) {
        // A base may be public as a type only. One that is not public at all has no page: what it gives must be on the
        // page of the class that is.
        const own = paths.get(one) ?? [...pages.keys()].find((page) => page.split(".").at(-1) === one.name) ??
          path;
        const page = pages.get(own);
        const there = page === undefined ? new Set<string>() : membersOn(page);
        for (const member of membersOf(one)) if (!there.has(member)) missing.add(`${own}: ${member}`);
      }
    }
    assertEquals([...missing], []);
  },
);

testUnless(
  reason,
  "no @internal stands behind a sentence, where deno doc takes it for a part of it",
  async () => {
    const all = await Promise.all(entries.map(([entry]) => json(entry)));
    const docs = [...all.join("").matchAll(/"doc": ("(?:[^"\\]|\\.)*")/g)].map(([, doc]): string =>
      JSON.parse(doc)
    );
    assertEquals(docs.filter((doc) => doc.includes("@internal")), []);
  },
);
