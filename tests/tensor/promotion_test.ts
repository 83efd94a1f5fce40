/**
 * The whole table of types: every operation with every kind of operand gives the dtype and the values that PyTorch gives, or is
 * refused as it is there; where it is not so, a deviation says why, and what is given instead.
 */
import { cat, F, full, ones, stack, type Tensor, tensor, type TensorLike, where } from "descent";
import { assertEquals } from "@std/assert";
import fixture from "../fixtures/promotion.json" with { type: "json" };
import { onEachDevice } from "../devices.ts";
import { compareTensor } from "../parity/compare.ts";
import { makeTensor } from "../parity/text.ts";

type DType = Tensor["dtype"];

/** Of one tensor. */
const UNARY: Record<string, (x: Tensor) => Tensor> = {
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  square: (x) => x.square(),
  exp: (x) => x.exp(),
  log: (x) => x.log(),
  sqrt: (x) => x.sqrt(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  gelu: (x) => x.gelu(),
  softplus: (x) => x.softplus(),
  clone: (x) => x.clone(),
  sum: (x) => x.sum(),
  mean: (x) => x.mean(),
  var: (x) => x.var(),
  max: (x) => x.max(),
  min: (x) => x.min(),
  argmax: (x) => x.argmax(),
  logsumexp: (x) => x.logsumexp(0),
  softmax: (x) => x.softmax(0),
  logSoftmax: (x) => x.logSoftmax(0),
  "clamp between 0 and 1": (x) => x.clamp({ min: 0, max: 1 }),
  "clamp above 0.5": (x) => x.clamp({ min: 0.5 }),
  "clamp below 1": (x) => x.clamp({ max: 1 }),
  "clamp between 0 and 0.5": (x) => x.clamp({ min: 0, max: 0.5 }),
  at: (x) => x.at([1, 3]),
  expand: (x) => x.expand(2, 4),
  gather: (x) => x.gather(0, [3, 0]),
  zero_: (x) => x.clone().zero_(),
  "to float32": (x) => x.to("float32"),
  "to int32": (x) => x.to("int32"),
  "to bool": (x) => x.to("bool"),
  maxPool2d: (x) => F.maxPool2d(x.reshape(1, 1, 2, 2), 2),
  avgPool2d: (x) => F.avgPool2d(x.reshape(1, 1, 2, 2), 2),
  conv2d: (x) => F.conv2d(x.reshape(1, 1, 2, 2), ones([1, 1, 2, 2], { dtype: x.dtype })),
  linear: (x) => F.linear(x, ones([1, 4], { dtype: x.dtype })),
};

const MASK = fixture.left.bool;

/** Of a tensor and whatever stands on its right. */
const BINARY: Record<string, (x: Tensor, y: TensorLike) => Tensor> = {
  add: (x, y) => x.add(y),
  sub: (x, y) => x.sub(y),
  mul: (x, y) => x.mul(y),
  div: (x, y) => x.div(y),
  pow: (x, y) => x.pow(y),
  maximum: (x, y) => x.maximum(y),
  minimum: (x, y) => x.minimum(y),
  eq: (x, y) => x.eq(y),
  ne: (x, y) => x.ne(y),
  gt: (x, y) => x.gt(y),
  lt: (x, y) => x.lt(y),
  ge: (x, y) => x.ge(y),
  le: (x, y) => x.le(y),
  add_: (x, y) => x.clone().add_(y),
  sub_: (x, y) => x.clone().sub_(y),
  mul_: (x, y) => x.clone().mul_(y),
  div_: (x, y) => x.clone().div_(y),
  copy_: (x, y) => x.clone().copy_(y),
  "where of a tensor": (x, y) => x.where(makeTensor(MASK), y),
  "where by it": (x, y) => where(x, y, y),
  cat: (x, y) => cat([x, y as Tensor]),
  stack: (x, y) => stack([x, y as Tensor]),
  matmul: (x, y) => x.reshape(2, 2).matmul((y as Tensor).reshape(2, 2)),
  mseLoss: (x, y) => F.mseLoss(x, y),
  fill_: (x, y) => x.clone().fill_(y as number),
  full: (x, y) => full([2], y as number, { dtype: x.dtype }),
  pad: (x, y) => x.pad([[1, 1]], y as number),
  tensor: (x, y) => tensor([y, y] as number[], { dtype: x.dtype }),
};

/** Where the answer is not PyTorch's. */
interface Deviation {
  readonly ops: readonly string[];
  /** Which operands, as the fixture names them. */
  readonly of: RegExp;
  /** The answer: that of the same operation on operands brought to a dtype (the first one alone where so said), or an error. */
  readonly as: DType | "refused" | { first: DType };
  readonly why: string;
}

const DEVIATIONS: readonly Deviation[] = [
  {
    ops: ["mean", "var", "softmax", "logSoftmax", "leakyRelu", "gelu", "softplus", "maxPool2d", "avgPool2d"],
    of: /^(int32|bool)$/,
    as: "float32",
    why:
      "PyTorch refuses integers or has no kernel for them; a mean of whole numbers is a number all the same",
  },
  {
    ops: ["conv2d", "linear"],
    of: /^(int32|bool)$/,
    as: "float32",
    why: "layers compute in float32, whatever they are given",
  },
  {
    ops: ["mseLoss"],
    of: /int32|bool/,
    as: "float32",
    why: "a loss is float32",
  },
  {
    ops: ["abs", "relu", "argmax"],
    of: /^bool$/,
    as: "int32",
    why: "PyTorch has no kernel for booleans; they count as 0 and 1",
  },
  {
    ops: ["matmul"],
    of: /^bool, bool$/,
    as: "int32",
    why: "PyTorch has no kernel for booleans; a sum of them counts",
  },
  {
    ops: ["matmul"],
    of: /^(?=.*float32)(?!float32, float32)/,
    as: "float32",
    why: "PyTorch wants two of one dtype; here factors are made equal as summands are",
  },
  {
    ops: ["matmul"],
    of: /^(int32, bool|bool, int32)$/,
    as: "int32",
    why: "as above",
  },
  {
    ops: ["pow"],
    of: /^bool, bool/,
    as: "int32",
    why: "PyTorch has no kernel for a boolean to the power of a boolean, save of a plain true",
  },
  {
    ops: ["where by it"],
    of: /^(float32|int32), /,
    as: { first: "bool" },
    why: "PyTorch wants a bool; here a condition may be numbers, of which 0 means no",
  },
  {
    ops: ["fill_", "full", "pad", "tensor"],
    of: /^int32, fraction$/,
    as: "refused",
    why: "PyTorch cuts the fraction off without a word",
  },
];

const right: Record<string, unknown> = fixture.right, left: Record<string, string> = fixture.left;

/** An operand by the fixture's name of it: a tensor, a number, a list. */
function operand(name: string): TensorLike {
  const given = right[name];
  return typeof given === "string" ? makeTensor(given) : given as TensorLike;
}

/** An operand brought to a dtype. */
function cast(x: TensorLike, dtype: DType): Tensor {
  return (x instanceof Object && "dtype" in x ? x : tensor(x as number)).to(dtype);
}

/** What a row of the table comes to: a tensor, or an error. */
function run(op: string, names: string, to?: Deviation["as"]): Tensor | Error {
  const [first, second] = names.split(", ");
  const dtype = typeof to === "object" ? to.first : to;
  const bring = (x: TensorLike) => dtype === undefined ? x : cast(x, dtype as DType);
  try {
    if (op === "where") return where(makeTensor(MASK), operand(first), operand(second));
    const x = bring(makeTensor(left[first])) as Tensor;
    if (second === undefined) return UNARY[op](x);
    const y = operand(second);
    return BINARY[op](x, typeof to === "object" ? y : bring(y));
  } catch (error) {
    return error as Error;
  }
}

const answers = Object.entries(fixture.answers as Record<string, Record<string, string>>);

onEachDevice("the dtypes and values of every operation are PyTorch's", async () => {
  const wrong: string[] = [], unused = new Set(DEVIATIONS);
  const rows = answers.flatMap(([op, table]) =>
    Object.entries(table).map(async ([names, answer]) => {
      const what = `${op} of ${names}`, ours = run(op, names);
      const refused = answer.startsWith("refused");
      try {
        if (ours instanceof Error) {
          if (!/^(Type|Range)Error$/.test(ours.name)) throw ours;
          if (refused) return;
          throw new Error(`${what} is refused (${ours.message}), PyTorch says ${answer}`);
        }
        if (refused) throw new Error(`${what} is ${ours.dtype}, PyTorch has ${answer}`);
        await compareTensor(what, ours, answer);
      } catch (error) {
        const deviation = DEVIATIONS.find(({ ops, of }) => ops.includes(op) && of.test(names));
        if (deviation === undefined) return void wrong.push((error as Error).message);
        unused.delete(deviation);
        if (deviation.as === "refused") {
          if (!(ours instanceof RangeError)) wrong.push(`${what} is not refused`);
          return;
        }
        const meant = run(op, names, deviation.as);
        if (ours instanceof Error || meant instanceof Error) {
          return void wrong.push(`${what}: ${ours}; ${meant}`);
        }
        const number = (x: Tensor) => op === "pow" ? x.to("int32") : x;
        const [a, b] = await Promise.all([number(ours).data(), number(meant).data()]);
        if (number(ours).dtype !== meant.dtype || `${a}` !== `${b}`) {
          wrong.push(`${what} is ${ours.dtype} ${a}, not ${meant.dtype} ${b}: ${deviation.why}`);
        }
      }
    })
  );
  await Promise.all(rows);
  assertEquals(wrong, []);
  assertEquals([...unused].map(({ why }) => why), [], "deviations that are none any more");
});

Deno.test("the table of types names every operation, and every operation is in the table", () => {
  const ours = [...Object.keys(UNARY), ...Object.keys(BINARY), "where"].sort();
  assertEquals(answers.map(([op]) => op).sort(), ours);
});
