/** Gradients are lazy per input: a kernel that only serves a gradient nobody asked for does not run. */
import { F, rand, type Tensor, tensor } from "descent";
import { assertEquals } from "@std/assert";
import { kernelsOf } from "../device/spy.ts";

/** The kernels of backward() where only the tensors named by `needs` require a gradient. */
function backwardKernels(fn: (...inputs: Tensor[]) => Tensor, shapes: number[][], needs: number[]): string[] {
  const inputs = shapes.map((shape, i) => rand(shape, { requiresGrad: needs.includes(i) }));
  const output = fn(...inputs);
  return kernelsOf(() => output.backward(tensor(new Float32Array(output.size), { shape: output.shape })));
}

const matrices = [[2, 3], [3, 4]];

Deno.test("a product of matrices runs one product for each gradient that is needed", () => {
  const products = (needs: number[]) =>
    backwardKernels((a, b) => a.matmul(b), matrices, needs).filter((name) => name === "matmul").length;
  assertEquals([products([0]), products([1]), products([0, 1])], [1, 1, 2]);
});

Deno.test("the first convolution of a network computes no gradient of its image", () => {
  const convolve = (needs: number[]) =>
    backwardKernels((x, w, b) => F.conv2d(x, w, { bias: b }), [[1, 2, 5, 5], [3, 2, 3, 3], [3]], needs);
  const names = convolve([1, 2]);
  assertEquals(names.filter((name) => name === "conv2dInputGrad"), []);
  assertEquals(names.filter((name) => name.startsWith("conv2d")), ["conv2dFilterBiasGrad"]);
  assertEquals(convolve([0]), ["conv2dInputGrad"]);
  assertEquals(convolve([1]), ["conv2dFilterGrad"]);
  assertEquals(convolve([2]), ["sum"]);
});

Deno.test("a bias alone costs a sum", () => {
  const names = backwardKernels((x, w, b) => F.linear(x, w, b), [[4, 3], [2, 3], [2]], [2]);
  assertEquals(names, ["sum"]);
});

Deno.test("a product by a constant runs one multiplication backward", () => {
  assertEquals(backwardKernels((a, b) => a.mul(b), [[4], [4]], [0]), ["mul"]);
  assertEquals(backwardKernels((a) => a.mul(3), [[4]], [0]), ["mul"]);
});

Deno.test("no kernel runs for branches without a gradient", () => {
  const x = rand([4], { requiresGrad: true }), constant = rand(4);
  const loss = x.add(constant.exp().log().sin()).sum();
  assertEquals(kernelsOf(() => loss.backward()).filter((name) => ["exp", "log", "cos"].includes(name)), []);
});

Deno.test("an operation saves only what the gradients that are needed will read", () => {
  const x = rand([4], { requiresGrad: true }), constant = rand(4);
  const loss = x.mul(constant).sum();
  assertEquals([x.value.buffer.uses, constant.value.buffer.uses], [0, 1]);
  loss.backward();
  assertEquals([x.value.buffer.uses, constant.value.buffer.uses], [0, 0]);
});
