/**
 * What a competitor can be told to do, over and over.
 *
 * @module
 */
import type { Layer, SizedConv } from "./network.ts";

/** Chapter 3's loop: one step is one iteration. */
export interface LineTask {
  kind: "line";
}

/** Training steps of a network on one batch of random numbers, of which sample n is class n mod 10. */
export interface TrainingTask {
  kind: "training";
  layers: Layer[];
  /** With the batch in front: [N, 1, 224, 224]. */
  input: number[];
  /** Σ (y − t)² / 2 over all of it, or the mean cross entropy. */
  loss: "squares" | "crossEntropy";
  optimizer: "sgd" | "adam";
  lr: number;
}

/** Training steps of a small GPT on one batch of random tokens, with AdamW. */
export interface GptTask {
  kind: "gpt";
  batch: number;
  tokens: number;
  layers: number;
  width: number;
  heads: number;
  vocabulary: number;
  lr: number;
}

/** One kernel: a convolution of one image without a bias, or one of its gradients. */
export interface ConvolutionTask extends Omit<SizedConv, "kind"> {
  kind: "convolution";
  /** Its result, the gradient of its input, or the gradient of its filters. */
  direction: "forward" | "input" | "filter";
}

/** C [m, n] = A [m, k] B [k, n]; what is transposed is stored so, and the product undoes it. */
export interface ProductTask {
  kind: "product";
  m: number;
  k: number;
  n: number;
  transposeA: boolean;
  transposeB: boolean;
}

/** One update of Adam over parameters of these shapes. */
export interface AdamTask {
  kind: "adam";
  shapes: number[][];
}

/** y = −x over so many numbers: what the memory can do. */
export interface CopyTask {
  kind: "copy";
  count: number;
}

/** A line of so many normal numbers put in order, searched for its 100 largest, or added up as it goes. */
export interface OrderTask {
  kind: "order";
  operation: "sort" | "topk" | "cumsum";
  count: number;
}

/** What a worker does. */
export type Task =
  | LineTask
  | TrainingTask
  | GptTask
  | ConvolutionTask
  | ProductTask
  | AdamTask
  | CopyTask
  | OrderTask;

/** A task that is set up. */
export interface Job {
  /** Does it so many times, and waits until the last result is there. */
  run(count: number): void | Promise<void>;
  /** Frees what it holds. */
  drop?(): void;
}

/** How a worker sets up each kind of task; a kind that is missing is one that it cannot do. */
export type Abilities = { [T in Task as T["kind"]]?: (task: T) => Job | Promise<Job> };
