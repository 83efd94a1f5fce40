// %% [markdown]
// # 1b. An engine in sixty lines
//
// *About 30 minutes. Before it: chapter 1.*
//
// **The question.** In chapter 1 nobody told the program a derivative, and `backward()` gave the right one. How can it
// know?
//
// **The idea.** A formula, however long, is made of a few small operations, and each has a slope that everybody learned at
// school. So let every number remember which operation made it, from what, and with which slopes. The chain rule does the
// rest: multiply slopes along the way from the result back to $x$. Here is the whole of it, without the library: sixty
// lines in which numbers learn to differentiate. Then we hold it against the library, and see what is left for tensors to
// do.

// %%
import { chart, F, gradCheck, graph, linspace, manualSeed, noGrad, randn, show } from "descent";
import { tensor, useDevice } from "descent";
import { chapterFlags, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 1b: An engine in sixty lines",
  description: "Numbers that remember how they were computed, and a backward() for them.",
  device: "cpu",
  threads: true,
  steps: 100,
  mostSteps: 2000,
  seed: 0,
  out: true,
});
await useDevice(flags.device, { threads: flags.threads });

// %% [markdown]
// ## A number that remembers
//
// Four operations are enough to begin with, and for a whole network. Each tells how fast its result grows when one of its
// inputs does, the others held still:
//
// | operation | result | slope for each input |
// | --- | --- | --- |
// | `add` | $a + b$ | $1$ and $1$ |
// | `mul` | $a \cdot b$ | $b$ and $a$ |
// | `pow` | $a^n$ | $n\,a^{n-1}$ |
// | `relu` | $\max(a, 0)$ | $1$ if $a > 0$, else $0$ |
//
// (**relu** lets positive numbers pass and turns all others into 0. Chapter 4 bends functions with it.)
//
// A `Value` is a number with four notes: the operation that made it (`op`), from what (`inputs`), with which slopes
// (`slopes`), and, once it is known, how fast the final result changes with it (`grad`). The numbers that we begin with
// were made by nothing: they are the **leaves** of the graph.

// %%
section("A number that remembers");
let made = 0;

class Value {
  readonly id = made++;
  grad = 0;

  constructor(
    public data: number,
    readonly op = "",
    readonly inputs: Value[] = [],
    readonly slopes: number[] = [],
  ) {}

  add(other: Value | number): Value {
    const b = valueOf(other);
    return new Value(this.data + b.data, "add", [this, b], [1, 1]);
  }

  mul(other: Value | number): Value {
    const b = valueOf(other);
    return new Value(this.data * b.data, "mul", [this, b], [b.data, this.data]);
  }

  pow(n: number): Value {
    return new Value(this.data ** n, "pow", [this], [n * this.data ** (n - 1)]);
  }

  relu(): Value {
    return new Value(Math.max(this.data, 0), "relu", [this], [this.data > 0 ? 1 : 0]);
  }

  passOn() {
    this.inputs.forEach((input, i) => input.grad += this.slopes[i] * this.grad);
  }

  backward(order = latestFirst) {
    this.grad = 1;
    for (const value of order(this)) value.passOn();
  }
}

function valueOf(x: Value | number): Value {
  return x instanceof Value ? x : new Value(x);
}

const x = new Value(0.007588282693177462);
const y = x.add(-2).pow(2).mul(0.5);
console.log(`y = ${y.data}, made by ${y.op} of ${y.inputs.map(({ data }) => data).join(" and ")}`);

// %% [markdown]
// That is the forward pass. Computing with a `Value` gives a `Value`, and following `inputs` from $y$ leads back to $x$.
// (There is no `sub` and no `div`: $a - b$ is $a + (-1) \cdot b$, and $a / b$ is $a \cdot b^{-1}$.)
//
// ## One line at a time
//
// The way back is `passOn`, a single line. When a value knows its own `grad`, it multiplies it by each of its slopes
// and hands the product to the input in question. That is the chain rule, and all of it. `backward()` sets the `grad`
// of the result to 1, since $y$ changes as fast as itself, and then lets the values pass on, one after the other, in
// some order. In which? (`latestFirst` is the answer, and comes in a while.) The simplest is to walk into the graph as
// it comes, down to the end of one branch and then into the next. That is called **depth-first**:

