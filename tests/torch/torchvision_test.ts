/** torchvision's networks, as examples/torchvision.ts writes them: PyTorch's names, shapes and answers. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type nn, noGrad, tensor } from "descent";
import { AlexNet, ResNet18 } from "../../examples/torchvision.ts";
import fixture from "../fixtures/torchvision_models.json" with { type: "json" };
import { formula, formulaValues } from "../parity/formula.ts";

const [{ shapes, resnet18 }] = fixture;

/** Names and shapes, in their order. */
const text = (state: Record<string, number[]>) =>
  Object.entries(state).map(([name, shape]) => `${name} [${shape.join(", ")}]`);

const shapesOf = (net: nn.Module) =>
  Object.fromEntries(Object.entries(net.stateDict()).map(([name, { shape }]) => [name, shape]));

Deno.test("ResNet18 and AlexNet have the names and shapes of torchvision's state dicts, in their order", () => {
  assertEquals(text(shapesOf(new ResNet18())), text(shapes.resnet18));
  assertEquals(text(shapesOf(new AlexNet())), text(shapes.alexnet));
});

Deno.test("ResNet18 answers what torchvision's answers with the same weights", async () => {
  const net = new ResNet18(), state = net.stateDict(), { seed } = resnet18;
  for (const [name, { shape, size, dtype, ndim }] of Object.entries(state)) {
    if (dtype !== "float32") continue;
    const bound = ndim > 1 ? Math.sqrt(6 / (size / shape[0])) : 0.25;
    const center = ndim > 1 || /(bias|mean)$/.test(name) ? 0 : 1;
    state[name] = tensor(formulaValues(`${seed}/${name}`, size, bound, center), { shape });
  }
  net.loadStateDict(state);
  const images = formula(`${seed}/images`, resnet18.pictures, { bound: 2 });
  const logits = await noGrad(() => net.eval().forward(images)).data();
  const chosen = logits.filter((_, i) => i % resnet18.every === 0),
    largest = Math.max(...chosen.map(Math.abs));
  assertEquals(chosen.length, resnet18.logits.length);
  chosen.forEach((logit, i) => assertAlmostEquals(logit, resnet18.logits[i], 2e-6 * largest));
});
