/**
 * Several operations in a row: views that later operations read out of memory order, and a few small programs.
 * PyTorch's side stands in tools/fixtures/shape.py, linalg.py and compositions.py under the same names.
 *
 * @module
 */
import { cat, F, type Tensor, where } from "descent";
import type { Operation } from "./operation.ts";

const onViews: Record<string, Operation> = {
  transposeReshape: ([x]) => x.t().reshape(-1),
  permuteSum: ([x]) => x.permute(2, 0, 1).sum(1),
  permuteFlattenSoftmax: ([x]) => x.permute(0, 2, 3, 1).flatten(1, 2).softmax(-1),
  transposeAdd: ([x, y]) => x.t().add(y),
  permuteAddPermuted: ([x, y]) => x.permute(1, 2, 0).mul(y.permute(2, 0, 1)),
  transposeAt: ([x]) => x.t().at([1, 3], 0),
  expandMulSum: ([x, y]) => x.expand(4, 3, 2).mul(y).sum([0, 2]),
  transposeCat: ([x, y]) => cat([x.t(), y], 0),
  permuteWhere: ([x, condition]) => x.permute(1, 0).where(condition, 0),
  permutePad: ([x]) => x.permute(1, 0).pad([[1, 0], [0, 2]]),
  transposeGather: ([x, index]) => x.t().gather(1, index),
  permuteMax: ([x]) => x.permute(2, 1, 0).max(0),
  permuteBack: ([x]) => x.permute(1, 2, 0).permute(2, 0, 1).mul(2),
  usedTwice: ([x]) => x.t().matmul(x),
  matmulFirstTransposed: ([x, y]) => x.t().matmul(y),
  matmulSecondTransposed: ([x, y]) => x.matmul(y.t()),
  matmulBothTransposed: ([x, y]) => x.t().matmul(y.t()),
  matmulBatchTransposed: ([x, y]) => x.matmul(y.transpose(-1, -2)),
};

/** Chapter 4's network by hand. */
function perceptron([x, target, w1, b1, w2, b2]: Tensor[]): Tensor {
  const hidden = x.matmul(w1).add(b1).maximum(0);
  const y = hidden.matmul(w2).add(b2);
  return y.sub(target).square().div(2).sum();
}

/** Chapter 2's function of a row vector. */
function parabola([x]: Tensor[]): Tensor {
  return x.matmul(x.t()).add(x.at(0, 0).mul(4)).add(x.at(0, 1).mul(5)).add(3);
}

/** The four steps of batch normalization, written out. */
function normalize([x, gamma, beta]: Tensor[]): Tensor {
  const mean = x.mean([0, 2, 3], { keepdim: true });
  const variance = x.sub(mean).pow(2).mean([0, 2, 3], { keepdim: true });
  return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(gamma).add(beta);
}

function attention([q, k, v, mask]: Tensor[]): Tensor {
  const scores = q.matmul(k.transpose(-2, -1)).div(2);
  return where(mask, scores, -1e9).softmax(-1).matmul(v);
}

function residual([x, w1, w2]: Tensor[]): Tensor {
  const inner = F.conv2d(x, w1, { padding: 1 }).relu();
  return x.add(F.conv2d(inner, w2, { padding: 1 })).relu();
}

/** The same weight five times in one graph. */
function recurrence([x, w]: Tensor[]): Tensor {
  for (let i = 0; i < 5; i++) x = x.matmul(w).tanh();
  return x;
}

function diamond([x]: Tensor[]): Tensor {
  const a = x.exp();
  const b = a.mul(x);
  return a.mul(b).add(b.div(a)).add(x);
}

function layerNorm([x, gamma, beta]: Tensor[]): Tensor {
  const mean = x.mean(-1, { keepdim: true });
  const variance = x.var(-1, { keepdim: true, unbiased: false });
  return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(gamma).add(beta);
}

const programs: Record<string, Operation> = {
  perceptron,
  parabola,
  normalize,
  attention,
  residual,
  recurrence,
  diamond,
  layerNorm,
  manualCrossEntropy: ([logits, index]) => logits.logSoftmax(-1).gather(1, index).mean().neg(),
  distances: ([x, y]) => x.unsqueeze(1).sub(y.unsqueeze(0)).pow(2).sum(-1).sqrt(),
  detached: ([x]) => x.mul(x.detach()).add(x),
};

/** All of them, by the names that the fixtures use. */
export const compositions: Record<string, Operation> = { ...onViews, ...programs };
