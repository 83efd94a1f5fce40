/**
 * What must compile: usual programs, as one writes them. `deno check` is the test, and this file says nothing at run time; what must
 * not compile stands in tests/types_test.ts.
 */
import {
  arange,
  autograd,
  type Device,
  device,
  einsum,
  evaluate,
  F,
  graph,
  type Index,
  meshgrid,
  multinomial,
  type NestedArray,
  nn,
  ones,
  optim,
  rand,
  randn,
  randperm,
  summary,
  type Tensor,
  type ValuesAndIndices,
  zeros,
  zerosLike,
} from "descent";

Deno.test("what must compile is in this file, and deno check sees to it", () => {});

/** Fails to compile unless a value is of exactly this type: `any` would let everything through. */
function exactly<T>(): <V>(
  value: V,
  ...same: (<X>() => X extends V ? 1 : 2) extends (<X>() => X extends T ? 1 : 2) ? [] : ["another type"]
) => void {
  return () => {};
}

class Autoencoder extends nn.Module {
  encoder = new nn.Sequential(new nn.Linear(8, 4), new nn.ReLU());
  mean = new nn.Linear(4, 2);
  logVar = new nn.Linear(4, 2);
  decoder = new nn.Linear(2, 8);
  override forward(x: Tensor): [reconstruction: Tensor, mean: Tensor, logVar: Tensor] {
    const h = this.encoder.forward(x);
    const mean = this.mean.forward(h), logVar = this.logVar.forward(h);
    return [this.decoder.forward(mean.add(logVar.div(2).exp().mul(randn(...mean.shape)))), mean, logVar];
  }
}

class Unpooling extends nn.Module {
  pool = new nn.MaxPool2d(2, { returnIndices: true });
  plain = new nn.Sequential(new nn.MaxPool2d(2), new nn.MaxPool1d(2, { returnIndices: false }));
  unpool = new nn.MaxUnpool2d(2);
  override forward(x: Tensor): Tensor {
    const { values, indices } = this.pool.forward(x);
    const up = new nn.ConvTranspose2d(2, 1, 3, { padding: [1, 0] });
    exactly<Tensor>()(F.maxPool2d(x, [2, 1], { ceilMode: true }));
    exactly<Tensor>()(F.maxPool1d(x, 2, { returnIndices: true }).indices);
    return up.forward(this.unpool.forward(values, indices, x.shape.slice(2)), [5, 5]);
  }
}

class Nearest extends nn.Module {
  override forward(x: Tensor, k: number): Tensor {
    return x.at(null, [0, k]);
  }
}

class Attention extends nn.Module {
  override forward(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    options: { mask?: Tensor } = {},
  ): { out: Tensor; weights: Tensor } {
    const scores = q.matmul(k.t());
    const weights = (options.mask === undefined ? scores : scores.add(options.mask)).softmax(-1);
    return { out: weights.matmul(v), weights };
  }
}

class Batched extends nn.Module {
  override forward({ image, sizes }: { image: Tensor; sizes: number[] }): Map<number, Tensor> {
    return new Map(sizes.map((size) => [size, image.mul(size)]));
  }
}

/** Never called: forward takes what it says, and returns what it says. */
export function forwards(x: Tensor): void {
  exactly<[reconstruction: Tensor, mean: Tensor, logVar: Tensor]>()(new Autoencoder().forward(x));
  exactly<Tensor>()(new Nearest().forward(x, 3));
  exactly<Tensor>()(new Unpooling().forward(x));
  const { out, weights } = new Attention().forward(x, x, x, { mask: x });
  exactly<Tensor>()(out);
  exactly<Tensor>()(weights);
  exactly<Tensor | undefined>()(new Batched().forward({ image: x, sizes: [1] }).get(1));
  exactly<Tensor>()(new nn.Sequential(new nn.Linear(2, 2)).forward(x));
  // @ts-expect-error: k is missing.
  new Nearest().forward(x);
  // @ts-expect-error: a number, no text.
  new Nearest().forward(x, "3");
  // @ts-expect-error: what tells indices, too, returns no tensor.
  new nn.Sequential(new nn.MaxPool2d(2, { returnIndices: true }));
  // @ts-expect-error: three things, no tensor.
  new Autoencoder().forward(x).sum();
}

