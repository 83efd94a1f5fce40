/**
 * A small GPT, written as a reader would.
 *
 * @module
 */
import { F, nn, optim, randint, steps, type Tensor } from "descent";
import type { GptTask, Job } from "../cases/task.ts";

class Block extends nn.Module {
  ln1: nn.LayerNorm;
  qkv: nn.Linear;
  proj: nn.Linear;
  ln2: nn.LayerNorm;
  fc: nn.Linear;
  out: nn.Linear;

  constructor(width: number, readonly heads: number) {
    super();
    this.ln1 = new nn.LayerNorm(width);
    this.qkv = new nn.Linear(width, 3 * width);
    this.proj = new nn.Linear(width, width);
    this.ln2 = new nn.LayerNorm(width);
    this.fc = new nn.Linear(width, 4 * width);
    this.out = new nn.Linear(4 * width, width);
  }

  override forward(x: Tensor): Tensor {
    const [batch, tokens, width] = x.shape;
    const [q, k, v] = this.qkv.forward(this.ln1.forward(x)).split(width, 2)
      .map((one) => one.reshape(batch, tokens, this.heads, width / this.heads).transpose(1, 2));
    const y = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    x = x.add(this.proj.forward(y.transpose(1, 2).reshape(batch, tokens, width)));
    return x.add(this.out.forward(this.fc.forward(this.ln2.forward(x)).gelu()));
  }
}

class Gpt extends nn.Module {
  tok: nn.Embedding;
  pos: nn.Embedding;
  blocks: nn.Sequential;
  ln: nn.LayerNorm;
  head: nn.Linear;

  constructor({ vocabulary, tokens, width, heads, layers }: GptTask) {
    super();
    this.tok = new nn.Embedding(vocabulary, width);
    this.pos = new nn.Embedding(tokens, width);
    this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(width, heads)));
    this.ln = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary);
  }

  override forward(indices: Tensor): Tensor {
    const x = this.tok.forward(indices).add(this.pos.weight);
    return this.head.forward(this.ln.forward(this.blocks.forward(x)));
  }
}

/** Training steps on one batch of random tokens. */
export function gpt(task: GptTask): Job {
  const net = new Gpt(task), { vocabulary, batch, tokens } = task;
  const [x, y] = [0, 1].map(() => randint(0, vocabulary, [batch, tokens]));
  const optimizer = new optim.AdamW(net.parameters(), { lr: task.lr });
  return {
    async run(count) {
      let last: Promise<number> | undefined;
      for await (const _ of steps(count, { progress: false })) {
        const loss = F.crossEntropy(net.forward(x).flatten(0, 1), y.flatten());
        loss.backward();
        optimizer.step();
        optimizer.zeroGrad();
        last = loss.item();
      }
      await last;
    },
  };
}
