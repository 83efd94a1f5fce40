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
import { chapterFlags, gradCheck, manualSeed, nn, noGrad, optim, randn } from "descent";
import { type Tensor, tensor, useDevice, zeros } from "descent";

const flags = chapterFlags({
  title: "Chapter 4: A network, by hand and from parts",
  description: "Two inputs, three hidden neurons, one output: written out, then put together from layers.",
  device: "cpu",
  steps: 50,
  seed: 4,
});
await useDevice(flags.device);
manualSeed(flags.seed);

// %% [markdown]
// ## By hand
//
// Two inputs, three hidden neurons, one output. As in the book the three neurons share one bias (usually each has its own,
// as it will below). The weights start as small random numbers: if all were equal, all neurons would receive the same
// gradient and stay equal forever.

// %%
const w1 = randn(2, 3).mul(0.01);
const b1 = zeros(1);
const w2 = randn(3, 1).mul(0.01);
const b2 = zeros(1);
const parameters = [w1, b1, w2, b2];
for (const parameter of parameters) parameter.requiresGrad = true;

function network(input: Tensor): Tensor {
  const hidden = input.matmul(w1).add(b1).relu();
  return hidden.matmul(w2).add(b2);
}

const x = tensor([[2.1, 3.2]]);
const target = tensor([[0.7]]);

// %% [markdown]
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
const net = new nn.Sequential(
  new nn.Linear(2, 3),
  new nn.ReLU(),
  new nn.Linear(3, 4),
  new nn.ReLU(),
  new nn.Linear(4, 1),
);
for (const parameter of net.parameters()) nn.init.normal_(parameter, { mean: 0, std: 0.01 });
const optimizer = new optim.SGD(net.parameters(), { lr: 0.5 });

for (let step = 0; step < 5; step++) {
  const y = net.forward(x);
  const loss = y.sub(target).square().div(2).sum();
  loss.backward();
  console.log(`y = ${(await y.item()).toFixed(4)}, loss = ${(await loss.item()).toFixed(4)}`);
  optimizer.step();
  optimizer.zeroGrad();
}

// %% [markdown]
// ## What to notice
//
// **The error halves with every step**: 0.7, 0.35, 0.175, … and the loss, its square, falls to a quarter. Neat, and
// suspicious. Why exactly a half? Let us look at the gradients of one more step.

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
// halving. (With `--seed 0` the gradients below are zero to the last digit: all neurons of one layer happen to lie on the
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
//    still the same?
// 2. Set `std` to 0: all weights start at zero. Which parameters ever move?
// 3. Remove both `new nn.ReLU()`. Nothing changes here. Why, and which question would you ask the network to see a
//    difference?
