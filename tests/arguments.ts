/**
 * Every public function called with wrong arguments, place by place. Scripts and notebooks check no types, so each call must
 * end in a result or in a sentence: a RangeError, a TypeError or an error of files that begins with the name of the function.
 *
 * What is right is said once, by good calls. From these follows what is wrong:
 * - a value of a kind that no good call has at that place, or under that option, must be refused;
 * - a value of a right kind (NaN, −1, an empty list, a tensor of another shape) may give a result, or a sentence;
 * - one argument more than the longest good call has, and an option of another name, must be refused;
 * - one argument less may give a result, or a sentence.
 *
 * @module
 */
import { FileError, FileFormatError, nn, Tensor, tensor } from "descent";

const permissions = [{ name: "read" }, { name: "write" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
/** Whether files may be read and written. */
export const filesGranted = states.every(({ state }) => state === "granted");

/** How a function is called rightly. */
export interface Entry {
  /** Good arguments: in every form that there is, with every option. Made anew for each call. */
  good: (() => readonly unknown[])[];
  /** What its errors begin with beside its own name and its class: the function that it stands on. */
  says?: readonly string[];
  /** Whether it takes any number of arguments. */
  variadic?: true;
  /** Places where a plain object holds what the caller names, not options: `step.log({ loss })`. */
  records?: readonly number[];
  /** Places and options that take anything, as show() does: "0", "0.error". */
  anything?: readonly string[];
  /** What the method is called on, if not what its room's `receivers` say. */
  on?: () => object;
  /** Whether it throws a plain Error for reasons that are documented. */
  plain?: true;
  /** Whether its good calls take the permissions to read and write files, or so long that they wait for them. */
  needsFiles?: true;
  /** What is done with the result, where something only happens then. */
  // deno-lint-ignore no-explicit-any
  use?: (result: any) => unknown;
}

/** A part of the library: what is in it by path ("nn.Linear", "Tensor.add", "Tensor.requiresGrad=" for what is set). */
export interface Room {
  entries: Record<string, Entry>;
  /**
   * Instances to call the methods of a class on, by the path of the class; made anew for each call. Of what is no exported
   * class but given to programs, a device, a step of a loop, the methods are those that there are entries of.
   */
  receivers?: Record<string, () => object>;
  /** What is set up around the calls of each function. */
  around?: (body: () => Promise<Findings>) => Promise<Findings>;
  /** What is there for the library's own use only, protected or @internal: paths; a star stands for any class. */
  internal?: readonly string[];
}

/** Everything that can be called, by path. */
export type Callables = Map<string, Callable>;

/** One of them. A method is called on an instance of its class. */
interface Callable {
  kind: "function" | "class" | "method" | "setter";
  /** The path of its class, if it has one. */
  owner: string;
  // deno-lint-ignore no-explicit-any
  value: any;
}

type Class = { readonly prototype: object; readonly name: string };

function isClass(value: unknown): value is Class {
  return typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** All functions, classes, methods and setters of a module and the namespaces and tables of functions in it. */
export function callables(module: object): Callables {
  const named: [string, unknown][] = [];
  const walk = (holder: object, path: string) => {
    for (const [name, value] of Object.entries(holder)) {
      if (typeof value === "function") named.push([path + name, value]);
      else if (Object.prototype.toString.call(value) === "[object Module]" || isPlain(value)) {
        walk(value, `${path}${name}.`);
      }
    }
  };
  walk(module, "");
  const classes = new Set(named.map(([, value]) => value));
  const found: Callables = new Map();
  for (const [path, value] of named) {
    if (!isClass(value)) {
      found.set(path, { kind: "function", owner: "", value });
      continue;
    }
    found.set(path, { kind: "class", owner: path, value });
    // What comes from a base that is public itself is called there.
    for (let one: Class = value; isClass(one); one = Object.getPrototypeOf(one)) {
      if (one !== value && classes.has(one)) break;
      for (
        const [name, { value: method, set }] of Object.entries(
          Object.getOwnPropertyDescriptors(one.prototype),
        )
      ) {
        if (name === "constructor") continue;
        if (typeof method === "function") {
          found.set(`${path}.${name}`, { kind: "method", owner: path, value: name });
        } else if (set !== undefined) {
          found.set(`${path}.${name}=`, { kind: "setter", owner: path, value: name });
        }
      }
    }
  }
  return found;
}

/** Wrong values, by what they are called in a failure. */
const WRONG: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  "-1": () => -1,
  "1.5": () => 1.5,
  Infinity: () => Infinity,
  '"x"': () => "x",
  '""': () => "",
  '"2"': () => "2",
  true: () => true,
  "{}": () => ({}),
  "{ zzz: 1 }": () => ({ zzz: 1 }),
  "[]": () => [],
  "[[1], [2, 3]]": () => [[1], [2, 3]],
  "[null]": () => [null],
  "a list of holes": () => new Array(2),
  "a Float32Array": () => new Float32Array([1, 2, 3]),
  "a tensor of another shape": () => tensor([[[1], [2]], [[3], [4]], [[5], [6]]]),
  "a tensor of bools": () => tensor([true, false, true]),
  "(x) => x": () => (x: unknown) => x,
  "a Map": () => new Map([["a", 1]]),
  "a symbol": () => Symbol("x"),
  "a bigint": () => 1n,
  "a promise": () => Promise.resolve(1),
};

/** A kind of value: what typeof says, and for objects their class. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (value instanceof Tensor) return "Tensor";
  if (value instanceof nn.Module) return "Module";
  if (Array.isArray(value)) return "array";
  return Object.getPrototypeOf(value)?.constructor?.name ?? "Object";
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One wrong call. */
interface Attempt {
  what: string;
  args: readonly unknown[];
  /** Whether a result would be wrong. */
  refused: boolean;
  /** What the error must name: the option that was meant. */
  meant?: string;
  /** Whether the error lists all options, which good calls must have. */
  lists?: true;
}

/** The kinds at every place of all good calls, and under every option: "1" and "1.bias". */
function kindsOf(entry: Entry): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  const note = (place: string, value: unknown) => {
    if (!kinds.has(place)) kinds.set(place, new Set());
    kinds.get(place)!.add(kindOf(value));
  };
  for (const make of entry.good) {
    make().forEach((value, i) => {
      note(`${i}`, value);
      if (isPlain(value)) { for (const [key, one] of Object.entries(value)) note(`${i}.${key}`, one); }
    });
  }
  return kinds;
}

function* attempts(entry: Entry): Generator<Attempt> {
  const kinds = kindsOf(entry);
  const refused = (place: string, value: unknown) =>
    value !== undefined && !entry.anything?.includes(place) && !kinds.get(place)!.has(kindOf(value));
  const isOptions = (i: number, value: unknown) => isPlain(value) && !entry.records?.includes(i);
  const longest = Math.max(...entry.good.map((make) => make().length));
  for (const [call, make] of entry.good.entries()) {
    const which = entry.good.length === 1 ? "" : `good call ${call}, `;
    const count = make().length;
    if (count > 0) {
      yield { what: `${which}without its last argument`, args: make().slice(0, -1), refused: false };
    }
    if (!entry.variadic) {
      for (const more of ["-1", "{ zzz: 1 }", "a tensor of bools"]) {
        const filled = [...make(), ...Array(longest - count).fill(undefined), WRONG[more]()];
        yield { what: `${which}and ${more} beyond`, args: filled, refused: true };
      }
    }
    for (let i = 0; i < count; i++) {
      for (const [said, wrong] of Object.entries(WRONG)) {
        const value = wrong();
        // Another name than all that there are.
        const unknown = said === "{ zzz: 1 }" && !entry.records?.includes(i) &&
          !entry.anything?.includes(`${i}`);
        yield {
          what: `${which}${said} as argument ${i}`,
          args: make().with(i, value),
          refused: unknown || refused(`${i}`, value),
        };
      }
      const given = make()[i];
      if (!isOptions(i, given)) continue;
      const fresh = () => ({ ...(make()[i] as Record<string, unknown>) });
      for (const name of Object.keys(given as object)) {
        for (const [said, wrong] of Object.entries(WRONG)) {
          const value = wrong();
          yield {
            what: `${which}{ ${name}: ${said} }`,
            args: make().with(i, { ...fresh(), [name]: value }),
            refused: refused(`${i}.${name}`, value),
          };
        }
        for (const odd of new Set([`${name}s`, snake(name)])) {
          if (odd === name) continue;
          const { [name]: value, ...rest } = fresh();
          yield {
            what: `${which}{ ${odd} }`,
            args: make().with(i, { ...rest, [odd]: value }),
            refused: true,
            meant: name,
          };
        }
      }
      const args = make().with(i, { ...fresh(), zzz: 1 });
      yield { what: `${which}{ …, zzz: 1 }`, args, refused: true, lists: true };
    }
  }
}

/** What JavaScript itself says when it trips, at any place of a sentence. */
const MACHINERY =
  /Cannot (read|set|convert|mix|destructure|access)|is not (a function|iterable|a constructor|defined|extensible)|\[object |incompatible receiver|of undefined|Invalid (array|typed)/;

/** What is wrong with an error; null: nothing. */
function complaint(path: string, entry: Entry, error: unknown): string | null {
  if (!(error instanceof Error)) return `throws what is no error: ${String(error)}`;
  const { name, message } = error, said = `${name}: ${message.split("\n")[0].slice(0, 200)}`;
  const kinds = [RangeError, TypeError, FileError, FileFormatError, ...(entry.plain ? [Error] : [])];
  if (!kinds.some((kind) => error.constructor === kind)) return said;
  if (MACHINERY.test(message)) return said;
  const parts = path.replace(/=$/, "").split(".");
  const names = [...parts.slice(-2), parts.slice(-2).join("."), ...(entry.says ?? [])];
  if (!names.some((one) => message.startsWith(`${one}: `))) return `does not begin with a name: ${said}`;
  return null;
}

/** What an error about an option's name leaves open; null: nothing. */
function aboutOptions(entry: Entry, { meant, lists }: Attempt, error: unknown): string | null {
  const { message } = error as Error;
  if (meant !== undefined && !new RegExp(`\\b${meant}\\b`).test(message)) {
    return `does not name ${meant}: ${message}`;
  }
  const listed = /; there (?:is|are) ([\w, ]+)$/.exec(message)?.[1].split(", ");
  if (lists === undefined || listed === undefined) return null;
  const known = [...kindsOf(entry).keys()].map((place) => place.split(".")[1]);
  const missing = listed.filter((name) => !known.includes(name));
  return missing.length === 0 ? null : `no good call has the options ${missing.join(", ")}`;
}

/** Runs a body while nothing is printed. */
async function silently<T>(body: () => Promise<T>): Promise<T> {
  const { log } = console, { writeSync } = Deno.stdout;
  console.log = () => {};
  Deno.stdout.writeSync = (bytes) => bytes.length;
  try {
    return await body();
  } finally {
    console.log = log;
    Deno.stdout.writeSync = writeSync;
  }
}

/** What came of trying a function: how many calls, and what was wrong with which of them. */
export interface Findings {
  calls: number;
  failures: string[];
}

/** Calls a function in every wrong way, and in the good ones. */
export function examine(path: string, callable: Callable, entry: Entry, room: Room): Promise<Findings> {
  const { around = (body) => body() } = room;
  const { kind, owner, value } = callable;
  const call = async (args: readonly unknown[]): Promise<void> => {
    let result;
    if (kind === "function") result = value(...args);
    else if (kind === "class") result = new value(...args);
    else {
      // deno-lint-ignore no-explicit-any
      const receiver: any = (entry.on ?? room.receivers?.[owner])?.();
      if (receiver === undefined) throw new Error(`there is no receiver for ${owner}`);
      result = kind === "method" ? receiver[value](...args) : (receiver[value] = args[0]);
    }
    await (entry.use === undefined ? result : entry.use(await result));
  };
  return silently(() =>
    around(async () => {
      /** By what is wrong: the calls. */
      const failures = new Map<string, string[]>();
      const fail = (wrong: string, what: string) => failures.set(wrong, [...failures.get(wrong) ?? [], what]);
      let calls = 0;
      for (const [i, make] of entry.good.entries()) {
        calls++;
        await call(make()).catch((error) => fail(`is not good: ${error}`, `good call ${i}`));
      }
      for (const attempt of attempts(kind === "setter" ? { variadic: true, ...entry } : entry)) {
        const { what, args, refused } = attempt;
        calls++;
        try {
          await call(args);
          if (refused) fail("gives a result", what);
        } catch (error) {
          const wrong = complaint(path, entry, error) ?? aboutOptions(entry, attempt, error);
          if (wrong !== null) fail(wrong, what);
        }
      }
      return {
        calls,
        failures: [...failures].map(([wrong, whats]) => `${path}: ${wrong}\n    ${whats.join(" | ")}`),
      };
    })
  );
}
