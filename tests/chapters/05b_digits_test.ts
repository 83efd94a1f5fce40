// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  DataLoader,
  F,
  manualSeed,
  mnist,
  MNIST_STATISTICS,
  nn,
  noGrad,
  optim,
  subset,
  transforms,
} from "descent";
import { answers, numbers, output, programTest, questions, run } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

const CHAPTER = "05b_digits";

/** The percentages of the line that begins with a label. */
function shares(text: string, label: string): number[] {
  const line = text.split("\n").find((row) => row.startsWith(label) && row.includes("%"));
  assert(line !== undefined, `no line begins with "${label}"`);
  return [...line.slice(label.length).matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share));
}

programTest(
  "chapter 5b's gradient of softmax and cross-entropy is what was said minus what is true",
  async () => {
    const text = await output(CHAPTER);
    assertEquals(numbers(text, "gradient"), numbers(text, "p - t"));
    const [[loss, minusLog]] = numbers(text, "loss");
    assertEquals(loss, minusLog);
    const ends = (name: string) => numbers(text, name)[0].filter((_, i) => i % 2 === 0);
    const [wrong, right] = ends("cross-entropy");
    assert(
      wrong < -0.99 && Math.abs(right) < 0.01,
      "full strength where it is wrong, none where it is right",
    );
    assert(ends("squared error of softmax").every((pull) => Math.abs(pull) < 0.001), "lets go at both ends");
    assertEquals(ends("squared error"), [-9, 7], "never satisfied, and pulls back");
  },
);

programTest("chapter 5b's losses: which is ahead depends on the network", async () => {
  const text = await output(CHAPTER);
  const of = (kind: string, loss: string) => shares(text, `${`${kind},`.padEnd(7)} ${loss}:`)[0];
  assert(of("linear", "cross-entropy") > of("linear", "squared error of softmax"));
  assert(of("linear", "squared error of softmax") > of("linear", "squared error") + 5);
  assert(of("LeNet", "squared error") > of("LeNet", "cross-entropy"));
  assert(of("LeNet", "cross-entropy") > of("LeNet", "squared error of softmax"));
});

programTest(
  "chapter 5b's orders: shuffled is best, and class by class LeNet ends with one digit",
  async () => {
    const text = await output(CHAPTER);
    const of = (kind: string, order: string) => shares(text, `${`${kind},`.padEnd(7)} ${order}:`)[0];
    assertMatch(text, /^LeNet, {2}class by class: .*; said 6$/m);
    assertMatch(text, /^linear, class by class: .*; said (?:\d ){5}\d$/m);
    const [linear, lenet] = ["linear", "LeNet"].map((kind) =>
      of(kind, "shuffled") - of(kind, "a class a batch")
    );
    assert(linear > 1 && linear < 2, `one or two points of the linear network, and not ${linear}`);
    assert(lenet > 8 && lenet < 9, `some eight points of LeNet, and not ${lenet}`);
  },
);

programTest(
  "chapter 5b's LeNet, class by class, ends with the same numbers for every picture, with a schedule and without",
  async () => {
    const digits = await mnist(), { mean, std } = MNIST_STATISTICS;
    const byClass = Array.from({ length: 10_000 }, (_, i) => i)
      .sort((a, b) => digits.labels[a] - digits.labels[b]);
    const transform = transforms.compose([transforms.toTensor(), transforms.normalize(mean, std)]);
    const loader = new DataLoader(subset(digits, byClass), { batchSize: 32, transform });
    const others = new DataLoader(await mnist({ split: "test" }), { batchSize: 1000, transform });
    for (const [scheduled, last] of [[true, 6], [false, 4]] as const) {
      manualSeed(0);
      const net = new nn.Sequential(
        new nn.Conv2d(1, 6, 5, { padding: 2 }),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Conv2d(6, 16, 5),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Flatten(),
        new nn.Linear(16 * 5 * 5, 120),
        new nn.ReLU(),
        new nn.Linear(120, 84),
        new nn.ReLU(),
        new nn.Linear(84, 10),
      );
      const optimizer = new optim.Adam(net.parameters(), { lr: 4e-3 });
      const schedule = scheduled
        ? new optim.lr.OneCycleLR(optimizer, { maxLr: 4e-3, totalSteps: loader.length })
        : null;
      for await (const [images, labels] of loader) {
        F.crossEntropy(net.forward(images), labels).backward();
        optimizer.step();
        optimizer.zeroGrad();
        schedule?.step();
      }
      for await (const [images] of others) {
        const logits = noGrad(() => net.forward(images));
        assertEquals(new Set(await logits.argmax(1).data()), new Set([last]));
        const spread = await logits.std(0).max().item(), apart = await logits.mean(0).std().item();
        assert(spread < apart / 50, `${spread} from picture to picture, ${apart} from class to class`);
      }
    }
  },
);

