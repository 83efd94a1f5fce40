/**
 * What is measured.
 *
 * @module
 */
import { convolutionFlops, costOf, sideBehind, type SizedConv } from "./network.ts";
import { alexnet, lenet, mlp, resnet18, resnet8 } from "./networks.ts";
import type { Task, TrainingTask } from "./task.ts";

/** What is not a task of a long-lived worker but a life of its own. */
export type ProcessTask =
  /** From the start of a process to the first loss of chapter 7's network. */
  | { kind: "start" }
  /** The most memory that a fresh process ever held after three steps. */
  | { kind: "memory"; task: TrainingTask }
  /** A chapter, run as its reader does, to its end. */
  | { kind: "chapter"; file: string };

/** One row of the results. */
export interface Case {
  /** How it is asked for. */
  name: string;
  /** How it is shown. */
  title: string;
  task: Task | ProcessTask;
  /** How many times the task is done for the figure that is shown: 30,000 steps make chapter 3. */
  count: number;
  /** Arithmetic of one iteration in floating point operations, or its memory traffic in bytes; 0: not counted. */
  flops: number;
  bytes: number;
  /** Whether one thread of ours is measured against all. */
  scaling: boolean;
  /** A case that is surely no slower than this one: who was too slow for that is not tried here. */
  after?: string;
}

const ALEXNET = costOf(alexnet(false), [1, 224, 224]);
const RESNET = costOf(resnet18, [1, 224, 224]);

/** Bytes that Adam needs for AlexNet: parameter, gradient and two averages of 4 bytes each, and the activations. */
export const ALEXNET_ADAM_BYTES = 16 * ALEXNET.parameters + 4 * ALEXNET.activations;

/** Every case; with `quick`, the ones that find the peak are smaller. */
export function allCases(quick: boolean): Case[] {
  return [
    ...peaks(quick),
    one("chapter3", "Chapter 3, 30,000 steps", { kind: "line" }, { count: 30_000 }),
    mlpCase(),
    smallCase("lenet", "LeNet step, batch 128", lenet),
    smallCase("resnet8", "ResNet-8 step, 28 × 28, batch 128", resnet8),
    gptCase(),
    ...networks("alexnet", "AlexNet", false),
    ...networks("bn-alexnet", "BN-AlexNet", true),
    ...networks("resnet18", "ResNet-18", null),
    one("start", "Start to first loss, ch. 7", { kind: "start" }),
    one("memory", "Memory, AlexNet with Adam", { kind: "memory", task: trainingOf(alexnet(false), 1, 1e-4) }),
    one("adam", "Adam, AlexNet's parameters", { kind: "adam", shapes: ALEXNET.shapes }, {
      // Reads parameter, gradient and both averages; writes all but the gradient.
      bytes: 7 * 4 * ALEXNET.parameters,
    }),
    ...[256, 1024].flatMap((size) => [
      productCase(size, "", {}),
      productCase(size, "-nt", { transposeB: true }),
      productCase(size, "-tn", { transposeA: true }),
    ]),
    ...convolutions(),
    ...orders(),
    one("chapter5", "Chapter 5, whole", { kind: "chapter", file: "05_alexnet" }),
    one("chapter7", "Chapter 7, whole", { kind: "chapter", file: "07_resnet" }),
  ];
}

/** Cases that say what the machine can do; the others are shown against them. */
export const PEAK_PRODUCT = "peak-product", PEAK_COPY = "peak-copy";

function peaks(quick: boolean): Case[] {
  const size = quick ? 512 : 2048, count = (quick ? 4 : 64) * 2 ** 20;
  const square = { m: size, k: size, n: size, transposeA: false, transposeB: false };
  return [
    one(PEAK_PRODUCT, `Peak: product ${size}`, { kind: "product", ...square }, { flops: 2 * size ** 3 }),
    one(PEAK_COPY, `Peak: copy of ${(count * 4) >> 20} MiB`, { kind: "copy", count }, { bytes: 8 * count }),
  ];
}

function one(name: string, title: string, task: Task | ProcessTask, more: Partial<Case> = {}): Case {
  return { name, title, task, count: 1, flops: 0, bytes: 0, scaling: false, ...more };
}

function trainingOf(layers: TrainingTask["layers"], batch: number, lr: number): TrainingTask {
  return { kind: "training", layers, input: [batch, 1, 224, 224], loss: "squares", optimizer: "adam", lr };
}