// %%
section("One line at a time");
function depthFirst(y: Value): Value[] {
  const found = new Set<Value>();
  const visit = (value: Value) => {
    if (found.has(value)) return;
    found.add(value);
    value.inputs.forEach(visit);
  };
  visit(y);
  return [...found];
}

y.backward(depthFirst);
console.log(`dy/dx = ${x.grad}`);
await show(graph(y, { names: { x, y }, title: "Chapter 1's parabola, in Values" }));

// %% [markdown]
// It is chapter 1's slope, $-1.9924$, with twice as many right digits, since JavaScript's numbers have 64 bits. Read
// the orange numbers from $y$ backwards: 1, then 0.5, then $0.5 \cdot 2 \cdot (-1.9924)$, and `add` passes on what it
// gets. The constants have a `grad`, too. Nobody asks for it, but it is right: turn the factor 0.5 up a little, and $y$
// grows 3.97 times as much.

// %% [markdown] tags=["question"]
// **Predict.** $x$ is 3, and $y = x \cdot x + x$. What is $dy/dx$, and so what must `backward()` leave in `x.grad`?
//
// - [ ] 1: the last use of $x$ has the slope 1, and it is the one that counts.
// - [ ] 4: the product passes on 3, the sum 1.
// - [x] 7: the product passes on 3 twice, the sum 1.
// - [ ] 10: the product passes on $3 \cdot 3$, the sum 1.
//
// **Answer.** $x$ is used three times. Where it is multiplied, it is both factors, and for each of them the slope is
// the other one, 3. All that arrives is added up: $3 + 3 + 1 = 7$, which is $2x + 1$.
//
// ```ts
// const x = tensor(3, { requiresGrad: true });
// x.mul(x).add(x).backward();
// console.log(`x.grad = ${await x.grad!.item()}`);
// ```

// %% [markdown]
// ## Used twice
//
// Why does `passOn` say `+=`? A value can be used more than once. If $x$ grows a little, every place where it stands makes
// its own difference to the result, and the differences add up. Let us see what a plain `=` would do to $x \cdot x$ at
// $x = 3$:

// %%
section("Used twice");
const overwritten = new Value(3), summed = new Value(3);
const square = overwritten.mul(overwritten);
square.inputs.forEach((input, i) => input.grad = square.slopes[i]);
summed.mul(summed).backward(depthFirst);
console.log(`slope of x · x at 3, with =: ${overwritten.grad}, with +=: ${summed.grad}`);

// %% [markdown]
// $x^2$ has the slope $2x = 6$. With `=` the second factor has wiped out what came from the first.
//
// ## In which order?
//
// Now the order. Depth-first was good enough for a chain. Here is a **diamond**: $s = x^2$ is used by two, and what they
// make of it comes together again.
//
// $$y = \mathrm{relu}(s) + s^2, \qquad s = x^2$$
//
// At $x = 2$ we have $s = 4$ and $dy/ds = 1 + 2s = 9$, so the slope must be $9 \cdot 2x = 36$.

// %%
section("In which order?");
function diamond() {
  const x = new Value(2);
  const s = x.pow(2);
  const left = s.relu(), right = s.pow(2);
  return { x, s, left, right, y: left.add(right) };
}

function listed(order: Value[], values: Record<string, Value>): string {
  const names = Object.keys(values);
  return order.map((value) => names.find((name) => values[name] === value)).join(", ");
}

const wrong = diamond();
wrong.y.backward(depthFirst);
console.log(`depth-first (${listed(depthFirst(wrong.y), wrong)}): ${wrong.x.grad}`);
await show(graph(wrong.y, { names: { ...wrong }, title: "The diamond, depth-first" }));

const nudge = 1e-5;
const height = (x: number) => x ** 2 + x ** 4;
console.log(`by nudging x: ${((height(2 + nudge) - height(2 - nudge)) / (2 * nudge)).toFixed(4)}`);

// %% [markdown]
// 4 instead of 36, and no error message. (The check needs no calculus: nudge $x$ by a little to both sides and see how
// much $y$ changes.) Look at $s$ in the picture: its `grad` is right, 9. But $x$ has got only $1 \cdot 4$. The walk
// came to $s$ through `left`, and $s$ passed on what it had at that moment, the 1 of `left`. The 8 of `right` arrived
// later, and $s$ was not asked again.
//
// Should $s$ pass on again whenever something arrives? Then its first 1 would be handed on twice. It works if each
// value hands on only what has *just* arrived. That walks every path from $y$ to the leaves on its own:

