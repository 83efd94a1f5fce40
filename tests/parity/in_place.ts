/**
 * Changes in place, as tools/fixtures/in_place.py says: y = make(x, w), used, changed, and differentiated.
 *
 * @module
 */
import { cat, F, type Tensor, where } from "descent";
import { compareValues } from "./compare.ts";
import { makeTensor, readNumbers } from "./text.ts";

/** The fixture: leaves x, w, v and weights c, and what follows from them. */
export interface InPlace {
  inputs: Record<"x" | "w" | "v" | "c", string>;
  programs: Program[];
}

/** One program. `refused`: PyTorch does not go back, and the gradients are those of a program that copies. */
export interface Program {
  make: string;
  use: string;
  change: string;
  refused?: boolean;
  y: string;
  grads: Record<"y" | "x" | "w" | "v", string>;
}

const MAKES: Record<string, (x: Tensor, w: Tensor) => Tensor> = {
  "plus one": (x) => x.add(1),
  "plus w": (x, w) => x.add(w),
  "minus w": (x, w) => x.sub(w),
  "times three": (x) => x.mul(3),
  "times w": (x, w) => x.mul(w),
  "squared by itself": (x) => x.mul(x),
  "over two": (x) => x.div(2),
  "over w": (x, w) => x.div(w),
  "number over x": (x) => x.pow(-1).mul(2),
  "power of three": (x) => x.pow(3),
  "power of w": (x, w) => x.pow(w),
  "maximum": (x, w) => x.maximum(w),
  "exp": (x) => x.exp(),
  "log": (x) => x.log(),
  "sqrt": (x) => x.sqrt(),
  "square": (x) => x.square(),
  "sin": (x) => x.sin(),
  "relu": (x) => x.sub(1).relu(),
  "leaky relu": (x) => x.sub(1).leakyRelu(0.1),
  "sigmoid": (x) => x.sigmoid(),
  "tanh": (x) => x.tanh(),
  "gelu": (x) => x.gelu(),
  "softplus": (x) => x.softplus(),
  "clamp": (x) => x.clamp({ min: 0.7, max: 1.3 }),
  "where": (x, w) => where(x.gt(w), x, w),
  "matrix product": (x, w) => x.matmul(w),
  "softmax": (x) => x.softmax(1),
  "log softmax": (x) => x.logSoftmax(1),
  "log sum exp": (x) => x.logsumexp(1, { keepdim: true }).expand(2, 2),
  "largest": (x) => x.max(1, { keepdim: true }).expand(2, 2),
  "max pooling": (x, w) => F.maxPool2d(cat([x, w]).reshape(1, 1, 2, 4), 1).reshape(4, 2).at([0, 2]),
  "average pooling": (x, w) => F.avgPool2d(x.mul(w).reshape(1, 1, 2, 2), 1).reshape(2, 2),
  "transposed": (x) => x.t(),
  "row major": (x) => x.reshape(4).reshape(2, 2),
  "part": (x, w) => cat([x, w]).at([1, 3]),
};

const USES: Record<string, ((y: Tensor, w: Tensor) => Tensor) | null> = {
  "nothing": null,
  "square": (y) => y.square(),
  "times w": (y, w) => y.mul(w),
  "exp": (y) => y.mul(0.5).exp(),
  "product": (y, w) => y.matmul(w),
};

const CHANGES: Record<string, (y: Tensor, w: Tensor, v: Tensor) => Tensor> = {
  "add_ one": (y) => y.add_(1),
  "add_ w": (y, w) => y.add_(w),
  "sub_ v": (y, _, v) => y.sub_(v),
  "mul_ two": (y) => y.mul_(2),
  "mul_ w": (y, w) => y.mul_(w),
  "mul_ itself": (y) => y.mul_(y),
  "div_ two": (y) => y.div_(2),
  "div_ w": (y, w) => y.div_(w),
  "mul_ w add_ one mul_ v": (y, w, v) => y.mul_(w).add_(1).mul_(v),
  "copy_ v": (y, _, v) => y.copy_(v),
  "copy_ w": (y, w) => y.copy_(w),
  "zero_": (y) => y.zero_(),
  "fill_": (y) => y.fill_(3),
  "set_ row": (y, _, v) => y.set_([0], v),
  "set_ column": (y, _, v) => y.set_([null, 1], v),
  "set_ element": (y, _, v) => y.set_([1, 0], v.at(1)),
};

/** Runs a program, and compares y and all gradients. */
export async function checkProgram({ inputs }: InPlace, program: Program): Promise<void> {
  const { make, use, change } = program, c = makeTensor(inputs.c);
  const [x, w, v] = [inputs.x, inputs.w, inputs.v].map((text) => makeTensor(text, true));
  const y = MAKES[make](x, w).retainGrad();
  const early = USES[use]?.(y, w);
  CHANGES[change](y, w, v);
  const loss = y.square().mul(c).sum();
  (early === undefined ? loss : loss.add(early.sum())).backward();
  const found: [string, Tensor | null, string][] = [["y", y, program.y]];
  for (const [name, leaf] of Object.entries({ y, x, w, v })) {
    found.push([`the gradient of ${name}`, leaf.grad, program.grads[name as "y"]]);
  }
  await Promise.all(found.map(async ([what, tensor, text]) => {
    const expected = readNumbers(text);
    // No gradient comes to what no operation has seen; PyTorch's fixture has zeros there.
    const actual = tensor === null ? expected.map(() => 0) : await tensor.data();
    compareValues(what, actual, expected, expected.length === 4 ? [2, 2] : [2]);
  }));
}
