// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** a·b + c: one rounding where the runtime has relaxed SIMD, two otherwise. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** This thread's scratch memory; every thread has its own instance, so its own variable. */
export let scratch: usize = 0;

export function setScratch(pointer: usize): void {
  scratch = pointer;
}

/** max(x, 0) that keeps NaN. */
@inline
export function relu4(x: v128): v128 {
  return f32x4.max(x, f32x4.splat(0));
}

/** The sum of the four lanes. */
@inline
export function sum4(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}
