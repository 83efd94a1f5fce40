// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest, questions } from "./program.ts";
import { assertProse } from "./prose.ts";

const NAME = "09_densenet";

/** What a network knew whole, and without each of its blocks. */
function lesions(text: string, name: string): { whole: number; without: number[] } {
  const line = text.split("\n").find((row) => row.startsWith(`${name}: `))!;
  const [whole, ...without] = line.match(/0\.\d{3}/g)!.map(Number);
  return { whole, without };
}

interface Row {
  parameters: number;
  megabytes: number;
  loss: number;
  test: number;
}

/** The rows of the comparison, by network: "ResNet, 8". */
function rowsOf(text: string): Record<string, Row> {
  const lines = text.matchAll(/^((?:Res|Dense)Net, \d) +([\d,]+) +\S+ +(\S+) +(\S+) +(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, ...cells]) => {
    const [parameters, megabytes, loss, test] = cells.map((cell) => Number(cell.replaceAll(",", "")));
    return [name, { parameters, megabytes, loss, test }];
  }));
}

programTest(
  "chapter 9: a plain network guesses without a block, a residual one goes on working",
  async () => {
    const text = await output(NAME);
    const plain = lesions(text, "Plain"), residual = lesions(text, "Residual");
    assertEquals([plain.without.length, residual.without.length], [7, 7]);
    assert(plain.whole > 0.6 && Math.max(...plain.without) < 0.3, `${plain.without}`);
    assert(residual.whole > 0.75 && Math.min(...residual.without) > 0.5, `${residual.without}`);
    const lost = residual.without.map((share) => residual.whole - share);
    assert(lost.filter((share) => share < 0.06).length >= 4, `hardly missed: ${lost}`);
  },
);

programTest(
  "chapter 9's dense block keeps what came in, bit for bit, and adds 8 channels a layer",
  async () => {
    const text = await output(NAME);
    const rows = [...text.matchAll(/^\[1, (\d+), 14, 14\], the first 16 channels are x: (\S+)$/gm)];
    assertEquals(rows.map(([, channels, same]) => [channels, same]), [
      ["24", "true"],
      ["32", "true"],
      ["40", "true"],
      ["48", "true"],
    ]);
    assertStringIncludes(text, "the same as the block: true");
  },
);

programTest(
  "chapter 9's networks of the paper have its parameters; the dense one holds four times as much",
  async () => {
    const text = await output(NAME);
    const [resnet, densenet] = ["ResNet-110", "DenseNet-BC-100"].map((name) => numbersBehind(text, name));
    assertEquals([resnet[0], densenet[0]], [1_730_522, 769_162]);
    assert(densenet[0] < resnet[0] / 2);
    assert(Math.abs(densenet[1] / resnet[1] - 1) < 0.2, "about as many operations");
    assert(Math.abs(densenet[2] / resnet[2] - 4) < 0.3, `${densenet[2]} MB against ${resnet[2]}`);
  },
);

programTest("chapter 9: memory grows with depth, and in a dense block faster than depth", async () => {
  const text = await output(NAME);
  const [residual] = numbers(text, "residual, two layers a block");
  const [dense] = numbers(text, "dense, two convolutions a layer");
  assertEquals([residual.length, dense.length], [5, 5]);
  const growth = (row: number[]) => row.slice(1).map((value, i) => value / row[i]);
  for (const factor of growth(residual)) assert(Math.abs(factor - 2) < 0.05, `slope 1: ${factor}`);
  const factors = growth(dense);
  assertEquals(factors, factors.toSorted((a, b) => a - b), "bends upward");
  assert(factors[3] > 2.6 && factors[3] < 4, `towards slope 2: ${factors[3]}`);
});

