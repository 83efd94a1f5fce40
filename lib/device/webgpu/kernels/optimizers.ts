/**
 * The optimizers' steps, one dispatch per parameter, in place: composed from plain kernels a step of Adam is 14.
 * The rules are PyTorch's single-tensor forms; what is the same for all elements is computed on the host in float64.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, registerKernel, sizeOf } from "./registry.ts";

type Numbers = Record<string, number>;

/** torch.lerp, which starts from the nearer end. */
const LERP = /* wgsl */ `
fn lerp(a: f32, b: f32, weight: f32, rest: f32) -> f32 {
  return select(b - (b - a) * rest, a + weight * (b - a), weight < 0.5);
}`;

/**
 * Runs WGSL on every element: `p` and `g` are the parameter and its gradient to follow, the states are arrays by name.
 *
 * @param states The names of the inputs that the rule changes besides param.
 * @param scalars What the rule names as uniforms.
 */
function update(
  { inputs, attrs, backend }: GpuKernelCall,
  kernel: string,
  states: string[],
  scalars: Numbers,
  decay: number,
  rule: string,
): Storage[] {
  const { param } = inputs;
  const size = sizeOf(param.shape);
  if (size === 0) return [];
  const present = states.filter((name) => inputs[name] !== undefined);
  const written = ["param", ...present];
  const names = Object.keys(scalars);
  const sign = attrs.maximize ? "-" : "";
  backend.dispatch({
    key: `${kernel} ${present} ${sign} ${decay !== 0} ${rule}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, decay: f32, ${names.map((name) => `${name}: f32`).join(", ")} }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
${
      written.map((name, b) => `@group(0) @binding(${b + 1}) var<storage, read_write> ${name}: array<f32>;`)
        .join("\n")
    }
@group(0) @binding(${written.length + 1}) var<uniform> u: Uniforms;
${rule.includes("lerp(") ? LERP : ""}
${
      onePerThread(`
  let i = index;
  if (i >= u.size) { return; }
  var p = param[i];
  var g = ${sign}grad[i];
  ${decay !== 0 ? "g = g + u.decay * p;" : ""}
${rule}
  param[i] = p;`)
    }`,
    bindings: [inputs.grad, ...written.map((name) => inputs[name])],
    uniforms: packUniforms([size, { f: decay }, ...names.map((name) => ({ f: scalars[name] }))]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return [];
}

function sgdStep(call: GpuKernelCall): Storage[] {
  const { attrs, inputs } = call;
  const { lr, momentum, dampening, weightDecay } = attrs as unknown as Numbers;
  const buffered = inputs.buffer !== undefined;
  const rule = [
    buffered && (attrs.first ? "let b = g;" : "let b = u.momentum * buffer[i] + u.keep * g;"),
    buffered && "buffer[i] = b;",
    buffered && (attrs.nesterov ? "g = g + u.momentum * b;" : "g = b;"),
    "p = p - u.lr * g;",
  ];
  const scalars = { lr, momentum, keep: 1 - dampening };
  return update(call, "SgdStep", ["buffer"], scalars, weightDecay, rule.filter(Boolean).join("\n"));
}

function adamStep(call: GpuKernelCall): Storage[] {
  const { attrs, inputs } = call;
  const { lr, beta1, beta2, epsilon, weightDecay, step } = attrs as unknown as Numbers;
  const shrink = attrs.decoupled ? 1 - lr * weightDecay : 1;
  const rule = [
    shrink !== 1 && "p = p * u.shrink;",
    "let first = lerp(m[i], g, u.weight, u.beta1);",
    "let second = u.beta2 * v[i] + u.rest2 * (g * g);",
    "m[i] = first;",
    "v[i] = second;",
    inputs.vMax === undefined ? "let spread = second;" : "let spread = max(vMax[i], second);",
    inputs.vMax !== undefined && "vMax[i] = spread;",
    "p = p - u.stepSize * (first / (sqrt(spread) / u.root + u.epsilon));",
  ];
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
  const decay = attrs.decoupled ? 0 : weightDecay;
  return update(call, "AdamStep", ["m", "v", "vMax"], scalars, decay, rule.filter(Boolean).join("\n"));
}

function rmspropStep(call: GpuKernelCall): Storage[] {
  const { attrs, inputs } = call;
  const { lr, alpha, epsilon, momentum, weightDecay } = attrs as unknown as Numbers;
  const centered = inputs.average !== undefined, buffered = inputs.buffer !== undefined;
  const rule = [
    "var spread = u.alpha * square[i] + u.rest * (g * g);",
    "square[i] = spread;",
    centered && "let mean = lerp(average[i], g, u.rest, u.alpha);",
    centered && "average[i] = mean;",
    centered && "spread = spread - mean * mean;",
    "g = g / (sqrt(spread) + u.epsilon);",
    buffered && "g = u.momentum * buffer[i] + g;",
    buffered && "buffer[i] = g;",
    "p = p - u.lr * g;",
  ];
  const scalars = { lr, alpha, rest: 1 - alpha, epsilon, momentum };
  const states = ["square", "average", "buffer"];
  return update(call, "RmspropStep", states, scalars, weightDecay, rule.filter(Boolean).join("\n"));
}

/** Registers the kernels. */
export function registerOptimizerKernels(): void {
  registerKernel("SgdStep", sgdStep);
  registerKernel("AdamStep", adamStep);
  registerKernel("RmspropStep", rmspropStep);
}
