/** Gradients that are asked for, and operations of one's own: good calls, from which tests/arguments.ts makes wrong ones. */
import { ones, type Tensor, tensor } from "descent";
import type { Room } from "../arguments.ts";

const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
const options = { createGraph: true, retainGraph: true, allowUnused: true };

export const autogradRoom: Room = {
  entries: {
    "autograd.grad": {
      good: [
        (): unknown[] => [x.square().sum(), x, { ...options, gradOutputs: [null] }],
        () => [x.square(), [x], { gradOutputs: ones(2, 2) }],
        () => [[x.square(), x.sum()] satisfies Tensor[], [x, x], { gradOutputs: [ones(2, 2), null] }],
      ],
      plain: true,
    },
    "autograd.jacobian": { good: [() => [(x: Tensor) => x.square(), [ones(2, 2)]]] },
    "autograd.hessian": { good: [() => [(x: Tensor) => x.square().sum(), [ones(2, 2)]]] },
    "autograd.defineOperation": {
      good: [() => [{
        name: "twice",
        forward: (x: Tensor) => ({ output: x.mul(2) }),
        backward: (grad: Tensor) => grad.mul(2),
      }]],
    },
  },
};
