// %% [markdown]
// # 1. The lowest point of a parabola
//
// *About 20 minutes. Before it: TypeScript, and what a slope is.*
//
// **The question.** Where is
//
// $$y = \tfrac12\,(x - 2)^2$$
//
// smallest? You see it at once: at $x = 2$. A program does not see. It can only stand at some $x$, feel which way the
// ground falls, and take a step that way. All of deep learning is this step, repeated. What grows from chapter to
// chapter is the landscape: one number here, forty-seven million in chapter 5.

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
// Follow the picture from $x$ to $y$ and you compute $y$. Follow the numbers marked with $\partial$ from $y$ back to
// $x$ and you compute the slope: 1 at $y$ itself, a half after the halving, then
// $\tfrac12 \cdot 2 \cdot (-1.992) = -1.992$ after the square, and the subtraction passes it on. No step needs to know
// more than its own line and the number that arrives. From this one sentence chapter 1b builds a `backward()` of its
// own.
//
// The gradient is negative: $y$ falls when $x$ grows. So we walk *against* the gradient, and the steeper the ground, the
// longer the step:
//
// $$x \leftarrow x - \eta\,\frac{dy}{dx}$$
//
// $\eta$ is the **learning rate**.

// %% [markdown] tags=["question"]
// **Predict.** You stand at $x = 5$ instead, on the other slope. What is the gradient, and where does a step lead?
//
// - [ ] It is 3, and the step leads to the right, where the gradient points.
// - [ ] It is 4.5, and the step leads to the left.
// - [x] It is 3, and the step leads to the left.
// - [ ] It is $-3$, and the step leads to the left.
//
// **Answer.** The gradient is $x - 2 = 3$: to the right $y$ grows. The step goes against it, to the left, and with
// $\eta = 0.4$ it ends at $5 - 0.4 \cdot 3 = 3.8$. The 4.5 is $y$ itself: how high you stand says nothing about which
// way is down.
//
// ```ts
// const x = tensor(5, { requiresGrad: true });
// const y = x.sub(2).pow(2).div(2);
// y.backward();
// noGrad(() => x.sub_(x.grad!.mul(0.4)));
// console.log(`y = ${await y.item()}, gradient = ${await x.grad!.item()}, then x = ${(await x.item()).toFixed(4)}`);
// ```

// %% [markdown]
// ## Walking down
//
// The formula stands *inside* the loop, and that is worth a thought. Each time round, the graph is built anew from where
// $x$ now is, and `backward()` uses it up. Two more lines need a reason:
//
// - `noGrad`: the step itself is bookkeeping. It must not become a part of the graph, so nothing is recorded inside.
// - `zeroGrad`: gradients *add up* in `x.grad`, since in larger networks one number acts on the result along many paths.
//   Before the next round the sum goes back to nothing.

// %% [markdown] tags=["question"]
// **Predict.** Move the line with the formula in front of the loop, so that it runs once, and leave everything else as
// it is. What happens?
//
// - [ ] The same rows: $y$ is a formula, and follows $x$.
// - [ ] Equal steps: the gradient stays what it was at the start.
// - [x] One step, and then an error.
// - [ ] The same rows, but faster.
//
// **Answer.** $y$ is not a formula but one result, with the note of how it came about. The first `backward()` has used
// that note up, and the second says so. To know the slope at the new $x$, the program has to compute at the new $x$.
//
// ```ts
// const x = tensor(0.007588282693177462, { requiresGrad: true });
// const y = x.sub(2).pow(2).div(2);
// try {
//   for (let step = 0; step < 15; step++) {
//     console.log(`x = ${await x.item()}`);
//     y.backward();
//     noGrad(() => x.sub_(x.grad!.mul(0.4)));
//     x.zeroGrad();
//   }
// } catch (error) {
//   console.log((error as Error).message);
// }
// ```

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

// %% [markdown] tags=["question"]
// **Predict.** What happens to the walk without `noGrad`, if the step is just `x.sub_(x.grad!.mul(eta))`?
//
// - [ ] Nothing: `noGrad` only saves time and memory.
// - [x] The first step is refused.
// - [ ] The graph grows with each step, and the walk gets slower.
// - [ ] The gradients become wrong from the second step on.
//
// **Answer.** Outside `noGrad` a change in place would be recorded, too, and $x$ would become a result, computed from
// what it was before, instead of the number that we look for. So the library refuses, with a sentence.
//
// ```ts
// const x = tensor(0.007588282693177462, { requiresGrad: true });
// x.sub(2).pow(2).div(2).backward();
// try {
//   x.sub_(x.grad!.mul(0.4));
// } catch (error) {
//   console.log((error as Error).message);
// }
// console.log(`x = ${await x.item()}`);
// ```

// %% [markdown]
// ## What to notice
//
// **The distance to 2 shrinks by the same factor every step.** Put the gradient into the step:
// $x_{\text{new}} - 2 = (1 - \eta)(x - 2)$, so with $\eta = 0.4$ six tenths of the distance remain. Compare two rows:
// $2 - 0.8046 = 1.1954$, and then $2 - 1.2827 = 0.7173 \approx 0.6 \cdot 1.1954$. Fifteen rows are fourteen steps, and
// $0.6^{14} \approx 0.0008$ of the way is left.
//
// **Nobody told the program the derivative.** It came out of the formula that computes $y$. Change the formula, and the
// walk finds the new lowest point.
//
// **The last digits look odd** (0.8045529723167419) because a tensor keeps 32-bit numbers, about seven decimal digits.
// JavaScript's own have 64 bits, and it prints as many digits as tell a number from its neighbours among those.

