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
import { chart, graph, linspace, noGrad, show, tensor, useDevice } from "descent";
import { chapterFlags, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 1: The lowest point of a parabola",
  description: "One number walks down y = (x - 2)² / 2, guided by its gradient alone.",
  device: "cpu",
  threads: true,
  steps: 15,
  mostSteps: 500,
  out: true,
});
await useDevice(flags.device, { threads: flags.threads });

// %%
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
section("Forward and backward");
const start = x.sub(2).pow(2).div(2);
const picture = graph(start, { names: { x, y: start }, title: "The computation graph of y" });
start.backward();
console.log(`y = ${await start.item()}`);
console.log(`dy/dx = ${await x.grad!.item()}`);
await show(picture);
x.zeroGrad();

// %% [markdown]
// (The `!` tells TypeScript that the gradient exists: it is `null` before `backward()`.)
//
// Follow the picture from $x$ to $y$ and you compute $y$. Follow the numbers marked with $\partial$ from $y$ back to $x$ and
// you compute the slope: 1 at $y$ itself, a half after the halving, then $\tfrac12 \cdot 2 \cdot (-1.992) = -1.992$ after
// the square, and the subtraction passes it on. No step needs to know more than its own line and the number that
// arrives.
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
section("Walking down");
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
// **The last digits look odd** (0.8045529723167419) because a tensor keeps 32-bit numbers, about seven decimal digits.
// JavaScript's own have 64 bits, and it prints as many digits as tell a number from its neighbours among those.
//
// ## How large a step?
//
// The factor $1 - \eta$ decides everything. Here is the walk as a function of $\eta$, and where it leads with four
// learning rates, whose factors are $0.9$, $0.6$, $-0.9$ and $-1.1$:

// %%
section("How large a step?");
async function walk(eta: number, points: number) {
  const at = tensor(0.007588282693177462, { requiresGrad: true });
  const path = { x: [] as number[], y: [] as number[] };
  for (let point = 0; point < points; point++) {
    const y = at.sub(2).pow(2).div(2);
    path.x.push(await at.item());
    path.y.push(await y.item());
    y.backward();
    noGrad(() => at.sub_(at.grad!.mul(eta)));
    at.zeroGrad();
  }
  return path;
}

// %%
const panels = [];
for (const [rate, from, to] of [[0.1, -0.5, 4.5], [0.4, -0.5, 4.5], [1.9, -0.5, 4.5], [2.1, -6.5, 10.5]]) {
  const path = await walk(rate, 15);
  const ground = linspace(from, to, 101);
  panels.push(chart.line({
    title: `η = ${rate}`,
    xTitle: "x",
    yTitle: "y",
    height: 420,
    series: {
      "": { x: ground, y: ground.sub(2).square().div(2) },
      walk: { ...path, mode: "lines+markers" },
      start: { x: path.x.slice(0, 1), y: path.y.slice(0, 1), mode: "markers" },
    },
  }));
  console.log(`η = ${rate}: x = ${path.x.at(-1)!.toFixed(4)} after 14 steps`);
}
await show(chart.panels(panels, { title: "The same 14 steps with four learning rates" }));

// %% [markdown]
// The points in order, joined by lines. With 0.1 the walk creeps and has covered three quarters of the way. With 0.4 it has
// arrived. A negative factor means that each step lands on the *other* side: with 1.9 it swings across the valley, a
// little lower every time, and comes exactly as near as with 0.1, since $(-0.9)^{14} = 0.9^{14}$. With 2.1 (mind the other
// scale) it swings too, and each time a little *higher*: a step that is too long leads up. So here the walk comes down
// for any $\eta$ between 0 and 2, fastest at 1, and for no other.
//
// ## Exercises
//
// 1. Set `eta` to 1. Why is one step enough? Then set it to 2: predict the rows before you run.
// 2. Change the formula in the loop to `x.sub(2).pow(4).div(4)`, a valley with the same lowest point. Nothing else has to
//    change, but the walk does: where is it fast, and where slow?
// 3. Remove the line `x.zeroGrad()` of the loop. The rows overshoot and swing: each step also carries the gradients of
//    all steps before it. Done on purpose and with more care this is called momentum, and is one half of Adam, the optimizer of
//    chapter 5.

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// With $\eta = 1$ the factor $1 - \eta$ is 0: one step takes away the whole distance, and the second row is 2. With
// $\eta = 2$ the factor is $-1$: the walk jumps from 0.0076 to 3.9924, just as far on the other side, and back, for ever.
//
// ```ts
// for (const rate of [1, 2]) console.log(rate, (await walk(rate, 5)).x);
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The gradient is now $(x - 2)^3$, and again nobody had to say so. Far out it is larger than before: the first step leaps
// from 0.0076 to 3.1713, beyond the lowest point. Near the bottom it is next to nothing: the walk comes back to 2.43 within
// three more steps, and the ten after those bring it no nearer than 2.2668. The ground gets flatter as it goes down, so each
// step is shorter than the last.
//
// ```ts
// const p = tensor(0.007588282693177462, { requiresGrad: true });
// for (let step = 0; step < 15; step++) {
//   console.log(`x = ${await p.item()}`);
//   const y = p.sub(2).pow(4).div(4);
//   y.backward();
//   noGrad(() => p.sub_(p.grad!.mul(0.4)));
//   p.zeroGrad();
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// The walk runs past 2 up to 4.04, back to $-0.07$, up to 4.09: like a ball in a bowl without friction, it never comes to
// rest. A whole swing takes about ten steps. Momentum, done with care, lets the sum of the old gradients fade a little at
// every step; that is the friction.
//
// ```ts
// const q = tensor(0.007588282693177462, { requiresGrad: true });
// for (let step = 0; step < 15; step++) {
//   console.log(`x = ${await q.item()}`);
//   const y = q.sub(2).pow(2).div(2);
//   y.backward();
//   noGrad(() => q.sub_(q.grad!.mul(0.4)));
// }
// ```
