/**
 * The book's three networks without their dropout, filled by formula, and one step of training compared with PyTorch's.
 *
 * @module
 */
import { eye, nn, optim, type Tensor, tensor } from "descent";
import { compareNumber } from "./compare.ts";
import { compareSummary, formula, formulaValues, type Summary } from "./formula.ts";

/** A case of networks.json. */
export interface NetworkCase {
  name: string;
  seed: number;
  batch: number;
  lr: number;
  parameters: number;
  output: Summary;
  losses: number[];
  noise: { output: number; grads: number; losses: number[] };
  state: Record<string, number[]>;
  grads: Record<string, Summary & { withoutEffect?: boolean }>;
  buffers: Record<string, Summary>;
}

class AlexNet extends nn.Module {
  conv: nn.Sequential;
  fc: nn.Sequential;

  constructor(normalized: boolean) {
    super();
    const norm = (layer: nn.Module) => normalized ? [layer] : [];
    this.conv = new nn.Sequential(
      ...[new nn.Conv2d(1, 96, 11, { stride: 4 }), new nn.ReLU(), ...norm(new nn.BatchNorm2d(96))],
      new nn.MaxPool2d(3, { stride: 2 }),
      ...[new nn.Conv2d(96, 256, 5, { padding: 2 }), new nn.ReLU()],
      new nn.MaxPool2d(3, { stride: 2 }),
      ...[new nn.Conv2d(256, 384, 3, { padding: 1 }), new nn.ReLU(), ...norm(new nn.BatchNorm2d(384))],
      ...[new nn.Conv2d(384, 384, 3, { padding: 1 }), new nn.ReLU()],
      ...[new nn.Conv2d(384, 256, 3, { padding: 1 }), new nn.ReLU(), ...norm(new nn.BatchNorm2d(256))],
      new nn.MaxPool2d(3, { stride: 2 }),
    );
    this.fc = new nn.Sequential(
      ...[
        new nn.Linear(256 * 5 * 5, 4096),
        new nn.ReLU(),
        ...norm(new nn.BatchNorm1d(4096)),
        new nn.Dropout(0),
      ],
      ...[new nn.Linear(4096, 4096), new nn.ReLU(), new nn.Dropout(0)],
      new nn.Linear(4096, 10),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.fc.forward(this.conv.forward(x).flatten(1));
  }
}

class Residual extends nn.Module {
  conv1: nn.Conv2d;
  conv2: nn.Conv2d;
  conv3: nn.Conv2d | null;
  bn1: nn.BatchNorm2d;
  bn2: nn.BatchNorm2d;

  constructor(inputs: number, outputs: number, stride = 1) {
    super();
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1 });
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1 });
    this.conv3 = stride > 1 ? new nn.Conv2d(inputs, outputs, 1, { stride }) : null;
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.bn2 = new nn.BatchNorm2d(outputs);
  }

  override forward(x: Tensor): Tensor {
    const y = this.bn2.forward(this.conv2.forward(this.bn1.forward(this.conv1.forward(x)).relu()));
    return y.add(this.conv3 === null ? x : this.conv3.forward(x)).relu();
  }
}

class ResNet extends nn.Module {
  stem = new nn.Sequential(
    new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
  );
  stage1 = new nn.Sequential(new Residual(64, 64), new Residual(64, 64));
  stage2 = new nn.Sequential(new Residual(64, 128, 2), new Residual(128, 128));
  stage3 = new nn.Sequential(new Residual(128, 256, 2), new Residual(256, 256));
  stage4 = new nn.Sequential(new Residual(256, 512, 2), new Residual(512, 512));
  head = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(512, 10));

  override forward(x: Tensor): Tensor {
    const stages = [this.stem, this.stage1, this.stage2, this.stage3, this.stage4, this.head];
    return stages.reduce((y, stage) => stage.forward(y), x);
  }
}

const NETWORKS: Record<string, () => nn.Module> = {
  "AlexNet": () => new AlexNet(false),
  "AlexNet with batch normalization": () => new AlexNet(true),
  "ResNet-18": () => new ResNet(),
};