// %% [markdown] tags=["question"]
// **Predict.** From 0.0076 it takes 15 steps with $\eta = 0.4$ to come within 0.001 of the lowest point. How many does
// it take from 1,000, five hundred times as far away?
//
// - [ ] 15: the ground is steeper there.
// - [x] 28
// - [ ] 500
// - [ ] 7,500
//
// **Answer.** Each step leaves six tenths of the distance, however large it is. Thirteen steps leave less than one part
// in five hundred, so thirteen more are enough. Far out the ground is steep, and the steps are long.
//
// ```ts
// for (const start of [0.007588282693177462, 1000]) {
//   const x = tensor(start, { requiresGrad: true });
//   let steps = 0;
//   for (; Math.abs(await x.item() - 2) > 0.001; steps++) {
//     x.sub(2).pow(2).div(2).backward();
//     noGrad(() => x.sub_(x.grad!.mul(0.4)));
//     x.zeroGrad();
//   }
//   console.log(`from ${start}: ${steps} steps`);
// }
// console.log(`one part in ${Math.round(1 / 0.6 ** 13)} is left after 13 steps`);
// ```

// %% [markdown] tags=["question"]
// **Predict.** What does `await tensor(0.1).item()` give?
//
// - [ ] 0.1
// - [x] 0.10000000149011612
// - [ ] 0.1000000
// - [ ] 0.10000000000000001
//
// **Answer.** One tenth has no end in binary, so 32 bits keep a neighbour of it, which is off in the ninth digit.
// JavaScript prints that neighbour with as many digits as it takes among numbers of 64 bits.
//
// ```ts
// console.log(await tensor(0.1).item());
// ```

// %% [markdown]
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

// %% [markdown] tags=["question"]
// **Predict.** What does the walk do at the border, with $\eta = 2$, from 0.0076?
//
// - [x] It jumps to 3.9924, back to 0.0076, and so on for ever.
// - [ ] It reaches 2 in one step and stays there.
// - [ ] It swings, a little less each time, and comes to rest at 2 in the end.
// - [ ] It swings wider and wider.
//
// **Answer.** The factor is $1 - 2 = -1$: each step lands as far behind the lowest point as it stood in front of it.
//
// ```ts
// const x = tensor(0.007588282693177462, { requiresGrad: true });
// for (let step = 0; step < 5; step++) {
//   console.log(`x = ${(await x.item()).toFixed(4)}`);
//   x.sub(2).pow(2).div(2).backward();
//   noGrad(() => x.sub_(x.grad!.mul(2)));
//   x.zeroGrad();
// }
// ```

// %% [markdown] tags=["question"]
// **Predict.** Turn the parabola upside down: $y = -\tfrac12 (x - 2)^2$, a hill with its top at 2. Where does the same
// walk lead, with $\eta = 0.4$ from 0.0076?
//
// - [ ] To 2: there the gradient is zero.
// - [ ] Nowhere: without a lowest point there is no gradient.
// - [ ] To the right, over the top and down on the other side.
// - [x] To the left, faster and faster.
//
// **Answer.** The gradient is $2 - x$, and $y$ falls to the left. Each step multiplies the distance to the top by
// $1 + \eta = 1.4$. A walk downhill runs away from a top, even though the gradient there is zero.
//
// ```ts
// const x = tensor(0.007588282693177462, { requiresGrad: true });
// for (let step = 0; step < 8; step++) {
//   console.log(`x = ${(await x.item()).toFixed(4)}`);
//   x.sub(2).pow(2).div(-2).backward();
//   noGrad(() => x.sub_(x.grad!.mul(0.4)));
//   x.zeroGrad();
// }
// ```

// %% [markdown]
// ## Exercises
//
// 1. Set `eta` to 1. Why is one step enough? Then make the valley four times as steep, `x.sub(2).pow(2).mul(2)`: which
//    `eta` needs one step there, and from which on does the walk not come down any more?
// 2. Change the formula in the loop to `x.sub(2).pow(4).div(4)`, a valley with the same lowest point. Nothing else has to
//    change, but the walk does: where is it fast, and where slow?
// 3. Remove the line `x.zeroGrad()` from the loop. The rows overshoot and swing: each step also carries the gradients of
//    all steps before it. Done on purpose and with more care this is called momentum, and is one half of Adam, the
//    optimizer of chapter 5.

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// With $\eta = 1$ the factor $1 - \eta$ is 0: one step takes away the whole distance, and the second row is 2. In the
// steeper valley the gradient is $4\,(x - 2)$, so the factor is $1 - 4\eta$: one step is enough at $\eta = 0.25$, and
// at 0.5 the walk swings for ever. The more a valley is curved, the shorter the steps must be. Chapters 2 and 3 meet
// valleys that are curved more in one direction than in another.
//
// ```ts
// for (const [factor, rate] of [[0.5, 1], [2, 0.25], [2, 0.5]]) {
//   const steep = tensor(0.007588282693177462, { requiresGrad: true });
//   const rows: string[] = [];
//   for (let step = 0; step < 4; step++) {
//     rows.push((await steep.item()).toFixed(4));
//     steep.sub(2).pow(2).mul(factor).backward();
//     noGrad(() => steep.sub_(steep.grad!.mul(rate)));
//     steep.zeroGrad();
//   }
//   console.log(`${factor} (x − 2)², η = ${rate}: ${rows.join(", ")}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The gradient is now $(x - 2)^3$, and again nobody had to say so. Far out it is larger than before: the first step
// leaps from 0.0076 to 3.1713, beyond the lowest point. Near the bottom it is next to nothing: the walk comes back to
// 2.43 within three more steps, and the ten after those bring it no nearer than 2.2668. The ground gets flatter as it
// goes down, so each step is shorter than the last.
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