/** Never called: whatever at() and set_() take, written at once and kept in variables. */
export async function indices(x: Tensor, rows: Tensor, mask: Tensor, numbers: number[]): Promise<void> {
  exactly<Tensor>()(x.at(0, -1, [1, null], [null, null, 2], null, "...", "newaxis"));
  exactly<Tensor>()(x.at(rows, Int32Array.from(numbers), [numbers], [[0, 2]], [[[0], [2]]]));
  exactly<Tensor>()(x.at(mask, [true, false], [[true], [false]]));
  exactly<Tensor>()(x.at(...await mask.nonzero({ asTuple: true })));
  const index: Index[] = numbers.map((n) => [n, null]);
  exactly<Tensor>()(x.at(...index).set_(index, rows).set_([mask, [numbers]], numbers, { accumulate: true }));
  exactly<Tensor>()(await x.nonzero());
  exactly<Tensor[]>()(await x.nonzero({ asTuple: true }));
  // @ts-expect-error: a list of numbers is a range of two or three, or stands in brackets of its own.
  x.at(numbers);
  // @ts-expect-error: a colon is Python's.
  x.at(":");
}

/** Never called: code for all modules. */
export async function generic(
  net: nn.Module,
  layer: nn.Layer,
  layers: nn.Module[],
  x: Tensor,
): Promise<void> {
  exactly<nn.Parameter[]>()(net.parameters());
  exactly<Tensor>()(layer.forward(x));
  let signal = x;
  for (const one of layers) signal = one.forward(signal);
  const heads: Record<string, nn.Layer> = { small: new nn.Linear(1, 1), large: new nn.Sequential(layer) };
  exactly<Tensor>()(heads.small.forward(signal));
  for (const one of new nn.Sequential(layer, new nn.ReLU(), net)) exactly<Tensor>()(one.forward(x));
  new optim.Adam(new Autoencoder().parameters(), { lr: 1e-3 });
  graph(x, { module: new Autoencoder() });
  summary(new Nearest(), () => new Nearest().forward(x, 2));
  const batches = [[x, x]] as const;
  const measured = await evaluate(new Autoencoder(), batches, {
    criterion: ([reconstruction], target) => F.mseLoss(reconstruction, target),
    metrics: { spread: ([, , logVar]) => logVar.exp().mean() },
  });
  exactly<number>()(measured.spread);
  exactly<number>()((await evaluate(new nn.Linear(2, 2), batches)).accuracy);
  await evaluate(net, batches, { criterion: new nn.MSELoss(), metrics: {} });
}

/** Never called: hooks know what their module takes and returns, and gradients are as many as were asked for. */
export function seeing(x: Tensor, net: nn.Module, layer: nn.Layer): void {
  new Autoencoder().registerForwardHook((module, [x], [reconstruction, mean, logVar]) => {
    exactly<Autoencoder>()(module);
    return [reconstruction.mul(2), mean, logVar.add(x)];
  });
  new Nearest().registerForwardPreHook((_, [x, k]) => [x.neg(), k + 1]);
  layer.registerForwardPreHook((_, [x]) => x.mul(2));
  net.registerForwardHook((_, [x], y) => y.mul(x));
  const seen: Tensor[] = [];
  new nn.Sequential(layer)[0].registerForwardHook((_, __, output) => {
    seen.push(output);
  });
  new Attention().registerFullBackwardHook((_, gradInput, [gradient]) => {
    exactly<Tensor | null>()(gradient);
    return gradInput.map((one) => one?.clamp(-1, 1) ?? null);
  });
  x.registerHook((grad) => grad.mul(2)).remove();
  // @ts-expect-error: the new length of a list is no output.
  layer.registerForwardHook((_, __, output) => seen.push(output));
  // @ts-expect-error: nor is it a gradient.
  x.registerHook((grad) => seen.push(grad));
  // @ts-expect-error: two of three.
  new Autoencoder().registerForwardHook((_, __, [reconstruction, mean]) => [reconstruction, mean]);
  exactly<[Tensor]>()(autograd.grad(x.sum(), x));
  exactly<[Tensor, Tensor]>()(
    autograd.grad([x.sum(), x.mean()], [x, x], { gradOutputs: [x, null], createGraph: true }),
  );
  exactly<[Tensor | null]>()(autograd.grad(x.sum(), x, { allowUnused: true }));
  exactly<Tensor[]>()(autograd.grad(x.sum(), net.parameters()));
  x.grad = null;
  x.grad = x;
  x.grad?.mul_(2);
  // @ts-expect-error: a tensor, or null.
  x.grad = 3;
}