// %%
let calls = 0;
function pathByPath(value: Value, arriving: number) {
  calls++;
  value.grad += arriving;
  value.inputs.forEach((input, i) => pathByPath(input, value.slopes[i] * arriving));
}

const slow = diamond();
pathByPath(slow.y, 1);
console.log(`path by path: ${slow.x.grad}`);

function tower(floors: number) {
  const ground = new Value(1);
  let top = ground;
  for (let floor = 0; floor < floors; floor++) top = top.add(top);
  return { ground, top };
}

calls = 0;
const walked = tower(20);
pathByPath(walked.top, 1);
console.log(`path by path through 20 doublings: slope ${walked.ground.grad}, ${calls} calls`);

// %% [markdown]
// 36: right. It is the chain rule as mathematics has it, a sum over all paths. But each doubling of the tower,
// $t \leftarrow t + t$, doubles the number of paths: 20 of them cost two million calls for 21 values, and 60 would take
// centuries. Networks are full of such places. Each skip connection of chapter 7 is one.

// %% [markdown] tags=["question"]
// **Predict.** Each value is to pass on exactly once. In which order can the five values of the diamond do so?
//
// - [ ] `y`, `left`, `s`, `right`, `x`
// - [ ] `y`, `left`, `s`, `x`, `right`
// - [ ] `x`, `s`, `left`, `right`, `y`
// - [x] `y`, `right`, `left`, `s`, `x`
//
// **Answer.** A value may pass on when everything that uses it has done so: $s$ behind both `left` and `right`, and $x$
// behind $s$. Which of `left` and `right` comes first does not matter.
//
// ```ts
// const users: Record<string, string[]> = { y: [], left: ["y"], right: ["y"], s: ["left", "right"], x: ["s"] };
// for (const order of ["y left s right x", "y left s x right", "x s left right y", "y right left s x"]) {
//   const names = order.split(" ");
//   const early = names.find((name, i) => users[name].some((user) => !names.slice(0, i).includes(user)));
//   console.log(`${order}: ${early === undefined ? "nobody is early" : `${early} is too early`}`);
// }
// ```

// %% [markdown]
// So a value must wait until everything has arrived. An order in which each value comes after all that use it is called
// a **topological order**, and finding one takes no cleverness. A value is computed from values that are there already,
// so inputs are always older than results. The `id` of a `Value` says when it was made: the older, the smaller. Collect
// everything that $y$ was made from, and begin with the latest:

// %%
function latestFirst(y: Value): Value[] {
  const found = new Set([y]);
  for (const value of found) for (const input of value.inputs) found.add(input);
  return [...found].sort((a, b) => b.id - a.id);
}

const right = diamond();
right.y.backward();
console.log(`latest first (${listed(latestFirst(right.y), right)}): ${right.x.grad}`);
await show(graph(right.y, { names: { ...right }, title: "The diamond, latest first" }));

const asked = tower(20);
asked.top.backward();
console.log(
  `latest first through 20 doublings: slope ${asked.ground.grad}, ${
    latestFirst(asked.top).length
  } values asked`,
);

// %% [markdown]
// 36, and each value has been asked once. With that the engine is complete: `class Value`, `valueOf` and `latestFirst`,
// all in fewer than sixty lines. (The `for` over `found` also visits what is added while it runs; that is how a
// JavaScript `Set` works.)
//
// ## A hundred thousand steps deep
//
// Textbooks find a topological order by the depth-first walk with one line moved: a value goes on the list *behind* its
// inputs, and the list is read backwards. It is just as right. But `visit` calls itself for every step into the graph, and
// the stack of calls is not endless:

// %%
section("A hundred thousand steps deep");
function inputsFirst(y: Value): Value[] {
  const seen = new Set<Value>(), list: Value[] = [];
  const visit = (value: Value) => {
    if (seen.has(value)) return;
    seen.add(value);
    value.inputs.forEach(visit);
    list.push(value);
  };
  visit(y);
  return list.toReversed();
}

