/**
 * What is computed from tensors stays on their device: constants, targets given as plain numbers, masks, running statistics, state
 * of optimizers. The current device is for new tensors only. So every public function is called with tensors made before, while
 * the current device is one that fails when it is touched.
 */
import * as descent from "descent";
import { F, gradCheck, nn, ones, optim, randn, Tensor } from "descent";
import { assertEquals } from "@std/assert";
import { type Device, makeCurrent } from "../../lib/device/mod.ts";
import { callables } from "../arguments.ts";
import { functionalRoom } from "../arguments/functional.ts";
import { nnRoom } from "../arguments/nn.ts";
import { optimRoom } from "../arguments/optim.ts";
import { tensorRoom } from "../arguments/tensor.ts";
import { onEachDevice } from "../devices.ts";
import { isPlain } from "../../lib/text/arguments.ts";

/** Nothing can be made on it, nor anything asked of it. */
const nowhere = new Proxy({}, {
  get: (_, name) => {
    throw new Error(`the current device is asked for its ${String(name)}`);
  },
}) as Device;

/** Whether a value is a tensor, or holds one. */
function hasTensor(value: unknown): boolean {
  if (value instanceof Tensor || value instanceof nn.Module || value instanceof optim.Optimizer) return true;
  if (Array.isArray(value)) return value.some(hasTensor);
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).some(hasTensor);
}

/** Whether arguments say on which device the result is to be. */
function namesDevice(args: readonly unknown[]): boolean {
  const isName = (one: unknown) => one === "cpu" || one === "webgpu";
  return args.some((one) => isName(one) || (isPlain(one) && isName(one.device)));
}

/** Runs a body while the current device is nowhere. */
async function elsewhere<T>(body: () => T | Promise<T>): Promise<T> {
  const device = descent.currentDevice();
  makeCurrent(nowhere);
  try {
    return await body();
  } finally {
    makeCurrent(device);
  }
}

/** What a call gives, and its gradients, while the current device is nowhere. */
async function run(device: Device, call: () => unknown): Promise<void> {
  await elsewhere(async () => {
    const result = await call();
    if (!(result instanceof Tensor)) return;
    assertEquals(result.device, device);
    if (result.requiresGrad) result.sum().backward();
    await result.data();
  });
}

/** Asks for gradients of the tensors among arguments, and in their options. */
function differentiate(args: readonly unknown[]): void {
  for (const one of args) {
    if (one instanceof Tensor) one.requiresGrad = one.dtype === "float32";
  }
}

const all = callables(descent);
const rooms = { Tensor: tensorRoom, F: functionalRoom, nn: nnRoom, optim: optimRoom };

for (const [name, room] of Object.entries(rooms)) {
  onEachDevice(`what is computed from tensors stays on their device: ${name}`, async () => {
    const device = descent.currentDevice(), failures: string[] = [];
    let calls = 0;
    for (const [path, entry] of Object.entries(room.entries)) {
      const callable = all.get(path);
      // A device's own methods.
      if (callable === undefined) continue;
      const { kind, owner, value } = callable;
      // New layers go where new tensors go.
      if (kind === "class" && name === "nn") continue;
      for (const make of entry.good) {
        const args = make();
        // deno-lint-ignore no-explicit-any -- of any class
        const receiver: any = (entry.on ?? room.receivers?.[owner])?.();
        if (![receiver, ...args].some(hasTensor) || namesDevice(args)) continue;
        if (kind !== "class" && !path.endsWith("_") && !path.endsWith("=")) {
          differentiate([receiver, ...args]);
        }
        calls++;
        const call = kind === "function"
          ? () => value(...args)
          : kind === "class"
          ? () => new value(...args)
          : kind === "method"
          ? () => receiver[value](...args)
          : () => receiver[value] = args[0];
        await run(device, call).catch((error) => {
          // A GPU says so: how much a mask picks is data.
          if (!/ is not known on webgpu before it was read/.test(error)) failures.push(`${path}: ${error}`);
        });
      }
    }
    assertEquals(failures, []);
    if (calls < 5) throw new Error(`only ${calls} calls`);
  });
}

onEachDevice("training stays on the device of the network, whatever the current one is", async () => {
  const device = descent.currentDevice();
  const net = new nn.Sequential(
    new nn.Conv2d(1, 2, 3, { padding: 1 }),
    new nn.BatchNorm2d(2, { momentum: null }),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.AdaptiveAvgPool2d(3),
    new nn.Flatten(),
    new nn.Linear(18, 3),
  );
  const saved = net.stateDict(), x = randn(2, 1, 5, 5), weight = ones(3);
  const optimizers = [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop]
    .map((Optimizer) => new Optimizer(net.parameters(), { lr: 0.01 }));
  await elsewhere(async () => {
    for (const optimizer of optimizers) {
      optimizer.zeroGrad();
      const logits = net.forward(x);
      const losses = [
        F.crossEntropy(logits, [0, 2], { weight, labelSmoothing: 0.1, ignoreIndex: 2 }),
        F.crossEntropy(logits, [[1, 0, 0], [0, 0, 1]]),
        F.binaryCrossEntropyWithLogits(logits, [[1, 0, 0], [0, 0, 1]], { posWeight: weight }),
        F.mseLoss(logits, 0.5),
        F.nllLoss(logits.logSoftmax(1), new Int32Array([0, 2])),
        descent.where(logits.gt(0), logits, 0).clamp(-1, 1).pow(2).mean(),
        descent.where([[true], [false]], 0, logits).add([1, 2, 3]).mean(),
      ];
      const loss = losses.reduce((a, b) => a.add(b));
      loss.backward();
      optimizer.step();
      assertEquals(loss.device, device);
    }
    for (const buffer of net.buffers()) assertEquals(buffer.device, device);
    nn.init.kaimingNormal_(net.parameters()[0]);
    net.loadStateDict(saved);
    for (const optimizer of optimizers) optimizer.loadStateDict(optimizer.stateDict());
    descent.summary(net.eval(), [1, 1, 5, 5]);
    await gradCheck((a) => a.mul([0.5, 2, 1]).square(), [weight]);
  });
});