class Tied extends nn.Module {
  embed = new nn.Linear(4, 8, { bias: false });
  head = new nn.Linear(8, 4, { bias: false });
  mask = this.registerBuffer("mask", randn(8), { persistent: false });
  blocks = new nn.ModuleList([new nn.Linear(8, 8), new nn.Linear(8, 8)]);
  heads = new nn.ModuleDict({ vae: new Autoencoder(), near: new Nearest() });
  constructor() {
    super();
    this.head.weight = this.embed.weight;
    this.blocks[0].weight = this.blocks[1].weight;
    this.blocks[0].bias = null;
  }
  override forward(x: Tensor): Tensor {
    for (const block of this.blocks) x = block.forward(x);
    for (const [i, block] of [...this.blocks].entries()) x = block.forward(x).mul(i);
    const [reconstruction] = this.heads.get("vae").forward(x);
    return this.heads.get("near").forward(reconstruction, 3).mul(this.mask);
  }
}

/** Never called: modules hold what their types say, and a copy is what the other is. */
export function holding(net: Tied, x: Tensor): void {
  exactly<Tied>()(new Tied().deepCopy());
  exactly<nn.Linear>()(net.blocks[0]);
  exactly<nn.Linear>()(net.blocks.append(new nn.Linear(8, 8)).pop());
  exactly<Tensor>()(net.mask);
  exactly<("vae" | "near")[]>()(net.heads.keys());
  exactly<nn.Parameter>()(new nn.ParameterList([x])[0]);
  new nn.Sequential(new nn.ReLU())[0] = new nn.Tanh();
  new nn.Sequential(...net.blocks, ...[new nn.ReLU()].map((one) => one)).extend(net.blocks);
  net.apply((module) => {
    if (module instanceof nn.Linear) nn.init.zeros_(module.weight);
  });
  // @ts-expect-error: a tensor is no parameter.
  net.head.weight = x;
  // @ts-expect-error: there is no such head.
  net.heads.get("gan");
  // @ts-expect-error: they are linear.
  net.blocks.append(new nn.ReLU());
}

/** Never called: an operation of one's own takes what its forward takes, and its backward knows what was saved. */
export function operations(x: Tensor): void {
  const power = autograd.defineOperation({
    name: "power",
    forward: (x: Tensor, n: number) => ({ output: x.pow(n), saved: { x, n } }),
    backward: (grad, { x, n }) => {
      exactly<Tensor>()(grad);
      exactly<number>()(n);
      return [grad.mul(x.pow(n - 1)), null];
    },
  });
  exactly<Tensor>()(power(x, 3));
  const split = autograd.defineOperation({
    name: "split",
    forward: (x: Tensor, { at = 1 }: { at?: number } = {}) => ({ output: [x.at([0, at]), x.at([at, 9])] }),
    backward: ([a, b], _, [needed]) => {
      exactly<boolean>()(needed);
      return a.add(b);
    },
  });
  const [a, b] = split(x, { at: 2 });
  exactly<Tensor[]>()([a, b]);
  split(x);
  // @ts-expect-error: n is missing.
  power(x);
  // @ts-expect-error: there is no third.
  split(x)[2].sum();
  autograd.defineOperation({
    name: "wrong",
    forward: (x: Tensor) => ({ output: x, saved: { x } }),
    // @ts-expect-error: it was not saved.
    backward: (grad, { y }) => grad.mul(y),
  });
}