const small = diamond();
small.y.backward(inputsFirst);
console.log(`inputs first, the diamond: ${small.x.grad}`);

const bottom = new Value(0);
let deep = bottom;
for (let step = 0; step < 100_000; step++) deep = deep.add(1);
try {
  deep.backward(inputsFirst);
} catch (error) {
  console.log(`inputs first, 100,000 additions: ${(error as Error).message}`);
}
deep.backward();
console.log(`latest first, 100,000 additions: ${bottom.grad}`);

// %% [markdown]
// No network has so many layers, but a loop over many time steps can be that deep, and so can a long sum. `latestFirst`
// never calls itself. The library does the same: "creation order is a topological order", says `lib/autograd/walk.ts`.
//
// ## What is zeroed, and what need not be
//
// `+=` has a price: somebody must set the sums back. Here are five rounds at the same place, the last two zeroed
// before. Nothing moves, so the slope should be the same each time:

// %%
section("What is zeroed, and what need not be");
const still = new Value(0.007588282693177462);
const rounds: number[] = [];
for (const zeroed of [false, false, false, true, true]) {
  if (zeroed) still.grad = 0;
  still.add(-2).pow(2).mul(0.5).backward();
  rounds.push(still.grad);
}
console.log(`three rounds, nothing zeroed: ${rounds.slice(0, 3).map((grad) => grad.toFixed(4)).join(", ")}`);
console.log(`two more, zeroed before each: ${rounds.slice(3).map((grad) => grad.toFixed(4)).join(", ")}`);

// %% [markdown]
// Unless it is zeroed, the leaf carries the gradients of all rounds before. A walk downhill with these sums is what
// exercise 3 of chapter 1 showed: it overshoots and swings for ever. But why is it enough to zero *the leaf*? Because
// nothing else survives. Each round computes a new sum, a new power and a new product, and a new `Value` starts with
// `grad = 0`. Only leaves live from one round to the next, as parameters do in training.
//
// What if you walk *one* graph twice? Then the values in between still hold what came the first time.

// %% [markdown] tags=["question"]
// **Predict.** $s = x^2$, $y = 2s$, and $x = 3$, so $dy/dx$ is 12. You call `y.backward()` twice on this one graph of
// Values. What is `x.grad` then?
//
// - [ ] 12: nothing has changed between the calls.
// - [ ] 24: the leaf adds up both calls.
// - [x] 36: $s$ adds up both calls, too, and passes on the sum.
// - [ ] 144: the second call multiplies by 12 once more.
//
// **Answer.** The first call leaves 2 in $s$ and hands 12 to $x$. The second adds another 2 to $s$, which now passes on
// 4, twice as much as before: 24 more. Exercise 2 mends it with one line.
//
// ```ts
// let s = 0, x = 0;
// for (const call of ["first", "second"]) {
//   s += 2;
//   x += 2 * 3 * s;
//   console.log(`after the ${call} call: x.grad = ${x}`);
// }
// ```

// %% [markdown]
// ## A network made of numbers
//
// Four operations make a network. One input, three **neurons**, one output: each neuron multiplies the input by a
// **weight**, adds a **bias**, and lets through what is positive. The output is a weighted sum of the three, and a last
// bias:
//
// $$f(x) = \sum_{i=1}^{3} v_i \,\mathrm{relu}(w_i x + b_i) + c$$
//
// The ten numbers $w$, $b$, $v$, $c$ are its **parameters**. Let it learn $|x|$ from five samples. How wrong it is, its
// **loss**, is the sum of the squared errors: one number, and so something that can walk downhill.

// %%
section("A network made of numbers");
manualSeed(flags.seed);
const first = [...await randn(10).data()];
const samples = [-2, -1, 0, 1, 2];

function network(parameters: Value[], x: number): Value {
  const [w, b, v] = [0, 3, 6].map((from) => parameters.slice(from, from + 3));
  let sum = parameters[9];
  for (let i = 0; i < 3; i++) sum = sum.add(w[i].mul(x).add(b[i]).relu().mul(v[i]));
  return sum;
}

function lossOf(parameters: Value[]): Value {
  const errors = samples.map((x) => network(parameters, x).add(-Math.abs(x)).pow(2));
  return errors.reduce((sum, error) => sum.add(error));
}