function mlpCase(): Case {
  const settings = { input: [64, 784], loss: "crossEntropy", optimizer: "sgd", lr: 0.1 } as const;
  const task: TrainingTask = { kind: "training", layers: mlp, ...settings, input: [64, 784] };
  return one("mlp", "MLP 784-256-10, batch 64", task, { flops: 64 * costOf(mlp, [784]).trainingFlops });
}

/** A step of the networks that are trained to their end in recipes.ts. */
function smallCase(name: string, title: string, layers: TrainingTask["layers"]): Case {
  const settings = { loss: "crossEntropy", optimizer: "adam", lr: 1e-3 } as const;
  const task: TrainingTask = { kind: "training", layers, input: [128, 1, 28, 28], ...settings };
  return one(name, title, task, { flops: 128 * costOf(layers, [1, 28, 28]).trainingFlops });
}

/** A character-level GPT as people first train one: 4 layers of 128. */
function gptCase(): Case {
  const sizes = { batch: 32, tokens: 128, layers: 4, width: 128, heads: 4, vocabulary: 65 };
  const { batch, tokens, layers, width, vocabulary } = sizes;
  // Products a token: 12 width² a layer in linear layers, and scores and values of half of the tokens on average.
  const products = layers * (12 * width ** 2 + tokens * width) + width * vocabulary;
  return one("gpt", "Small GPT step, batch 32", { kind: "gpt", ...sizes, lr: 1e-3 }, {
    flops: 3 * 2 * batch * tokens * products,
  });
}

function networks(name: string, title: string, normalize: boolean | null): Case[] {
  const layers = normalize === null ? resnet18 : alexnet(normalize);
  const { trainingFlops } = costOf(layers, [1, 224, 224]);
  // Normalization over the batch of a linear layer's results needs more than one.
  const batches = [normalize ? 2 : 1, 8];
  return batches.map((batch) =>
    one(
      `${name}-${batch}`,
      `${title} step, batch ${batch}`,
      trainingOf(layers, batch, normalize === null ? 1e-3 : 1e-4),
      {
        flops: batch * trainingFlops,
        scaling: name === "resnet18" && batch === 1,
        after: batch > 2 ? `${name}-${batches[0]}` : normalize ? "alexnet-1" : undefined,
      },
    )
  );
}

function productCase(size: number, form: string, transposes: Partial<Task>): Case {
  const square = {
    kind: "product",
    m: size,
    k: size,
    n: size,
    transposeA: false,
    transposeB: false,
  } as const;
  const forms: Record<string, string> = { "": "A B", "-nt": "A Bᵀ", "-tn": "Aᵀ B" };
  return one(
    `product-${size}${form}`,
    `Product ${size}, ${forms[form]}`,
    { ...square, ...transposes } as Task,
    {
      flops: 2 * size ** 3,
      scaling: size === 1024 && form === "",
    },
  );
}

/** What is done with a million numbers in a line. */
function orders(): Case[] {
  const titles = { sort: "Sort of 10⁶", topk: "100 largest of 10⁶", cumsum: "Running sum of 10⁶" } as const;
  return (["sort", "topk", "cumsum"] as const).map((operation) =>
    one(operation, titles[operation], { kind: "order", operation, count: 1e6 })
  );
}

function convolutions(): Case[] {
  const distinct = new Map(RESNET.convolutions.map((conv) => [JSON.stringify(conv), conv]));
  const ordered = [...distinct.values()].sort((a, b) => b.kernel - a.kernel || b.size - a.size);
  return ordered.flatMap((conv) =>
    (["forward", "input", "filter"] as const).map((d) => convolution(conv, d))
  );
}

function convolution(conv: SizedConv, direction: "forward" | "input" | "filter"): Case {
  const { inputs, outputs, kernel, stride, padding, size } = conv;
  const channels = inputs === outputs ? `${inputs}` : `${inputs}-${outputs}`;
  const step = stride === 1 ? "" : `-s${stride}`;
  const short = { forward: "y", input: "dx", filter: "dw" }[direction];
  const title = `${kernel}×${kernel} ${channels.replace("-", "→")}, ${size}²${
    stride === 1 ? "" : `→${sideBehind(size, conv)}²`
  }`;
  return one(
    `conv-${kernel}x${kernel}-${channels}-${size}${step}-${direction}`,
    `${title}, ${short}`,
    { kind: "convolution", direction, inputs, outputs, kernel, stride, padding, size },
    { flops: convolutionFlops(conv) },
  );
}
