// %% [markdown]
// # 2. The lowest point of a bowl
//
// **The question.** Two unknowns instead of one. Where is
//
// $$y = x_0^2 + x_1^2 + 4x_0 + 5x_1 + 3$$
//
// smallest, and does anything about the walk have to change?

// %%
import { chapterFlags, noGrad, tensor, useDevice } from "descent";

const flags = chapterFlags({
  title: "Chapter 2: The lowest point of a bowl",
  description: "Two numbers, kept in one tensor, walk down a bowl together.",
  device: "cpu",
  steps: 10,
});
await useDevice(flags.device);

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
const start = x.matmul(x.t()).add(x.at(0, 0).mul(4)).add(x.at(0, 1).mul(5)).add(3);
start.backward();
console.log(`gradient = ${await x.grad!.format()}`);
x.zeroGrad();

// %% [markdown]
// The loop is chapter 1's, word for word: forward, backward, step, forget.

// %%
const eta = 0.4;

for (let step = 0; step < flags.steps; step++) {
  console.log(`x = ${await x.format()}`);
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
// $\tfrac12 x^2$), so the error shrinks by $1 - 2\eta = 0.2$ per step instead of $0.6$. How large a step may be depends on
// how curved the ground is. Chapter 3 meets ground that is curved a hundred thousand times more in one direction than in
// another, and pays for it.
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
// 1. Replace both `x.matmul(x.t())` by `x.square().sum()`. Same numbers, no transpose: two graphs for one function.
// 2. Make the bowl a valley: add `.add(x.at(0, 0).square().mul(9))` to the `y` of the loop. $x_0$ blows up. By which
//    factor per step, and which `eta` tames it?
// 3. Call `x.mul(2).backward()` somewhere. Read the sentence you get: which single number would you have meant?
