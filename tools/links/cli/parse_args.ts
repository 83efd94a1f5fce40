/**
 * Command line arguments, taken apart as `@std/cli/parse-args` does it (and minimist before it).
 *
 * @module
 */

type OneOrMany = string | readonly string[];

/** How {@linkcode parseArgs} reads the arguments. */
export interface ParseOptions {
  /** When true, what follows `--` goes to the result's "--" instead of `_`. */
  "--"?: boolean;
  /** Other names of a flag: `{ help: "h" }`. */
  alias?: Record<string, OneOrMany>;
  /** Flags that take no value; true: all flags that begin with two hyphens. They are false unless given. */
  boolean?: boolean | OneOrMany;
  /** What a flag is when it is not given. */
  default?: Record<string, unknown>;
  /** When true, everything after the first argument that is no flag goes to `_`. */
  stopEarly?: boolean;
  /** Flags whose value stays a string, even when it looks like a number. */
  string?: OneOrMany;
  /** Flags that may be repeated: their values are gathered in an array. */
  collect?: OneOrMany;
  /** Flags that `--no-…` makes false. */
  negatable?: OneOrMany;
  /** Called for each argument that no option names; when it returns false the argument is left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What {@linkcode parseArgs} returns: each flag by its name, and what is no flag in `_`. */
export interface Args {
  /** The arguments that belong to no flag. */
  _: (string | number)[];
  // deno-lint-ignore no-explicit-any
  [flag: string]: any;
}

type Value = string | number | boolean;
type Tree = Record<string, unknown>;

const LONG = /^--(?<negated>no-)?(?<name>[^]+?)(?:=(?<value>[^]*))?$/;
const SHORT = /^-[^-]/;
const NUMBER_AT_END = /-?\d+(\.\d*)?(e-?\d+)?$/;

const list = (names: OneOrMany | boolean | undefined): string[] =>
  (typeof names === "string" ? [names] : Array.isArray(names) ? names : []).filter((name) => name !== "");

/**
 * Takes command line arguments apart: `--name value`, `--name=value`, `--name`, `--no-name`, `-n 5`, `-n5`, `-abc`.
 *
 * @param args The arguments, `Deno.args` as a rule.
 * @param options Which flags are strings, booleans, repeatable …
 * @returns The flags by name, aliases included; the other arguments in `_`. What looks like a number is one,
 * unless `options.string` names the flag.
 */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  return new Parser(options).parse(args);
}

