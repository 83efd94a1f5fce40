// %% [markdown]
// # 4. A network, by hand and from parts
//
// **The question.** A linear function of its inputs can only ever draw a flat plane. How do we get functions that bend,
// without giving up the walk downhill?
//
// **The idea.** Stack two linear functions and put a kink between them:
//
// $$h = \mathrm{relu}(x W_1 + b_1), \qquad y = h W_2 + b_2, \qquad \mathrm{relu}(z) = \max(z, 0)$$
//
// Without the kink the stack would collapse into one linear function, $x (W_1 W_2) + \dots$. With it, each column of $W_1$
// folds the plane along a line, and the second layer adds up the folded sheets. That is a **multilayer perceptron**; the
// entries of $h$ are its hidden **neurons**.

// %%
import { chart, gradCheck, graph, linspace, manualSeed, nn, noGrad, optim, randn, show } from "descent";
import { stack, type Tensor, tensor, useDevice, zeros } from "descent";
import { chapterFlags, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 4: A network, by hand and from parts",
  description: "Two inputs, three hidden neurons, one output: written out, then put together from layers.",
  device: "cpu",
  threads: true,
  steps: 50,
  mostSteps: 5000,
  seed: 4,
  out: true,
});
await useDevice(flags.device, { threads: flags.threads });

// %% [markdown]
// ## A folded plane
//
// What do such functions look like? Here is one with five hidden neurons and random weights, before any training. (The
// layers of PyTorch draw their weights as these do, from $\pm 1/\sqrt{n}$ for $n$ inputs; the seed was picked so that all five
// kinks can be seen.) For each point of the plane of inputs we count how many neurons let something through, and compute
// the output:

// %%
section("A folded plane");
manualSeed(5);
const folds = new nn.Linear(2, 5), sheets = new nn.Linear(5, 1);

const side = linspace(-3, 3, 85);
const points = stack([side.expand(85, 85), side.unsqueeze(1).expand(85, 85)], -1);
const folded = noGrad(() => folds.forward(points).relu());
const open = folded.gt(0);
const patterns = open.mul(tensor([1, 2, 4, 8, 16])).sum(-1);
console.log(`${new Set(await patterns.data()).size} regions`);

const plane = { x: side, y: side, xTitle: "first input", yTitle: "second input", height: 480 };
const output = noGrad(() => sheets.forward(folded)).squeeze(-1);
await show(chart.panels([
  chart.heatmap({
    ...plane,
    z: open.sum(-1),
    rowsDown: false,
    zTitle: "neurons",
    title: "Neurons that are open",
  }),
  chart.contour({
    ...plane,
    z: output,
    zTitle: "y",
    colors: "diverging",
    levels: 20,
    title: "Output",
  }),
], { title: "Five hidden neurons, seen over the plane of inputs" }));

// %% [markdown]
// Left: each neuron has a straight line, $x \cdot w + b = 0$. On one side of it the neuron is open, on the other it is silent.
// Five lines cut a plane into 16 regions at most, and 15 of them lie in this picture. Within a region nothing is bent: the same
// neurons are open, and the function is one flat piece. Right: the contour lines of the output are straight within a
// region, and turn where they cross a line. So that is a multilayer perceptron: flat pieces, joined without gaps. To
// train it is to move the lines and to tilt the pieces.
//
// ## By hand
//
// Two inputs, three hidden neurons, one output. As in the book the three neurons share one bias (usually each has its own,
// as it will below). The weights start as small random numbers: if all were equal, all neurons would receive the same
// gradient and stay equal forever.

// %%
section("By hand");
manualSeed(flags.seed);
const w1 = randn(2, 3).mul(0.01);
const b1 = zeros(1);
const w2 = randn(3, 1).mul(0.01);
const b2 = zeros(1);
const parameters = [w1, b1, w2, b2];
parameters.forEach((parameter) => parameter.requiresGrad = true);

function network(input: Tensor): Tensor {
  const hidden = input.matmul(w1).add(b1).relu();
  return hidden.matmul(w2).add(b2);
}

const x = tensor([[2.1, 3.2]]);
const target = tensor([[0.7]]);

// %% [markdown]
// The note that the forward pass leaves behind is longer than in chapter 1, and of the same kind:

// %%
const names = { x, w1, b1, w2, b2, target };
const answer = network(x);
await show(graph(answer, { names: { ...names, y: answer }, title: "The network, forward" }));

