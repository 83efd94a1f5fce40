// %% [markdown]
// # 3. A line through samples
//
// **The question.** Until now we knew the function and looked for its lowest point. Now somebody shows us *samples*,
// inputs with the right outputs, and we look for the function. Suppose it is linear:
//
// $$y = w\,x + b$$
//
// with two inputs per sample, so $w$ is $1 \times 2$. Three unknowns, three samples: an exact answer exists. Does the walk
// find it?

// %%
import { chapterFlags, noGrad, steps, tensor, useDevice } from "descent";

const flags = chapterFlags({
  title: "Chapter 3: A line through samples",
  description: "Three samples, three unknowns, 30,000 small steps.",
  device: "cpu",
  steps: 30_000,
  verbose: true,
});
await useDevice(flags.device);

// %% [markdown]
// The samples were made with $w = (3.1,\ 4.2)$ and $b = 0.5$; from here on we pretend not to know. One column per sample, so
// that one matrix product answers for all three at once; `add` repeats the single bias for each of them
// (**broadcasting**).

// %%
const x = tensor([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]]);
const target = tensor([[13.57, 38.7, 70.51]]);
console.log(`made with = ${await tensor([[3.1, 4.2]]).matmul(x).add([0.5]).format()}`);

// %% [markdown]
// ## From samples to a landscape
//
// How wrong a guess $(w, b)$ is, we say with one number: half the squared error, summed over the samples,
//
// $$L(w, b) = \sum_i \tfrac12\,(w x_i + b - t_i)^2.$$
//
// This **loss** is a function of $w$ and $b$; the samples are its constants. With that we are back in chapter 2: walk down.
//
// Only one thing is new in the loop: `steps(n)` counts to $n$, and at the end of each round it frees the tensors which that
// round made. At 30,000 rounds that is worth having.

// %%
const w = tensor([[0.001, 0.003]], { requiresGrad: true });
const b = tensor([0.005], { requiresGrad: true });
const eta = 0.0001;

for await (const { index: step } of steps(flags.steps, { progress: false })) {
  const y = w.matmul(x).add(b);
  const loss = y.sub(target).square().div(2);
  const sum = loss.sum();
  sum.backward();
  if (flags.verbose || [0, 1, 2, 10, 100, 1000, 10_000, flags.steps - 1].includes(step)) {
    console.log(`-------------------- step ${step}`);
    console.log(`w = ${await w.format()}`);
    console.log(`b = ${await b.format()}`);
    console.log(`y = ${await y.format()}`);
    console.log(`loss = ${await loss.format()}`);
    console.log(`sum = ${await sum.format()}`);
    console.log(`w.grad = ${await w.grad!.format()}`);
  }
  noGrad(() => {
    w.sub_(w.grad!.mul(eta));
    b.sub_(b.grad!.mul(eta));
  });
  w.zeroGrad();
  b.zeroGrad();
}

// %% [markdown]
// ## What to notice
//
// **The predictions are right, the parameters are not.** After 30,000 steps the loss is below 0.0001, and still $w$ and $b$
// have not arrived at $(3.1,\ 4.2)$ and $0.5$. Look at the samples: the second input is always the first plus 1.1 or 1.2.
// From such data one can hardly tell $w_0$ from $w_1$ from $b$: raise one, lower the others, and the predictions stay.
//
// In numbers: the curvature of $L$ is the matrix $X X^{\mathsf T}$, where $X$ holds the inputs and a row of ones for $b$.
// Its eigenvalues are 243, 1.26 and 0.00198. Along an eigenvector of curvature $\lambda$ each step leaves $1 - \eta\lambda$ of
// the error. After $n$ steps $(1 - \eta\lambda)^n$ remains: of the steep directions nothing, of the flat one
// $(1 - 0.0001 \cdot 0.00198)^{30000} \approx 0.994$. In that direction we have hardly moved.
//
// **Why the steps must be so small.** The book says: because the gradients are large at first. The reason is the curvature:
// the walk is stable exactly while $|1 - \eta\lambda| < 1$ in every direction, that is for $\eta < 2/243 \approx 0.0082$, however
// large or small the gradients are. The steepest direction limits the step, the flattest one needs the time. Their quotient,
// here 123,000, is called the **condition number**. Normalization (chapter 6) and Adam (chapter 5) are two answers to it.
//
// ## Exercises
//
// 1. Set `eta` to 0.008, then to 0.0083. One comes visibly closer to $(3.1,\ 4.2)$, the other ends in `nan`.
// 2. With `eta` 0.004, change the last input from 10.1 to 5.1 (and its target to 49.51). The two inputs now tell different
//    stories. How close do $w$ and $b$ come?
// 3. Let `eta` change on the way, as the book suggests: replace it inside the loop by an expression of `step`, within the
//    bound above. In how few steps (`--steps`) do you reach the book's final loss?
