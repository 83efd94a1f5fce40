/** Where a network looks (Selvaraju et al. 2017, "Grad-CAM"). `deno run examples/gradcam.ts` */
import { chart, DataLoader, type DeviceName, epochs, F, manualSeed, mnist, nn, optim, show } from "descent";
import { stack, type Tensor, useDevice } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const model = new nn.Sequential(
  ...[new nn.Conv2d(1, 8, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2)],
  ...[new nn.Conv2d(8, 32, 5, { padding: 2 }), new nn.ReLU()],
  ...[new nn.AdaptiveMaxPool2d(1), new nn.Flatten(), new nn.Linear(32, 10)],
);
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
const loader = new DataLoader(await mnist(), { batchSize: 64, shuffle: true });
for await (const step of epochs(1, loader)) {
  const [digits, labels] = step.batch;
  const loss = F.crossEntropy(model.forward(digits), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
  if (step.index === 100) break;
}

/** How much each place of the last features speaks for the class that is most probable, from 0 to 1. */
function gradCam(digits: Tensor): Tensor {
  let features!: Tensor, slopes!: Tensor;
  const hooks = [
    model[4].registerForwardHook((_, __, output) => void (features = output)),
    model[4].registerFullBackwardHook((_, __, [gradient]) => void (slopes = gradient!)),
  ];
  model.forward(digits).max(1).sum().backward();
  for (const hook of hooks) hook.remove();
  const heat = features.mul(slopes.mean([2, 3], { keepdim: true })).sum(1, { keepdim: true }).relu();
  const large = F.interpolate(heat, { size: 28, mode: "bilinear" });
  return large.div(large.max([1, 2, 3], { keepdim: true }).add(1e-8)).detach();
}

for await (const [digits] of new DataLoader(await mnist({ split: "test" }), { batchSize: 8 })) {
  const heat = gradCam(digits), ink = digits.gt(0.5).to("float32");
  const average = (mask: Tensor) => heat.mul(mask).sum().div(mask.sum()).item();
  const [on, off] = [await average(ink), await average(ink.neg().add(1))];
  await show(chart.imageGrid({ images: stack([digits, heat], 1).reshape(16, 28, 28), columns: 8 }));
  console.log(`heat on the ink ${on.toFixed(2)}, beside it ${off.toFixed(2)}`);
  assert(on > 1.2 * off);
  break;
}
