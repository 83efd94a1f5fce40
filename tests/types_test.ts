/** What must not compile: `deno check` is the test, and this file says nothing at run time. */
import {
  chart,
  DataLoader,
  epochs,
  evaluate,
  graph,
  type ImageDataset,
  mnist,
  nn,
  optim,
  randn,
  show,
  steps,
  subset,
  type Tensor,
  tensorDataset,
  transforms,
} from "descent";
import { rule } from "../lib/autograd/rule.ts";

Deno.test("what must not compile is marked in this file, and deno check sees to it", () => {
  // @ts-expect-error: a tensor is no parameter, and in a field of that type it would stay out of parameters().
  const r: nn.Parameter = randn(3);
  const p: nn.Parameter = new nn.Parameter(randn(3));
  const t: Tensor = p;
  void [r, t];
});

export const misspelt = rule({
  maths: "",
  saves: {},
  // @ts-expect-error: a setting that the kernel does not have.
  forward: (k, [x]) => k.avgPool2d(x, { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }),
  gradient: "none: it does not compile",
});
export const unknown = rule({
  maths: "",
  saves: {},
  // @ts-expect-error: a kernel that there is not.
  forward: (k, [x]) => k.expp(x),
  gradient: "none: it does not compile",
});

/** Never called: what networks refuse when they run, the compiler refuses before. */
export function networks(x: Tensor, net: nn.Sequential): unknown[] {
  // @ts-expect-error: a class is no module.
  net[1] = nn.ReLU;
  return [
    // @ts-expect-error: what Python names stands in one object.
    new nn.Conv2d(1, 8, 3, 1, 1),
    // @ts-expect-error: the size of the window is missing.
    new nn.Conv2d(1, 8),
    // @ts-expect-error: the size of the window is no option.
    new nn.Conv2d(1, 8, { kernelSize: 3 }),
    // @ts-expect-error: there is no such option.
    new nn.Conv2d(1, 8, 3, { biass: false }),
    // @ts-expect-error: true or false.
    new nn.Linear(3, 2, { bias: 0 }),
    // @ts-expect-error: options stand in one object.
    new nn.Linear(3, 2, false),
    // @ts-expect-error: nothing is done in place.
    new nn.ReLU(true),
    // @ts-expect-error: a tensor is needed.
    new nn.CrossEntropyLoss({ weight: [1, 2, 3] }),
    // @ts-expect-error: there is no such option.
    new nn.MSELoss({ weight: x }),
    // @ts-expect-error: requiresGrad is set afterwards.
    new nn.Parameter(x, false),
    // @ts-expect-error: a tensor is needed.
    new nn.ReLU().forward([1, 2]),
    // @ts-expect-error: a loss takes two.
    new nn.MSELoss().forward(x),
    // @ts-expect-error: all parameters, always.
    net.parameters(false),
    // @ts-expect-error: the state, not the module.
    net.loadStateDict(net),
    // @ts-expect-error: modules cannot be called.
    net(x),
  ];
}

/** Never called: what optimizers and schedules refuse when they run, the compiler refuses before. */
export function optimizers(net: nn.Module, optimizer: optim.SGD): unknown[] {
  return [
    // @ts-expect-error: hyper-parameters stand in one object.
    new optim.SGD(net.parameters(), 0.1),
    // @ts-expect-error: the parameters, not the method.
    new optim.SGD(net.parameters),
    // @ts-expect-error: the parameters, not the module.
    new optim.SGD(net),
    // @ts-expect-error: there is no such hyper-parameter.
    new optim.Adam(net.parameters(), { learningRate: 0.1 }),
    // @ts-expect-error: two numbers.
    new optim.Adam(net.parameters(), { betas: 0.9 }),
    // @ts-expect-error: there is no closure.
    optimizer.step(() => 1),
    // @ts-expect-error: JSON keeps no tensors.
    optimizer.loadStateDict(JSON.stringify(optimizer.stateDict())),
    // @ts-expect-error: settings stand in one object.
    new optim.lr.LambdaLR(optimizer, () => 1),
    // @ts-expect-error: settings stand in one object.
    new optim.lr.StepLR(optimizer, 30),
    // @ts-expect-error: stepSize is missing.
    new optim.lr.StepLR(optimizer, {}),
    // @ts-expect-error: a schedule counts by itself.
    new optim.lr.StepLR(optimizer, { stepSize: 1 }).step(3),
  ];
}

