/** A reader's program: it computes on a device with all its threads, writes what came out, and has nothing more to do. */
import { currentDevice, type DeviceName, manualSeed, noGrad, randn, useDevice } from "descent";

const name = Deno.args[0] as DeviceName | undefined;
await useDevice(name);
manualSeed(1);
const x = randn([300, 300], { requiresGrad: true });
// Many operations of some milliseconds: every thread is up before the last one.
for (let i = 0; i < 40; i++) noGrad(() => x.matmul(x.t()));
const loss = x.matmul(x.t()).tanh().mean();
loss.backward();
console.log(JSON.stringify({
  device: currentDevice().description,
  finite: Number.isFinite(await loss.item()) && (await x.grad!.data()).every(Number.isFinite),
}));
