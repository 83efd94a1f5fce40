/** Fields that only their class can see. */
import { legible } from "../text/escape.ts";

const known = new WeakMap<object, string | null>();

/** What of a source is no code: comments and texts. */
const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/** A field whose name begins with #, in the source of a class; null: there is none. */
function hiddenField(type: object): string | null {
  let found = known.get(type);
  if (found === undefined) {
    const source = Function.prototype.toString.call(type).replaceAll(NO_CODE, "");
    known.set(type, found = /#[A-Za-z_$][\w$]*/.exec(source)?.[0] ?? null);
  }
  return found;
}

/**
 * Refuses a module whose classes have fields that nobody else can copy.
 *
 * @throws {TypeError} naming the class and the field.
 */
export function refuseHidden(module: object): void {
  let prototype = Object.getPrototypeOf(module);
  for (; prototype !== null && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    // A class with a copyInto of its own copies its own fields.
    if (!Object.hasOwn(prototype, "constructor") || Object.hasOwn(prototype, "copyInto")) continue;
    const { constructor } = prototype, field = hiddenField(constructor);
    if (field === null) continue;
    const name = legible(constructor.name);
    throw new TypeError(
      `deepCopy: ${name} has ${field}, which only ${name} itself can copy; give it a method that makes another one: ` +
        `override deepCopy() { const copy = new ${name}(…); copy.loadStateDict(this.stateDict()); return copy; }`,
    );
  }
}