// %%
const firstLoss = answer.sub(target).square().div(2).sum();
const whole = graph(firstLoss, {
  names: { ...names, y: answer, loss: firstLoss },
  title: "… and back from its loss",
});
firstLoss.backward();
await show(whole);
parameters.forEach((parameter) => parameter.zeroGrad());

// %% [markdown]
// Look at `relu`. Two of the three neurons have a negative sum at this input, and are silent: 0 goes down. On the way back
// all three get a gradient from `w2`, and it passes the kink only where the neuron was open. So two columns of `w1` learn
// nothing from this sample. (With another `--seed` other neurons are silent.) Look also at how large the gradients
// are: $-0.7$ at `b2`, the whole error; at `w1`, behind the small weights of `w2`, three hundredths at most.
//
// Four parameter tensors now instead of one, and a longer formula. Is `backward()` still right? One can check any gradient
// without calculus: nudge a number by a little, see how much the result changes, divide. `gradCheck` does that for every
// element of every tensor it is given and reports the largest disagreement.

// %%
const disagreement = await gradCheck((w, v) => x.matmul(w).add(1).relu().matmul(v), [w1, w2]);
console.log(`largest error of a gradient: ${disagreement.toExponential(1)}`);

// %%
const eta = 0.01;

for (let step = 0; step < flags.steps; step++) {
  const y = network(x);
  const loss = y.sub(target).square().div(2).sum();
  loss.backward();
  if (step % 10 === 0 || step === flags.steps - 1) {
    console.log(`step ${step}: y = ${(await y.item()).toFixed(4)}, loss = ${(await loss.item()).toFixed(4)}`);
  }
  noGrad(() => parameters.forEach((parameter) => parameter.sub_(parameter.grad!.mul(eta))));
  parameters.forEach((parameter) => parameter.zeroGrad());
}
console.log(`w1 = ${await w1.format()}`);
console.log(`b2 = ${await b2.format()}`);

// %% [markdown]
// The loss falls. Keep an eye on `w1`, still as small as it started, and on `b2`, and read on.
//
// ## From parts
//
// Writing out matrices soon becomes a chore. A **layer** packs a formula together with its parameters, `nn.Sequential`
// feeds each layer's output to the next, and an **optimizer** takes the step for all parameters at once: `SGD` (stochastic
// gradient descent) is exactly our $x \leftarrow x - \eta \nabla$. With two hidden layers this time, of three and four
// neurons, and a learning rate of 0.5:

// %%
section("From parts");
manualSeed(flags.seed);
const net = new nn.Sequential(
  new nn.Linear(2, 3),
  new nn.ReLU(),
  new nn.Linear(3, 4),
  new nn.ReLU(),
  new nn.Linear(4, 1),
);
for (const parameter of net.parameters()) nn.init.normal_(parameter, { mean: 0, std: 0.01 });
const optimizer = new optim.SGD(net.parameters(), { lr: 0.5 });
const errors: number[] = [], losses: number[] = [];

for (let step = 0; step < 5; step++) {
  const y = net.forward(x);
  const loss = y.sub(target).square().div(2).sum();
  loss.backward();
  errors.push(Math.abs(await y.item() - 0.7));
  losses.push(await loss.item());
  console.log(`y = ${(await y.item()).toFixed(4)}, loss = ${(await loss.item()).toFixed(4)}`);
  optimizer.step();
  optimizer.zeroGrad();
}

// %% [markdown]
// ## What to notice
//
// **The error halves with every step**: 0.7, 0.35, 0.175, … and the loss, half its square, falls to a quarter. On a
// logarithmic axis both are straight lines, the loss twice as steep:

// %%
section("What to notice");
await show(chart.line({
  title: "Error and loss of the network from parts",
  xTitle: "step",
  yTitle: "error, loss",
  yLog: true,
  height: 300,
  mode: "lines+markers",
  series: { "error |y − t|": errors, "loss (y − t)² / 2": { y: losses, dash: "dash" } },
}));

// %% [markdown]
// Neat, and suspicious. Why exactly a half? Let us look at the gradients of one more step.

// %%
net.forward(x).sub(target).square().div(2).sum().backward();
for (const [name, parameter] of net.namedParameters()) {
  const largest = await parameter.grad!.abs().max().item();
  console.log(`${name.padEnd(8)} largest gradient ${largest.toExponential(1)}`);
}
optimizer.zeroGrad();

