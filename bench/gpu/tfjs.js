// TensorFlow.js whole, beside its WebGPU backend. JavaScript, with types of its own beside it: `deno check` reads those and asks for
// no package, so that nobody downloads TensorFlow.js who does not measure; a bundle follows these imports and has all it needs.
import { brought } from "../../lib/host/brought.ts";

export * as tf from "@tensorflow/tfjs";
export { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

// On a machine without a network the library finds in the bundle what it would fetch.
brought.set("@tensorflow/tfjs-core", () => import("@tensorflow/tfjs-core"));
brought.set("@tensorflow/tfjs-backend-webgpu", () => import("@tensorflow/tfjs-backend-webgpu"));