/** Never called: what the loop refuses when it runs, the compiler refuses before. */
export async function loops(x: Tensor): Promise<void> {
  // @ts-expect-error: the iterations must be waited for.
  for (const step of steps(3)) void step;
  // @ts-expect-error: there is no such option.
  steps(3, { lable: "" });
  for await (const step of steps(3)) {
    // @ts-expect-error: values stand in one object.
    step.log(x);
    // @ts-expect-error: numbers, or tensors.
    step.log({ loss: "x" });
    // @ts-expect-error: text.
    step.print(0.5);
  }
  const loader = [[x, x]] as const, net = new nn.Linear(1, 1);
  // @ts-expect-error: the iterations must be waited for.
  for (const step of epochs(3, loader)) void step;
  // @ts-expect-error: there is no such option.
  epochs(3, loader, { pateince: 3 });
  // @ts-expect-error: what is run through has a length.
  epochs(3, new Set([x]));
  // @ts-expect-error: what it measures has names.
  epochs(3, loader, { test: () => 0.5 });
  for await (const step of epochs(3, loader)) {
    const [inputs, targets]: readonly [Tensor, Tensor] = step.batch;
    // @ts-expect-error: there are two.
    void step.batch[2];
    step.log({ loss: inputs.sub(targets).sum() });
  }
  const { loss, accuracy } = await evaluate(net, loader);
  const far = await evaluate(net, loader, { criterion: new nn.MSELoss(), metrics: { far: () => 1 } });
  // @ts-expect-error: it was not measured.
  console.log(loss, accuracy, far.far, far.accuracy);
  // @ts-expect-error: a batch is a pair of tensors.
  await evaluate(net, [x]);
  // @ts-expect-error: it is split: "test".
  await mnist({ train: false });
}

/** Never called: what a batch is made of, the compiler knows. */
export async function batches(set: ImageDataset, x: Tensor): Promise<void> {
  const same = <T>(value: T, other: (exact: T) => T) => void [value, other];
  for await (const batch of new DataLoader(set, { batchSize: 2 })) {
    const [images, labels] = batch;
    same<Tensor>(images, (t: Tensor) => t);
    same<Tensor>(labels, (t: Tensor) => t);
    // @ts-expect-error: an image and a label, and no more.
    const [, , more] = batch;
    void more;
  }
  for await (const [a, b] of new DataLoader(subset(tensorDataset(x, x), [0]))) {
    same<Tensor[]>([a, b], (t) => t);
  }
  const named = { length: 1, get: () => Promise.resolve({ x: 1, name: "a", rows: [new Float32Array(1)] }) };
  for await (const batch of new DataLoader(named)) {
    same<{ x: Tensor; name: string[]; rows: Tensor[] }>(batch, (one) => one);
  }
  const pairs = {
    collate: (samples: [image: unknown, label: number][]) => samples.map(([, label]) => label),
  };
  for await (const labels of new DataLoader(set, pairs)) same<number[]>(labels, (one: number[]) => one);
  // @ts-expect-error: no tensor is made of a date.
  for await (const date of new DataLoader({ length: 1, get: () => new Date() })) date.shape;
  // @ts-expect-error: batches must be waited for.
  for (const batch of new DataLoader(set)) void batch;
  // @ts-expect-error: there is no such option.
  new DataLoader(set, { batchsize: 2 });
  // @ts-expect-error: a data set, not the promise of one.
  new DataLoader(mnist());
  // @ts-expect-error: the transform, not what makes it.
  new DataLoader(set, { transform: transforms.toTensor });
}

/** Never called: what pictures refuse when they are made, the compiler refuses before. */
export function pictures(x: Tensor): unknown[] {
  return [
    // @ts-expect-error: settings stand in one object.
    chart.line([1, 2, 3]),
    // @ts-expect-error: there is no such setting.
    chart.line({ y: [1], xtitle: "step" }),
    // @ts-expect-error: z is missing.
    chart.heatmap({ title: "" }),
    // @ts-expect-error: charts stand in one list.
    chart.panels(chart.line({ y: [1] })),
    // @ts-expect-error: names stand in one object.
    graph(x, { names: ["x"] }),
    // @ts-expect-error: options stand in one object.
    show(x, "x"),
  ];
}
