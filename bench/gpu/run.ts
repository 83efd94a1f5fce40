/**
 * Runs the parts, each in a process of its own: one that crashes, hangs or fills the GPU's memory takes nothing else with it.
 *
 * @module
 */
import { useDevice } from "descent";
import type { Options } from "./options.ts";
import { say } from "./line.ts";
import type { Part } from "./parts.ts";

/** Seconds that a single part may take. */
const MOST = 120;
/** With less left, no part is begun. */
const LEAST = 3;

/** Runs what there is time for. */
export async function runParts(parts: Part[], options: Options): Promise<void> {
  const end = performance.now() + 1000 * options.limit;
  for (const part of parts) {
    const left = (end - performance.now()) / 1000;
    if (left < LEAST) {
      say({ who: "descent", name: part.name, error: `not begun: ${options.limit} s were over` });
    } else if (options.here) {
      await useDevice("webgpu");
      await part.run();
    } else await inProcess(part, Math.min(left, options.small ? left : MOST), options);
  }
}

async function inProcess({ name }: Part, seconds: number, options: Options): Promise<void> {
  const { small, side, batches } = options;
  const flags = [
    `--seconds=${options.seconds}`,
    `--side=${side}`,
    `--batches=${batches}`,
    ...small ? ["--small"] : [],
  ];
  // A bundle has with it what this folder's deno.json would name.
  const bundled = Deno.mainModule.endsWith(".ts") ? [] : ["--no-config"];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      ...bundled,
      Deno.mainModule,
      ...flags,
      "--here",
      `=${name}`,
    ],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, 1000 * seconds);
  const { code, signal } = await child.status;
  clearTimeout(timer);
  const why = late
    ? `stopped after ${seconds.toFixed(0)} s`
    : `its process ended with ${signal ?? `exit code ${code}`}`;
  if (code !== 0) say({ who: "descent", name, error: why });
}
