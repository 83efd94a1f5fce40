/** Optimizers and schedules: good calls, from which tests/arguments.ts makes wrong ones. */
import { optim, type Tensor, zeros } from "descent";
import type { Entry, Room } from "../arguments.ts";

const leaf = () => zeros([2], { requiresGrad: true });
const sgd = () => new optim.SGD([leaf()], { lr: 0.1, momentum: 0.9 });
const twoGroups = () => new optim.SGD([{ params: [leaf()] }, { params: [leaf()] }], { lr: 0.1 });
const alone: Entry = { good: [() => []] };

const adam: Entry = {
  good: [
    () => [[leaf()], {
      lr: 0.1,
      betas: [0.5, 0.9],
      eps: 1e-3,
      weightDecay: 0.1,
      amsgrad: true,
      maximize: true,
    }],
    () => [[{ params: [leaf()], lr: 1, betas: [0.1, 0.2] }]],
  ],
};

/** A state with every part that there is. */
function saved(): optim.OptimizerState {
  const optimizer = new optim.Adam([leaf()]);
  (optimizer.paramGroups[0].params[0] as Tensor).sum().backward();
  optimizer.step();
  return optimizer.stateDict();
}

const oneCycle = { maxLr: 1, totalSteps: 10, pctStart: 0.2, annealStrategy: "linear", cycleMomentum: true };
const sequence = (): [optim.SGD, { schedulers: optim.lr.Schedule[]; milestones: number[] }] => {
  const optimizer = sgd(), first = new optim.lr.LinearLR(optimizer);
  return [optimizer, {
    schedulers: [first, new optim.lr.StepLR(optimizer, { stepSize: 2 })],
    milestones: [3],
  }];
};
const plateau = { mode: "max", factor: 0.5, patience: 2, threshold: 0.1, thresholdMode: "abs" };

