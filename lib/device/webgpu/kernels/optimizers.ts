/**
 * The optimizers' steps, in place, as many parameters a dispatch as it may bind arrays. The rules are PyTorch's single-tensor
 * forms; what is the same for all elements is computed on the host in float64, when the program runs. All arrays of a parameter
 * lie in memory in one order.
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
import { fromOf, part, runsOf } from "../part.ts";
import { NAN, packUniforms, WORKGROUP } from "../wgsl.ts";

/** A program binds no more arrays than that, however many an adapter grants: it is the longer, the more there are. */
const MOST_BINDINGS = 64;
/** From so many elements on, a dispatch more is little: then few branches count more. */
const LARGE = 2 ** 18;
const LARGE_TOGETHER = 5;

/** A rule: what becomes of an element, or of four. */
interface Rule<S extends string> {
  /** What it may change besides the parameter, by its name in the arrays. */
  readonly states: readonly S[];
  /** What the WGSL names as `u.…`, asked for anew whenever the program runs; `sign` and `decay` belong to all. */
  readonly scalars: () => Readonly<Record<string, number>>;
  /** WGSL, of a T that is f32 or four of it: `p` is the parameter, `g` the gradient to follow, a state that there is `*name`. */
  readonly lines: (has: (state: S) => boolean) => readonly (string | false)[];
}

type Arrays<S extends string> =
  & { readonly param: Storage; readonly grad: Storage }
  & Readonly<
    Record<S, Storage | null>
  >;

/** Runs a rule on every element of all parameters. */
function update<S extends string>(
  gpu: Gpu,
  kernel: string,
  list: readonly Arrays<S>[],
  { states, scalars, lines }: Rule<S>,
): void {
  const most = Math.min(MOST_BINDINGS, gpu.limits.maxStorageBuffersPerShaderStage);
  const filled = list.filter(({ param }) => sizeOf(param.shape) > 0).flatMap((arrays) => cut(gpu, arrays));
  const present = (arrays: Arrays<S>) => states.filter((name) => arrays[name] !== null);
  // Most sizes are multiples of four; a binding of vectors does not reach the rest of another.
  const widthOf = ({ param }: Arrays<S>) => sizeOf(param.shape) % 4 === 0 ? 4 : 1;
  const isLarge = ({ param }: Arrays<S>) => sizeOf(param.shape) >= LARGE;
  // Parts of one array are no two arrays of a program.
  const kindOf = (arrays: Arrays<S>) =>
    [widthOf(arrays), isLarge(arrays), fromOf(arrays.param), ...present(arrays)].join(" ");
  for (const alike of Map.groupBy(filled, kindOf).values()) {
    const own = present(alike[0]), width = widthOf(alike[0]);
    const fitting = Math.max(1, Math.floor(most / (2 + own.length)));
    const together = isLarge(alike[0]) ? Math.min(LARGE_TOGETHER, fitting) : fitting;
    for (let at = 0; at < alike.length; at += together) {
      const some = alike.slice(at, at + together);
      const sizes = some.map(({ param }) => sizeOf(param.shape) / width);
      let end = 0;
      const ends = sizes.map((size) => end += Math.ceil(size / WORKGROUP));
      gpu.dispatch({
        key: [kernel, some.length, width, ...own].join(" "),
        code: () =>
          code(some.length, width, own, Object.keys(scalars()), lines((name) => own.includes(name))),
        bindings: some.flatMap((arrays) => [arrays.grad, arrays.param, ...own.map((name) => arrays[name]!)]),
        uniforms: () => packUniforms([...sizes, ...ends, ...Object.values(scalars()).map((f) => ({ f }))]),
        workgroups: workgroupsFor(end, 1),
      });
    }
  }
}

/** A parameter in parts, where its arrays are too large for a program. */
function cut<S extends string>(gpu: Gpu, arrays: Arrays<S>): Arrays<S>[] {
  const runs = runsOf(gpu, sizeOf(arrays.param.shape), [1]);
  if (runs.length === 1) return [arrays];
  return runs.map((run) =>
    Object.fromEntries(
      Object.entries<Storage | null>(arrays).map(([name, x]) => [name, x === null ? x : part(x, run, 1)]),
    ) as Arrays<S>
  );
}

/**
 * The program for so many parameters: a workgroup's is the first that ends behind it. On llvmpipe a branch that is not taken costs
 * some 15 % of one that is; a loop over more elements a thread, which would pay that once, costs more.
 */
