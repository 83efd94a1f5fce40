/** A small GPT (Radford et al. 2018) that learns to sort. `deno run examples/gpt.ts` */
import { arange, cat, type DeviceName, F, manualSeed, nn, noGrad, optim, randint, steps } from "descent";
import { type Tensor, useDevice } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const [symbols, length, width, heads, depth] = [4, 6, 32, 2, 2];

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(width);
  qkv = new nn.Linear(width, 3 * width);
  project = new nn.Linear(width, width);
  norm2 = new nn.LayerNorm(width);
  mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));

  override forward(x: Tensor): Tensor {
    const [batch, tokens] = x.shape;
    const [q, k, v] = this.qkv.forward(this.norm1.forward(x)).split(width, -1)
      .map((one) => one.reshape(batch, tokens, heads, width / heads).transpose(1, 2));
    const attended = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    x = x.add(this.project.forward(attended.transpose(1, 2).reshape(batch, tokens, width)));
    return x.add(this.mlp.forward(this.norm2.forward(x)));
  }
}

class GPT extends nn.Module {
  token = new nn.Embedding(symbols, width);
  position = new nn.Embedding(2 * length, width);
  blocks = new nn.Sequential(...Array.from({ length: depth }, () => new Block()));
  norm = new nn.LayerNorm(width);
  head = new nn.Linear(width, symbols, { bias: false });

  override forward(tokens: Tensor): Tensor {
    const places = arange(tokens.shape[1], { dtype: "int32" });
    const x = this.token.forward(tokens).add(this.position.forward(places));
    return this.head.forward(this.norm.forward(this.blocks.forward(x)));
  }
}

const model = new GPT();
const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
for await (const step of steps(300)) {
  const numbers = randint(0, symbols, [64, length]);
  const sorted = numbers.sort(1).values;
  const logits = model.forward(cat([numbers, sorted], 1).at(null, [0, -1])).at(null, [length - 1, Infinity]);
  const loss = F.crossEntropy(logits.flatten(0, 1), sorted.flatten());
  optimizer.zeroGrad();
  loss.backward();
  nn.utils.clipGradNorm_(model.parameters(), 1);
  optimizer.step();
  step.log({ loss });
}

const numbers = randint(0, symbols, [200, length]);
let tokens = numbers;
for (let i = 0; i < length; i++) {
  const logits = noGrad(() => model.forward(tokens).at(null, -1));
  tokens = cat([tokens, logits.argmax(1, { keepdim: true })], 1);
}
const answers = tokens.at(null, [length, Infinity]);
const right = await answers.eq(numbers.sort(1).values).all(1).to("float32").mean().item();
console.log(
  `${await numbers.at(0).array()} → ${await answers.at(0).array()}; ${
    (100 * right).toFixed(1)
  } % of 200 lists sorted`,
);
assert(right > 0.95);
