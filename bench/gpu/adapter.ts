/**
 * Which GPU it is, and what it can do at best.
 *
 * @module
 */
import { useDevice } from "descent";
import { describeAdapter, isSoftware, requestAdapter } from "../../lib/device/webgpu/adapter.ts";
import type { Program } from "../../lib/device/webgpu/gpu.ts";
import type { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import type { Job } from "../cases/task.ts";
import { copy } from "../ours/kernels.ts";
import { attempt, digits, say } from "./line.ts";
import { measure } from "./measure.ts";
import { cardOf } from "./peaks.ts";
import type { Size } from "./sizes.ts";

/** Prints its name, its limits, and what it can do: as its maker says, as multiplications and additions alone reach, and as a copy. */
export async function adapter({ seconds, small, copied }: Size): Promise<void> {
  await attempt("descent", "adapter", async () => {
    const found = await requestAdapter(true), { info, features } = found;
    const limits: Record<string, number> = {};
    for (const name in found.limits) limits[name] = Number(found.limits[name as keyof GPUSupportedLimits]);
    const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = info;
    const card = cardOf(description);
    say({
      who: "descent",
      name: "adapter",
      description: describeAdapter(found),
      software: isSoftware(found),
      info: { vendor, architecture, device, description, subgroups: [subgroupMinSize, subgroupMaxSize] },
      deno: Deno.version.deno,
      date: new Date().toISOString(),
      peak_tflops: card?.tflops ?? null,
      peak_gbs: card?.gbs ?? null,
      features: [...features].sort(),
      limits,
    });
  });
  await attempt("descent", "peak, multiply-add", async () => {
    const gpu = await useDevice("webgpu") as WebGpuDevice, threads = small ? 2 ** 12 : 2 ** 20;
    const [{ ms }] = await measure([multiplyAdds(gpu, threads)], seconds);
    say({ who: "descent", name: "peak, multiply-add", ms, tflops: digits(threads * FLOPS / ms / 1e9) });
  });
  await attempt("descent", "peak, copy", async () => {
    await useDevice("webgpu");
    const [{ ms }] = await measure([copy({ kind: "copy", count: copied })], seconds);
    say({ who: "descent", name: "peak, copy", ms, gbs: digits(8 * copied / ms / 1e6) });
  });
}

const GROUP = 128, CHAINS = 8, UNROLLED = 8, TURNS = 64;
/** Of a thread: two for each of four lanes. */
const FLOPS = 2 * 4 * CHAINS * UNROLLED * TURNS;

/** Independent chains of multiplications and additions in registers: nothing else would keep the GPU busier. */
function multiplyAdds(gpu: WebGpuDevice, threads: number): Job {
  const { backend } = gpu, chains = Array.from({ length: CHAINS }, (_, i) => `c${i}`);
  const turn = chains.map((c) => `    ${c} = fma(${c}, m, a);`).join("\n");
  const y = backend.allocate([threads], "float32");
  const program: Program = {
    key: "peak of multiply-add",
    code: () => `
struct Uniforms { m: f32, a: f32, unused0: f32, unused1: f32 }
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<uniform> u: Uniforms;
@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = vec4f(u.m);
  let a = vec4f(u.a);
${chains.map((c, i) => `  var ${c} = vec4f(f32(id.x) + ${i}.0);`).join("\n")}
  for (var i = 0; i < ${TURNS}; i++) {
${Array(UNROLLED).fill(turn).join("\n")}
  }
  let sum = ${chains.join(" + ")};
  y[id.x] = sum.x + sum.y + sum.z + sum.w;
}`,
    bindings: [y],
    uniforms: new Float32Array([0.5, 1, 0, 0]).buffer,
    workgroups: [threads / GROUP, 1, 1],
    flops: threads * FLOPS,
  };
  return {
    async run(count) {
      for (let i = 0; i < count; i++) backend.dispatch(program);
      await backend.download(y);
    },
    drop: () => backend.free(y),
  };
}
