/** What Python says that is in a file, compared with what was read out of it. */
import { type Tensor, Tensor as TensorClass } from "descent";
import { assertEquals } from "@std/assert";

/** A tensor as tools/fixtures/files.py says it. */
interface Numbers {
  shape: number[];
  /** PyTorch's word: "float16". */
  kind: string;
  /** NaN and infinities are words of Python's. */
  data: (number | boolean | string)[];
}

/** By the first letters of PyTorch's word. */
const DTYPES = { f: "float32", i: "int32", u: "int32", b: "bool" } as Record<string, string>;
const WORDS = { nan: NaN, inf: Infinity, "-inf": -Infinity } as Record<string, number>;

/** Compares a tensor with what Python says of it. */
export async function assertTensor(
  tensor: Tensor,
  { shape, kind, data }: Numbers,
  name: string,
): Promise<void> {
  assertEquals(tensor instanceof TensorClass, true, name);
  assertEquals(tensor.shape, shape, name);
  assertEquals(tensor.dtype, kind === "bfloat16" ? "float32" : DTYPES[kind[0]], name);
  const expected = data.map((value) => typeof value === "string" ? WORDS[value] : Number(value));
  // float64 is rounded; all else is as it was, −0 too.
  assertEquals([...await tensor.data()], kind === "float64" ? expected.map(Math.fround) : expected, name);
}

/** Compares what readPth() gives, tensors in objects and lists, with what Python says of it. */
export async function assertSaved(value: unknown, expected: unknown, name = "file"): Promise<void> {
  if (typeof expected !== "object" || expected === null) return assertEquals(value, expected, name);
  if (Array.isArray(expected)) {
    const list = value as unknown[];
    assertEquals(Array.isArray(list) && list.length, expected.length, name);
    for (const [i, one] of expected.entries()) await assertSaved(list[i], one, `${name}[${i}]`);
  } else if ("tensor" in expected) await assertTensor(value as Tensor, expected.tensor as Numbers, name);
  else if ("bigint" in expected) assertEquals(value, BigInt(expected.bigint as string), name);
  else {
    assertEquals(Object.keys(value as object), Object.keys(expected), name);
    for (const [key, one] of Object.entries(expected)) {
      await assertSaved((value as Record<string, unknown>)[key], one, `${name}.${key}`);
    }
  }
}

/** The bits of a float32 tensor, by which NaNs and zeros differ. */
export async function bitsOf(tensor: Tensor): Promise<number[]> {
  return [...new Uint32Array((await tensor.data()).slice().buffer)];
}
