// %% [markdown]
// # 2. The lowest point of a bowl
//
// *About 20 minutes. Before it: chapter 1.*
//
// **The question.** Two unknowns instead of one. Where is
//
// $$y = x_0^2 + x_1^2 + 4x_0 + 5x_1 + 3$$
//
// smallest, and does anything about the walk have to change?

// %%
import { chart, noGrad, show, tensor, useDevice } from "descent";
import { chapterFlags, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 2: The lowest point of a bowl",
  description: "Two numbers, kept in one tensor, walk down a bowl together.",
  device: "cpu",
  threads: true,
  steps: 10,
  mostSteps: 500,
  out: true,
});
await useDevice(flags.device, { threads: flags.threads });

const x = tensor([[-0.0040, 0.0005]], { requiresGrad: true });
console.log(`shape of x: [${x.shape}], of x times its transpose: [${x.matmul(x.t()).shape}]`);

// %% [markdown]
// Both unknowns live in one tensor of shape $1 \times 2$: one row, two columns. The sum of squares is then a matrix
// product of the row with itself stood on end,
//
// $$x\,x^{\mathsf T} = \begin{pmatrix} x_0 & x_1 \end{pmatrix} \begin{pmatrix} x_0 \\ x_1 \end{pmatrix} = x_0^2 + x_1^2,$$
//
// and `x.at(0, 1)` picks the element in row 0, column 1.

// %% [markdown] tags=["question"]
// **Predict.** $x\,x^{\mathsf T}$ is one number. What is the shape of the product the other way round, $x^{\mathsf T} x$?
//
// - [ ] [1, 1]: the order does not matter.
// - [ ] [1, 2]
// - [x] [2, 2]
// - [ ] None: the shapes do not fit.
//
// **Answer.** A column of two times a row of two takes each with each: a table of four products. Rows come from the
// left factor, columns from the right one.
//
// ```ts
// console.log(`[${x.t().matmul(x).shape}]`);
// ```

// %% [markdown]
// ## A gradient has the shape of its tensor
//
// With two unknowns the slope is two numbers, one for each direction:
//
// $$\nabla y = \begin{pmatrix} 2x_0 + 4 & 2x_1 + 5 \end{pmatrix}$$
//
// At our starting point that is almost exactly $(4, 5)$.

// %%
section("A gradient has the shape of its tensor");
const start = x.matmul(x.t()).add(x.at(0, 0).mul(4)).add(x.at(0, 1).mul(5)).add(3);
start.backward();
console.log(`gradient = ${await x.grad!.format()}`);
x.zeroGrad();

// %% [markdown] tags=["question"]
// **Predict.** Take only one element: $y = 4x_0$, in code `x.at(0, 0).mul(4)`. What is `x.grad` after `y.backward()`?
//
// - [ ] `4`
// - [ ] `[[4.]]`
// - [ ] `[[4., 4.]]`
// - [x] `[[4., 0.]]`
//
// **Answer.** A gradient has the shape of its tensor, whether all of it was used or not. $y$ does not change with
// $x_1$, and so the slope in that direction is 0.
//
// ```ts
// x.at(0, 0).mul(4).backward();
// console.log(await x.grad!.format());
// x.zeroGrad();
// ```

// %% [markdown]
// The loop is chapter 1's: forward, backward, step, forget. It also keeps the points for a picture.

// %%
const eta = 0.4;
const path = { x: [] as number[], y: [] as number[] };

for (let step = 0; step < flags.steps; step++) {
  console.log(`x = ${await x.format()}`);
  const [x0, x1] = await x.data();
  path.x.push(x0);
  path.y.push(x1);
  const y = x.matmul(x.t()).add(x.at(0, 0).mul(4)).add(x.at(0, 1).mul(5)).add(3);
  y.backward();
  noGrad(() => x.sub_(x.grad!.mul(eta)));
  x.zeroGrad();
}

