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
import { chart, linspace, noGrad, show, steps, tensor, useDevice } from "descent";
import { chapterFlags, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 3: A line through samples",
  description: "Three samples, three unknowns, 30,000 small steps.",
  device: "cpu",
  threads: true,
  steps: 30_000,
  verbose: true,
  out: true,
});
await useDevice(flags.device, { threads: flags.threads });

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
// Only one thing is new in the loop: `steps(n)` counts to $n$, and frees the tensors which a round made when the next one is
// over. At 30,000 rounds that is worth having. (`sum.item()` without `await` asks for the number and goes on; the
// answers are collected further below.)

// %%
section("From samples to a landscape");
const w = tensor([[0.001, 0.003]], { requiresGrad: true });
const b = tensor([0.005], { requiresGrad: true });
const eta = 0.0001;
const history: Promise<number>[] = [];

for await (const { index: step } of steps(flags.steps, { progress: false })) {
  const y = w.matmul(x).add(b);
  const loss = y.sub(target).square().div(2);
  const sum = loss.sum();
  sum.backward();
  history.push(sum.item());
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
// Two pictures of that, with the two inputs as the two sides. The points are the samples.

// %%
section("What to notice");
const side = linspace(0, 10, 41), up = linspace(0, 11, 45).unsqueeze(1);
const found = noGrad(() => side.mul(w.at(0, 0)).add(up.mul(w.at(0, 1))).add(b));
const made = side.mul(3.1).add(up.mul(4.2)).add(0.5);
const inputs = { x: side, y: up, xTitle: "first input", yTitle: "second input", height: 480 };
const over = { samples: { x: x.at(0), y: x.at(1) } };
await show(chart.panels([
  chart.contour({ ...inputs, z: found, zTitle: "y", title: "The plane that was found", over }),
  chart.contour({
    ...inputs,
    z: found.sub(made),
    zTitle: "error",
    colors: "diverging",
    title: "… minus the true one",
    over,
  }),
], { title: "A plane, and the three samples that it was made from" }));
console.log(`error at (10, 0) = ${await found.sub(made).at(0, 40).format()}`);

// %% [markdown]
// (`side` is a row of 41 numbers, `up` a column of 45; added, each is repeated along the other: a grid of $45 \times 41$.)
// Left, the plane that the walk found: its contour lines are straight and evenly spaced, as a plane's must be. Right, what is
// wrong with it: next to nothing on the line along which the samples lie, and the more, the farther from that line. At the
// input $(10, 0)$ it is off by 1.74. Nothing in the data contradicts it there.
//
// In numbers: the curvature of $L$ is the matrix $X X^{\mathsf T}$, where $X$ holds the inputs and a row of ones for $b$.
// Its eigenvalues are 243, 1.26 and 0.00198. Along an eigenvector of curvature $\lambda$ each step leaves $1 - \eta\lambda$ of
// the error. After $n$ steps $(1 - \eta\lambda)^n$ remains: along the steepest nothing, along the middle one two hundredths,
// along the flat one $(1 - 0.0001 \cdot 0.00198)^{30000} \approx 0.994$. In that direction we have hardly moved.
//
// **Why the steps must be so small.** The book says: because the gradients are large at first. The reason is the curvature:
// the walk is stable exactly while $|1 - \eta\lambda| < 1$ in every direction, that is for $\eta < 2/243 \approx 0.0082$, however
// large or small the gradients are. The steepest direction limits the step, the flattest one needs the time. Their quotient,
// here 123,000, is called the **condition number**. Normalization (chapter 6) and Adam (chapter 5) are two answers to it.
//
// ## A learning rate that changes
//
// A changing $\eta$ would be best, says the book, and leaves it at that. Let us try. Here is the loop once more, with a rate
// that may depend on the step:

// %%
section("A learning rate that changes");
async function descend(rate: (step: number) => number, count: number, samples = x, answers = target) {
  const weight = tensor([[0.001, 0.003]], { requiresGrad: true });
  const bias = tensor([0.005], { requiresGrad: true });
  const pending: Promise<number>[] = [];
  for await (const { index: step } of steps(count, { progress: false })) {
    const loss = weight.matmul(samples).add(bias).sub(answers).square().div(2).sum();
    loss.backward();
    pending.push(loss.item());
    noGrad(() => {
      weight.sub_(weight.grad!.mul(rate(step)));
      bias.sub_(bias.grad!.mul(rate(step)));
    });
    weight.zeroGrad();
    bias.zeroGrad();
  }
  return { weight, bias, losses: await Promise.all(pending) };
}

// %% [markdown]
// First a constant rate of 0.004, forty times the book's and safely within the bound. Then one that changes in turns of three:
// twice $1/243$, once $1/1.264$, the reciprocals of the two larger eigenvalues. The last one is nearly a hundred times *beyond*
// the bound.

// %%
const small = 1 / 243, large = 1 / 1.264;
const turn = [small, small, large];
const constant = (await descend(() => 0.004, 3000)).losses;
const changing = (await descend((step) => turn[step % 3], 3000)).losses;

const goal = 9.43e-5;
for (const [name, losses] of [["constant", constant], ["in turns", changing]] as const) {
  const reached = losses.findIndex((loss) => loss <= goal);
  const when = reached < 0 ? `not down to ${goal}` : `${goal} after ${reached} steps`;
  console.log(`${name}: ${when}, ${losses.at(-1)!.toExponential(1)} at the end`);
}

const counted = (losses: number[]) => ({ x: losses.map((_, i) => i + 1), y: losses });
await show(chart.line({
  title: "The loss with three learning rates",
  xTitle: "pass through the loop",
  yTitle: "loss",
  xLog: true,
  yLog: true,
  series: {
    [`η = ${eta}`]: counted(await Promise.all(history)),
    "η = 0.004": { ...counted(constant), dash: "dash" },
    "η in turns": counted(changing),
  },
}));

// %% [markdown]
// **The book's 30,000 steps were 752 steps too small.** Each curve comes down two flights of stairs, and stands on a third: first
// the error along the steep direction vanishes, then that along the middle one (from 0.03 on), and the share of the flat
// one, $8 \cdot 10^{-5}$, stays for as long as two of them run. As long as $\eta\lambda$ is small, $(1 - \eta\lambda)^n \approx e^{-\lambda n \eta}$: what
// counts is $n\eta$, the *sum* of all rates. The book's is $30{,}000 \cdot 0.0001 = 3$, and so is $752 \cdot 0.004$. On a
// logarithmic axis the curve just moves to the left. That the gradients are large at first does no harm.
//
// **The changing rate needs three steps.** A step with $\eta = 1/\lambda$ leaves $1 - \eta\lambda = 0$ of the error along that
// eigenvector: it takes one direction away entirely. The large step does it with the middle direction. At the same time it
// multiplies what there is in the steep one by $1 - 243/1.264 = -191$, which would be ruin, if the two small steps before had
// left anything there. The bound above holds for a rate that stays. Where it changes, only the *product* of the factors over a
// turn must stay below 1, in every direction. (The teeth at the end are rounding errors, multiplied by 191 and swept
// away again.) Numerical analysis knows this since Richardson (1910).
//
// To know the eigenvalues one needs the curvature, and with 47 million parameters nobody computes that. So this is not how
// networks are trained. But it shows what a good rate depends on: on the ground, direction by direction, and not on how
// large the gradient is.
//
// ## Exercises
//
// 1. Set `eta` to 0.008, then to 0.0083. One comes visibly closer to $(3.1,\ 4.2)$, the other ends in `nan`.
// 2. With `eta` 0.004, change the last input from 10.1 to 5.1 (and its target to 49.51). The two inputs now tell different
//    stories. How close do $w$ and $b$ come? (The rates in turns were made for the old samples. With the new ones they are ruin.)
// 3. One direction is left. Give `turn` a third kind of step, $1/0.00198$, somewhere. Which steps must come after it? Can you
//    find $(3.1,\ 4.2)$ and $0.5$ within a dozen steps?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// With 0.008 the sum of the rates is 240 instead of 3, and $e^{-0.00198 \cdot 240} \approx 0.62$ of the flat direction's error are
// left: $w$ ends at $(3.1963,\ 4.1037)$, $b$ at 0.6121. With 0.0083 each step multiplies the steep error by
// $1 - 0.0083 \cdot 243.1 = -1.018$. That looks harmless, and 2,278 steps later the loss is infinite.
//
// ```ts
// for (const rate of [0.008, 0.0083]) {
//   const { weight, bias, losses } = await descend(() => rate, 30_000);
//   console.log(rate, await weight.format(), await bias.format(), losses.indexOf(Infinity));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// They arrive: $w = (3.1000,\ 4.2000)$, $b = 0.5001$. The eigenvalues are now 162, 6.5 and 0.27, and their quotient is 607
// instead of 123,000. Nothing about the walk has changed, only what it is asked.
//
// ```ts
// const samples = tensor([[1.1, 4.6, 8.9], [2.3, 5.7, 5.1]]);
// const answers = tensor([[13.57, 38.7, 49.51]]);
// const clear = await descend(() => 0.004, 30_000, samples, answers);
// console.log(await clear.weight.format(), await clear.bias.format());
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// After it must come what cleans up behind it: the huge step multiplies the middle error by $1 - 1.264/0.00198 = -637$ and the
// steep one by $-122{,}800$. So: small, small, large, as before; small, small, huge; and small, small, large, small, small.
// These eleven steps arrive at $w = (3.1000,\ 4.2000)$, $b = 0.5000$, where the book's 30,000 left us at 3.2567.
//
// ```ts
// const huge = 1 / 0.00198;
// const plan = [small, small, large, small, small, huge, small, small, large, small, small];
// const arrived = await descend((step) => plan[step], plan.length);
// console.log(await arrived.weight.format(), await arrived.bias.format());
// ```