export const optimRoom: Room = {
  receivers: {
    "optim.Optimizer": () => {
      const optimizer = new optim.Adam([leaf()]);
      (optimizer.paramGroups[0].params[0] as Tensor).sum().backward();
      return optimizer;
    },
    "optim.lr.Schedule": () => new optim.lr.StepLR(sgd(), { stepSize: 2 }),
    "optim.lr.ReduceLROnPlateau": () => new optim.lr.ReduceLROnPlateau(sgd()),
    "optim.lr.CosineAnnealingWarmRestarts": () => new optim.lr.CosineAnnealingWarmRestarts(sgd(), { t0: 2 }),
    "optim.lr.SequentialLR": () => new optim.lr.SequentialLR(...sequence()),
  },
  entries: {
    "optim.Adagrad": {
      good: [
        () => [[leaf()], {
          lr: 0.1,
          lrDecay: 0.1,
          weightDecay: 0.1,
          initialAccumulatorValue: 1,
          eps: 1e-3,
          maximize: true,
        }],
      ],
    },
    "optim.Adam": adam,
    "optim.Adamax": {
      good: [
        () => [[leaf()], { lr: 0.1, betas: [0.5, 0.9], eps: 1e-3, weightDecay: 0.1, maximize: true }],
      ],
    },
    "optim.Muon": {
      good: [
        () => [[zeros([2, 2], { requiresGrad: true })], {
          lr: 0.1,
          weightDecay: 0.1,
          momentum: 0.5,
          nesterov: false,
          nsCoefficients: [2, -1.5, 0.5],
          eps: 1e-3,
          nsSteps: 2,
          adjustLrFn: "match_rms_adamw",
        }],
      ],
    },
    "optim.NAdam": {
      good: [
        () => [[leaf()], {
          lr: 0.1,
          betas: [0.5, 0.9],
          eps: 1e-3,
          weightDecay: 0.1,
          momentumDecay: 0.1,
          decoupledWeightDecay: true,
          maximize: true,
        }],
      ],
    },
    "optim.RAdam": {
      good: [
        () => [[leaf()], {
          lr: 0.1,
          betas: [0.5, 0.9],
          eps: 1e-3,
          weightDecay: 0.1,
          decoupledWeightDecay: true,
          maximize: true,
        }],
      ],
    },
    "optim.AdamW": adam,
    "optim.Optimizer.addParamGroup": {
      good: [() => [{
        params: [leaf()],
        lr: 0.1,
        betas: [0.5, 0.9],
        eps: 1e-3,
        weightDecay: 0.1,
        amsgrad: true,
        maximize: true,
        initialLr: 0.1,
      }]],
      says: ["Adam"],
    },
    "optim.Optimizer.lr=": { good: [() => [0.1]], says: ["Adam"] },
    "optim.Optimizer.step": alone,
    "optim.Optimizer.zeroGrad": alone,
    "optim.Optimizer.stateDict": alone,
    // A state without entries is one of an optimizer that has not stepped: { state: {} } gives a result.
    "optim.Optimizer.loadStateDict": { good: [() => [saved()]], says: ["Adam"] },
    "optim.RMSprop": {
      good: [
        () => [[leaf()], {
          lr: 0.1,
          alpha: 0.9,
          eps: 1e-3,
          weightDecay: 0.1,
          momentum: 0.5,
          centered: true,
          maximize: true,
        }],
        () => [[{ params: [leaf()], lr: 1, alpha: 0.1 }]],
      ],
    },
    "optim.SGD": {
      good: [
        () => [[leaf()], {
          lr: 0.1,
          momentum: 0.9,
          dampening: 0,
          weightDecay: 0.1,
          nesterov: true,
          maximize: true,
        }],
        () => [[{ params: [leaf()], lr: 1, momentum: 0.1 }]],
      ],
    },
    "optim.lr.ConstantLR": { good: [() => [sgd(), { factor: 0.5, totalIters: 3 }]] },
    "optim.lr.CosineAnnealingWarmRestarts": { good: [() => [sgd(), { t0: 3, tMult: 2, etaMin: 0.1 }]] },
    "optim.lr.CosineAnnealingWarmRestarts.step": { good: [() => [1.5]] },
    "optim.lr.CyclicLR": {
      good: [
        () => [sgd(), {
          baseLr: 0.1,
          maxLr: 1,
          stepSizeUp: 4,
          stepSizeDown: 2,
          mode: "exp_range",
          gamma: 0.9,
          scaleMode: "iterations",
          cycleMomentum: true,
          baseMomentum: 0.5,
          maxMomentum: 0.9,
        }],
        () => [twoGroups(), { baseLr: [0.1, 0.2], maxLr: [1, 2], scaleFn: () => 0.5, cycleMomentum: false }],
      ],
    },
    "optim.lr.LinearLR": { good: [() => [sgd(), { startFactor: 0.5, endFactor: 0.9, totalIters: 3 }]] },
    "optim.lr.PolynomialLR": { good: [() => [sgd(), { totalIters: 3, power: 2 }]] },
    "optim.lr.SequentialLR": { good: [sequence] },
    "optim.lr.SequentialLR.step": alone,
    "optim.lr.SequentialLR.stateDict": alone,
    "optim.lr.CosineAnnealingLR": { good: [() => [sgd(), { tMax: 5, etaMin: 0.1 }]] },
    "optim.lr.ExponentialLR": { good: [() => [sgd(), { gamma: 0.5 }]] },
    "optim.lr.LambdaLR": {
      good: [
        () => [sgd(), { lrLambda: () => 0.5 }],
        () => [twoGroups(), { lrLambda: [() => 0.5, () => 2] }],
      ],
    },
    "optim.lr.MultiStepLR": { good: [() => [sgd(), { milestones: [1, 2], gamma: 0.5 }]] },
    "optim.lr.OneCycleLR": {
      good: [
        () => [sgd(), oneCycle],
        () => [sgd(), {
          maxLr: [1],
          epochs: 2,
          stepsPerEpoch: 5,
          baseMomentum: 0.1,
          maxMomentum: 0.2,
          divFactor: 2,
          finalDivFactor: 3,
          threePhase: true,
        }],
      ],
    },
    "optim.lr.ReduceLROnPlateau": {
      good: [
        () => [sgd(), plateau],
        () => [twoGroups(), { cooldown: 2, minLr: [0.1, 0.2], eps: 1e-3 }],
        () => [sgd(), { minLr: 0.1 }],
      ],
    },
    "optim.lr.ReduceLROnPlateau.step": { good: [() => [0.5]] },
    "optim.lr.Schedule.step": alone,
    "optim.lr.Schedule.stateDict": alone,
    "optim.lr.Schedule.loadStateDict": { good: [() => [{ lastEpoch: 3, baseLrs: [0.1] }]] },
    "optim.lr.StepLR": { good: [() => [sgd(), { stepSize: 3, gamma: 0.5 }]] },
  },
  internal: [
    "optim.*.check",
    "optim.*.update",
    "optim.Optimizer.run",
    "optim.Optimizer.together",
    "optim.Optimizer.compose",
    "optim.Optimizer.remembered",
    "optim.Optimizer",
    "optim.lr.*.rate",
    "optim.lr.*.begin",
    "optim.lr.*.reading",
    "optim.lr.Schedule.drives",
    "optim.lr.*.moving",
    "optim.lr.Schedule",
    "optim.lr.Schedule.apply",
  ],
};