// %% [markdown]
// ## What to notice
//
// **It ends at $(-2, -2.5)$**, where both entries of the gradient are zero.
//
// **It is faster than chapter 1 with the same $\eta$.** This bowl is twice as curved ($x^2$ where chapter 1 had
// $\tfrac12 x^2$), so the error shrinks to $1 - 2\eta = 0.2$ of itself at each step, instead of $0.6$.
//
// **Each step crosses the contour lines at a right angle.** Seen from above, the bowl looks like a map: along the edge of a
// colour $y$ stays the same. The gradient points where $y$ grows fastest, and that is square to the direction in which it
// does not grow at all.

// %%
section("What to notice");
const bowl = (x0: number, x1: number) => x0 ** 2 + x1 ** 2 + 4 * x0 + 5 * x1 + 3;
const axes = { xTitle: "x₀", yTitle: "x₁", zTitle: "y", equal: true, width: 520 };
await show(
  chart.contour({ ...axes, title: "The bowl from above", x: [-4, 1], y: [-4.5, 0.5], z: bowl, path }),
);

// %% [markdown]
// The contour lines of this bowl are circles, and what is square to a circle goes through its centre. So the walk is one
// straight line: each step points right at the lowest point, and only its length is wrong.

// %% [markdown] tags=["question"]
// **Predict.** In chapter 1 the walk needed one step with $\eta = 1$. What does $\eta = 1$ do in this bowl?
//
// - [ ] It needs one step as well.
// - [x] It jumps to and fro between two points, for ever.
// - [ ] It leads further and further away.
// - [ ] It needs two steps, one for each unknown.
//
// **Answer.** The bowl is twice as curved, so a step leaves $1 - 2\eta = -1$ times the error: it lands as far behind
// the lowest point as it stood in front of it. One step is enough at $\eta = 0.5$.
//
// ```ts
// for (const rate of [1, 0.5]) {
//   const at = tensor([[-0.0040, 0.0005]], { requiresGrad: true });
//   const points: string[] = [];
//   for (let step = 0; step < 4; step++) {
//     points.push(await at.format());
//     at.square().sum().add(at.at(0, 0).mul(4)).add(at.at(0, 1).mul(5)).add(3).backward();
//     noGrad(() => at.sub_(at.grad!.mul(rate)));
//     at.zeroGrad();
//   }
//   console.log(`η = ${rate}: ${points.join(" ")}`);
// }
// ```

// %% [markdown] tags=["question"]
// **Predict.** Turn one direction upside down: $y = x_0^2 - x_1^2$ has no lowest point. The walk starts at exactly
// $(1, 0)$, with $\eta = 0.4$. Where does it lead?
//
// - [x] To $(0, 0)$, and there it stays.
// - [ ] Down along $x_1$, without end.
// - [ ] It stays at $(1, 0)$.
// - [ ] `backward()` refuses: there is no lowest point.
//
// **Answer.** At $x_1 = 0$ the slope along $x_1$ is 0, so nothing pushes the walk to either side. It ends where both
// slopes are 0, on a **saddle**. A zero gradient does not make a lowest point. Start a millionth beside it, and in the
// end the walk runs away.
//
// ```ts
// for (const beside of [0, 1e-6]) {
//   const at = tensor([[1, beside]], { requiresGrad: true });
//   for (let step = 0; step < 40; step++) {
//     at.at(0, 0).square().sub(at.at(0, 1).square()).backward();
//     noGrad(() => at.sub_(at.grad!.mul(0.4)));
//     at.zeroGrad();
//   }
//   const [x0, x1] = await at.data();
//   console.log(`from (1, ${beside}): (${x0.toFixed(4)}, ${x1.toFixed(4)})`);
// }
// ```

