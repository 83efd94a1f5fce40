/** Weights go to PyTorch and come from there by name: a network answers the same. Starting Python needs permission. */
import { assert, assertEquals } from "@std/assert";
import {
  manualSeed,
  type nn,
  noGrad,
  rand,
  readPth,
  readSafetensors,
  type Tensor,
  writeSafetensors,
} from "descent";
import * as torchvision from "../../examples/torchvision.ts";
import { chapterPart } from "./chapter_part.ts";
import { python, pythonTest } from "./python.ts";

/** How far logits may be apart, of the largest: sums of up to 9,216 products in another order. */
const ROUNDING = 2e-6;

/** A network that both sides have. */
interface Network {
  /** What tools/torch calls it. */
  name: string;
  make: () => Promise<nn.Module> | nn.Module;
  /** The shape of a picture. */
  picture: number[];
}

type Class = new (...args: unknown[]) => nn.Module;

const NETWORKS: Network[] = [
  {
    name: "lenet",
    make: async () => (await chapterPart<() => nn.Module>("05b_digits", "lenet"))(),
    picture: [1, 28, 28],
  },
  {
    name: "alexnet",
    make: async () => new (await chapterPart<Class>("05_alexnet", "AlexNet"))(),
    picture: [1, 224, 224],
  },
  {
    name: "bn-alexnet",
    make: async () => new (await chapterPart<Class>("06_batchnorm", "AlexNet"))(true),
    picture: [1, 224, 224],
  },
  {
    name: "resnet18",
    make: async () => new (await chapterPart<Class>("07_resnet", "Residual", "ResNet"))(),
    picture: [1, 224, 224],
  },
  { name: "torchvision.alexnet", make: () => new torchvision.AlexNet(), picture: [3, 100, 90] },
  { name: "torchvision.resnet18", make: () => new torchvision.ResNet18(), picture: [3, 100, 90] },
];

async function compareLogits(net: nn.Module, images: Tensor, file: string): Promise<void> {
  const ours = await noGrad(() => net.eval().forward(images)).data();
  const { logits } = await readSafetensors(file);
  const theirs = await logits.data();
  assertEquals(ours.length, theirs.length);
  const largest = Math.max(...theirs.map(Math.abs));
  const error = Math.max(...theirs.map((value, i) => Math.abs(value - ours[i])));
  assert(error <= ROUNDING * largest, `off by ${error}, the largest logit is ${largest}`);
}

for (const { name, make, picture } of NETWORKS) {
  const vision = { torchvision: name.startsWith("torchvision.") };

  pythonTest(`weights of ${name} that PyTorch drew answer the same here`, async (folder) => {
    // A file of each kind: the chapters' as .pth, torchvision's as .safetensors.
    const weights = `${folder}/weights.${vision.torchvision ? "safetensors" : "pth"}`;
    const images = rand(2, ...picture),
      input = `${folder}/input.safetensors`,
      out = `${folder}/out.safetensors`;
    await writeSafetensors(input, { images });
    await python("tools/torch", "init", name, "--seed", "3", "--out", weights);
    const theirs = python(
      "tools/torch",
      "logits",
      name,
      "--weights",
      weights,
      "--input",
      input,
      "--out",
      out,
    );
    const net = await make();
    const state = vision.torchvision ? await readSafetensors(weights) : await readPth(weights);
    assertEquals(Object.keys(state).sort(), Object.keys(net.stateDict()).sort());
    net.loadStateDict(state);
    await theirs;
    await compareLogits(net, images, out);
  }, vision);

  pythonTest(`weights of ${name} that were drawn here answer the same in PyTorch`, async (folder) => {
    const weights = `${folder}/weights.safetensors`, input = `${folder}/input.safetensors`;
    const out = `${folder}/out.safetensors`;
    manualSeed(4);
    const net = await make(), images = rand(2, ...picture);
    // Running statistics move when it trains, and then are not what every network begins with.
    for (let i = 0; i < 2; i++) noGrad(() => net.forward(rand(4, ...picture)));
    await writeSafetensors(weights, net.stateDict(), { dtypes: { int32: "I64" } });
    await writeSafetensors(input, { images });
    await python("tools/torch", "logits", name, "--weights", weights, "--input", input, "--out", out);
    await compareLogits(net, images, out);
  }, vision);
}

pythonTest(
  "the tool lists a network's state dict by name, with the names and shapes that it has here",
  async () => {
    const net = await NETWORKS.find(({ name }) => name === "resnet18")!.make();
    const words: Record<string, string> = { float32: "float32", int32: "int64" };
    const ours = Object.entries(net.stateDict())
      .map(([name, { shape, dtype }]) => `${name} [${shape.join(", ")}] ${words[dtype]}`);
    assertEquals((await python("tools/torch", "names", "resnet18")).trim().split("\n"), ours);
  },
);
