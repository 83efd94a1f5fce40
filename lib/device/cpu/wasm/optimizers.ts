// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * PyTorch's update rules, in place, one pass. Units are blocks of 4 elements; the last one may run over into the
 * padding that every array in the heap has up to 64 bytes.
 */

/** torch.optim.SGD. `buffer` is 0 without momentum; keep = 1 - dampening. */
export function sgd(
  param: usize, grad: usize, buffer: usize, lr: f32, momentum: f32, keep: f32, decay: f32, sign: f32,
  nesterov: i32, first: i32, begin: i32, end: i32,
): void {
  const vlr = f32x4.splat(-lr), vm = f32x4.splat(momentum), vk = f32x4.splat(keep), vd = f32x4.splat(decay), vs = f32x4.splat(sign);
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 16) {
    const p = v128.load(param + i);
    let g = f32x4.mul(v128.load(grad + i), vs);
    if (decay != 0) g = f32x4.add(g, f32x4.mul(p, vd));
    if (buffer) {
      const b = first ? g : f32x4.add(f32x4.mul(v128.load(buffer + i), vm), f32x4.mul(g, vk));
      v128.store(buffer + i, b);
      g = nesterov ? f32x4.add(g, f32x4.mul(b, vm)) : b;
    }
    v128.store(param + i, f32x4.add(p, f32x4.mul(g, vlr)));
  }
}

/** torch.lerp(start, stop, weight), in the form that is exact at the nearer end. */
@inline
function lerp(start: v128, stop: v128, weight: f32): v128 {
  const d = f32x4.sub(stop, start);
  return weight < 0.5
    ? f32x4.add(start, f32x4.mul(f32x4.splat(weight), d))
    : f32x4.sub(stop, f32x4.mul(d, f32x4.splat(1 - weight)));
}

/** torch.optim.Adam and AdamW. `most` is 0 without amsgrad; shrink = 1 - lr·weightDecay for AdamW, else 1. */
export function adam(
  param: usize, grad: usize, mean: usize, square: usize, most: usize, step: f32, root: f32, weight: f32, beta2: f32,
  weight2: f32, epsilon: f32, decay: f32, shrink: f32, sign: f32, begin: i32, end: i32,
): void {
  const vb = f32x4.splat(beta2), vw = f32x4.splat(weight2), ve = f32x4.splat(epsilon), vr = f32x4.splat(root);
  const vstep = f32x4.splat(-step), vd = f32x4.splat(decay), vs = f32x4.splat(sign), vshrink = f32x4.splat(shrink);
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 16) {
    let p = v128.load(param + i), g = f32x4.mul(v128.load(grad + i), vs);
    if (shrink != 1) p = f32x4.mul(p, vshrink);
    if (decay != 0) g = f32x4.add(g, f32x4.mul(p, vd));
    const m = lerp(v128.load(mean + i), g, weight);
    let v = f32x4.add(f32x4.mul(v128.load(square + i), vb), f32x4.mul(f32x4.mul(vw, g), g));
    v128.store(mean + i, m);
    v128.store(square + i, v);
    if (most) {
      v = f32x4.max(v, v128.load(most + i));
      v128.store(most + i, v);
    }
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), vr), ve);
    v128.store(param + i, f32x4.add(p, f32x4.div(f32x4.mul(vstep, m), denominator)));
  }
}

/** torch.optim.RMSprop. `average` is 0 unless centered, `buffer` is 0 without momentum. */
export function rmsprop(
  param: usize, grad: usize, square: usize, average: usize, buffer: usize, lr: f32, alpha: f32, weight: f32,
  epsilon: f32, momentum: f32, decay: f32, sign: f32, begin: i32, end: i32,
): void {
  const va = f32x4.splat(alpha), vw = f32x4.splat(weight), ve = f32x4.splat(epsilon), vlr = f32x4.splat(-lr);
  const vm = f32x4.splat(momentum), vd = f32x4.splat(decay), vs = f32x4.splat(sign);
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 16) {
    const p = v128.load(param + i);
    let g = f32x4.mul(v128.load(grad + i), vs);
    if (decay != 0) g = f32x4.add(g, f32x4.mul(p, vd));
    const s = f32x4.add(f32x4.mul(v128.load(square + i), va), f32x4.mul(f32x4.mul(vw, g), g));
    v128.store(square + i, s);
    let d = s;
    if (average) {
      const m = lerp(v128.load(average + i), g, weight);
      v128.store(average + i, m);
      d = f32x4.sub(s, f32x4.mul(m, m));
    }
    d = f32x4.add(f32x4.sqrt(d), ve);
    if (buffer) {
      const b = f32x4.add(f32x4.mul(v128.load(buffer + i), vm), f32x4.div(g, d));
      v128.store(buffer + i, b);
      v128.store(param + i, f32x4.add(p, f32x4.mul(vlr, b)));
    } else {
      v128.store(param + i, f32x4.add(p, f32x4.div(f32x4.mul(vlr, g), d)));
    }
  }
}