// %% [markdown]
// ## A valley
//
// That the walk in the bowl was straight was luck. Make the ground ten times as curved along $x_0$, by adding
// $9 x_0^2$. With $\eta = 0.4$ the error along $x_0$ would be multiplied by $1 - 20\eta = -7$ at every step. The walk
// comes down only for $\eta < 2/20 = 0.1$, so let us take $0.09$, from a point where one sees more:

// %%
section("A valley");
async function descend(rate: number, points: number) {
  const at = tensor([[1.5, 1]], { requiresGrad: true });
  const visited = { x: [] as number[], y: [] as number[] };
  for (let point = 0; point < points; point++) {
    const [x0, x1] = await at.data();
    visited.x.push(x0);
    visited.y.push(x1);
    const y = at.matmul(at.t()).add(at.at(0, 0).mul(4)).add(at.at(0, 1).mul(5)).add(3)
      .add(at.at(0, 0).square().mul(9));
    y.backward();
    noGrad(() => at.sub_(at.grad!.mul(rate)));
    at.zeroGrad();
  }
  return visited;
}

const zigzag = await descend(0.09, 15);
console.log(`in the valley, after 14 steps: ${zigzag.x[14].toFixed(4)}, ${zigzag.y[14].toFixed(4)}`);
await show(chart.contour({
  ...axes,
  title: "The valley from above",
  x: [-2, 2],
  y: [-3.5, 1.5],
  z: (x0, x1) => bowl(x0, x1) + 9 * x0 ** 2,
  path: zigzag,
}));

// %% [markdown]
// Still every step starts at a right angle to its contour line. But these are ellipses, and a line square to an ellipse
// misses its centre: the walk spends itself on crossing the valley, and the lowest point, $(-0.2, -2.5)$, is a long
// way along it. The steep direction says how long a step may be; the flat one has to live with that. Chapter 3 meets ground
// that is curved a hundred thousand times more in one direction than in another, and pays for it.
//
// ## Many outputs, one objective
//
// So far the formula gave one number. A model often gives several: a price for today and one for tomorrow, ten scores
// for ten digits. Which of them is to be smallest? Here two unknowns are turned into three outputs, and each has a
// **target**, the value that we should like it to have:
//
// $$x\,A = \begin{pmatrix} x_0 & x_1 & x_0 + x_1 \end{pmatrix}, \qquad A = \begin{pmatrix} 1 & 0 & 1 \\ 0 & 1 & 1 \end{pmatrix},
// \qquad t = \begin{pmatrix} 1 & 1 & 5 \end{pmatrix}$$
//
// They cannot all have their way: $x_0 = 1$ and $x_1 = 1$ do not add up to 5. What can be asked for is that they miss
// by little *together*. So square each error and add them up. That one number is the **objective**, and all that has
// been said about walking downhill holds for it:
//
// $$y = \sum_j \big( (x\,A)_j - t_j \big)^2$$

// %%
section("Many outputs, one objective");
const A = tensor([[1, 0, 1], [0, 1, 1]]);
const targets = tensor([[1, 1, 5]]);
const point = tensor([[-1, 0.5]], { requiresGrad: true });

for (let output = 0; output < 3; output++) {
  point.matmul(A).sub(targets).square().at(0, output).backward();
  console.log(`gradient of error ${output} alone = ${await point.grad!.format()}`);
  point.zeroGrad();
}
point.matmul(A).sub(targets).square().sum().backward();
console.log(`gradient of their sum = ${await point.grad!.format()}`);
point.zeroGrad();

// %% [markdown]
// Each error pulls its own way, and *the gradient of a sum is the sum of the gradients*. (Look at the columns:
// $-4 + 0 - 11 = -15$.) So a step down the sum listens to all of them at once.

