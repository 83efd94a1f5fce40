/**
 * What trainings came to, ours beside PyTorch's, as Markdown.
 *
 * @module
 */
import type { Recipe } from "../cases/recipes.ts";
import type { Machine } from "../run/machine.ts";

/** An epoch: the mean loss, the accuracy on the test set in percent, how long its batches took. */
export interface EpochResult {
  epoch: number;
  loss: number;
  accuracy: number;
  seconds: number;
}

/** A training from its first epoch to its last; `seconds` count from the start of its process, reading and testing included. */
export interface Training {
  recipe: string;
  seed: number;
  /** "ours" or "torch". */
  who: string;
  epochs: EpochResult[];
  seconds: number;
}

/** A whole comparison. */
export interface Accuracy {
  date: string;
  machine: Machine;
  threads: number;
  versions: Record<string, string>;
  recipes: Recipe[];
  trainings: Training[];
}

/** How far the means may be apart, in percent of the test set. */
const CLOSE = 0.5;
/** Ours / PyTorch's seconds of an epoch that are aimed at. */
const AIM = 1.3;

const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** What a recipe came to. */
export interface Verdict {
  /** By who: the mean accuracy of the last epochs, and the lowest; the mean seconds of an epoch; the longest training. */
  by: Record<string, { accuracy: number; lowest: number; epochSeconds: number; longest: number }>;
  /** Whether every training of ours knew what it had to, in the time it had. */
  known: boolean;
  /** Ours − PyTorch's mean accuracy; undefined without PyTorch. */
  difference?: number;
  /** Ours / PyTorch's seconds of an epoch. */
  ratio?: number;
}

/** Sums a recipe's trainings up. */
export function judge(recipe: Recipe, trainings: Training[]): Verdict {
  const by: Verdict["by"] = {};
  for (const { recipe: name, who } of trainings) {
    if (name !== recipe.name || who in by) continue;
    const own = trainings.filter((one) => one.recipe === name && one.who === who);
    const last = own.map(({ epochs }) => epochs.at(-1)!.accuracy);
    by[who] = {
      accuracy: mean(last),
      lowest: Math.min(...last),
      epochSeconds: mean(own.flatMap(({ epochs }) => epochs.map(({ seconds }) => seconds))),
      longest: Math.max(...own.map(({ seconds }) => seconds)),
    };
  }
  const { ours, torch } = by;
  const known = ours.lowest >= recipe.wanted && ours.longest <= 60 * recipe.minutes;
  if (torch === undefined) return { by, known };
  return {
    ...{ by, known },
    difference: ours.accuracy - torch.accuracy,
    ratio: ours.epochSeconds / torch.epochSeconds,
  };
}

/** The report. */
export function accuracyTable({ date, machine, threads, versions, recipes, trainings }: Accuracy): string {
  const { processor, cores, memoryBytes, system, load } = machine;
  const head = [
    `${date.slice(0, 10)}, ${processor}, ${cores} cores, ${
      (memoryBytes / 2 ** 30).toFixed(0)
    } GiB, ${system}; ` +
    `${threads} threads each; load before ${load.toFixed(1)}  `,
    Object.values(versions).join("; "),
  ];
  const parts = recipes.flatMap((recipe) => {
    const who = Object.keys(versions), own = trainings.filter(({ recipe: name }) => name === recipe.name);
    const seeds = [...new Set(own.map(({ seed }) => seed))];
    const cell = (seed: number, name: string) => {
      const found = own.find((one) => one.seed === seed && one.who === name);
      if (found === undefined) return "–";
      return `${found.epochs.at(-1)!.accuracy.toFixed(2)} %, ${found.seconds.toFixed(0)} s`;
    };
    return [
      "",
      `## ${recipe.title}`,
      "",
      `${describe(recipe)}.`,
      "",
      ...[`| seed | ${who.map((name) => versions[name].split(" ")[0]).join(" | ")} |`],
      `| --- |${who.map(() => " ---: |").join("")}`,
      ...seeds.map((seed) => `| ${seed} | ${who.map((name) => cell(seed, name)).join(" | ")} |`),
      "",
      ...sentences(recipe, judge(recipe, trainings)),
    ];
  });
  return [...head, ...parts].join("\n");
}

function describe({ batch, epochs, optimizer, maxLr, weightDecay, flip, mean, std }: Recipe): string {
  const own = optimizer === "Adam"
    ? `Adam`
    : `SGD (Nesterov's momentum 0.9, weight decay ${weightDecay.toExponential(0)})`;
  const pictures = `pixels − ${mean}, / ${std}${flip ? ", half of them turned from left to right" : ""}`;
  return `Batch ${batch}, ${epochs} ${
    epochs === 1 ? "epoch" : "epochs"
  }, ${own} under OneCycleLR to ${maxLr}, ${pictures}`;
}

function sentences({ wanted, minutes }: Recipe, { by, known, difference, ratio }: Verdict): string[] {
  const { ours, torch } = by, digits = (value: number) => value.toFixed(2);
  const first = `Wanted ≥ ${wanted} % for each seed in ≤ ${minutes} min: ${known ? "met" : "missed"} ` +
    `(lowest ${digits(ours.lowest)} %, longest ${ours.longest.toFixed(0)} s).`;
  if (torch === undefined) return [first];
  const close = Math.abs(difference!) <= CLOSE ? "met" : "missed";
  const quick = ratio! <= AIM ? "reached" : "not reached";
  return [
    first,
    `Means ${digits(ours.accuracy)} % and ${
      digits(torch.accuracy)
    } %, wanted within ${CLOSE} points: ${close}.`,
    `An epoch takes ${ours.epochSeconds.toFixed(1)} s here and ${
      torch.epochSeconds.toFixed(1)
    } s in PyTorch, ` +
    `×${digits(ratio!)} (aim ×${AIM}: ${quick}).`,
  ];
}