const parameters = first.map((number) => new Value(number));
const loss = lossOf(parameters);
loss.backward();
console.log(`loss = ${loss.data.toFixed(6)}, a graph of ${latestFirst(loss).length} values`);

// %% [markdown] tags=["question"]
// **Predict.** A neuron gets $w x + b = -0.1$ at the only sample, and so $\mathrm{relu}$ gives 0. The answer should
// have been larger. How does a step downhill change $w$?
//
// - [ ] It makes $w x + b$ larger, until the neuron wakes up.
// - [ ] By a little, since $-0.1$ is close to the kink.
// - [x] Not at all.
//
// **Answer.** The slope of relu is 0 there, and whatever arrives is multiplied by it. Asking for more does not help,
// for nobody behind the kink hears it. Only other samples can wake such a neuron.
//
// ```ts
// const w = tensor(0.3, { requiresGrad: true });
// w.mul(-2).add(0.5).relu().sub(1).square().backward();
// console.log(`∂w = ${await w.grad!.item()}`);
// ```

// %% [markdown]
// Are the network's ten gradients right? Nudge each parameter to both sides, as above, and compare:

// %%
function byNudging(at: number): number {
  const [up, down] = [nudge, -nudge].map((shift) =>
    lossOf(first.map((number, i) => new Value(i === at ? number + shift : number))).data
  );
  return (up - down) / (2 * nudge);
}

const gaps = parameters.map(({ grad }, i) => Math.abs(grad - byNudging(i)));
console.log(`largest difference from nudging: ${Math.max(...gaps).toExponential(1)}`);

// %% [markdown]
// They differ by less than a billionth. Nudging needs two forward passes for each parameter: twenty here, and more than
// ninety million in chapter 5. `backward()` needs one walk for all of them. That is why networks are trained with it,
// and nudging only serves to check it.

// %% [markdown] tags=["question"]
// **Predict.** A smaller nudge should measure a slope better. The slope of $x^3$ at 2 is 12. Which nudge comes nearest?
//
// - [ ] `1e-2`
// - [x] `1e-5`
// - [ ] `1e-10`
// - [ ] `1e-14`
//
// **Answer.** A large nudge measures the bend as well. A tiny one drowns: the two results then agree in nearly all of
// their sixteen digits, and the difference is made of the last ones, which are rounded. In between it is best. With the
// 32 bits of a tensor it lies higher still, near 0.01.
//
// ```ts
// for (const nudge of [1e-2, 1e-5, 1e-10, 1e-14]) {
//   const slope = ((2 + nudge) ** 3 - (2 - nudge) ** 3) / (2 * nudge);
//   console.log(`${nudge}: off by ${Math.abs(slope - 12).toExponential(0)}`);
// }
// ```

// %% [markdown]
// ## The same in tensors
//
// Now the library, from the same ten numbers. A tensor holds all three weights at once, and another all five samples.
// The samples stand in a column of five, the weights in a row of three. The product takes each with each, a table of
// five rows and three columns:

// %%
section("The same in tensors");
const [w, b, v, c] = [first.slice(0, 3), first.slice(3, 6), first.slice(6, 9), first[9]]
  .map((numbers) => tensor(numbers, { requiresGrad: true }));
const column = tensor(samples.map((x) => [x]));
const targets = column.abs().squeeze(1);

function tensorLoss() {
  const answers = column.mul(w).add(b).relu().mul(v).sum(1).add(c);
  return answers.sub(targets).square().sum();
}

const twin = tensorLoss();
const picture = graph(twin, {
  names: { x: column, w, b, v, c, "|x|": targets, loss: twin },
  title: "The network in tensors",
});
twin.backward();
console.log(`loss = ${(await twin.item()).toFixed(6)}, a graph of ${picture.size} tensors`);
await show(picture);

const tensors = [w, b, v, c];
const theirs = (await Promise.all(tensors.map(({ grad }) => grad!.data()))).flatMap((data) => [...data]);
await show(parameters.map(({ grad }, i) => ({
  parameter: ["w₁", "w₂", "w₃", "b₁", "b₂", "b₃", "v₁", "v₂", "v₃", "c"][i],
  "∂, our engine": grad.toFixed(6),
  "∂, the library": theirs[i].toFixed(6),
})));

