/**
 * The library itself as a worker; runs without any permission.
 *
 * @module
 */
import { type DeviceName, useDevice } from "descent";
import { serve } from "../serve.ts";
import { gpt } from "./gpt.ts";
import { convolution, copy, order, product } from "./kernels.ts";
import { adam, line, training } from "./training.ts";

const wanted = Deno.args.find((arg) => arg.startsWith("--device="))?.slice("--device=".length);
const device = await useDevice(wanted as DeviceName | undefined);
await serve(
  {
    version: `Descent on Deno ${Deno.version.deno}`,
    threads: device.name === "cpu" ? navigator.hardwareConcurrency : 0,
    device: device.description,
  },
  { line, training, gpt, convolution, product, adam, copy, order },
  () => device.memory().peakBytes,
);