/** Weights in ±√(3 / fan in), biases in ±1 / √(fan in); of a normalization: 1 ± 1/4 and ± 1/4. Statistics stay as they are. */
function fill(network: nn.Module, seed: number): void {
  const state = network.stateDict();
  for (const [name, old] of Object.entries(state)) {
    if (!name.endsWith("weight") && !name.endsWith("bias")) continue;
    const isWeight = name.endsWith("weight");
    const weight = state[name.replace(/bias$/, "weight")];
    const fanIn = weight.size / weight.shape[0];
    const normalization = weight.ndim === 1;
    const bound = normalization ? 0.25 : Math.sqrt((isWeight ? 3 : 1) / fanIn);
    const values = formulaValues(`${seed}/${name}`, old.size, bound, normalization && isWeight ? 1 : 0);
    state[name] = tensor(values, { shape: old.shape });
  }
  network.loadStateDict(state);
}

/**
 * PyTorch's float32 runs differ from its float64 by `noise`; five times that is allowed here, and a floor.
 *
 * The floor of gradients is high because a ReLU or a pool that hangs on the last bits of a float32 moves a gradient from
 * one pixel to another: over 40 seeds, half of PyTorch's own float32 runs were off by 1e-5 and half by 1e-3 to 2e-2 of a
 * gradient's norm, their second losses by up to 1.5e-3, their third by 2e-2. Tight bounds stand in real_sizes.ts.
 */
const allowed = (noise: number, floor: number) => floor + 5 * noise;

const GRADIENTS = 2e-2, OUTPUT = 1e-4, LOSSES = [1e-4, 3e-3, 3e-2];

/**
 * Trains and compares output, losses, gradients and running statistics.
 *
 * @param steps How many losses are compared at most; the training steps between them are one fewer.
 */
export async function checkNetwork(one: NetworkCase, steps = Infinity): Promise<void> {
  const network = NETWORKS[one.name]();
  const state = Object.entries(network.stateDict()).map(([name, entry]) => `${name} [${entry.shape}]`);
  const theirs = Object.entries(one.state).map(([name, shape]) => `${name} [${shape}]`);
  if (`${state}` !== `${theirs}`) throw new Error(`stateDict() has ${state}, PyTorch's ${theirs}`);
  fill(network, one.seed);
  network.train();
  const x = formula(`${one.seed}/x`, [one.batch, 1, 224, 224], { bound: Math.sqrt(3) });
  const target = eye(one.batch, 10);
  const optimizer = new optim.Adam(network.parameters(), { lr: one.lr });
  const losses = one.losses.slice(0, steps);
  for (const [step, expected] of losses.entries()) {
    const output = network.forward(x);
    const loss = output.sub(target).square().div(2).sum();
    const relative = allowed(one.noise.losses[step], LOSSES[step]);
    compareNumber(`the loss of step ${step + 1}`, await loss.item(), expected, { absolute: 0, relative });
    if (step === 0) await compareSummary("the output", output, one.output, allowed(one.noise.output, OUTPUT));
    if (step === losses.length - 1) break;
    optimizer.zeroGrad();
    loss.backward();
    if (step === 0) await checkGradients(network, one);
    optimizer.step();
  }
}

async function checkGradients(network: nn.Module, one: NetworkCase): Promise<void> {
  const parameters: Record<string, Tensor> = Object.fromEntries(network.namedParameters());
  const bound = allowed(one.noise.grads, GRADIENTS);
  for (const [name, summary] of Object.entries(one.grads)) {
    const { grad } = parameters[name];
    if (summary.withoutEffect) {
      await checkVanishes(name, grad, one.grads[name.replace(/bias$/, "weight")].norm);
    } else await compareSummary(`the gradient of ${name}`, grad, summary, bound);
  }
  const state = network.stateDict();
  for (const [name, summary] of Object.entries(one.buffers)) {
    await compareSummary(name, state[name], summary, 1e-4);
  }
}

/** A bias right before a batch normalization moves nothing: all of its gradient is rounding. */
async function checkVanishes(name: string, grad: Tensor | null, weightNorm: number): Promise<void> {
  const norm = Math.hypot(...await grad!.data());
  if (norm <= 1e-4 * weightNorm) return;
  throw new Error(
    `the gradient of ${name}, which has no effect, has the norm ${norm}; its weight's has ${weightNorm}`,
  );
}