// %% [markdown] tags=["question"]
// **Predict.** Where will the walk come to rest?
//
// - [ ] At $(1, 1)$: two of three errors are zero there, and the third is outvoted.
// - [ ] At $(2.5, 2.5)$: the largest target counts most.
// - [x] At $(2, 2)$, where no output has its target.
// - [ ] Nowhere: the three pull for ever.
//
// **Answer.** At $(2, 2)$ the three miss by 1, 1 and $-1$, and their gradients $(2, 0)$, $(0, 2)$ and $(-2, -2)$
// cancel. At $(1, 1)$ two of them are content and do not pull, so the third has its way, until the pull of the others
// is as strong.
//
// ```ts
// const A = tensor([[1, 0, 1], [0, 1, 1]]), targets = tensor([[1, 1, 5]]);
// for (const place of [[1, 1], [2.5, 2.5], [2, 2]]) {
//   const at = tensor([place], { requiresGrad: true });
//   const objective = at.matmul(A).sub(targets).square().sum();
//   objective.backward();
//   console.log(`at (${place}): objective ${await objective.item()}, gradient ${await at.grad!.format()}`);
// }
// ```

// %%
const together = { x: [] as number[], y: [] as number[] };
for (let step = 0; step < 20; step++) {
  const [x0, x1] = await point.data();
  together.x.push(x0);
  together.y.push(x1);
  point.matmul(A).sub(targets).square().sum().backward();
  noGrad(() => point.sub_(point.grad!.mul(0.2)));
  point.zeroGrad();
}
console.log(`at rest: ${await point.format()}, outputs: ${await point.matmul(A).format()}`);

await show(chart.contour({
  ...axes,
  title: "Three errors, added up",
  x: [-1.5, 5],
  y: [-1.5, 5],
  z: (x0, x1) => (x0 - 1) ** 2 + (x1 - 1) ** 2 + (x0 + x1 - 5) ** 2,
  path: together,
  over: {
    "x₀ = 1": { x: [1, 1], y: [-1.5, 5], mode: "lines" },
    "x₁ = 1": { x: [-1.5, 5], y: [1, 1], mode: "lines" },
    "x₀ + x₁ = 5": { x: [0, 5], y: [5, 0], mode: "lines" },
  },
}));

// %% [markdown]
// On each of the straight lines one output has its target. The walk ends between all three, as near to them as it can.
//
// Every objective in this course is such a sum. Chapter 3 sums over samples, chapter 5 over the ten outputs of a
// network, and where there are many of both the mean is taken, which is the sum in a smaller unit.

// %% [markdown] tags=["question"]
// **Predict.** Take the mean of the three squared errors instead of their sum, and keep $\eta = 0.2$. What becomes of
// the walk?
//
// - [ ] It ends elsewhere: a mean cares less about large errors.
// - [ ] Nothing changes at all.
// - [x] It ends at the same place, with smaller steps.
// - [ ] It ends at the same place, with larger steps.
//
// **Answer.** The mean is a third of the sum everywhere, so it is lowest at the same place, and its gradient is a
// third. Three times the learning rate takes the same steps as before.
//
// ```ts
// const A = tensor([[1, 0, 1], [0, 1, 1]]), targets = tensor([[1, 1, 5]]);
// for (const [kind, rate] of [["sum", 0.2], ["mean", 0.2], ["mean", 0.6]] as const) {
//   const at = tensor([[-1, 0.5]], { requiresGrad: true });
//   const points: string[] = [];
//   for (let step = 0; step < 40; step++) {
//     if (step % 13 === 0) points.push(await at.format());
//     at.matmul(A).sub(targets).square()[kind]().backward();
//     noGrad(() => at.sub_(at.grad!.mul(rate)));
//     at.zeroGrad();
//   }
//   console.log(`${kind}, η = ${rate}: ${points.join(" ")}`);
// }
// ```

