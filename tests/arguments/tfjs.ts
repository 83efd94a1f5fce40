/** The bridge to TensorFlow.js: good calls, from which tests/arguments.ts makes wrong ones. */
import type * as tf from "@tensorflow/tfjs-core";
import { tensor } from "descent";
import { toTfjs, useDevice } from "descent/tfjs";
import type { Room } from "../arguments.ts";

// TensorFlow.js computes where our tensors are.
await useDevice("cpu");
const ours = tensor([1, 2]);
const theirs = toTfjs(ours);

export const tfjsRoom: Room = {
  entries: {
    "tfjs.fromTfjs": { good: [() => [theirs, { requiresGrad: true }]] },
    "tfjs.toTfjs": { good: [() => [ours]], use: (t: tf.Tensor) => t.dispose() },
    "tfjs.useDevice": {
      good: [
        () => ["cpu"],
        () => ["cpu", { threads: 2 }],
        () => ["cpu", { tuning: { adapter: "", products: {} } }],
      ],
      use: () => useDevice("cpu"),
    },
  },
};
