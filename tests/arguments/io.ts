/** Files: good calls, from which tests/arguments.ts makes wrong ones. */
import { Checkpoints, nn, tensor } from "descent";
import type { Room } from "../arguments.ts";
import stored from "../fixtures/io/numpy/stored.npz" with { type: "bytes" };
import array from "../fixtures/io/numpy/v1.npy" with { type: "bytes" };
import own from "../fixtures/io/safetensors/own.safetensors" with { type: "bytes" };
import checkpoint from "../fixtures/io/torch-2.13/checkpoint.pth" with { type: "bytes" };
import { checkpointBytes } from "../io/bytes.ts";
import { withFiles } from "./files.ts";

/** A checkpoint of { model, step }. */
const run = await checkpointBytes({ model: new nn.Linear(2, 2), step: 3 });
const url = () => new URL("file:///runs/net.safetensors");

/** What has a state; what is loaded into it was saved from it. */
const model = new nn.Linear(2, 2);

export const ioRoom: Room = {
  receivers: { Checkpoints: () => new Checkpoints("runs", { best: "loss" }) },
  entries: {
    "Checkpoints": {
      good: [
        () => ["runs", { keep: 2, best: "testAccuracy" }],
        () => [url(), { best: { name: "testLoss", mode: "min" } }],
      ],
    },
    "Checkpoints.best": { good: [() => []] },
    "Checkpoints.latest": { good: [() => []] },
    "Checkpoints.resume": { good: [() => [{ model }]], records: [0] },
    "Checkpoints.save": { good: [() => [{ model }, { step: 3, loss: 0.5 }]], records: [0, 1] },
    "load": {
      good: [
        () => [run, { model, step: 0 }, { partial: true }],
      ],
      records: [1],
    },
    "save": {
      good: [() => ["runs/run.safetensors", { model, step: 3 }], () => [url(), { x: tensor(1) }]],
      records: [1],
    },
    "inspectSafetensors": { good: [() => [own]] },
    "readNpy": { good: [() => [array]] },
    "readNpz": { good: [() => [stored, { names: ["f8"] }]] },
    "readPth": { good: [() => [checkpoint, { part: "model" }]] },
    "readSafetensors": { good: [() => [own, { names: ["10"] }]] },
    "writeSafetensors": {
      good: [
        () => ["runs/net.safetensors", { weight: tensor([1, 2]) }],
        () => [url(), { x: tensor(1) }, {
          metadata: { epoch: "5" },
          dtypes: { float32: "BF16", int32: "I64" },
        }],
      ],
      records: [1],
    },
  },
  around: withFiles,
  // Thrown by functions, not made by programs.
  internal: ["FileError", "FileFormatError", "Checkpoints.begin"],
};
