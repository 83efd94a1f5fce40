// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, output, programTest, questions, run } from "./program.ts";
import { assertProse } from "./prose.ts";

/** What the runs of a text came to: by name, the rows of their epochs. */
function epochsOf(text: string): Record<string, Record<string, number>[]> {
  const found: Record<string, Record<string, number>[]> = {};
  const rows = text.matchAll(
    /^(.+?) {2}epoch \d+\/\d+ {2}loss (\S+), test (\S+) {2}accuracy (\S+), test (\S+) {2}/gm,
  );
  for (const [, name, ...values] of rows) {
    const [loss, testLoss, accuracy, testAccuracy] = values.map(Number);
    (found[name] ??= []).push({ loss, testLoss, accuracy, testAccuracy });
  }
  return found;
}

/** What plain and residual networks came to, by name: the training losses of the epochs, and the test accuracy in the end. */
function depthsOf(text: string): Record<string, { losses: number[]; testAccuracy: number }> {
  const lines = text.matchAll(/^(\w+, \d+ layers): training losses (.*); test accuracy (\S+)$/gm);
  return Object.fromEntries(
    [...lines].map(([, name, losses, share]) => [
      name,
      { losses: losses.split(", ").map(Number), testAccuracy: Number(share) },
    ]),
  );
}

/** A row of the table of costs, or of the last one, by its network: cells behind the name. */
function cells(text: string, network: string): string[][] {
  return text.split("\n").filter((line) => line.startsWith(`${network}  `) && !line.includes("epoch "))
    .map((line) => line.slice(network.length).trim().split(/\s{2,}/));
}

programTest("chapter 8's networks are the reference's: parameters, sizes, batches", async () => {
  const text = await output("08_training");
  assertStringIncludes(text, "60,000 pictures to train on, 10,000 to test with");
  const [alexNet] = cells(text, "AlexNet"), [resNet] = cells(text, "ResNet-18");
  assertEquals(alexNet.slice(0, 3), ["224²", "46,764,746", "128"]);
  assertEquals(resNet.slice(0, 3), ["96²", "11,178,378", "256"]);
  const hours = [alexNet, resNet].map((row) => Number(row[5].replaceAll(",", "")) / 3600);
  assert(hours[0] > 4.5 && hours[0] < 5 && hours[1] > 1.4 && hours[1] < 1.65, `${hours}`);
});

programTest(
  "chapter 8's small networks learn, the residual one more, and the table says what they came to",
  async () => {
    const text = await output("08_training"), runs = epochsOf(text);
    const alexNet = runs["small AlexNet"], resNet = runs["small ResNet-18"];
    assertEquals([alexNet.length, resNet.length], [4, 4]);
    assert(alexNet[3].testAccuracy > 0.7 && alexNet[3].testAccuracy < 0.79, "three of four");
    assert(resNet[3].testAccuracy > 0.78 && resNet[3].testAccuracy < 0.88, `${resNet[3].testAccuracy}`);
    for (let epoch = 0; epoch < 3; epoch++) {
      assert(alexNet[epoch].testAccuracy > alexNet[epoch].accuracy, "AlexNet's test curve is above");
    }
    assert(
      resNet[0].testAccuracy > resNet[0].accuracy && resNet[3].testAccuracy < resNet[3].accuracy,
      "cross",
    );
    const [, row] = cells(text, "small ResNet-18");
    assertEquals(row.slice(0, 4), [
      "6,000",
      "4",
      resNet[3].accuracy.toFixed(3),
      resNet[3].testAccuracy.toFixed(3),
    ]);
    assertEquals(row[4], "0.926");
  },
);

programTest("chapter 8's shirts are the worst told apart, and shoes are taken for shoes", async () => {
  const text = await output("08_training");
  const rows = [...text.matchAll(/^(.+): (\d+) % right, \d+ % taken for (.+)$/gm)];
  assertEquals(rows.length, 10);
  const right = Object.fromEntries(rows.map(([, name, share]) => [name, Number(share)]));
  const taken = Object.fromEntries(rows.map(([, name, , other]) => [name, other]));
  assertEquals(Object.keys(right).reduce((a, b) => right[a] < right[b] ? a : b), "Shirt");
  assert(right.Trouser > 90 && right.Bag > 90);
  const worn = ["T-shirt/top", "Pullover", "Dress", "Coat", "Shirt"];
  const shoes = ["Sandal", "Sneaker", "Ankle boot"];
  for (const name of ["Pullover", "Coat", "Shirt"]) assert(worn.includes(taken[name]), taken[name]);
  for (const name of shoes) assert(shoes.includes(taken[name]), taken[name]);
});

