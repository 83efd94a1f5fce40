/**
 * CrossEntropy and its gradient from plain kernels and LogSoftmax.
 *
 * @module
 */
import type { Storage } from "../device.ts";
import { type KernelCall, Workspace } from "./workspace.ts";

/** −logSoftmax(logits) at each row's class, NaN where there is no such class; and logSoftmax(logits) itself. */
export function crossEntropy(backendName: string, { inputs, backend }: KernelCall): Storage[] {
  const { logits, classes } = inputs as Record<string, Storage>;
  const [rows, columns] = logits.shape;
  return Workspace.use(backendName, backend, (w) => {
    const logs = w.run("LogSoftmax", { logits });
    if (rows === 0 || columns === 0) {
      return [w.run("Fill", {}, { shape: [rows], value: NaN, dtype: "float32" }), logs];
    }
    const bound = (value: number) => w.run("Cast", { x: w.scalar(value) }, { dtype: "int32" });
    const inside = w.run("Minimum", {
      a: w.run("Maximum", { a: classes, b: bound(0) }),
      b: bound(columns - 1),
    });
    const starts = w.run("Range", {}, { start: 0, stop: rows * columns, step: columns, dtype: "int32" });
    const flat = w.track(shared(backend, logs, [rows * columns]));
    const indices = w.add(inside, starts);
    const picked = w.run("GatherV2", { x: flat, indices }, { axis: 0, batchDims: 0 });
    const missing = w.run("Fill", {}, { shape: [rows], value: NaN, dtype: "float32" });
    const exists = w.run("Equal", { a: inside, b: classes });
    return [w.run("Select", { condition: exists, t: w.unary("Neg", picked), e: missing }), logs];
  });
}

/** dy · (softmax − one-hot): what a logit was too likely, or too unlikely. */
export function crossEntropyGrad(backendName: string, { inputs, backend }: KernelCall): Storage {
  const { dy, logs, classes } = inputs as Record<string, Storage>;
  const [rows, columns] = logs.shape;
  return Workspace.use(backendName, backend, (w) => {
    if (rows === 0 || columns === 0) {
      return w.run("Fill", {}, { shape: [rows, columns], value: 0, dtype: "float32" });
    }
    const code = w.run("OneHot", { indices: classes }, {
      dtype: "float32",
      depth: columns,
      onValue: 1,
      offValue: 0,
    });
    const column = w.track(shared(backend, dy, [rows, 1]));
    return w.mul(column, w.sub(w.unary("Exp", logs), code));
  });
}

/** The same data seen with another shape. */
function shared(backend: KernelCall["backend"], { dataId, dtype }: Storage, shape: number[]): Storage {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