// %% [markdown]
// Only the last bias has a gradient to speak of. With weights around 0.01 each layer passes on about a hundredth of what
// it receives, forward as well as backward, so the layers below hear next to nothing. For the last bias
// $\partial L / \partial b = y - t$, the error itself, and $b \leftarrow b - 0.5\,(y - t)$ takes half of it away. That is the
// halving. (With `--seed 5` the gradients below it are zero to the last digit: all neurons of one layer happen to lie on the
// flat side of their kink, and nothing gets past it.)
//
// So the network has learned *one number* and ignores its input. It says so when asked about other inputs:

// %%
const others = tensor([[2.1, 3.2], [0, 0], [-5, 10]]);
console.log(`answers to three inputs = ${await net.forward(others).t().format()}`);

// %% [markdown]
// One sample cannot teach more, and weights of 0.01 hardly let the layers below take part. How large weights should be at
// the start is a question of its own: large enough that signals survive the way through the layers, small enough that they
// do not explode. PyTorch's default (and this library's) draws them from a range of $\pm 1/\sqrt{n}$ for $n$ inputs.
// Chapter 6 watches signals on their way through eight layers.
//
// ## Exercises
//
// 1. Remove the line with `nn.init.normal_`. How fast does the error shrink now, and are the answers to the three inputs
//    still the same? Try several seeds.
// 2. Set `std` to 0: all weights start at zero. Which parameters ever move?
// 3. Remove both `new nn.ReLU()`. Next to nothing changes here. Why, and which question would you ask the network to see a
//    difference?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// With this library's own weights, all layers take part. From seed 3 the errors are 1.53, 0.14, 0.013, 0.0009, 0.0001: much
// better than halving, and the three answers differ (0.7000, 0.5746, 0.9608), though two of them nobody has taught. From
// seed 0 they are 0.99, 1.52, 1.24, 0.59, 0.29, and the three answers are equal. Now that the weights matter, a rate of 0.5 is
// too much: the first steps overshoot and silence the whole first layer, and no input gets past it any more.
//
// ```ts
// for (const seed of [3, 0]) {
//   manualSeed(seed);
//   const own = new nn.Sequential(
//     new nn.Linear(2, 3),
//     new nn.ReLU(),
//     new nn.Linear(3, 4),
//     new nn.ReLU(),
//     new nn.Linear(4, 1),
//   );
//   const sgd = new optim.SGD(own.parameters(), { lr: 0.5 });
//   for (let step = 0; step < 5; step++) {
//     const difference = own.forward(x).sub(target);
//     difference.square().div(2).sum().backward();
//     console.log(`seed ${seed}: error ${(await difference.abs().item()).toFixed(4)}`);
//     sgd.step();
//     sgd.zeroGrad();
//   }
//   console.log(`answers to three inputs = ${await own.forward(others).t().format()}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The last bias, and nothing else, ever. All hidden neurons say 0, so the last weights have no gradient; and the last weights
// are 0, so nothing behind them has one. The error halves as before, which shows how little of the network it takes.
//
// ```ts
// const zero = new nn.Sequential(
//   new nn.Linear(2, 3),
//   new nn.ReLU(),
//   new nn.Linear(3, 4),
//   new nn.ReLU(),
//   new nn.Linear(4, 1),
// );
// for (const parameter of zero.parameters()) nn.init.zeros_(parameter);
// const sgd = new optim.SGD(zero.parameters(), { lr: 0.5 });
// for (let step = 0; step < 5; step++) {
//   zero.forward(x).sub(target).square().div(2).sum().backward();
//   sgd.step();
//   sgd.zeroGrad();
// }
// for (const [name, parameter] of zero.namedParameters()) {
//   console.log(name, (await parameter.abs().max().item()).toFixed(4));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// One sample asks for one number, and a plane has that as well. To see the kinks, ask for two inputs and the one halfway
// between them. Without ReLU all layers together are one linear function, and the middle answer is the mean of the others, up
// to rounding. With ReLU, from the same weights, it is off by 0.25.
//
// ```ts
// const line = tensor([[-3, -3], [0, 0], [3, 3]]);
// for (const kink of [nn.ReLU, nn.Identity]) {
//   manualSeed(2);
//   const bent = new nn.Sequential(new nn.Linear(2, 3), new kink(), new nn.Linear(3, 4), new kink(), new nn.Linear(4, 1));
//   const [from, middle, to] = await noGrad(() => bent.forward(line)).data();
//   console.log(`${kink.name}: off the mean by ${Math.abs(middle - (from + to) / 2).toFixed(6)}`);
// }
// ```