programTest("chapter 5b's batches agree with all digits the better, the larger they are", async () => {
  const text = await output(CHAPTER);
  const rows = ["first weights", "after 10,000 digits"].map((state) =>
    [...text.split("\n").find((line) => line.startsWith(`${state}: `))!.matchAll(/→ (-?[\d.]+)/g)]
      .map(([, cosine]) => Number(cosine))
  );
  assertEquals(rows.map(({ length }) => length), [7, 7]);
  for (const row of rows) assertEquals(row, row.toSorted((a, b) => a - b));
  assert(rows[0].every((cosine, i) => cosine > rows[1][i]), "later on a batch is mostly noise");
  assert(rows[0][3] > 0.5 && rows[1][3] < 0.5, `32 digits: ${rows[0][3]}, then ${rows[1][3]}`);
});

programTest(
  "chapter 5b's two curves approach each other, and LeNet reads what it has never seen",
  async () => {
    const text = await output(CHAPTER);
    const rows = [500, 1000, 2000, 5000, 10_000, 60_000].map((count) => shares(text, `${count} digits:`));
    const [own, others] = [0, 1].map((column) => rows.map((row) => row[column]));
    assertEquals(others, others.toSorted((a, b) => a - b));
    assertEquals(own.slice(0, 5), own.slice(0, 5).toSorted((a, b) => b - a), "harder to learn by heart");
    assert(own[5] > own[4], "from there on more digits bring both down");
    assert(others[5] >= 98.5, `${others[5]} %`);
  },
);

programTest(
  "chapter 5b's cures: augmentation brings most, half of the mistakes are gone, and cures do not add up",
  async () => {
    const text = await output(CHAPTER);
    const [nothing, dropout, schedule, augmentation, both, three] = [
      "nothing",
      "dropout",
      "schedule",
      "augmentation",
      "schedule and augmentation",
      "all three",
    ].map((cure) => shares(text, `${cure}:`)[1]);
    assert(Math.max(dropout, schedule) - nothing < (augmentation - nothing) / 2);
    assertEquals(Math.round(10 * (100 - both) / (100 - nothing)), 5, "half of the mistakes");
    assert(three < both, `${three} against ${both}`);
    const [[lowest, epoch, final]] = numbers(text, "test loss");
    assert(final > lowest && epoch < 15, `${lowest} in epoch ${epoch}, ${final} in the end`);
    const [[first, end]] = numbers(text, "training loss");
    assertEquals((end / first).toFixed(2), "0.01", "to a hundredth");
  },
);

programTest("chapter 5b's mistakes are those of its confusion matrix", async () => {
  const text = await output(CHAPTER);
  const rows = [...text.matchAll(/^is \d +([\d ]+)$/gm)].map(([, row]) => row.trim().split(/ +/).map(Number));
  assertEquals(rows.map(({ length }) => length), new Array(10).fill(10));
  const total = rows.flat().reduce((a, b) => a + b), right = rows.reduce((sum, row, i) => sum + row[i], 0);
  assertEquals([total, total - right], [10_000, numbers(text, "wrong")[0][0]]);
  const [, sure] = numbers(text, "surer than 99 %")[0];
  assert(sure < 10, `${sure} wrong among the sure ones`);
});

