/**
 * Loops as they are written by people who know PyTorch: no steps(), no scope(). Prints how many bytes the process had at most
 * beyond what it had when the loop began.
 *
 * @module
 */
import { F, nn, noGrad, ones, optim, randn, steps, type Tensor, tensor } from "descent";

let start = Deno.memoryUsage().rss;
let most = 0;
function look(): void {
  most = Math.max(most, Deno.memoryUsage().rss - start);
}

const loops: Record<string, () => Promise<void>> = {
  async "one tensor after the other"() {
    let x = ones(512, 512);
    for (let turn = 0; turn < 10_000; turn++) {
      x = x.mul(0.999);
      await x.at(0, 0).item();
      if (turn % 100 === 0) look();
    }
  },
  async "gradient descent"() {
    const w = randn([512, 512], { requiresGrad: true }), target = ones(512, 512);
    for (let turn = 0; turn < 10_000; turn++) {
      const loss = w.sub(target).square().mean();
      loss.backward();
      noGrad(() => w.sub_(w.grad!.mul(10)));
      w.zeroGrad();
      await loss.item();
      if (turn % 100 === 0) look();
    }
  },
  async "the forward of a network"() {
    const pool = () => new nn.AvgPool2d(2);
    const net = new nn.Sequential(
      ...[new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.Sigmoid(), pool()],
      ...[new nn.Conv2d(6, 16, 5), new nn.Sigmoid(), pool(), new nn.Flatten()],
      ...[new nn.Linear(400, 120), new nn.Sigmoid(), new nn.Linear(120, 84), new nn.Sigmoid()],
      new nn.Linear(84, 10),
    );
    const images = randn(64, 1, 28, 28);
    for (let turn = 0; turn < 10_000; turn++) {
      await net.forward(images).data();
      if (turn % 100 === 0) look();
    }
  },
  async "large networks, made and forgotten"() {
    for (let turn = 0; turn < 30; turn++) {
      const net = new nn.Sequential(new nn.Linear(9216, 4096), new nn.ReLU(), new nn.Linear(4096, 1000));
      const optimizer = new optim.Adam(net.parameters(), { lr: 1e-4 });
      const loss = F.crossEntropy(net.forward(randn(1, 9216)), tensor(new Int32Array([3])));
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      await loss.item();
      look();
    }
  },
  async "steps()"() {
    const w = randn([64, 64], { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
    let last: Tensor | undefined;
    for await (const step of steps(50_000, { progress: false })) {
      const loss = w.square().mean();
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      step.log({ loss });
      last = loss;
      // Until then V8 compiles what it runs, and grows as far as it likes.
      if (step.index === 20_000) [start, most] = [Deno.memoryUsage().rss, 0];
      if (step.index % 1000 === 0) look();
    }
    await last!.item();
  },
};

const [name] = Deno.args;
await loops[name]();
look();
console.log(most);
