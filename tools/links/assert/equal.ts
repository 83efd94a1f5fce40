/**
 * Whether two values are deeply equal: same type, same class, same own enumerable keys (symbols too) with equal
 * values. NaN equals NaN, 0 equals -0; Maps and Sets are equal whatever their order; circular values are followed once.
 */
export function equal(a: unknown, b: unknown): boolean {
  // Pairs that are being compared further up: a circle that comes back to one holds if the rest does.
  const open = new Map<object, object>();
  return compare(a, b);

  function compare(a: unknown, b: unknown): boolean {
    if (same(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (!sameClass(a, b)) return false;
    if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
    if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
    if (a instanceof Number || a instanceof String || a instanceof Boolean) {
      if (!Object.is(a.valueOf(), (b as typeof a).valueOf())) return false;
    }
    if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref());
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError("cannot compare WeakMap or WeakSet instances");
    }
    if (ArrayBuffer.isView(a) && !(a instanceof DataView)) return sameElements(a, b);
    if (open.get(a) === b) return true;
    open.set(a, b);
    try {
      if (a instanceof Set) return sameSet(a, b as Set<unknown>);
      if (a instanceof Map) return sameMap(a, b as Map<unknown, unknown>);
      if (a instanceof Error) {
        const other = b as Error;
        if (a.message !== other.message || !compare(a.cause, other.cause)) return false;
      }
      return sameProperties(a, b);
    } finally {
      open.delete(a);
    }
  }

  function sameProperties(a: object, b: object): boolean {
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
    const keys = ownKeys(a);
    if (keys.length !== ownKeys(b).length) return false;
    return keys.every((key) =>
      Object.hasOwn(b, key) && compare(a[key as keyof typeof a], b[key as keyof typeof b])
    );
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

function ownKeys(x: object): PropertyKey[] {
  return Reflect.ownKeys(x).filter((key) => Object.prototype.propertyIsEnumerable.call(x, key));
}

function sameClass(a: object, b: object): boolean {
  // An object without a prototype and a literal are the same kind of thing.
  const classOf = (x: object) => x.constructor ?? Object;
  return Array.isArray(a) === Array.isArray(b) && classOf(a) === classOf(b);
}

/** Typed arrays: compared by index, since a property walk over millions of elements takes seconds. */
function sameElements(a: object, b: object): boolean {
  const x = a as ArrayLike<unknown>;
  const y = b as ArrayLike<unknown>;
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (!same(x[i], y[i])) return false;
  return true;
}