programTest("chapter 5b's pooling forgives small shifts, and knows nothing of rotation", async () => {
  const text = await output(CHAPTER);
  const gain = (name: string) => {
    const [pooled, plain] = shares(text, `${name}:`);
    return pooled - plain;
  };
  assert(gain("2 pixels") > 3 && gain("4 pixels") > 5);
  assert(Math.abs(gain("15 degrees")) < 2 && Math.abs(gain("30 degrees")) < 2);
});

programTest(
  "chapter 5b's pooling helps against overfitting: both know their own, and not the same of others",
  async () => {
    const text = await output(CHAPTER);
    const [own, beyond] = shares(text, "500, with pooling:"), [strided, less] = shares(text, "500, without:");
    assertEquals([own, strided], [100, 100]);
    assert(beyond - less > 3, `${beyond} against ${less}`);
  },
);

programTest("chapter 5b's questions are answered as they say", async () => {
  const [shifted, start, beginner, surer, chance, strides] = await questions(CHAPTER);
  const [before, after] = shifted.trim().split("\n");
  assertEquals(before, after);
  const [loss] = numbers(start, "loss")[0];
  assert(Math.abs(loss - Math.log(10)) < 0.1, start);
  assert(shares(beginner, "the same digits at the end:")[0] > shares(beginner, "while it learned:")[0] + 3);
  const losses = [...surer.matchAll(/loss (\S+) if wrong, (\S+) if right/g)].map((row) =>
    row.slice(1).map(Number)
  );
  assertEquals(losses.map(([wrong]) => Math.round(wrong)), [1, 3, 10]);
  assert(losses.every(([, right]) => right < 0.4) && losses[2][1] === 0);
  const [[few], [many]] = ["1000 digits", "10000 digits"].map((name) => numbers(chance, name)[0]);
  assert(Math.abs(few - 0.69) < 0.05 && Math.abs(many - 0.22) < 0.05, chance);
  assertEquals(strides, "pooled: [16, 5, 5], parameters = 61706\nstrided: [16, 5, 5], parameters = 61706\n");
});

programTest("chapter 5b's answers see what they say", async () => {
  const [first, second, third] = await answers(CHAPTER);
  const [old, means, tanh] = ["1998", "means", "tanh"].map((name) => shares(first, `${name}:`)[0]);
  assert(old < means && means < tanh, first);
  assertEquals(shares(second, "of its own"), [100]);
  assert(shares(second, "of the test set")[0] < 20, second);
  for (const by of [2, 4]) {
    assert(
      shares(third, `pooling false, ${by} pixels:`)[0] > shares(await output(CHAPTER), `${by} pixels:`)[0],
      third,
    );
  }
});

programTest("chapter 5b refuses to train for no epoch", async () => {
  const { code, stdout, stderr } = await run(CHAPTER, "--epochs", "0");
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(stderr, /^--epochs takes a whole number from 1 up, not "0"\.\n$/);
});

programTest("chapter 5b quotes no number that it does not show", async () => {
  const missed = (name: string, column: number) => ({ text }: Seen) => 100 - shares(text, `${name}:`)[column];
  await assertProse(CHAPTER, {
    "255": "the largest byte",
    "2.303": Math.log(10),
    "2.3": Math.log(10),
    "0.1": 1 / 10,
    "95": 100 * 0.95,
    "0.7": 100 * Math.sqrt(0.95 * 0.05 / 1000),
    "0.69": 100 * Math.sqrt(0.95 * 0.05 / 1000),
    "99.2": "what it printed with --epochs 5",
    "95.2": "what all three came to with --seed 1",
    "95.0": "what schedule and augmentation came to with --seed 1",
    "9.6": ({ text }) => shares(text, "LeNet,  class by class:")[0],
    "8.3": ({ answers: [, second] }) => shares(second, "of the test set")[0],
    "13.7": missed("2 pixels", 1),
    "8.4": missed("2 pixels", 0),
  });
});
