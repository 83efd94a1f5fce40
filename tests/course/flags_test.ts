import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chapterFlags, type ChapterSpec, readFlags } from "../../lib/course/flags.ts";

const spec = {
  title: "Chapter 7: ResNet",
  description: "A residual network learns ten pictures.",
  device: true,
  steps: 5,
  batch: 1,
  data: true,
  seed: 7,
  verbose: true,
} as const;

function flagsOf<const Spec extends ChapterSpec>(spec: Spec, ...args: string[]) {
  const result = readFlags(spec, args);
  if (result.kind !== "flags") throw new Error(result.text);
  return result.flags;
}

function errorOf(...args: string[]): string {
  const result = readFlags(spec, args);
  return result.kind === "error" ? result.text : `no error: ${JSON.stringify(result)}`;
}

Deno.test("without arguments the defaults serve", () => {
  assertEquals(flagsOf(spec), {
    device: undefined,
    steps: 5,
    batch: 1,
    data: "random",
    seed: 7,
    verbose: false,
  });
});

Deno.test("flags are read, with a space or an equals sign", () => {
  const flags = flagsOf(spec, "--steps", "20", "--data=mnist", "--device", "cpu", "--seed=0", "--verbose");
  assertEquals(flags, { device: "cpu", steps: 20, batch: 1, data: "mnist", seed: 0, verbose: true });
});

Deno.test("the type names the declared flags, and no others", () => {
  const flags = flagsOf({ title: "Chapter 1", steps: 15 });
  const steps: number = flags.steps;
  // @ts-expect-error this chapter has no --seed
  const seed = flags.seed;
  assertEquals([steps, seed], [15, undefined]);
});

Deno.test("--threads is a number that the cpu can have, and nothing for webgpu", () => {
  const threaded = { title: "Chapter 7", device: true, threads: true } as const;
  assertEquals(flagsOf(threaded), { device: undefined, threads: undefined });
  assertEquals(flagsOf(threaded, "--threads", "4"), { device: undefined, threads: 4 });
  const error = (...args: string[]) => {
    const result = readFlags(threaded, args);
    return result.kind === "error" ? result.text : "";
  };
  for (const text of ["0", "33", "2.5", "all"]) {
    assertEquals(error("--threads", text), `--threads takes a whole number from 1 to 32, not "${text}".`);
  }
  assertStringIncludes(error("--device", "webgpu", "--threads", "2"), "--threads is about the cpu");
  const help = readFlags(threaded, ["--help"]);
  assertStringIncludes(
    help.kind === "help" ? help.text : "",
    "on how many threads the cpu computes (all cores)",
  );
});

Deno.test("a run that takes long has epochs, a learning rate, a log, checkpoints to go on from", () => {
  const long = {
    title: "Chapter 8",
    epochs: 5,
    lr: 1e-3,
    log: true,
    checkpoints: true,
    resume: true,
  } as const;
  const none = { epochs: 5, lr: 1e-3, log: undefined, checkpoints: undefined, resume: false };
  assertEquals(flagsOf(long), none);
  assertEquals(flagsOf(long, "--epochs=2", "--lr", "2e-2", "--log", "run.jsonl"), {
    ...none,
    epochs: 2,
    lr: 0.02,
    log: "run.jsonl",
  });
  assertEquals(flagsOf(long, "--checkpoints", "runs/a", "--resume").resume, true);
  const error = (...args: string[]) => {
    const result = readFlags(long, args);
    return result.kind === "error" ? result.text : "";
  };
  for (const text of ["0", "-1", "x", "Infinity", " "]) {
    assertEquals(error("--lr", text), `--lr takes a number larger than 0, not "${text}".`);
  }
  assertEquals(error("--lr="), "--lr takes a number larger than 0; none was given.");
  assertStringIncludes(
    error("--log"),
    "--log takes the path of a file of JSON lines (.jsonl), or of a folder",
  );
  assertStringIncludes(error("--resume"), "say where that is with --checkpoints DIR");
  const help = readFlags(long, ["--help"]);
  assertStringIncludes(help.kind === "help" ? help.text : "", "--lr X             the learning rate (0.001)");
  assertThrows(
    () => chapterFlags({ title: "x", lr: 0 }),
    RangeError,
    "chapterFlags: lr must be larger than 0",
  );
});

Deno.test("a chapter that prints a line for each step takes so many and no more", () => {
  const loud = { title: "Chapter 1", steps: 15, mostSteps: 500 };
  assertEquals(flagsOf(loud, "--steps", "500"), { steps: 500 });
  const sentence = 'a whole number from 1 to 500, not "501": nobody would read so many lines.';
  assertEquals(readFlags(loud, ["--steps", "501"]), { kind: "error", text: `--steps takes ${sentence}` });
  const low = '--steps takes a whole number from 1 to 500, not "0".';
  assertEquals(readFlags(loud, ["--steps", "0"]), { kind: "error", text: low });
});