// %% [markdown] tags=["question"]
// **Predict.** Five samples took 119 values, or 15 tensors. How many tensors will a thousand samples take?
//
// - [x] 15
// - [ ] 1,010
// - [ ] 3,000
// - [ ] 22,009
//
// **Answer.** The tensors become longer, and no more of them are needed. Our engine needs 21 values and an addition for
// each sample, so it would have 22,009 of them.
//
// ```ts
// for (const count of [5, 1000]) {
//   const [w, b, v] = [0, 1, 2].map(() => randn(3)), [x, targets] = [randn(count, 1), randn(count)], c = randn(1);
//   w.requiresGrad = b.requiresGrad = v.requiresGrad = c.requiresGrad = true;
//   const loss = x.mul(w).add(b).relu().mul(v).sum(1).add(c).sub(targets).square().sum();
//   console.log(`${count} samples: ${graph(loss).size} tensors, ${10 + 21 * count + count - 1} values`);
// }
// ```

// %% [markdown]
// The same loss and the same ten gradients, to about the seven digits that 32 bits have. Now let both walk, side by
// side, with the same learning rate:

// %%
const rate = 0.02;
let apart = 0;
for (let step = 0; step < flags.steps; step++) {
  parameters.forEach((parameter) => parameter.grad = 0);
  const ours = lossOf(parameters);
  ours.backward();
  for (const parameter of parameters) parameter.data -= rate * parameter.grad;

  tensors.forEach((tensor) => tensor.zeroGrad());
  const other = tensorLoss();
  other.backward();
  noGrad(() => tensors.forEach((tensor) => tensor.sub_(tensor.grad!.mul(rate))));

  apart = Math.max(apart, Math.abs(ours.data - await other.item()));
  if (step % 20 === 0 || step === flags.steps - 1) {
    console.log(`step ${step}: loss = ${ours.data.toFixed(5)} and ${(await other.item()).toFixed(5)}`);
  }
}
console.log(`largest distance of the losses: ${apart.toExponential(0)}`);

// %%
const wide = linspace(-3, 3, 121);
const inputs = [...await wide.data()];
const before = first.map((number) => new Value(number));
await show(chart.line({
  title: "Three neurons learn |x|",
  xTitle: "x",
  yTitle: "f(x)",
  height: 380,
  series: {
    "before": { x: wide, y: inputs.map((x) => network(before, x).data), dash: "dot" },
    "after": { x: wide, y: inputs.map((x) => network(parameters, x).data) },
    "samples": { x: samples, y: samples.map(Math.abs), mode: "markers" },
  },
}));

// %% [markdown]
// Two kinks make the bend, close to 0. The third neuron lets all five samples through: its kink lies outside the
// picture. Nobody told the ten numbers what each of them is for. With `--seed 1` you see that this can go wrong: two
// neurons are silent at all five samples from the start, so they get no gradient; the third soon joins them, and what
// is left is one constant, 1.2, the mean of the five $|x|$. Our engine and the library agree on that, too. How large
// weights should be at the start is a question that chapter 4 takes up.
//
// ## A row of the library, read aloud
//
// In the library each operation is one row of a table, in `lib/autograd/rules`. This is multiplication:
//
// ```ts
// export const mul = rule({
//   maths: "y = a · b;  ∂a = g · b, ∂b = g · a",
//   saves: { inputs: others },
//   forward: (k, [a, b]) => k.mul(a, b),
//   gradient: (k, { g, inputs: [a, b], shapes }) => [
//     () => sumTo(k, k.mul(g, b), shapes[0]),
//     () => sumTo(k, k.mul(g, a), shapes[1]),
//   ],
// });
// ```
//
// `maths` is for us. `forward` asks the device, `k`, for the product; that may be a GPU. `gradient` is our `passOn`:
// `g` is what has arrived, and each input is handed `g` times its slope, which is the other factor. These are two
// functions, not two products, since only those inputs are asked that need a gradient. `saves` says what has to be kept
// for the way back: each factor, if the *other* one needs a gradient.
//
// There is one difference. A `Value` keeps its slopes. A tensor cannot afford to: a product of fifteen numbers with
// fifteen others has a slope for each result with each input, $15 \cdot 30$ of them, nearly all zero. So the row keeps
// the inputs, and multiplies by the slopes when `g` is there, without ever writing them down.
//
// `sumTo` is the word that is left.

