/** The programs of tools/fixtures/autograd.py, line by line. */
import { autograd, F, nn, optim, type Tensor, tensor } from "descent";

/** What a program is given by name, and what comes out of it. */
export type Program = (inputs: Record<string, Tensor>) => Tensor[];

class Product extends nn.Module {
  override forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
    return [a.mul(b), a.sub(b)];
  }
}

/** A fused loss: −(1 − p)² log p of the right class, with its gradient in closed form. */
const focal = autograd.defineOperation({
  name: "focal",
  forward: (logits: Tensor, classes: Tensor) => {
    const logs = logits.logSoftmax(1), logP = logs.gather(1, classes.unsqueeze(1)), p = logP.exp();
    return { output: p.neg().add(1).square().mul(logP).mean().neg(), saved: { logs, logP, classes } };
  },
  backward: (grad, { logs, logP, classes }) => {
    const p = logP.exp(), q = p.neg().add(1);
    const slope = q.mul(p).mul(logP).mul(2).sub(q.square());
    const oneHot = F.oneHot(classes, logs.shape[1]);
    return [grad.mul(slope).mul(oneHot.sub(logs.exp())).div(classes.size), null];
  },
});

const reverse = autograd.defineOperation({
  name: "reverse",
  forward: (x: Tensor, strength: number) => ({ output: x, saved: strength }),
  backward: (grad, strength) => [grad.mul(-strength), null],
});

const through = autograd.defineOperation({
  name: "through",
  forward: (x: Tensor) => ({ output: x.gt(0).to("float32") }),
  backward: (grad) => grad,
});

const polar = autograd.defineOperation({
  name: "polar",
  forward: (a: Tensor, b: Tensor) => {
    const x = a.cos().mul(b), y = a.sin().mul(b);
    return { output: [x, y], saved: { a, x, y } };
  },
  backward: ([gx, gy], { a, x, y }) => [gy.mul(x).sub(gx.mul(y)), gx.mul(a.cos()).add(gy.mul(a.sin()))],
});

/** Each program under the name that it has in Python. */
export const programs: Record<string, Program> = {
  grad_of_several({ x, y }) {
    const h = x.mul(y).tanh();
    const a = h.mul(x).sum(), b = h.square();
    return autograd.grad([a, b], [x, y, h], { gradOutputs: [null, b.detach().add(1)] });
  },
  grad_through_retained({ x, y }) {
    const h = x.mul(2).exp().retainGrad();
    const [found] = autograd.grad(h.mul(y).square().sum(), x);
    return [found, h.grad!];
  },
  grad_penalty({ x, w }) {
    const [slope] = autograd.grad(x.matmul(w).tanh().sum(), x, { createGraph: true });
    slope.square().sum(1).sqrt().sub(1).square().mean().backward();
    return [slope, w.grad!, x.grad!];
  },
  hessian_vector({ x, y }) {
    const loss = x.pow(3).mul(y).sum().add(x.sum().square());
    const [slope] = autograd.grad(loss, x, { createGraph: true });
    return autograd.grad(slope, [x, y], { gradOutputs: x.detach() });
  },
  tensor_hooks({ x, y }) {
    const seen: Tensor[] = [];
    x.registerHook((g) => g.mul(2));
    x.registerHook((g) => void seen.push(g));
    const h = x.mul(y);
    h.registerHook((g) => g.clamp(-1, 1));
    h.retainGrad();
    h.square().add(h.mul(y)).sum().backward();
    return [x.grad!, y.grad!, h.grad!, ...seen];
  },
  hooks_in_place({ x, y }) {
    const seen: Tensor[] = [];
    const h = x.mul(y);
    h.registerHook((g) => void seen.push(g));
    h.mul_(y);
    h.registerHook((g) => void seen.push(g));
    h.sin().sum().backward();
    return [x.grad!, y.grad!, ...seen];
  },
  module_hooks({ x, y }) {
    const net = new Product(), seen: (Tensor | null)[] = [];
    net.registerForwardPreHook((_, [a, b]) => [a.mul(2), b]);
    net.registerForwardHook((_, [a], [product, difference]) => [product.add(a), difference]);
    net.registerFullBackwardPreHook((_, [product, difference]) => [product!.mul(3), difference]);
    net.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(...gradInput, ...gradOutput);
      return [gradInput[0]!.add(1), gradInput[1]!.mul(2)];
    });
    const [a, b] = net.forward(x, y);
    a.square().add(b.mul(y)).sum().backward();
    return [a, b, x.grad!, y.grad!, ...seen as Tensor[]];
  },
  grad_cam({ image, filters, weight }) {
    const features = new nn.Conv2d(2, 3, 3, { padding: 1, bias: false });
    const head = new nn.Linear(3, 4, { bias: false });
    features.weight = new nn.Parameter(filters.detach());
    head.weight = new nn.Parameter(weight.detach());
    const net = new nn.Sequential(
      features,
      new nn.Tanh(),
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      head,
    );
    let seen!: Tensor, slopes!: Tensor;
    net[1].registerForwardHook((_, __, output) => void (seen = output));
    net[1].registerFullBackwardHook((_, __, [gradient]) => void (slopes = gradient!));
    net.forward(image).at(0, 2).backward();
    const weights = slopes.mean([2, 3], { keepdim: true });
    return [slopes, seen.mul(weights).sum(1).relu()];
  },
  fused_loss({ logits }) {
    const loss = focal(logits, tensor([2, 0, 1], { dtype: "int32" }));
    loss.backward();
    return [loss, logits.grad!];
  },
  reversal_and_straight_through({ x, w }) {
    const h = x.matmul(w), y = through(reverse(h, 0.5));
    y.mul(h).sum().backward();
    return [y, x.grad!, w.grad!];
  },
  several_outputs_twice({ a, b }) {
    const [x, y] = polar(a, b);
    const first = autograd.grad(x.square().mul(y).add(y).sum(), [a, b], { createGraph: true });
    return [x, y, ...first, ...autograd.grad(first[0].mul(first[1]).sum(), [a, b])];
  },
  jacobians({ x, y }) {
    const first = autograd.jacobian((x, y) => x.matmul(y).tanh().add(x.at(0, 0)), [x, y]);
    const second = autograd.hessian((x, y) => x.exp().matmul(y).square().sum(), [x, y]);
    return [...first, ...second.flat()];
  },
  tied_weights({ x, w }) {
    const embed = new nn.Linear(4, 3, { bias: false }), head = new nn.Linear(4, 3);
    embed.weight = head.weight = new nn.Parameter(w.detach());
    head.bias = new nn.Parameter(w.detach().at(null, 0));
    head.bias.requiresGrad = false;
    // A copy is tied as the other is.
    const net = new nn.ModuleList([embed, head]).deepCopy();
    const [one, two] = net;
    const learned = net.parameters().filter((one) => one.requiresGrad);
    const optimizer = new optim.SGD(learned, { lr: 0.1, momentum: 0.9 });
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      const y = two.forward(one.forward(x).matmul(one.weight)).tanh();
      y.mul(x.at(null, [0, 3])).sum().backward();
      optimizer.step();
    }
    return [one.weight, two.bias!, two.weight.grad!];
  },
};