class Parser {
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, string[]>();
  readonly #strings: Set<string>;
  readonly #booleans: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;
  readonly #allBooleans: boolean;
  readonly #result: Args = { _: [] };

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      if (others === undefined) throw new TypeError("Alias value must be defined");
      const family = [name, ...list(others)];
      for (const member of family) this.#aliases.set(member, family.filter((other) => other !== member));
    }
    const withAliases = (names: OneOrMany | boolean | undefined) =>
      new Set(list(names).flatMap((name) => [name, ...this.#aliases.get(name) ?? []]));
    this.#strings = withAliases(options.string);
    this.#booleans = withAliases(options.boolean);
    this.#collected = withAliases(options.collect);
    this.#negatable = withAliases(options.negatable);
    this.#allBooleans = options.boolean === true;
  }

  parse(args: readonly string[]): Args {
    const end = args.indexOf("--");
    const rest = end < 0 ? [] : args.slice(end + 1);
    const flags = end < 0 ? args : args.slice(0, end);
    for (let i = 0; i < flags.length; i++) {
      const arg = flags[i];
      // `taken`: whether the flag also used the next argument, as its value.
      if (LONG.test(arg)) i += this.#long(arg, flags[i + 1]) ? 1 : 0;
      else if (SHORT.test(arg)) i += this.#short(arg, flags[i + 1]) ? 1 : 0;
      else {
        if (this.#options.unknown?.(arg) !== false) {
          this.#result._.push(this.#strings.has("_") ? arg : asNumber(arg));
        }
        if (this.#options.stopEarly) {
          this.#result._.push(...flags.slice(i + 1));
          break;
        }
      }
    }
    this.#fill();
    if (this.#options["--"]) this.#result["--"] = rest;
    else this.#result._.push(...rest);
    return this.#result;
  }

  /** `--name …`. Returns whether `next` was its value. */
  #long(arg: string, next: string | undefined): boolean {
    const { negated, name, value } = LONG.exec(arg)!.groups!;
    if (value !== undefined) {
      const key = negated ? negated + name : name;
      this.#set(key, this.#booleans.has(key) ? value !== "false" : value, arg);
      return false;
    }
    if (negated && this.#negatable.has(name)) {
      this.#set(name, false, arg, false);
      return false;
    }
    return this.#valueFrom(next, negated ? negated + name : name, arg, (text) => text.startsWith("-"));
  }

  /** `-n …`, `-n5`, `-abc`: each letter is a flag, until the rest reads as a value. Returns whether `next` was one. */
  #short(arg: string, next: string | undefined): boolean {
    for (let j = 1; j < arg.length - 1; j++) {
      const letter = arg[j];
      const rest = arg.slice(j + 1);
      if (rest === "-") {
        this.#set(letter, rest, arg);
        continue;
      }
      if (rest === "=") {
        this.#set(letter, "", arg);
        return false;
      }
      const equals = rest.indexOf("=");
      const isLetter = /[A-Za-z]/.test(letter);
      if (isLetter && equals >= 0 && equals < rest.length - 1) {
        this.#set(letter, rest.slice(equals + 1), arg);
        return false;
      }
      if (isLetter && NUMBER_AT_END.test(rest) || /\W/.test(rest[0])) {
        this.#set(letter, rest, arg);
        return false;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const last = arg.at(-1)!;
    if (last === "-") return false;
    return this.#valueFrom(next, last, arg, (text) => /^--?[^-]/.test(text), false);
  }

  #valueFrom(
    next: string | undefined,
    key: string,
    arg: string,
    isFlag: (text: string) => boolean,
    long = true,
  ): boolean {
    if (next) {
      const noValue = this.#booleans.has(key) || long && this.#allBooleans ||
        this.#aliases.get(key)?.some((other) => this.#booleans.has(other));
      if (!noValue && !isFlag(next)) {
        this.#set(key, next, arg);
        return true;
      }
      if (next === "true" || next === "false") {
        this.#set(key, next === "true", arg);
        return true;
      }
    }
    this.#set(key, this.#strings.has(key) ? "" : true, arg);
    return false;
  }

  #set(key: string, value: Value, arg: string, mayCollect = true): void {
    const known = this.#booleans.has(key) || this.#strings.has(key) || this.#aliases.has(key) ||
      this.#collected.has(key) || this.#allBooleans && /^--[^=]+$/.test(arg);
    if (!known && this.#options.unknown?.(arg, key, value) === false) return;
    const kept = typeof value === "string" && !this.#strings.has(key) ? asNumber(value) : value;
    this.#setAll(key, kept, mayCollect && this.#collected.has(key));
  }

  #setAll(key: string, value: unknown, collect = false): void {
    for (const name of [key, ...this.#aliases.get(key) ?? []]) {
      setNested(this.#result, name.split("."), value, collect);
    }
  }

  /** What was not given: defaults first, then false for booleans and [] for repeatable flags. */
  #fill(): void {
    const missing = (key: string) => !hasNested(this.#result, key.split("."));
    for (const [key, value] of Object.entries(this.#options.default ?? {})) {
      if (missing(key)) this.#setAll(key, value);
    }
    for (const key of this.#booleans) {
      if (missing(key)) setNested(this.#result, key.split("."), this.#collected.has(key) ? [] : false);
    }
    for (const key of this.#strings) {
      if (missing(key) && this.#collected.has(key)) setNested(this.#result, key.split("."), []);
    }
  }
}

function asNumber(text: string): string | number {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `--a.b 1` makes `{ a: { b: 1 } }`; what would reach an object's prototype is ignored. */
function setNested(tree: Tree, path: string[], value: unknown, collect = false): void {
  const isPrototype = (name: string) =>
    name === "__proto__" || name === "constructor" && typeof tree[name] === "function";
  const last = path[path.length - 1];
  for (const name of path.slice(0, -1)) {
    if (isPrototype(name)) return;
    tree = (tree[name] ??= {}) as Tree;
  }
  if (isPrototype(last)) return;
  const before = tree[last];
  if (!collect) tree[last] = value;
  else if (Array.isArray(before)) before.push(value);
  else tree[last] = before ? [before, value] : [value];
}

function hasNested(tree: Tree, path: string[]): boolean {
  for (const name of path) {
    if (typeof tree !== "object" || tree === null || !Object.hasOwn(tree, name)) return false;
    tree = tree[name] as Tree;
  }
  return true;
}
