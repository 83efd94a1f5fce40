// %% [markdown]
// # 1. The lowest point of a parabola
//
// **The question.** Where is
//
// $$y = \tfrac12\,(x - 2)^2$$
//
// smallest? You see it at once: at $x = 2$. A program does not see. It can only stand at some $x$, feel which way the
// ground falls, and take a step that way. All of deep learning is this step, repeated. What grows from chapter to
// chapter is the landscape: one number here, forty-six million in chapter 5.

// %%
import { chapterFlags, noGrad, tensor, useDevice } from "descent";

const flags = chapterFlags({
  title: "Chapter 1: The lowest point of a parabola",
  description: "One number walks down y = (x - 2)² / 2, guided by its gradient alone.",
  device: "cpu",
  steps: 15,
});
await useDevice(flags.device);

const x = tensor(0.007588282693177462, { requiresGrad: true });

// %% [markdown]
// A **tensor** is a grid of numbers; this one holds a single number. `requiresGrad` says: I will want to know how a
// result changes when $x$ changes.
//
// ## Forward and backward
//
// Computing with tensors does two things. It gives the result, and it notes on the side how the result came about:
// subtract 2, square, halve. That note is the **computation graph**. From $x$ to $y$ is the **forward** pass. `backward()`
// reads the note from its end to its beginning and applies the chain rule at each line:
//
// $$\frac{dy}{dx} = \underbrace{\tfrac12}_{\text{halve}} \cdot \underbrace{2\,(x-2)}_{\text{square}} \cdot
// \underbrace{1}_{\text{subtract}} = x - 2$$
//
// So the gradient at our starting point should be about $-1.9924$.

// %%
const start = x.sub(2).pow(2).div(2);
start.backward();
console.log(`y = ${await start.item()}`);
console.log(`dy/dx = ${await x.grad!.item()}`);
x.zeroGrad();

// %% [markdown]
// (The `!` tells TypeScript that the gradient exists: it is `null` before `backward()`.)
//
// The gradient is negative: $y$ falls when $x$ grows. So we walk *against* the gradient, and the steeper the ground, the
// longer the step:
//
// $$x \leftarrow x - \eta\,\frac{dy}{dx}$$
//
// $\eta$ is the **learning rate**.
//
// ## Walking down
//
// The formula stands *inside* the loop, and that is worth a thought. Each time round, the graph is built anew from where
// $x$ now is, and `backward()` uses it up. Two more lines need a reason:
//
// - `noGrad`: the step itself is bookkeeping. It must not become a part of the graph, so nothing is recorded inside.
// - `zeroGrad`: gradients *add up* in `x.grad`, since in larger networks one number acts on the result along many paths.
//   Before the next round the sum goes back to nothing.

// %%
const eta = 0.4;

for (let step = 0; step < flags.steps; step++) {
  console.log(`x = ${await x.item()}`);
  const y = x.sub(2).pow(2).div(2);
  y.backward();
  noGrad(() => x.sub_(x.grad!.mul(eta)));
  x.zeroGrad();
}

// %% [markdown]
// ## What to notice
//
// **The distance to 2 shrinks by the same factor every step.** Put the gradient into the step:
// $x_{\text{new}} - 2 = (1 - \eta)(x - 2)$, so with $\eta = 0.4$ six tenths of the distance remain. Compare two rows:
// $2 - 0.8046 = 1.1954$, and then $2 - 1.2827 = 0.7173 = 0.6 \cdot 1.1954$. Fifteen rows are fourteen steps, and
// $0.6^{14} \approx 0.0008$ of the way is left.
//
// **Nobody told the program the derivative.** It came out of the formula that computes $y$. Change the formula, and the
// walk finds the new lowest point.
//
// **The last digits look odd** (0.8045529723167419) because a tensor keeps 32-bit numbers, about seven decimal digits,
// and JavaScript prints all that it would take to write them exactly.
//
// ## Exercises
//
// 1. Set `eta` to 1. Why is one step enough? (Look at the factor $1 - \eta$.)
// 2. Try 1.9, then 2.1. Predict the rows before you run: what does a negative factor do, and what one below $-1$?
// 3. Remove the line `x.zeroGrad()` of the loop. The rows overshoot and swing: each step also carries the gradients of
//    all steps before it. Chapter 5's optimizer does this on purpose, with more care, and calls it momentum.
