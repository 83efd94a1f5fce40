/**
 * Whether two values are deeply equal: same type, same class, same keys (symbols too) with equal values; of a class's
 * instance also what its getters say. NaN equals NaN, 0 equals -0; Maps and Sets are equal whatever their order; circular values are followed once.
 */
export function equal(a: unknown, b: unknown): boolean {
  // Pairs that are being compared further up: a circle that comes back to one holds if the rest does.
  const open = new Map<object, object>();
  return compare(a, b);

  function compare(a: unknown, b: unknown): boolean {
    if (same(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (!samePrototype(a, b)) return false;
    if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
    if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
    if (a instanceof Number || a instanceof String || a instanceof Boolean) {
      if (!Object.is(a.valueOf(), (b as typeof a).valueOf())) return false;
    }
    if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref());
    if (a instanceof WeakMap) throw new TypeError("Cannot compare WeakMap instances");
    if (a instanceof WeakSet) throw new TypeError("Cannot compare WeakSet instances");
    if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
      return sameElements(new Uint8Array(a), new Uint8Array(b as typeof a));
    }
    if (ArrayBuffer.isView(a) && !(a instanceof DataView)) return sameElements(a, b);
    if (open.get(a) === b) return true;
    open.set(a, b);
    try {
      if (a instanceof Set) return sameSet(a, b as Set<unknown>);
      if (a instanceof Map) return sameMap(a, b as Map<unknown, unknown>);
      return sameProperties(a, b);
    } finally {
      open.delete(a);
    }
  }

  function sameProperties(a: object, b: object): boolean {
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
    const keys = keysOf(a);
    return keysOf(b).size === keys.size &&
      [...keys].every((key) => key in b && compare(a[key as keyof typeof a], b[key as keyof typeof b]));
  }

  function sameSet(a: Set<unknown>, b: Set<unknown>): boolean {
    if (a.size !== b.size) return false;
    return [...a].every((x) => b.has(x) || isObject(x) && [...b].some((y) => compare(x, y)));
  }

  function sameMap(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
    if (a.size !== b.size) return false;
    return [...a].every(([key, value]) =>
      b.has(key)
        ? compare(value, b.get(key))
        : isObject(key) && [...b].some(([otherKey, other]) => compare(key, otherKey) && compare(value, other))
    );
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function isObject(x: unknown): x is object {
  return typeof x === "object" && x !== null;
}

/**
 * What counts as content: of a literal or an array its own enumerable properties; of another class's instance its
 * own properties, enumerable or not (an Error's message), and those that its classes define (a getter's).
 */
function keysOf(x: object): Set<PropertyKey> {
  const prototype = Object.getPrototypeOf(x);
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) {
    return new Set(Reflect.ownKeys(x).filter((key) => Object.prototype.propertyIsEnumerable.call(x, key)));
  }
  const keys = new Set<PropertyKey>();
  for (let level = x; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
  }
  // Where an error was made is no part of what it says.
  if (x instanceof Error) keys.delete("stack");
  return keys;
}

function samePrototype(a: object, b: object): boolean {
  // An object without a prototype and a literal are the same kind of thing.
  const prototypeOf = (x: object) => Object.getPrototypeOf(x) ?? Object.prototype;
  return prototypeOf(a) === prototypeOf(b);
}

/** Typed arrays: compared by index, since a property walk over millions of elements takes seconds. */
function sameElements(a: object, b: object): boolean {
  const x = a as ArrayLike<unknown>;
  const y = b as ArrayLike<unknown>;
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (!same(x[i], y[i])) return false;
  return true;
}