// %% [markdown]
// ## Two remarks on tensors
//
// **Tensors are a way to store numbers, not a new kind of mathematics.** When a formula with tensors looks strange,
// write it out element by element: scalars are all there is, as in chapter 1b. What we minimize is always *one* number,
// which is why `backward()` starts from a tensor of one element, and why every gradient has exactly the shape of the
// tensor it belongs to.
//
// **Nobody differentiates a vector by a matrix.** So says the book. More exactly, such derivatives occur inside the
// graph at every line, but nobody writes them down. The backward pass only ever needs them *multiplied* by the gradient
// that arrives, and each operation knows how to do that multiplication at once. (The row of `mul` in chapter 1b is an
// example.)
//
// ## Exercises
//
// 1. Replace `x.matmul(x.t())` with `x.square().sum()`, in the loop and above it. Are the rows the same? Is the graph?
// 2. Along the valley's $x_0$ a step leaves $1 - 20\eta$ of the error, along $x_1$ it leaves $1 - 2\eta$. Let `descend` try
//    $\eta = 0.11$ and $0.05$. Which $\eta$ makes both errors shrink equally fast?
// 3. Call `point.matmul(A).backward()` somewhere. Read the sentence you get: which single number would you have meant?
// 4. The second error matters ten times as much to you as the others. Say so in the objective. Where does the walk end
//    now, and why does it not get there with $\eta = 0.2$?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// The rows are the same, to the last printed digit. Behind them stands another graph, a square and a sum where there were a
// transpose and a product of matrices: the chain rule goes another way and comes to the same gradient, $2x$.
//
// ```ts
// const p = tensor([[-0.0040, 0.0005]], { requiresGrad: true });
// for (let step = 0; step < 10; step++) {
//   console.log(`x = ${await p.format()}`);
//   const y = p.square().sum().add(p.at(0, 0).mul(4)).add(p.at(0, 1).mul(5)).add(3);
//   y.backward();
//   noGrad(() => p.sub_(p.grad!.mul(0.4)));
//   p.zeroGrad();
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// Printed are the distances to $-0.2$ and $-2.5$ that are left. At 0.05 the first factor is 0, so $x_0$ is right at
// once, and $x_1$ creeps with 0.9. At 0.11 the first is $-1.2$: $x_0$ is 21.8 away and leaving. Both shrink alike where
// $20\eta - 1 = 1 - 2\eta$, that is at $\eta = 1/11$, with a factor of $9/11 \approx 0.82$. No constant $\eta$ can do
// better in the end, for the worse of the two factors is the one that stays.
//
// ```ts
// for (const rate of [0.05, 0.09, 1 / 11, 0.11]) {
//   const { x: across, y: along } = await descend(rate, 15);
//   console.log(rate.toFixed(4), (across[14] + 0.2).toFixed(4), (along[14] + 2.5).toFixed(4));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// The sentence says that a gradient flows from a single number, not from shape [1, 3]: "how does the result change" needs
// *one* result. If you meant the sum of the three, say `sum()`. Its gradient is the sum of each row of $A$, 2 and 2.
//
// ```ts
// try {
//   point.matmul(A).backward();
// } catch (error) {
//   console.log(error instanceof Error ? error.message : error);
// }
// point.matmul(A).sum().backward();
// console.log(await point.grad!.format());
// point.zeroGrad();
// ```

// %% [markdown] tags=["folded"]
// **Answer to 4**
//
// Multiply the squared errors by weights before the sum. Now $x_1$ is almost where the second wants it, and the others
// share what is left: the walk ends at $(2.4286, 1.1429)$. With $\eta = 0.2$ it never gets there. The ground along
// $x_1$ is curved with about 22, and $2/22$ is the longest step that it allows.
//
// ```ts
// const weights = tensor([[1, 10, 1]]);
// for (const rate of [0.2, 0.08]) {
//   const at = tensor([[-1, 0.5]], { requiresGrad: true });
//   for (let step = 0; step < 60; step++) {
//     at.matmul(A).sub(targets).square().mul(weights).sum().backward();
//     noGrad(() => at.sub_(at.grad!.mul(rate)));
//     at.zeroGrad();
//   }
//   console.log(`η = ${rate}: ${await at.format()}`);
// }
// ```