function code(
  count: number,
  width: 1 | 4,
  states: readonly string[],
  scalars: readonly string[],
  lines: readonly (string | false)[],
): string {
  const slots = Array.from({ length: count }, (_, slot) => slot), stride = 2 + states.length;
  const arrays = [
    "<storage, read> grad",
    ...["param", ...states].map((name) => `<storage, read_write> ${name}`),
  ];
  const typed = (scalar: string) => width === 1 ? scalar : `vec4<${scalar}>`;
  return /* wgsl */ `
alias T = ${typed("f32")};
alias Bits = ${typed("u32")};
alias Truth = ${typed("bool")};
struct Uniforms {
  ${slots.map((k) => `size${k}: u32`).join(", ")},
  ${slots.map((k) => `end${k}: u32`).join(", ")},
  ${scalars.map((name) => `${name}: f32`).join(", ")},
}
${
    slots.flatMap((k) =>
      arrays.map((one, b) => `@group(0) @binding(${k * stride + b}) var${one}${k}: array<T>;`)
    ).join("\n")
  }
@group(0) @binding(${count * stride}) var<uniform> u: Uniforms;
${NAN}
fn noNumber(x: T) -> Truth { return (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u); }
// torch.lerp, which starts from the nearer end.
fn lerp(a: T, b: T, weight: f32, rest: f32) -> T {
  return select(b - (b - a) * rest, a + weight * (b - a), weight < 0.5);
}
fn stepped(before: T, grad: T${states.map((name) => `, ${name}: ptr<function, T>`).join("")}) -> T {
  var p = before;
  var g = u.sign * grad;
  if (u.decay != 0.0) { g = g + u.decay * p; }
  ${lines.filter((line) => line !== false).join("\n  ")}
  return p;
}
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let group = id.y * groups.x + id.x;
  switch (${["0u", ...slots.slice(1).map((k) => `select(0u, 1u, group >= u.end${k - 1})`)].join(" + ")}) {
    ${
    slots.map((k) =>
      /* wgsl */ `${k === count - 1 ? "default" : `case ${k}u`}: {
      let i = (group${k === 0 ? "" : ` - u.end${k - 1}`}) * ${WORKGROUP}u + local;
      if (i < u.size${k}) {
        ${states.map((name) => `var ${name} = ${name}${k}[i];`).join(" ")}
        param${k}[i] = stepped(param${k}[i], grad${k}[i]${states.map((name) => `, &${name}`).join("")});
        ${states.map((name) => `${name}${k}[i] = ${name};`).join(" ")}
      }
    }`
    ).join("\n    ")
  }
  }
}`;
}

/** What all rules begin with. */
const common = (maximize: boolean, decay: number) => ({ sign: maximize ? -1 : 1, decay });

/** See Updates.sgdStep. */
export function sgdStep(gpu: Gpu, list: readonly SgdArrays<Storage>[], settings: SgdSettings): void {
  update(gpu, "sgdStep", list, {
    states: ["buffer"],
    scalars: () => {
      const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = settings;
      const flags = { nesterov: Number(nesterov), first: Number(first) };
      return { ...common(maximize, weightDecay), lr, momentum, keep: 1 - dampening, ...flags };
    },
    lines: (has) => [
      has("buffer") && "let b = select(u.momentum * *buffer + u.keep * g, g, u.first != 0.0);",
      has("buffer") && "*buffer = b;",
      has("buffer") && "g = select(b, g + u.momentum * b, u.nesterov != 0.0);",
      "p = p - u.lr * g;",
    ],
  });
}

/** See Updates.adamStep. */
export function adamStep(gpu: Gpu, list: readonly AdamArrays<Storage>[], settings: AdamSettings): void {
  update(gpu, "adamStep", list, {
    states: ["m", "v", "vMax"],
    scalars: () => {
      const { lr, beta1, beta2, epsilon, weightDecay, decoupled, maximize, step } = settings;
      return {
        ...common(maximize, decoupled ? 0 : weightDecay),
        shrink: decoupled ? 1 - lr * weightDecay : 1,
        weight: 1 - beta1,
        beta1,
        beta2,
        rest2: 1 - beta2,
        root: Math.sqrt(1 - beta2 ** step),
        epsilon,
        stepSize: lr / (1 - beta1 ** step),
      };
    },
    lines: (has) => [
      "p = p * u.shrink;",
      "let first = lerp(*m, g, u.weight, u.beta1);",
      // In this order g² need not fit into a float32, only its share in v.
      "let second = u.beta2 * *v + (u.rest2 * g) * g;",
      "*m = first;",
      "*v = second;",
      has("vMax")
        ? "let spread = select(max(*vMax, second), *vMax + second, noNumber(*vMax) | noNumber(second));"
        : "let spread = second;",
      has("vMax") && "*vMax = spread;",
      "p = p - u.stepSize * (first / (sqrt(spread) / u.root + u.epsilon));",
    ],
  });
}

/** See Updates.rmspropStep. */
export function rmspropStep(
  gpu: Gpu,
  list: readonly RmspropArrays<Storage>[],
  settings: RmspropSettings,
): void {
  update(gpu, "rmspropStep", list, {
    states: ["square", "average", "buffer"],
    scalars: () => {
      const { lr, alpha, epsilon, momentum, weightDecay, maximize } = settings;
      return { ...common(maximize, weightDecay), lr, alpha, rest: 1 - alpha, epsilon, momentum };
    },
    lines: (has) => [
      "var spread = u.alpha * *square + (u.rest * g) * g;",
      "*square = spread;",
      has("average") && "let mean = lerp(*average, g, u.rest, u.alpha);",
      has("average") && "*average = mean;",
      // As a fused multiply-add has it, in which mean² need not fit into a float32.
      has("average") &&
      "spread = select(spread, spread - mean * mean, (spread < T(infinity())) | (abs(mean) >= T(infinity())));",
      "g = g / (sqrt(spread) + u.epsilon);",
      has("buffer") && "g = u.momentum * *buffer + g;",
      has("buffer") && "*buffer = g;",
      "p = p - u.lr * g;",
    ],
  });
}