programTest(
  "chapter 9: after four epochs ResNets are ahead of DenseNets with as many parameters",
  async () => {
    const rows = rowsOf(await output(NAME));
    assertEquals(Object.keys(rows).length, 6);
    for (const size of [2, 4, 8]) {
      const residual = rows[`ResNet, ${size}`], dense = rows[`DenseNet, ${size}`];
      assert(Math.abs(dense.parameters / residual.parameters - 1) < 0.11, "as many parameters");
      assert(Math.abs(dense.megabytes / residual.megabytes - 4.8) < 0.3, "nearly five times the memory");
      assert(residual.loss < dense.loss, `training loss, ${size}`);
      if (size > 2) assert(residual.test > dense.test, `test pictures, ${size}`);
    }
    assert(rows["DenseNet, 8"].test < rows["ResNet, 4"].test, "20,000 parameters behind 5,000");
  },
);

programTest("chapter 9's record: more training turns it round, at a quarter of the parameters", async () => {
  const text = await output(NAME);
  const [residual, wide, dense] = ["ResNet, 8", "ResNet, 16", "DenseNet, 8"].map((name) =>
    numbers(text, name)[0]
  );
  assertEquals([residual.length, wide.length, dense.length], [3, 1, 3]);
  assert(residual[0] - dense[0] > 0.03, "ahead after 4 epochs");
  assert(Math.abs(residual[1] - dense[1]) < 0.01, "level after 10");
  assert(dense[2] > residual[2] + 0.01, "behind after 30");
  assert(Math.abs(wide[0] - dense[2]) < 0.01, "and level with twice the width");
  const row = rowsOf(text)["DenseNet, 8"];
  const parameters = Number(/^ResNet, 16 has (\S+) parameters$/m.exec(text)![1].replace(",", ""));
  const megabytes = Number(/^and holds (\S+) MB$/m.exec(text)![1]);
  assert(parameters > 3.8 * row.parameters && parameters < 4 * row.parameters, `${parameters}`);
  assert(megabytes < row.megabytes / 2, `${megabytes}`);
});

programTest("chapter 9's attention is the library's, and finds letters of one kind", async () => {
  const text = await output(NAME);
  assertStringIncludes(text, "what each letter gets: 1.00, 2.67, 1.00, 2.67, 2.67, 5.00");
  assertStringIncludes(text, "against F.scaledDotProductAttention: the same");
});

programTest("chapter 9's GPT sorts, and looks at the smallest first and at the largest last", async () => {
  const text = await output(NAME);
  const [, loss, sorted] = /^last loss (\S+); (\S+) % of 500 lists sorted$/m.exec(text)!.map(Number);
  assert(loss < 0.02 && sorted > 97, `${loss}, ${sorted}`);
  assertStringIncludes(text, "3 0 2 0 1 2 → 0 0 1 2 2 3");
  const zeros = Number(/^its first number looks at the zeros with (\d+) %/m.exec(text)![1]);
  const three = Number(/^its last number looks at the 3 with (\d+) %/m.exec(text)![1]);
  assert(zeros > 75 && three > 30, `${zeros}, ${three}`);
});

programTest("chapter 9's questions are decided by what they print", async () => {
  const [ways, channels, weights, memory, equal, shuffled, future] = await questions(NAME);
  assertStringIncludes(ways, "behind block 8: 256 ways\nbehind block 9: 512 ways");
  assertStringIncludes(channels, "layer 6 reads 56 channels, and leaves 64");
  const [narrow, wide, residual] = [...weights.matchAll(/: (\d+) weights$/gm)].map(([, count]) =>
    Number(count)
  );
  assertEquals([narrow, wide, residual], [12_288, 5_184, 589_824]);
  const bytes = [...memory.matchAll(/ (\S+) MB$/gm)].map(([, megabytes]) => Number(megabytes));
  assert(bytes[1] / bytes[0] > 3 && bytes[1] / bytes[0] < 4, `${bytes}`);
  assertStringIncludes(equal, "each query gets [3., 3., 3.]");
  assertStringIncludes(shuffled, "before it: the same");
  assertStringIncludes(future, "changed: - - - 4 5 6");
});

