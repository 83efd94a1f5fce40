/** Optimizers and schedules: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const optimRoom: Room = {
  entries: {},
  internal: [
    "optim.*.check",
    "optim.*.update",
    "optim.Optimizer.run",
    "optim.Optimizer.remembered",
    "optim.Optimizer",
    "optim.lr.*.rate",
    "optim.lr.Schedule",
    "optim.lr.Schedule.apply",
  ],
  pending: [
    "optim.Adam",
    "optim.AdamW",
    "optim.Optimizer.addParamGroup",
    "optim.Optimizer.lr=",
    "optim.Optimizer.step",
    "optim.Optimizer.zeroGrad",
    "optim.Optimizer.stateDict",
    "optim.Optimizer.loadStateDict",
    "optim.RMSprop",
    "optim.SGD",
    "optim.lr.CosineAnnealingLR",
    "optim.lr.ExponentialLR",
    "optim.lr.LambdaLR",
    "optim.lr.MultiStepLR",
    "optim.lr.OneCycleLR",
    "optim.lr.ReduceLROnPlateau",
    "optim.lr.ReduceLROnPlateau.step",
    "optim.lr.Schedule.step",
    "optim.lr.Schedule.stateDict",
    "optim.lr.Schedule.loadStateDict",
    "optim.lr.StepLR",
  ],
};
