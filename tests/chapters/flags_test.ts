// Starts programs, so it asks what permissions there are: see program.ts.
import { assertEquals, assertMatch } from "@std/assert";
import { chapterNumber, programTest, run } from "./program.ts";

const CHAPTERS = [
  "01_extremum",
  "01b_backward",
  "02_vector_extremum",
  "03_linear_regression",
  "04_mlp",
  "05_alexnet",
  "05b_digits",
  "06_batchnorm",
  "07_resnet",
  "07b_depth",
  "08_training",
  "09_densenet",
];

for (const chapter of CHAPTERS) {
  programTest(`${chapter} --help says what there is and ends well`, async () => {
    const { code, stdout, stderr } = await run(chapter, "--help");
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, new RegExp(`^Chapter ${chapterNumber(chapter)}: `));
    assertMatch(stdout, new RegExp(`Usage: deno run chapters/${chapter}.ts`));
    assertMatch(stdout, /--(?:steps|epochs) N/);
  });

  programTest(`${chapter} answers a wrong flag or value with one sentence and exit code 2`, async () => {
    for (const args of [["--stpes", "3"], ["--steps", "0"], ["--steps", "2.5"], ["--device", "tpu"], ["3"]]) {
      const { code, stdout, stderr } = await run(chapter, ...args);
      assertEquals({ code, stdout, lines: stderr.trim().split("\n").length }, {
        code: 2,
        stdout: "",
        lines: 1,
      });
      assertMatch(stderr, /^\S.*[.?]\n$/);
    }
  });
}

for (const chapter of ["05_alexnet", "06_batchnorm", "07_resnet", "08_training"]) {
  programTest(`${chapter} refuses data and batches that do not exist`, async () => {
    for (const args of [["--data", "cats"], ["--batch", "0"], ["--batch", "two"], ["--seed", "-1"]]) {
      const { code, stderr } = await run(chapter, ...args);
      assertEquals({ code, lines: stderr.trim().split("\n").length }, { code: 2, lines: 1 });
    }
  });
}

for (const chapter of ["01_extremum", "01b_backward", "02_vector_extremum", "04_mlp", "06_batchnorm"]) {
  programTest(`${chapter} prints some hundred lines at most`, async () => {
    const { code, stdout, stderr } = await run(chapter, "--steps", "1e9");
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(
      stderr,
      /^--steps takes a whole number from 1 to \d+, not "1e9": nobody would read so many lines\.\n$/,
    );
  });
}

programTest(
  "--profile shows where a loop's time goes, of one without progress when the program ends",
  async () => {
    const { code, stdout } = await run("03_linear_regression", "--steps", "50", "--profile");
    assertEquals(code, 0);
    assertMatch(stdout, /\nSteps 3 to 22 on CPU.*\nkernel +calls +ms +share .*\n─+\n(?:\w+ +\d+ .*\n)+─+\n/);
  },
);

programTest("--profile says so where no loop is one that it knows", async () => {
  const { code, stderr } = await run("01_extremum", "--profile");
  assertEquals(code, 0);
  assertMatch(stderr, /--profile: no loop of steps\(\) or epochs\(\) got beyond its first 2 steps/);
});
