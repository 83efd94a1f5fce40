/**
 * `deno task accuracy`: what networks know after a training, beside PyTorch with the same recipe. See README.md beside this file.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../lib/text/nearest.ts";
import { type Recipe, RECIPES } from "./cases/recipes.ts";
import { type Accuracy, accuracyTable, type EpochResult, type Training } from "./report/accuracy.ts";
import { deno, findPython, ROOT } from "./run/competitors.ts";
import { lookAtMachine } from "./run/machine.ts";
import type { Program } from "./run/worker.ts";
import { lines } from "./serve.ts";

const HELP = `Trains small networks by the same recipes here and in PyTorch, in turns.

Usage: deno task accuracy [RECIPES…] [flags]

  RECIPES         of ${RECIPES.map(({ name }) => name).join(", ")} (all)
  --seeds N       how many seeds, from 0 (3)
  --epochs N      another number of epochs than the recipe's
  --threads N     for both (as many as there are cores)
  --python PATH   the Python that has torch ($DESCENT_PYTHON, python3)
  --no-torch      ours alone
  --out FOLDER    where accuracy.json and accuracy.md go
  --help          this text`;

if (import.meta.main) Deno.exit(await main(Deno.args));

/** What is asked for. */
interface Wanted {
  recipes: Recipe[];
  seeds: number;
  threads: number;
  python: string | undefined;
  torch: boolean;
  out: string | undefined;
}

/** Runs what the command line asks for; returns the exit code. */
async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return 0;
  }
  let wanted: Wanted;
  try {
    wanted = read(args);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return 2;
  }
  const accuracy = await compare(wanted);
  console.log(accuracyTable(accuracy));
  if (wanted.out === undefined) return 0;
  await Deno.mkdir(wanted.out, { recursive: true });
  await Deno.writeTextFile(`${wanted.out}/accuracy.json`, JSON.stringify(accuracy, null, 1) + "\n");
  await Deno.writeTextFile(`${wanted.out}/accuracy.md`, accuracyTable(accuracy) + "\n");
  return 0;
}

function read(args: string[]): Wanted {
  const strings = ["seeds", "epochs", "threads", "python", "out"], switches = ["torch"];
  const flags = parseArgs(args, {
    string: [...strings, "_"],
    boolean: switches,
    negatable: switches,
    default: { torch: true },
    unknown: (arg, key) => {
      if (key === undefined) return true;
      const guess = nearest(arg.replace(/^-+/, ""), [...strings, "no-torch"]);
      throw new RangeError(`There is no flag ${arg}${guess ? `: did you mean --${guess}?` : "."}`);
    },
  }) as Record<string, string | undefined> & { _: unknown[] };
  const whole = (name: string, usual: number) => {
    const value = flags[name] === undefined ? usual : Number(flags[name]);
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new RangeError(`--${name} takes a whole number from 1 up, not "${flags[name]}".`);
  };
  const names = flags._.map(String), known = RECIPES.map(({ name }) => name);
  const odd = names.find((name) => !known.includes(name));
  if (odd !== undefined) throw new RangeError(`There is no recipe ${odd}; there are ${known.join(", ")}.`);
  return {
    recipes: RECIPES.filter(({ name }) => names.length === 0 || names.includes(name))
      .map((recipe) => ({ ...recipe, epochs: whole("epochs", recipe.epochs) })),
    seeds: whole("seeds", 3),
    threads: whole("threads", navigator.hardwareConcurrency),
    python: flags.python,
    torch: Boolean(flags.torch),
    out: flags.out,
  };
}

/** Trains everything, ours and PyTorch's in turns. */
async function compare({ recipes, seeds, threads, python, torch }: Wanted): Promise<Accuracy> {
  const found = torch ? await findPython(python) : undefined;
  if (torch && found === undefined) console.error("PyTorch is left out: no python3 here has torch.");
  const versions: Record<string, string> = { ours: `Descent on Deno ${Deno.version.deno}` };
  if (found !== undefined) versions.torch = `PyTorch ${await versionOf(found)}`;
  const trainings: Training[] = [];
  const machine = lookAtMachine();
  for (const recipe of recipes) {
    const folder = await Deno.makeTempDir();
    try {
      const text = JSON.stringify(recipe);
      const script = "bench/ours/recipe.ts", export_ = deno(script, threads, text, "export", folder);
      export_.args.splice(1, 0, `--allow-write=${folder}`);
      await run(export_);
      const programs: Record<string, (seed: number) => Program> = {
        ours: (seed) => deno(script, threads, text, `${seed}`),
      };
      if (found !== undefined) {
        const peer = new URL("bench/peers/pytorch/recipe.py", ROOT).pathname;
        const env = { OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` };
        programs.torch = (seed) => ({
          ...{ command: found, env },
          args: [peer, `${threads}`, text, `${seed}`, folder],
        });
      }
      for (let seed = 0; seed < seeds; seed++) {
        for (const [who, program] of Object.entries(programs)) {
          const start = performance.now();
          const epochs = (await run(program(seed))).map((line): EpochResult => JSON.parse(line));
          const seconds = (performance.now() - start) / 1000;
          trainings.push({ recipe: recipe.name, seed, who, epochs, seconds });
          const { accuracy } = epochs.at(-1)!;
          console.error(
            `${recipe.title}, seed ${seed}, ${who}: ${accuracy.toFixed(2)} %, ${seconds.toFixed(0)} s`,
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { date: new Date().toISOString(), machine, threads, versions, recipes, trainings };
}

/** A program's lines of output. */
async function run({ command, args, env, cwd }: Program): Promise<string[]> {
  const child = new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1", ...env },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const found: string[] = [];
  for await (const line of lines(child.stdout)) if (line.startsWith("{")) found.push(line);
  const { success } = await child.status;
  if (!success) throw new Error(`${command} ${args.slice(0, 3).join(" ")} … failed`);
  return found;
}

async function versionOf(python: string): Promise<string> {
  const args = ["-c", "import torch; print(torch.__version__)"];
  const { stdout } = await new Deno.Command(python, { args, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}