programTest(
  "chapter 8: with 32 layers a plain network is behind one of 8, a residual one ahead",
  async () => {
    const runs = depthsOf(await output("08_training"));
    const [plain, residual, deepPlain, deepResidual] = [
      "plain, 8 layers",
      "residual, 8 layers",
      "plain, 32 layers",
      "residual, 32 layers",
    ].map((name) => ({ ...runs[name], loss: runs[name].losses[3] }));
    assert(Math.abs(plain.loss - residual.loss) < 0.05, "no difference with 8 layers");
    assert(deepPlain.loss > 1.5 * plain.loss, `far behind: ${deepPlain.loss}`);
    assert(deepResidual.loss < 0.95 * residual.loss, `ahead: ${deepResidual.loss}`);
    assert(deepResidual.testAccuracy < residual.testAccuracy + 0.01, "and not on the test pictures");
  },
);

programTest(
  "chapter 8's record: plain networks gain up to 20 layers and lose at 32, residual ones gain",
  () => {
    const source = Deno.readTextFileSync(new URL("../../chapters/08_training.ts", import.meta.url));
    const last = Object.fromEntries(
      [...source.matchAll(/^ {2}"(\w+), (\d+) layers": \[(.*)\],$/gm)].map(([, kind, layers, losses]) => {
        assertEquals(losses.split(", ").length, 4);
        return [`${kind} ${layers}`, Number(losses.split(", ").at(-1))];
      }),
    );
    assertEquals(Object.keys(last).length, 6);
    assert(Math.abs(last["plain 8"] - last["residual 8"]) < 0.03);
    assert(last["residual 20"] < last["plain 20"] && last["plain 20"] < last["plain 8"]);
    assert(last["plain 32"] - last["plain 20"] > last["plain 8"] - last["plain 20"]);
    assertEquals(Math.min(...Object.values(last)), last["residual 32"]);
    return Promise.resolve();
  },
);

programTest("chapter 8's answers: normalization, three seeds, a schedule", async () => {
  const [first, second, third] = await answers("08_training");
  const lastLine = (text: string) => text.trimEnd().split("\n").at(-1)!;
  const normalized = Number(lastLine(first).split(" ").at(-1));
  assert(normalized > 0.78, `four of five: ${normalized}`);
  const seeds = [...second.matchAll(/^seed \d: (\S+)$/gm)].map(([, share]) => Number(share));
  const { ["small ResNet-18"]: standard } = epochsOf(await output("08_training"));
  const all = [...seeds, standard.at(-1)!.testAccuracy];
  assertEquals(all.length, 3);
  assert(Math.max(...all) - Math.min(...all) > 0.01, `some hundredths: ${all}`);
  const cosine = Object.values(epochsOf(third))[0];
  assertEquals(
    cosine.map(({ testLoss }) => testLoss),
    cosine.map(({ testLoss }) => testLoss).toSorted().reverse(),
  );
  assert(cosine[3].testAccuracy > standard[3].testAccuracy, "ends better");
  assertEquals(Math.round(10 * cosine[3].accuracy), 9, "nine tenths");
});

programTest("chapter 8's questions are decided by what they print", async () => {
  const [luck, stretched, adam, cosine, modes, coin, resumed] = await questions("08_training");
  const deviation = Number(/deviation (\S+)$/m.exec(luck)![1]);
  assert(Math.abs(deviation - 0.003) < 0.001, luck);
  assertStringIncludes(stretched, ": 64 times as many");
  const megabytes = Number(/^(\S+) MB$/m.exec(adam)![1]);
  assert(Math.abs(megabytes - 16) < 0.2, adam);
  assertStringIncludes(cosine, "after 25 of 100 steps: 0.000854");
  const [training, evaluation] = [...modes.matchAll(/^in \w+ mode: (\S+)$/gm)].map(([, share]) =>
    Number(share)
  );
  assert(evaluation > training + 0.03, modes);
  assertStringIncludes(coin, "accuracy 0.90");
  const [never, weights, all] = [...resumed.matchAll(/x = (\S+)$/gm)].map(([, x]) => Number(x));
  assertEquals(all, never);
  assert(Math.abs(weights - never) > 0.01, resumed);
});