Deno.test("a chapter may prefer a device or a data set", () => {
  assertEquals(flagsOf({ title: "Chapter 2", device: "cpu", data: "mnist" }), {
    device: "cpu",
    data: "mnist",
  });
});

Deno.test("a flag that the chapter lacks is refused, with the nearest one suggested", () => {
  assertEquals(
    errorOf("--stps", "3"),
    "There is no flag --stps: did you mean --steps? --help lists them all.",
  );
  assertStringIncludes(errorOf("-steps", "3"), "no flag -steps: did you mean --steps?");
  assertStringIncludes(errorOf("--dev=cpu"), "did you mean --device?");
  assertStringIncludes(errorOf("--epochs", "3"), "There is no flag --epochs. --help");
  const result = readFlags({ title: "Chapter 1", steps: 15 }, ["--seed", "1"]);
  assertEquals(result, { kind: "error", text: "There is no flag --seed. --help lists them all." });
});

Deno.test("a wrong value is refused, saying what the flag takes", () => {
  assertEquals(errorOf("--steps", "many"), '--steps takes a whole number from 1 up, not "many".');
  assertEquals(errorOf("--steps", "-3"), '--steps takes a whole number from 1 up, not "-3".');
  assertEquals(errorOf("--batch=0"), '--batch takes a whole number from 1 up, not "0".');
  assertEquals(errorOf("--seed", "1.5"), '--seed takes a whole number from 0 up, not "1.5".');
  assertEquals(errorOf("--steps"), "--steps takes a whole number from 1 up; none was given.");
  assertEquals(errorOf("--data", "minst"), '--data takes random or mnist, not "minst": did you mean mnist?');
  assertStringIncludes(errorOf("--device", "gpu"), "did you mean webgpu?");
});

Deno.test("--profile comes with --device, and the chapter knows nothing of it", () => {
  const read = (spec: ChapterSpec, ...args: string[]) => {
    const result = readFlags(spec, args);
    return result.kind === "flags" ? [result.profile, "profile" in result.flags] : result;
  };
  assertEquals(read(spec), [false, false]);
  assertEquals(read(spec, "--profile", "--steps", "3"), [true, false]);
  assertEquals(
    errorOf("--profiel"),
    "There is no flag --profiel: did you mean --profile? --help lists them all.",
  );
  assertStringIncludes(errorOf("--profile", "20"), '"20" follows no flag');
  const alone = { title: "Chapter 1", steps: 15 };
  assertEquals(read(alone, "--profile"), {
    kind: "error",
    text: "There is no flag --profile. --help lists them all.",
  });
  const help = readFlags(spec, ["--help"]);
  assertStringIncludes(help.kind === "help" ? help.text : "", "--profile            show where the time");
});

Deno.test("a word that belongs to no flag is refused", () => {
  assertStringIncludes(errorOf("mnist"), '"mnist" follows no flag');
  assertStringIncludes(errorOf("--verbose", "yes"), '"yes" follows no flag');
  assertStringIncludes(errorOf("--", "--steps"), '"--steps" follows no flag');
});

Deno.test("--help lists the chapter's flags and their defaults within 80 columns", () => {
  for (const flag of ["--help", "-h"]) {
    const result = readFlags(spec, ["--steps", "3", flag], "chapters/07_resnet.ts");
    if (result.kind !== "help") throw new Error(`${flag} gave ${result.kind}`);
    assertStringIncludes(result.text, "Chapter 7: ResNet");
    assertStringIncludes(result.text, "deno run chapters/07_resnet.ts [flags]");
    assertStringIncludes(result.text, "--steps N            how many training steps (5)");
    assertStringIncludes(result.text, "--device cpu|webgpu  where to compute (the best there is)");
    assertEquals(result.text.split("\n").filter((line) => line.length > 80), []);
  }
  const result = readFlags({ title: "Chapter 1", steps: 15 }, ["-h"]);
  assertEquals(result.kind === "help" && result.text.includes("--seed"), false);
});

Deno.test("--read and --quiz are ways through any chapter, one at a time; --quiz takes the chapter as it stands", () => {
  const way = (...args: string[]) => {
    const result = readFlags(spec, args);
    return result.kind === "flags" ? result.way : result.kind === "error" ? result.text : "";
  };
  assertEquals([way(), way("--read"), way("--quiz")], [undefined, "read", "quiz"]);
  assertEquals([way("--read", "--steps", "2", "--profile"), way("--quiz", "--device=cpu")], ["read", "quiz"]);
  assertEquals(
    way("--quiz", "--read"),
    "--read walks through the chapter and --quiz asks its questions: choose one of them.",
  );
  const beside =
    "--quiz asks about the chapter as it stands: beside it are --device and --threads, and no --";
  assertEquals([way("--quiz", "--steps", "2"), way("--profile", "--quiz")], [
    `${beside}steps.`,
    `${beside}profile.`,
  ]);
  assertEquals(way("--raed"), "There is no flag --raed: did you mean --read? --help lists them all.");
});