/** Never called: tensors made, drawn, taken apart, moved and read. */
export async function tensors(x: Tensor, gpu: Device): Promise<void> {
  for (
    const made of [
      zeros(2, 1, { requiresGrad: true }),
      zeros([2, 1], { dtype: "int32" }),
      ones(3, { device: gpu }),
      rand(2, 3, { device: "webgpu" }),
      randn({ requiresGrad: true }),
      arange(0, 4, 1, { dtype: "int32" }),
      zerosLike(x, { requiresGrad: true }),
      randperm(10, { device: gpu }),
      multinomial(x.softmax(-1), 1),
      multinomial([0.5, 0.5], 10, { replacement: true }),
      einsum("bhqd,bhkd->bhqk", x, x),
      einsum("i,->i", [1, 2], 3),
      x.T.mT,
    ]
  ) exactly<Tensor>()(made);
  const [q, k, v] = x.chunk(3, -1), [head, ...tail] = x.split([1, 2]);
  exactly<Tensor>()(q.mm(k).mv(v));
  exactly<Tensor[]>()(tail);
  exactly<Tensor[]>()(meshgrid([head, x], { indexing: "xy" }));
  exactly<number[][]>()(await x.array<number[][]>());
  exactly<boolean[]>()(await x.gt(0).array<boolean[]>());
  const [first] = await x.array<number[]>();
  exactly<number>()(first);
  exactly<NestedArray>()(await x.array());
  exactly<Float32Array>()(await x.data<Float32Array>());
  exactly<number>()(await x.item());
  exactly<Tensor>()(x.to("int32"));
  exactly<Tensor>()(await x.to("cpu"));
  exactly<Tensor>()(await x.to(gpu));
  const net = new Autoencoder();
  exactly<Autoencoder>()(await net.to(await device("webgpu")));
  // @ts-expect-error: options come last.
  zeros({ requiresGrad: true }, 2);
  // @ts-expect-error: there is no such option.
  zeros(2, { requires_grad: true });
  // @ts-expect-error: nor is there such a device.
  zeros(2, { device: "cuda" });
  // @ts-expect-error: text is in no tensor.
  await x.array<string[]>();
  // @ts-expect-error: a copy on another device must be waited for.
  x.to("cpu").add(1);
  // @ts-expect-error: one or the other.
  x.to("cpu", "int32");
  // @ts-expect-error: the equation comes first.
  einsum(x, "ij->ji");
}

/** Never called: what takes one tensor and gives one stands in a Sequential, and nothing else does. */
export function members(net: nn.Sequential): unknown[] {
  // @ts-expect-error: three results.
  net[0] = new Autoencoder();
  return [
    // @ts-expect-error: three results.
    new nn.Sequential(new nn.ReLU(), new Autoencoder()),
    // @ts-expect-error: two arguments.
    new nn.Sequential({ near: new Nearest() }),
    // @ts-expect-error: a loss takes two.
    net.append(new nn.MSELoss()),
    // @ts-expect-error: takes an object.
    net.addModule("batched", new Batched()),
  ];
}

/** Never called: what is asked for decides whether there are values alone, or their places, too. */
export async function ordered(x: Tensor): Promise<void> {
  for (const values of [x.max(), x.max([0, 1], { keepdim: true }), x.min(1, { indices: false })]) {
    exactly<Tensor>()(values);
  }
  for (const both of [x.max(1, { indices: true }), x.median(0, { indices: true, keepdim: true }), x.mode()]) {
    exactly<ValuesAndIndices>()(both);
  }
  const { values, indices } = x.sort(-1, { descending: true });
  exactly<Tensor[]>()([values, indices, x.topk(5, { dim: 0 }).values, x.cummax(1).indices]);
  exactly<Tensor>()(x.norm("fro").add(x.norm(Infinity, [0, 1])).add(x.std(0, { correction: 0 })));
  exactly<Tensor>()(await x.unique());
  exactly<Tensor>()(await x.unique({ dim: 0 }));
  const { counts, inverse } = await x.unique({ returnCounts: true, returnInverse: true });
  exactly<Tensor[]>()([counts, inverse]);
  // @ts-expect-error: the counts were not asked for.
  (await x.unique({ returnInverse: true })).counts;
  // @ts-expect-error: indices are those along one dimension.
  x.max([0, 1], { indices: true });
  // @ts-expect-error: PyTorch's word for the last part is "dim".
  x.topk(5, { axis: 1 });
}
