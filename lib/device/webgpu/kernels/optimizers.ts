/**
 * The optimizers' steps, one dispatch per parameter, in place: composed from plain kernels a step of Adam is 14.
 * The rules are PyTorch's single-tensor forms; what is the same for all elements is computed on the host in float64.
 * All arrays of a step lie in memory in one order.
 *
 * @module
 */
import type {
  AdamArrays,
  AdamSettings,
  RmspropArrays,
  RmspropSettings,
  SgdArrays,
  SgdSettings,
} from "../../kernels.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { NAN, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

/** torch.lerp, which starts from the nearer end. */
const LERP = /* wgsl */ `
fn lerp(a: f32, b: f32, weight: f32, rest: f32) -> f32 {
  return select(b - (b - a) * rest, a + weight * (b - a), weight < 0.5);
}`;

/** What the steps share. */
interface Common {
  readonly maximize: boolean;
  readonly weightDecay: number;
}

/**
 * Runs WGSL on every element: `p` and `g` are the parameter and its gradient to follow, the states are arrays by name.
 *
 * @param states What the rule changes besides param; null: not there.
 * @param scalars What the rule names as uniforms.
 */
function update(
  gpu: Gpu,
  kernel: string,
  { param, grad }: { readonly param: Storage; readonly grad: Storage },
  states: Readonly<Record<string, Storage | null>>,
  { maximize, weightDecay }: Common,
  scalars: Readonly<Record<string, number>>,
  rules: readonly (string | false)[],
): void {
  const size = sizeOf(param.shape);
  if (size === 0) return;
  const written: [string, Storage][] = [["param", param]];
  for (const [name, state] of Object.entries(states)) if (state !== null) written.push([name, state]);
  const names = Object.keys(scalars);
  const rule = rules.filter((line) => line !== false).join("\n  ");
  const sign = maximize ? "-" : "";
  gpu.dispatch({
    key: `${kernel} ${sign} ${weightDecay !== 0} ${rule}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, decay: f32, ${names.map((name) => `${name}: f32`).join(", ")} }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
${
      written.map(([name], b) => `@group(0) @binding(${b + 1}) var<storage, read_write> ${name}: array<f32>;`)
        .join("\n")
    }
@group(0) @binding(${written.length + 1}) var<uniform> u: Uniforms;
${NAN}
${LERP}
${
      onePerThread(`
  let i = index;
  if (i >= u.size) { return; }
  var p = param[i];
  var g = ${sign}grad[i];
  ${weightDecay !== 0 ? "g = g + u.decay * p;" : ""}
  ${rule}
  param[i] = p;`)
    }`,
    bindings: [grad, ...written.map(([, state]) => state)],
    uniforms: packUniforms([size, { f: weightDecay }, ...names.map((name) => ({ f: scalars[name] }))]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}

/** See Updates.sgdStep. */
export function sgdStep(gpu: Gpu, arrays: SgdArrays<Storage>, settings: SgdSettings): void {
  const { buffer } = arrays, { lr, momentum, dampening, nesterov, first } = settings;
  const buffered = buffer !== null;
  update(gpu, "sgdStep", arrays, { buffer }, settings, { lr, momentum, keep: 1 - dampening }, [
    buffered && (first ? "let b = g;" : "let b = u.momentum * buffer[i] + u.keep * g;"),
    buffered && "buffer[i] = b;",
    buffered && (nesterov ? "g = g + u.momentum * b;" : "g = b;"),
    "p = p - u.lr * g;",
  ]);
}

/** See Updates.adamStep. */
export function adamStep(gpu: Gpu, arrays: AdamArrays<Storage>, settings: AdamSettings): void {
  const { m, v, vMax } = arrays,
    { lr, beta1, beta2, epsilon, weightDecay, decoupled, maximize, step } = settings;
  const shrink = decoupled ? 1 - lr * weightDecay : 1;
  const scalars = {
    shrink,
    weight: 1 - beta1,
    beta1,
    beta2,
    rest2: 1 - beta2,
    root: Math.sqrt(1 - beta2 ** step),
    epsilon,
    stepSize: lr / (1 - beta1 ** step),
  };
  const common = { maximize, weightDecay: decoupled ? 0 : weightDecay };
  update(gpu, "adamStep", arrays, { m, v, vMax }, common, scalars, [
    shrink !== 1 && "p = p * u.shrink;",
    "let first = lerp(m[i], g, u.weight, u.beta1);",
    // In this order g² need not fit into a float32, only its share in v.
    "let second = u.beta2 * v[i] + (u.rest2 * g) * g;",
    "m[i] = first;",
    "v[i] = second;",
    vMax === null
      ? "let spread = second;"
      : "let spread = select(max(vMax[i], second), vMax[i] + second, isNan(vMax[i]) || isNan(second));",
    vMax !== null && "vMax[i] = spread;",
    "p = p - u.stepSize * (first / (sqrt(spread) / u.root + u.epsilon));",
  ]);
}

/** See Updates.rmspropStep. */
export function rmspropStep(gpu: Gpu, arrays: RmspropArrays<Storage>, settings: RmspropSettings): void {
  const { square, average, buffer } = arrays, { lr, alpha, epsilon, momentum } = settings;
  const scalars = { lr, alpha, rest: 1 - alpha, epsilon, momentum };
  update(gpu, "rmspropStep", arrays, { square, average, buffer }, settings, scalars, [
    "var spread = u.alpha * square[i] + (u.rest * g) * g;",
    "square[i] = spread;",
    average !== null && "let mean = lerp(average[i], g, u.rest, u.alpha);",
    average !== null && "average[i] = mean;",
    // As a fused multiply-add has it, in which mean² need not fit into a float32.
    average !== null &&
    "if (spread < infinity() || abs(mean) >= infinity()) { spread = spread - mean * mean; }",
    "g = g / (sqrt(spread) + u.epsilon);",
    buffer !== null && "g = u.momentum * buffer[i] + g;",
    buffer !== null && "buffer[i] = g;",
    "p = p - u.lr * g;",
  ]);
}
