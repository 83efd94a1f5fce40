/** Files: good calls, from which tests/arguments.ts makes wrong ones. */
import { tensor } from "descent";
import type { Room } from "../arguments.ts";
import stored from "../fixtures/io/numpy/stored.npz" with { type: "bytes" };
import array from "../fixtures/io/numpy/v1.npy" with { type: "bytes" };
import own from "../fixtures/io/safetensors/own.safetensors" with { type: "bytes" };
import checkpoint from "../fixtures/io/torch-2.13/checkpoint.pth" with { type: "bytes" };
import { withFiles } from "./files.ts";

const url = () => new URL("file:///runs/net.safetensors");

export const ioRoom: Room = {
  entries: {
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
  internal: ["FileError", "FileFormatError"],
};
