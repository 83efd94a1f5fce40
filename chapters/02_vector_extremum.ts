// %% [markdown]
// # 2. The lowest point of a bowl
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
// product of the row with itself laid on its side,
//
// $$x\,x^{\mathsf T} = \begin{pmatrix} x_0 & x_1 \end{pmatrix} \begin{pmatrix} x_0 \\ x_1 \end{pmatrix} = x_0^2 + x_1^2,$$
//
// and `x.at(0, 1)` picks the element in row 0, column 1.
//
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
// $\tfrac12 x^2$), so the error shrinks by $1 - 2\eta = 0.2$ per step instead of $0.6$.
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
//
// ## A valley
//
// That was luck. Make the ground ten times as curved along $x_0$, by adding $9 x_0^2$. With $\eta = 0.4$ the error along
// $x_0$ would be multiplied by $1 - 20\eta = -7$ at every step. The walk comes down only for $\eta < 2/20 = 0.1$, so let us
// take $0.09$, from a point where one sees more:

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
// Still every step starts at a right angle to its contour line. But these are ellipses, and square to an ellipse is not
// where its centre lies: the walk spends itself on crossing the valley, and the lowest point, $(-0.2, -2.5)$, is a long
// way along it. The steep direction says how long a step may be; the flat one has to live with that. Chapter 3 meets ground
// that is curved a hundred thousand times more in one direction than in another, and pays for it.
//
// ## Two remarks on tensors
//
// **Tensors are a way to store numbers, not a new kind of mathematics.** When a formula with tensors looks strange, write
// it out element by element: scalars are all there is. What we minimize is always *one* number, which is why `backward()`
// starts from a tensor of one element, and why every gradient has exactly the shape of the tensor it belongs to.
//
// The book goes on to say that derivatives of vectors by matrices never occur. More exactly: inside the graph they occur
// at every line, but nobody writes them down. The backward pass only ever needs such a derivative *multiplied* with the
// gradient that arrives from above, and each operation knows how to do that multiplication at once.
//
// ## Exercises
//
// 1. Replace `x.matmul(x.t())` by `x.square().sum()`, in the loop and above it. Same numbers, no transpose: two graphs for one
//    function.
// 2. Along the valley's $x_0$ a step leaves $1 - 20\eta$ of the error, along $x_1$ it leaves $1 - 2\eta$. Let `descend` try
//    $\eta = 0.11$ and $0.05$. Which $\eta$ makes both errors shrink equally fast?
// 3. Call `x.mul(2).backward()` somewhere. Read the sentence you get: which single number would you have meant?

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
// Printed are the distances to $-0.2$ and $-2.5$ that are left. At 0.05 the first factor is 0, so $x_0$ is right at once, and
// $x_1$ creeps with 0.9. At 0.11 the first is $-1.2$: $x_0$ is 21.8 away and leaving. Both shrink alike where
// $20\eta - 1 = 1 - 2\eta$, that is at $\eta = 1/11$, with a factor of $9/11 \approx 0.82$. No constant $\eta$ can do better in
// the end, for the worse of the two factors is the one that stays.
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
// The sentence says that a gradient flows from a single number, not from shape [1, 2]: "how does the result change" needs
// *one* result. If you meant the sum of the two, say `sum()`: its gradient is 2 for each.
//
// ```ts
// try {
//   x.mul(2).backward();
// } catch (error) {
//   console.log(error instanceof Error ? error.message : error);
// }
// x.mul(2).sum().backward();
// console.log(await x.grad!.format());
// ```
