/**
 * How networks are trained to be compared by what they know in the end: plain data, which both sides follow.
 *
 * @module
 */
import type { Layer } from "./network.ts";
import { lenet, resnet8 } from "./networks.ts";

/** A training from first weights to the last test. */
export interface Recipe {
  /** How it is asked for. */
  name: string;
  /** How it is shown. */
  title: string;
  layers: Layer[];
  data: "mnist" | "fashionMnist";
  /** Mean and standard deviation of the training pixels, 0 … 1. */
  mean: number;
  std: number;
  /** Whether every other picture, by chance, is turned over from left to right. */
  flip: boolean;
  batch: number;
  epochs: number;
  optimizer: "Adam" | "SGD";
  /** The peak of OneCycleLR, which steps with every batch. */
  maxLr: number;
  /** Of SGD, which has Nesterov's momentum. */
  weightDecay: number;
  /** What has to be known of the test set, in percent. */
  wanted: number;
  /** How long that may take on two cores. */
  minutes: number;
}

/** The recipes. */
export const RECIPES: Recipe[] = [
  {
    name: "lenet",
    title: "LeNet on MNIST",
    layers: lenet,
    data: "mnist",
    mean: 0.1307,
    std: 0.3081,
    flip: false,
    batch: 128,
    epochs: 3,
    optimizer: "Adam",
    maxLr: 5e-3,
    weightDecay: 0,
    wanted: 98.8,
    minutes: 3,
  },
  {
    name: "resnet8",
    title: "ResNet-8 on Fashion-MNIST",
    layers: resnet8,
    data: "fashionMnist",
    mean: 0.286,
    std: 0.353,
    flip: true,
    batch: 128,
    epochs: 5,
    optimizer: "SGD",
    maxLr: 0.2,
    weightDecay: 5e-4,
    wanted: 91.5,
    minutes: 15,
  },
];