programTest("chapter 8 quotes no number that it does not show", async () => {
  await assertProse("08_training", {
    "5.6": "the section of Tang's book that has AlexNet",
    "5.11": "the section that has ResNet-18",
    "784": 28 ** 2,
    "0.1": 1 - 0.9,
    "0.003": Math.sqrt(0.9 * 0.1 / 10_000),
    "90": 100 * 0.9,
    "0.00085": 1e-3 * (1 + Math.cos(Math.PI / 4)) / 2,
    "45": 180 / 4,
    "0.854": (1 + Math.cos(Math.PI / 4)) / 2,
    "0.8": 8 / 10,
    "0.2": 2 / 10,
    "2015": "the year in which the paper came out",
    "4.2": "its section with networks for small pictures",
    "2026": "the year in which the record was made",
    "44": "layers of a network in the paper",
    "130": "seconds an epoch, printed in section 5.6: 129.9 in the last",
    "32": "seconds an epoch, printed in section 5.11: 31.5 in the last; and layers, in the code",
  });
});

programTest("chapter 8 trains a whole network by its flags, here a little of it", async () => {
  const text = await output(
    "08_training",
    ...["--model", "resnet18", "--images", "8", "--epochs", "1", "--batch", "4"],
    ...["--schedule", "onecycle", "--lr", "0.0001", "--data", "mnist"],
  );
  assertMatch(text, /^ResNet-18 {2}epoch 1\/1 {2}loss /m);
  assert(!text.includes("small ResNet-18  epoch"), "and nothing else");
});

programTest(
  "chapter 8 stops and goes on: the last epoch is that of a run that was never stopped",
  async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const flags = ["--images", "64", "--batch", "32"];
      const never = await output("08_training", ...flags, "--epochs", "2");
      const log = `${folder}/run.jsonl`;
      const begun = await withFolder(
        folder,
        ...[...flags, "--epochs", "1", "--checkpoints", folder, "--log", log],
      );
      assertEquals(begun.code, 0, begun.stderr);
      const resumed = await withFolder(
        folder,
        ...[...flags, "--epochs", "2", "--checkpoints", folder, "--resume"],
      );
      assertEquals(resumed.code, 0, resumed.stderr);
      const whole = epochsOf(never), last = epochsOf(resumed.stdout);
      assertEquals(Object.keys(last), ["small AlexNet", "small ResNet-18"]);
      for (const name in whole) assertEquals(last[name], whole[name].slice(1), name);
      const depths = depthsOf(never);
      assertEquals(Object.values(depths).map(({ losses }) => losses.length), [2, 2, 2, 2]);
      assertEquals(depthsOf(resumed.stdout), depths, "with the history of the epochs before");
      const logged = Deno.readTextFileSync(log).trim().split("\n").map((line) => JSON.parse(line));
      const labels = [...Object.keys(whole), ...Object.keys(depths)];
      assertEquals(
        logged.filter(({ kind }) => kind === "run").map(({ label }) => label),
        labels,
        "all runs are in one log",
      );
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

programTest("chapter 8 says in a sentence what it may not do and what it cannot resume", async () => {
  const refused = await run("08_training", "--images", "64", "--epochs", "1", "--checkpoints", "runs");
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /--allow-(?:read|write)/);
  const nowhere = await run("08_training", "--resume");
  assertEquals({ code: nowhere.code, lines: nowhere.stderr.trim().split("\n").length }, {
    code: 2,
    lines: 1,
  });
});

/** The chapter, with one folder granted. */
async function withFolder(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--quiet", `--allow-read=${folder}`, `--allow-write=${folder}`],
      ...["chapters/08_training.ts", ...args],
    ],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
