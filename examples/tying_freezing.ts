/** One matrix for the embedding and the head, and a network of which only the head learns on. `deno run examples/tying_freezing.ts` */
import { type DeviceName, F, manualSeed, nn, optim, randint, steps, type Tensor, useDevice } from "descent";
import { assert, assertEquals } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const vocabulary = 20;

class Model extends nn.Module {
  embedding = new nn.Embedding(vocabulary, 32);
  body = new nn.Sequential(new nn.Linear(32, 64), new nn.ReLU(), new nn.Linear(64, 32));
  head = new nn.Linear(32, vocabulary);

  constructor() {
    super();
    this.head.weight = this.embedding.weight;
  }

  override forward(tokens: Tensor): Tensor {
    return this.head.forward(this.body.forward(this.embedding.forward(tokens)));
  }
}

/** Learns what `shift` tokens further is. */
async function learn(model: Model, shift: number, lr: number): Promise<number> {
  const optimizer = new optim.Adam(model.parameters().filter((parameter) => parameter.requiresGrad), { lr });
  let right = 0;
  for await (const step of steps(200)) {
    const tokens = randint(0, vocabulary, [64]);
    const target = tokens.add(shift).remainder(vocabulary);
    const logits = model.forward(tokens);
    const loss = F.crossEntropy(logits, target);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    step.log({ loss });
    if (step.index === 199) right = await logits.argmax(1).eq(target).to("float32").mean().item();
  }
  return right;
}

const model = new Model();
const names = Object.keys(model.stateDict()).length, learned = model.parameters().length;
console.log(`${names} names, ${learned} parameters`);
assertEquals([names, learned], [7, 6]);
assert(await learn(model, 3, 0.01) > 0.95);
assert(model.head.weight === model.embedding.weight);

model.requiresGrad_(false);
model.head = new nn.Linear(32, vocabulary);
const before = await model.body.parameters()[0].array();
const right = await learn(model, 7, 0.03);
console.log(`the new head is right in ${(100 * right).toFixed(1)} %`);
assert(right > 0.95);
assertEquals(await model.body.parameters()[0].array(), before);