const granted = (["run", "read"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);
if (!granted) {
  console.log("Skipped for want of --allow-run and --allow-read: the exit codes of chapterFlags().");
}

Deno.test({
  name: "a wrong flag ends the program with a sentence on stderr and code 2, --help with code 0",
  ignore: !granted,
  async fn() {
    const module = new URL("../../lib/course/flags.ts", import.meta.url);
    const program = "data:application/typescript," + encodeURIComponent(`
      import { chapterFlags } from "${module}";
      console.log("steps", chapterFlags({ title: "Chapter 1", steps: 15 }).steps);
    `);
    const config = `${import.meta.dirname}/../../deno.json`;
    const run = async (...args: string[]) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--quiet", "--config", config, program, ...args],
        env: { NO_COLOR: "1" },
      });
      const { code, stdout, stderr } = await command.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      return [code, text(stdout), text(stderr)];
    };
    assertEquals(await run("--steps", "3"), [0, "Chapter 1\n═════════\nsteps 3", ""]);
    assertEquals(await run("--stps", "3"), [
      2,
      "",
      "There is no flag --stps: did you mean --steps? --help lists them all.",
    ]);
    const [code, stdout, stderr] = await run("--help");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(String(stdout), "--steps N");
  },
});

Deno.test("--out takes any path; without it pictures stay where they are shown", () => {
  const picture = { title: "Pictures", out: true } as const;
  assertEquals(flagsOf(picture, "--out", "a/b c"), { out: "a/b c" });
  assertEquals(flagsOf(picture), { out: undefined });
  const help = readFlags(picture, ["--help"]);
  assertStringIncludes(help.kind === "help" ? help.text : "", "--out DIR");
  const missing = readFlags(picture, ["--out"]);
  assertEquals(
    missing.kind === "error" && missing.text,
    "--out takes the path of a directory; none was given.",
  );
});

Deno.test("chapterFlags() refuses what is no flag, and defaults that a flag does not take", () => {
  const loose = chapterFlags as (spec: unknown) => unknown;
  const title = "A chapter";
  assertThrows(() => loose({ title, step: 3 }), TypeError, 'there is no option "step"; did you mean steps?');
  assertThrows(() => loose({ steps: 3 }), TypeError, "chapterFlags: title must be text, not undefined");
  assertThrows(
    () => loose({ title, steps: "3" }),
    TypeError,
    'chapterFlags: steps must be a number, not "3"',
  );
  assertThrows(() => loose({ title, steps: 0 }), RangeError, "steps must be a whole number ≥ 1, not 0");
  assertThrows(() => loose({ title, device: "gpu" }), RangeError, 'did you mean "webgpu"?');
  assertThrows(
    () => loose({ title, verbose: "yes" }),
    TypeError,
    'chapterFlags: verbose must be true, not "yes"',
  );
});

Deno.test("words come from the chapter: the first serves, another is refused, the type names them", () => {
  const chosen = {
    title: "Chapter 8",
    model: ["small", "alexnet"],
    schedule: ["constant", "cosine"],
    data: ["fashion", "mnist"],
  } as const;
  assertEquals(flagsOf(chosen), { model: "small", schedule: "constant", data: "fashion" });
  const flags = flagsOf(chosen, "--model", "alexnet", "--schedule=cosine", "--data", "mnist");
  const model: "small" | "alexnet" = flags.model;
  // @ts-expect-error there is no such model
  const other: "resnet" = flags.model;
  assertEquals([model, other, flags.schedule, flags.data], ["alexnet", "alexnet", "cosine", "mnist"]);
  const error = (...args: string[]) => {
    const result = readFlags(chosen, args);
    return result.kind === "error" ? result.text : "";
  };
  assertEquals(
    error("--model", "alexnt"),
    '--model takes small or alexnet, not "alexnt": did you mean alexnet?',
  );
  assertEquals(error("--data", "random"), '--data takes fashion or mnist, not "random".');
  const help = readFlags(chosen, ["--help"]);
  assertStringIncludes(
    help.kind === "help" ? help.text : "",
    "--model small|alexnet       what is trained (small)",
  );
  for (const model of [true, [], [""], "small"]) {
    assertThrows(
      () => chapterFlags({ title: "Chapter 8", model } as unknown as ChapterSpec),
      TypeError,
      'chapterFlags: model must be words such as ["one", "two"], not ',
    );
  }
});

Deno.test("numbers that each network has for itself are undefined unless the reader gives one", () => {
  const own = { title: "Chapter 8", images: true, epochs: true, batch: true } as const;
  const flags: { images?: number; epochs?: number; batch?: number } = flagsOf(own);
  assertEquals(flags, { images: undefined, epochs: undefined, batch: undefined });
  assertEquals(flagsOf(own, "--epochs", "2", "--images=600"), { images: 600, epochs: 2, batch: undefined });
  const help = readFlags(own, ["--help"]);
  assertStringIncludes(
    help.kind === "help" ? help.text : "",
    "--epochs N  how many times through the data (what the network's recipe says)",
  );
});
