import { epochs, F, nn, noGrad, optim, randn, steps, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";

const quiet = { progress: false };

/** A network of which a part gives what is not finite from a step on. */
class Net extends nn.Module {
  features = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU());
  odd = new Odd();
  head = new nn.Linear(8, 3);

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.odd.forward(this.features.forward(x)));
  }
}

class Odd extends nn.Module {
  step = 0;
  kind: "log" | "root" | "none" = "none";

  override forward(x: Tensor): Tensor {
    if (this.kind === "log" && this.step >= 3) return x.sub(1e9).log();
    // The root of 0 is 0, and its slope is infinite; 0 times that is NaN.
    if (this.kind === "root" && this.step >= 3) return x.add(x.mul(0).sqrt());
    return x;
  }
}

async function train(net: Net, kind: Odd["kind"], options = {}): Promise<number> {
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
  const labels = tensor([0, 1, 2, 0], { dtype: "int32" });
  net.odd.kind = kind;
  let done = 0;
  for await (const step of epochs(3, [randn(4, 4), randn(4, 4)], { ...quiet, ...options })) {
    net.odd.step = step.index + 1;
    const loss = F.crossEntropy(net.forward(step.batch), labels);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    step.log({ loss });
    done++;
  }
  return done;
}

const isFinite = async (net: nn.Module) => {
  for (const parameter of net.parameters()) {
    if (!(await parameter.data()).every(Number.isFinite)) return false;
  }
  return true;
};

Deno.test("a loss that is not finite ends the run, and the error names the first module and the step", async () => {
  const net = new Net();
  const { message } = await assertRejects(() => train(net, "log"), RangeError);
  assertEquals(
    message,
    "epochs: the loss is NaN in step 3 (epoch 2): the output of Odd, odd of Net, is the first that is not finite: " +
      "it has 32 NaN among its 32 numbers [4, 8]",
  );
  assert(await isFinite(net), "the weights are those of before the step");
});

Deno.test("a gradient that is not finite ends the run before the optimizer's step, the first on the way back named", async () => {
  const net = new Net();
  const { message } = await assertRejects(() => train(net, "root"), RangeError);
  assertMatch(
    message,
    /^epochs: the gradient of features\.1\.bias of Net has \d+ NaN among its 8 numbers \[8\] in step 3 \(epoch 2\), and the loss is finite$/,
  );
  assert(await isFinite(net));
});

Deno.test("watch: false lets the run go on", async () => {
  assertEquals(await train(new Net(), "log", { watch: false }), 6);
});

Deno.test("a parameter that is not finite is named, and so is an input", async () => {
  const run = async (spoil: (net: Net) => Tensor) => {
    const net = new Net();
    for await (const _ of steps(1, quiet)) net.forward(spoil(net)).sum().backward();
  };
  const weight = (net: Net) => {
    noGrad(() => net.head.weight.at(0).fill_(NaN) && net.head.weight.fill_(Infinity));
    return randn(2, 4);
  };
  assertStringIncludes(
    (await assertRejects(() => run(weight), RangeError)).message,
    "in step 1: head.weight of Net has 24 infinite among its 24 numbers [3, 8]",
  );
  assertStringIncludes(
    (await assertRejects(() => run(() => tensor([[0, 1, NaN, 3], [0, 1, 2, 3]])), RangeError)).message,
    "in step 1: input 0 of Net has 1 NaN among its 8 numbers [2, 4]",
  );
});

Deno.test("where the modules are finite, the loss's own computation is told", async () => {
  const net = new Net();
  const run = async (loss: () => Tensor) => {
    for await (const _ of steps(1, quiet)) loss().backward();
  };
  assertStringIncludes(
    (await assertRejects(() => run(() => net.forward(zeros(2, 4)).mul(0).sum().log()), RangeError)).message,
    "steps: the loss is infinite in step 1: what the modules gave is finite, so it is the loss's own computation",
  );
  const x = zeros([1], { requiresGrad: true });
  assertStringIncludes(
    (await assertRejects(
      () => run(() => net.forward(zeros(2, 4)).mul(0).sum().add(x.sqrt().sum())),
      RangeError,
    )).message,
    "a gradient is infinite in step 1, and the loss is finite",
  );
  // By hand, one may go where one likes.
  await run(() => x.sqrt().sum());
  await run(() => x.add(1).log().sub(Infinity).sum());
});

Deno.test("looking for the cause leaves running statistics as they are", async () => {
  const net = new Net();
  const count = async () => await net.stateDict()["features.1.num_batches_tracked"].item();
  const labels = [0, 1];
  await assertRejects(
    async () => {
      for await (const step of steps(2, quiet)) {
        Object.assign(net.odd, { kind: "log", step: 2 + step.index });
        F.crossEntropy(net.forward(randn(2, 4)), labels).backward();
      }
    },
    RangeError,
    "the output of Odd",
  );
  assertEquals(await count(), 2);
});

Deno.test("a logged value that is not finite ends the loop, by its name and step", async () => {
  let turns = 0;
  const error = await assertRejects(async () => {
    for await (const step of steps(20, quiet)) {
      step.log({ loss: 1, rate: step.index === 4 ? tensor([Infinity]) : 1 });
      turns++;
    }
  }, RangeError);
  assertStringIncludes(error.message, "steps: rate is Infinity in step 5");
  assert(turns < 9);
});

Deno.test("loops beside one another watch their own networks", async () => {
  const good = async () => {
    const net = new nn.Linear(2, 1);
    for await (const step of steps(10, quiet)) {
      const loss = net.forward(randn(3, 2)).square().mean();
      loss.backward();
      net.zeroGrad();
      step.log({ loss });
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const [bad, well] = await Promise.allSettled([train(new Net(), "log"), good()]);
  assertEquals([bad.status, well.status], ["rejected", "fulfilled"]);
});