programTest(
  "chapter 9's answers: stochastic depth, what a dense layer reads, seeing the future",
  async () => {
    const [coins, cuts, future] = await answers(NAME);
    const residual = lesions(coins, "Residual"), stochastic = lesions(coins, "Stochastic");
    const [, ...losses] = [
      0,
      ...[...coins.matchAll(/training loss (\S+),/g)].map(([, loss]) => Number(loss)),
    ];
    assert(losses[1] > losses[0] + 0.1, "harder to learn");
    // The first number is the training loss here.
    assert(stochastic.without[0] < residual.without[0] - 0.02, "and no better on the test pictures");
    assert(stochastic.without[1] < residual.without[1], "nor without its first block");

    const nothing = Number(/^nothing cut: (\S+)$/m.exec(cuts)![1]);
    const layers = [...cuts.matchAll(/^layer \d, cut .*: (.*)$/gm)].map(([, row]) =>
      row.split(", ").map(Number)
    );
    assertEquals(layers.map((row) => row.length), [1, 2, 3, 4]);
    assert(layers[0][0] < 0.5, "nothing else to read");
    for (const layer of [1, 3]) {
      const [entered, ...before] = layers[layer];
      assert(before.every((share) => share > entered), `layer ${layer + 1}: ${layers[layer]}`);
    }
    for (const row of layers.slice(2)) {
      for (const share of row.slice(1)) {
        assert(nothing - share < 0.035, `${row}`);
      }
    }

    const [, loss, sorted] = /last loss (\S+); (\S+) % sorted/.exec(future)!.map(Number);
    assert(loss < 0.001 && sorted < 20, `${loss}, ${sorted}`);
    assertMatch(future, /GPT/);
  },
);

programTest("chapter 9 quotes no number that it does not show", async () => {
  await assertProse(NAME, {
    "0.44": "the worst drop with seed 1: from 0.812 to 0.369, without the first block",
    "0.25": "the worst drop with seed 2: from 0.793 to 0.544, without the fifth",
    "0.15": "most of the other drops with these seeds: ten of twelve",
    "0.27": "the most that a plain network keeps with these seeds: 0.269, seed 2, without the third",
    "56": 16 + 5 * 8,
    "6.61": "per cent of CIFAR-10's test pictures, in the paper's table 2",
    "4.51": "per cent, from the same table",
    "0.006": "the ResNet's training loss after 30 epochs, in the runs of the record (0.05: the DenseNet's)",
    "0.004": 0.853 - 0.849,
    "0.008": Math.sqrt(0.85 * 0.15 / 2000),
    "0.05": "its training loss there",
    "240": 4 * 3000 / 50,
    "300": "epochs in the paper, of its networks for CIFAR-10",
    "20,000": ({ text }) => Math.round(rowsOf(text)["DenseNet, 8"].parameters / 1000) * 1000,
    "5,000": ({ text }) => Math.round(rowsOf(text)["ResNet, 4"].parameters / 1000) * 1000,
    "28": "the day on which the record was made",
    "2026": "and its year",
    "4,096": 4 ** 6,
    "25": "heads of GPT-2's largest version",
    "48": "its blocks; and what the bottleneck of a question leaves",
    "1,800": 30 * 3000 / 50,
    "40": "layers of a network in the paper",
    "160": 4 * 2000 / 50,
    "0.0004": ({ answers }) => Number(/last loss (\S+);/.exec(answers[2])![1]),
    "3.8": ({ answers }) => Number(/; (\S+) % sorted/.exec(answers[2])![1]),
  });
});

/** The numbers of a table's row behind its name. */
function numbersBehind(text: string, name: string): number[] {
  const row = text.split("\n").find((line) => line.startsWith(`${name} `))!;
  return row.slice(name.length).trim().split(/\s+/).map((cell) => Number(cell.replaceAll(",", "")));
}