// %% [markdown] tags=["question"]
// **Predict.** $c$ is a tensor of one number. It is added to 1,000 results, and the objective is the sum of all. What
// is `c.grad`?
//
// - [ ] 1
// - [ ] 0.001
// - [x] 1,000
// - [ ] A tensor of a thousand ones.
//
// **Answer.** If $c$ grows by a little, each of the results grows as much, and their sum a thousand times as much. A
// gradient always has the shape of its tensor, so it is one number.
//
// ```ts
// const c = tensor(0, { requiresGrad: true });
// randn(1000).add(c).sum().backward();
// console.log(`c.grad = ${await c.grad!.format()}`);
// ```

// %% [markdown]
// ## What a tensor changes
//
// Stretching a small tensor to meet a large one, as the three weights met five samples, is called **broadcasting**.
// Each weight is then used once for each sample. In our engine `+=` adds up what comes back from each use. A tensor
// gets everything at once, in the shape of the product, and has to add it up itself. To see it, we give each sample
// a copy of the weights, and look at what arrives at each copy:

// %%
section("What a tensor changes");
const three = tensor([[1], [10], [100]]);
const shared = tensor([2, 3], { requiresGrad: true });
const copies = tensor([[2, 3], [2, 3], [2, 3]], { requiresGrad: true });
for (const weights of [shared, copies]) three.mul(weights).mul([1, 5]).sum().backward();
console.log(`what arrives at the copies:\n${await copies.grad!.format()}`);
console.log(`and at the shared weights: ${await shared.grad!.format()}`);

// %% [markdown]
// The columns are added up, and that is `sumTo`: *the gradient of stretching is a sum*. (The picture of the network has
// it, too: the gradient of `b` is the sum of the five rows that arrive at its `add`.)
//
// The convolutions of chapter 5 take the same idea further. A small **kernel** of weights slides over a picture, and every
// place uses the same few weights. Their row begins like this:
//
// ```ts
//   maths: "y[n,o,i,j] = b[o] + Σ x[n, c, s i + d p − pad, s j + d q − pad] w[o,c,p,q];  " +
//     "∂x = g spread back by w, ∂w = Σ x g over n, i, j, ∂b = Σ g  [Dumoulin & Visin 2016]",
// ```
//
// The first line looks worse than it is: a sum of products. Read the second one. $\partial w$ is a sum over all
// pictures $n$ and all places $i, j$, since a weight is used at every one of them. $\partial x$ is "spread back": a
// number of the picture was used by all the places whose kernel lay over it, and each sends back its $g$ times the
// weight that it used. Both are `+=` once more. Here is a picture of one row, five numbers wide, and a kernel of three
// weights, in our engine and in the library:

// %%
const row = [1, 2, 4, 8, 16], kernel = [1, 0, -1];
const pixels = row.map((number) => new Value(number)), weights = kernel.map((number) => new Value(number));
let objective = new Value(0);
for (let place = 0; place < 3; place++) {
  const products = weights.map((weight, i) => weight.mul(pixels[place + i]));
  objective = objective.add(products.reduce((sum, product) => sum.add(product)).pow(2));
}
objective.backward();
const slopesOf = (values: Value[]) => values.map(({ grad }) => grad).join(", ");
console.log(`our engine: ∂w = ${slopesOf(weights)}, ∂x = ${slopesOf(pixels)}`);

const image = tensor([[[row]]], { requiresGrad: true });
const filter = tensor([[[kernel]]], { requiresGrad: true });
F.conv2d(image, filter).square().sum().backward();
const [dw, dx] = [await filter.grad!.data(), await image.grad!.data()];
console.log(`the library: ∂w = ${dw.join(", ")}, ∂x = ${dx.join(", ")}`);

const error = await gradCheck((x, w) => F.conv2d(x, w).square().sum(), [image, filter]);
console.log(`gradCheck: ${error.toExponential(0)} at most`);

