/**
 * Training loops, written as the chapters write them.
 *
 * @module
 */
import { F, noGrad, optim, randn, steps, type Tensor, tensor } from "descent";
import type { AdamTask, Job, TrainingTask } from "../cases/task.ts";
import { build } from "./network.ts";

/** Chapter 3's loop. */
export function line(): Job {
  const x = tensor([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]]);
  const target = tensor([[13.57, 38.7, 70.51]]);
  const w = tensor([[0.001, 0.003]], { requiresGrad: true });
  const b = tensor([0.005], { requiresGrad: true });
  const eta = 0.0001;
  return {
    async run(count) {
      for await (const _ of steps(count, { progress: false })) {
        const y = w.matmul(x).add(b);
        const loss = y.sub(target).square().div(2);
        loss.sum().backward();
        noGrad(() => {
          w.sub_(w.grad!.mul(eta));
          b.sub_(b.grad!.mul(eta));
        });
        w.zeroGrad();
        b.zeroGrad();
      }
      await w.data();
    },
  };
}

/** Training steps of a network. */
export function training(task: TrainingTask): Job {
  const net = build(task.layers);
  const x = randn(task.input);
  const classes = tensor(Int32Array.from({ length: task.input[0] }, (_, n) => n % 10));
  const target = F.oneHot(classes, 10);
  const parameters = net.parameters();
  const optimizer = task.optimizer === "adam"
    ? new optim.Adam(parameters, { lr: task.lr })
    : new optim.SGD(parameters, { lr: task.lr });
  const lossOf = task.loss === "squares"
    ? (y: Tensor) => y.sub(target).square().div(2).sum()
    : (y: Tensor) => F.crossEntropy(y, classes);
  return {
    async run(count) {
      let last: Promise<number> | undefined;
      for await (const _ of steps(count, { progress: false })) {
        const loss = lossOf(net.forward(x));
        loss.backward();
        optimizer.step();
        optimizer.zeroGrad();
        last = loss.item();
      }
      await last;
    },
  };
}

/** One Adam update of many parameters, whose gradients stay. */
export async function adam(task: AdamTask): Promise<Job> {
  const parameters = task.shapes.map((shape) => randn(shape, { requiresGrad: true }));
  for await (const _ of steps(1, { progress: false })) {
    for (const parameter of parameters) parameter.mul(0.01).square().sum().backward();
  }
  const optimizer = new optim.Adam(parameters, { lr: 1e-4 });
  return {
    async run(count) {
      for (let i = 0; i < count; i++) optimizer.step();
      await parameters.at(-1)!.data();
    },
  };
}
