/**
 * What JavaScript would do to a tensor without a word, and means something else: `x[0]`, `x + y`, `x > 0`, `for (… of x)`, JSON, names that it has elsewhere.
 * Each ends in a sentence. What cannot be seen at run time is that a tensor is true: `if (x.gt(0))`; for that there is
 * a rule in tools/lint.ts.
 *
 * @module
 */

/** x[0], x[-1], x[[0, 1]] (the key is "0,1") and x[":"]. */
const INDEX = /^(-?\d|:|\.\.\.)/;
/** x[mask]: a key is text, and so is a tensor then. */
const MASK = /^Tensor \[/;

/** What a tensor has in PyTorch, NumPy or JavaScript under another name than here. */
const ELSEWHERE: Record<string, string> = {
  view: "x.reshape(…)",
  viewAs: "x.reshape(...y.shape)",
  ravel: "x.flatten()",
  swapaxes: "x.transpose(a, b)",
  numel: "x.size",
  dim: "x.ndim",
  length: "x.shape[0], of all numbers x.size",
  clip: "x.clamp(min, max)",
  clip_: "x.clamp_(min, max)",
  floorDivide: 'x.div(y, { rounding: "floor" })',
  bitwiseAnd: "x.logicalAnd(y) of booleans",
  bitwiseOr: "x.logicalOr(y) of booleans",
  bitwiseNot: "x.logicalNot() of booleans",
  amax: "x.max(dim), where equals share the gradient, too",
  amin: "x.min(dim), where equals share the gradient, too",
  aminmax: "x.min(dim) and x.max(dim)",
  msort: "x.sort(0).values",
  bucketize: "boundaries.searchsorted(x)",
  dist: "x.sub(y).norm(p)",
  stdMean: "x.std(dim) and x.mean(dim)",
  varMean: "x.var(dim) and x.mean(dim)",
  vdot: "x.dot(y)",
  addmm: "x.add(a.matmul(b))",
  float: 'x.to("float32")',
  int: 'x.to("int32")',
  long: 'x.to("int32")',
  bool: 'x.to("bool")',
  cuda: 'await x.to("webgpu")',
  cpu: 'await x.to("cpu")',
  multinomial: "multinomial(x, count)",
  bernoulli: "bernoulli(x)",
  normal_: "nn.init.normal_(x)",
  uniform_: "nn.init.uniform_(x)",
  argwhere: "await x.nonzero()",
  indexPut: "x.clone().set_([index], value)",
  indexPut_: "x.set_([index], value)",
  maskedScatter: "x.clone().set_([mask], values)",
  maskedScatter_: "x.set_([mask], values)",
  slice: "x.at([start, end])",
  numpy: "await x.data(), or await x.array()",
  tolist: "await x.array()",
};

/** An index of at() and set_(), for a key. */
function index(key: string): string {
  return /^-?\d/.test(key) ? key.replaceAll(",", ", ") : "null, 0";
}

/** x[key] as it would be meant, in Python. */
function meant(key: string): string {
  return /^-?\d/.test(key) ? `x[${index(key)}]` : "x[:, 0]";
}

/** What objects are asked for when an operator, or JSON, wants something simpler. */
const simpler = {
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      "Tensor: JavaScript's operators do not compute with tensors; write x.add(y), x.mul(2), x.gt(0). " +
        "`${x}` is a text, await x.item() the number of a tensor that has one",
    );
  },
  toJSON(): never {
    throw new TypeError("Tensor: JSON holds numbers, not tensors; await x.array() gives them");
  },
};

/**
 * Stands behind `Tensor.prototype`: asked only for what a tensor does not have, so that what it has is found as fast as ever.
 */
export const guard: object = new Proxy(simpler, {
  get(target, key, tensor) {
    if (key === Symbol.iterator) {
      throw new TypeError(
        "Tensor: a tensor is not run through; await x.array() gives its numbers, x.at(i) a part, x.shape[0] how many there are",
      );
    }
    if (typeof key === "string") {
      if (INDEX.test(key)) {
        throw new TypeError(`Tensor: x[${key}] is not there; x.at(${index(key)}) is Python's ${meant(key)}`);
      }
      if (Object.hasOwn(ELSEWHERE, key)) {
        throw new TypeError(`Tensor: there is no x.${key}; it is ${ELSEWHERE[key]}`);
      }
      if (MASK.test(key)) {
        throw new TypeError(
          "Tensor: x[y] is not there; x.at(y) picks by indices and by a mask, x.where(y, 0) chooses by a condition",
        );
      }
    }
    return Reflect.get(target, key, tensor);
  },
  set(target, key, value, tensor) {
    if (typeof key === "string" && INDEX.test(key)) {
      throw new TypeError(
        `Tensor: x[${key}] = … writes nothing; x.set_([${index(key)}], …) is Python's ${meant(key)} = …`,
      );
    }
    if (typeof key === "string" && MASK.test(key)) {
      throw new TypeError(
        "Tensor: x[y] = … writes nothing; x.set_([y], …) does, by indices and by a mask",
      );
    }
    return Reflect.set(target, key, value, tensor);
  },
});

/** What is written instead of setting what a tensor is. */
const INSTEAD: Record<string, string> = {
  shape: "x.reshape(…) is a tensor of another shape",
  dtype: "x.to(…) is a tensor of another dtype",
  device: 'await x.to("cpu") is a tensor on another device',
};

/** What can only be read says so when it is set, instead of JavaScript. */
export function refuseSetting(prototype: object): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (property.get === undefined || property.set !== undefined) continue;
    const hint = Object.hasOwn(INSTEAD, name) ? `; ${INSTEAD[name]}` : "";
    const set = () => {
      throw new TypeError(`Tensor: ${name} cannot be set${hint}`);
    };
    Object.defineProperty(prototype, name, { ...property, set });
  }
}
