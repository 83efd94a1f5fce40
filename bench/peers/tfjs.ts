/**
 * Stock TensorFlow.js as a worker. Argument: the backend, wasm, cpu or webgpu.
 *
 * @module
 */
import { serve } from "../serve.ts";
import { tf } from "./tfjs_api.ts";
import * as jobs from "./tfjs_jobs.ts";

/** Makes a backend known; its own way to load WebAssembly does not work in Deno. */
async function load(backend: string): Promise<void> {
  const library = `@tensorflow/tfjs-backend-${backend}`;
  // Named by variables, so that nobody downloads these who does not measure.
  const found = await import(library);
  if (backend === "wasm") {
    const { default: bytes } = await import(`${library}/dist/tfjs-backend-wasm-simd.wasm`, {
      with: { type: "bytes" },
    });
    const url = URL.createObjectURL(new Blob([bytes]));
    const builds = ["", "-simd", "-threaded-simd"].map((build) => [`tfjs-backend-wasm${build}.wasm`, url]);
    found.setWasmPaths(Object.fromEntries(builds), true);
  }
}

const [backend] = Deno.args;
if (backend !== "cpu") await load(backend);
if (!(await tf.setBackend(backend))) throw new Error(`no ${backend} here`);
await tf.ready();
await serve(
  { version: `TensorFlow.js ${tf.version_core} (${backend})`, threads: backend === "webgpu" ? 0 : 1 },
  {
    line: () => jobs.line(tf),
    training: (task) => jobs.training(tf, task),
    convolution: (task) => jobs.convolution(tf, task),
    product: (task) => jobs.product(tf, task),
    adam: (task) => jobs.adam(tf, task),
    copy: (task) => jobs.copy(tf, task),
  },
);
