/** Activations as modules: PyTorch's values and gradients, the slope that one of them learns, and how they print. */
import { nn, zeros } from "descent";
import { assertEquals, assertThrows } from "@std/assert";
import layers from "../fixtures/activation_layers.json" with { type: "json" };
import { onCpu } from "../devices.ts";
import { checkAll } from "../parity/check_all.ts";
import { checkLayer, type LayerCase } from "../parity/layers.ts";

const cases = layers as unknown as LayerCase[];
onCpu(
  `the ${cases.length} activations, and modules that compare vectors, have PyTorch's values, gradients and state`,
  () => {
    return checkAll(cases, checkLayer);
  },
);

Deno.test("PReLU starts with a slope of 0.25, or what it is told", async () => {
  assertEquals(await new nn.PReLU(2).weight.array(), [0.25, 0.25]);
  assertEquals(await new nn.PReLU(1, { init: 0.5 }).weight.array(), [0.5]);
  assertThrows(
    () => new nn.PReLU(2).forward(zeros(1, 3)),
    RangeError,
    "prelu: weight must have one number, or one for each of 3 channels, not shape [2]",
  );
});

Deno.test("activations print as they are made", () => {
  const net = new nn.Sequential(
    new nn.ELU(),
    new nn.ELU(0.5),
    new nn.Hardtanh(0, 1),
    new nn.Softplus({ beta: 2 }),
    new nn.GELU({ approximate: "tanh" }),
    new nn.GELU(),
    new nn.PReLU(3),
    new nn.GLU(1),
  );
  const lines = `${net}`.split("\n").slice(1, -1).map((line) => line.trim().replace(/^\S+ /, ""));
  assertEquals(lines, [
    "ELU()",
    "ELU(0.5)",
    "Hardtanh(0, 1)",
    "Softplus({ beta: 2 })",
    'GELU({ approximate: "tanh" })',
    "GELU()",
    "PReLU(3)",
    "GLU(1)",
  ]);
});
