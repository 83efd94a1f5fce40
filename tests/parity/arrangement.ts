/**
 * The library's side of tools/fixtures/arrangement.py: each operation, and the same of tensors that lie transposed in memory.
 *
 * @module
 */
import {
  broadcastTensors,
  cartesianProd,
  cat,
  einsum,
  fullLike,
  hstack,
  logspace,
  meshgrid,
  onesLike,
  stack,
  type Tensor,
  tensordot,
  vstack,
  zerosLike,
} from "descent";
import type { Operation } from "./operation.ts";

/** A list of tensors as one, each times its number, so that their places are seen. */
const pieces = (parts: Tensor[]) => cat(parts.map((part, i) => part.flatten().mul(i + 1)));

const plain: Record<string, Operation> = {
  movedim: ([x], { source, destination }) => x.movedim(source, destination),
  expandAs: ([x, y]) => x.expandAs(y),
  repeat: ([x], { times }) => x.repeat(...times),
  tile: ([x], { times }) => x.tile(times),
  repeatInterleave: ([x], { repeats, dim }) => x.repeatInterleave(repeats, dim),
  flip: ([x], { dims }) => x.flip(dims),
  roll: ([x], { shifts, dims }) => x.roll(shifts, dims),
  tril: ([x], { diagonal }) => x.tril(diagonal),
  triu: ([x], { diagonal }) => x.triu(diagonal),
  diag: ([x], { diagonal }) => x.diag(diagonal),
  diagonal: ([x], { offset, ...dims }) => x.diagonal(offset, dims),
  trace: ([x]) => x.trace(),
  split: ([x], { sizes, dim }) => pieces(x.split(sizes, dim)),
  chunk: ([x], { count, dim }) => pieces(x.chunk(count, dim)),
  unbind: ([x], { dim }) => pieces(x.unbind(dim)),
  narrow: ([x], { dim, start, length }) => x.narrow(dim, start, length),
  unfold: ([x], { dim, size, step }) => x.unfold(dim, size, step),
  T: ([x]) => x.T,
  mT: ([x]) => x.mT,
  mm: ([x, y]) => x.mm(y),
  bmm: ([x, y]) => x.bmm(y),
  mv: ([x, y]) => x.mv(y),
  dot: ([x, y]) => x.dot(y),
  outer: ([x, y]) => x.outer(y),
  einsum: (operands, { equation }) => einsum(equation, ...operands),
  tensordot: ([x, y], { dims }) => tensordot(x, y, { dims }),
  hstack: (parts) => hstack(parts),
  vstack: (parts) => vstack(parts),
  meshgrid: (parts, options) => pieces(meshgrid(parts, options)),
  cartesianProd: (parts) => cartesianProd(parts),
  broadcastTensors: (parts) => stack(broadcastTensors(parts)),
  zerosLike: ([x]) => zerosLike(x),
  onesLike: ([x]) => onesLike(x),
  fullLike: ([x], { value }) => fullLike(x, value),
  logspace: (_, { start, end, count, ...options }) => logspace(start, end, count, options),
};

const turned = (x: Tensor) => x.permute(x.shape.map((_, d) => x.ndim - 1 - d));

/** What has no other order of memory. */
const FLAT = new Set([
  "dot",
  "outer",
  "zerosLike",
  "onesLike",
  "fullLike",
  "logspace",
  "meshgrid",
  "cartesianProd",
]);

export const arrangement: Record<string, Operation> = Object.fromEntries(
  Object.entries(plain).flatMap(([name, operation]): [string, Operation][] => [
    [name, operation],
    ...FLAT.has(name) ? [] : [
      [`${name}OfTurned`, (inputs, settings) => operation(inputs.map(turned), settings)] as [
        string,
        Operation,
      ],
    ],
  ]),
);