// %% [markdown]
// They agree, and so does `gradCheck`, the library's own check: it nudges each number of each tensor that it is given,
// and tells the largest error. (Here it is large beside the nudges above, since the library counts in 32 bits.) Chapter
// 4 uses it on a network.
//
// ## What to notice
//
// **Nobody differentiates the whole.** Each operation knows its own slope, and what is multiplied are numbers that were
// known when the result was computed. That is called **automatic differentiation**. Going from the result back, in
// **reverse mode**, takes about as much work as computing the result, however many parameters there are.
//
// **Three rules make it right.** What arrives is added up; a value passes on when all has arrived; and what lives
// longer than a round is set to zero before the next.
//
// **A tensor is a bundle.** Ten parameters and five samples took 119 values, and 15 tensors. Nothing else has changed,
// not even the sums: `+=` between values is a sum inside a tensor. Chapter 2 puts two numbers into one tensor and
// walks on.
//
// ## Exercises
//
// 1. The engine lacks $e^x$. Write `exp`, which takes a `Value` and gives one. How many lines does it take? Build
//    $\mathrm{sigmoid}(x) = 1 / (1 + e^{-x})$ from it, and check its slope at 0.5 by nudging.
// 2. Call `backward()` twice on the same $y = 2x^2$, at $x = 3$. Why does `x.grad` triple instead of doubling? Which
//    line makes it double?
// 3. Two neurons are enough for $|x|$. Which weights would you give them? What are loss and gradients there? Then push
//    every parameter off by 0.1 and let it walk: does it come back?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// One line, or two: the slope of $e^x$ is its own result. Everything else comes from what is there.
//
// ```ts
// function exp(a: Value): Value {
//   const result = Math.exp(a.data);
//   return new Value(result, "exp", [a], [result]);
// }
// const sigmoid = (a: Value) => exp(a.mul(-1)).add(1).pow(-1);
// const at = new Value(0.5);
// sigmoid(at).backward();
// const [up, down] = [nudge, -nudge].map((shift) => sigmoid(new Value(0.5 + shift)).data);
// console.log(`slope = ${at.grad.toFixed(8)}, by nudging = ${((up - down) / (2 * nudge)).toFixed(8)}`);
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The square between $x$ and $y$ still holds the 2 that arrived the first time. Another 2 arrives, and it passes on 4.
// So $x$ gets 12, and then 24 more. The deeper the graph, the worse. Zero whatever has inputs before the walk, and the
// second call brings another 12. The library does not even let you: its `backward()` frees the graph as it goes, for in
// a large network that is most of the memory, and says so when it is called again.
//
// ```ts
// const p = new Value(3);
// const twice = p.pow(2).mul(2);
// twice.backward();
// console.log(`after the first: ${p.grad}`);
// twice.backward();
// console.log(`after the second: ${p.grad}`);
//
// const q = new Value(3);
// const again = q.pow(2).mul(2);
// for (let call = 0; call < 2; call++) {
//   for (const value of latestFirst(again)) if (value.inputs.length > 0) value.grad = 0;
//   again.backward();
// }
// console.log(`zeroed in between: ${q.grad}`);
//
// const r = tensor(3, { requiresGrad: true });
// const once = r.pow(2).mul(2);
// once.backward();
// try {
//   once.backward();
// } catch (error) {
//   console.log((error as Error).message);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// $|x| = \mathrm{relu}(x) + \mathrm{relu}(-x)$: weights 1 and $-1$, no bias, and both are added up. The loss is 0, and
// so are all gradients: it is a lowest point, and `backward()` says so. Pushed off, it walks from a loss of 0.81 back
// to nearly none, though not to the same numbers: the third neuron keeps a part of the work.
//
// ```ts
// const ideal = [1, -1, 0, 0, 0, 0, 1, 1, 0, 0];
// const exact = ideal.map((number) => new Value(number));
// const none = lossOf(exact);
// none.backward();
// console.log(`loss = ${none.data}, largest gradient = ${Math.max(...exact.map(({ grad }) => Math.abs(grad)))}`);
// const pushed = ideal.map((number) => new Value(number + 0.1));
// for (let step = 0; step <= 200; step++) {
//   pushed.forEach((parameter) => parameter.grad = 0);
//   const off = lossOf(pushed);
//   off.backward();
//   for (const parameter of pushed) parameter.data -= rate * parameter.grad;
//   if (step % 100 === 0) console.log(`step ${step}: loss = ${off.data.toExponential(1)}`);
// }
// console.log(`parameters = ${pushed.map(({ data }) => data.toFixed(2)).join(", ")}`);
// ```
