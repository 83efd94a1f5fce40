/**
 * Runs one test file of tfjs-core on one backend with jasmine. Started by run.ts, with the order as its argument.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { register, type TestEnvironment } from "./backends.ts";
import { type Order, type Result, send } from "./protocol.ts";

/** The parts of jasmine that are used here. */
interface Jasmine {
  DEFAULT_TIMEOUT_INTERVAL: number;
  getEnv(): JasmineEnv;
}

interface JasmineEnv {
  configure(configuration: { random: boolean; specFilter(spec: Spec): boolean }): void;
  addReporter(reporter: Record<string, (result: Report) => void>): void;
  execute(): Promise<unknown>;
}

interface Spec {
  id: string;
  getFullName(): string;
}

interface Report {
  id: string;
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}

interface JasmineModule {
  core(self: JasmineModule): Jasmine;
  interface(jasmine: Jasmine, env: JasmineEnv): Record<string, unknown>;
}

const order: Order = JSON.parse(Deno.args[0]);
const done = new Set(order.done), filter = new RegExp(order.filter);

const load = (name: string) => import(`file://${order.modules}/${name}.js`);
const firstLine = (text: string) => text.trim().split("\n", 1)[0].slice(0, 300);

const backend = await register(order.device);
backend.lost.then((error) => {
  // Nothing that comes after it could pass: the parent goes on in a new process.
  send({ event: "broken", error });
  Deno.exit(1);
});

const required: JasmineModule = (await load("jasmine")).default;
const jasmine = required.core(required);
const env = jasmine.getEnv();
Object.assign(globalThis, required.interface(jasmine, env));

const { setTestEnvs, ENGINE } = await load("test_environments");
if (ENGINE !== tf.engine()) throw new Error("the tests have another instance of tfjs-core than the backend");
setTestEnvs([backend.environment]);
// After jasmine_util, which has set its own.
jasmine.DEFAULT_TIMEOUT_INTERVAL = order.timeoutMs;

try {
  await load(`tests/${order.file}`);
} catch (error) {
  send({ event: "broken", error: firstLine(String(error)) });
}

env.configure({
  random: false,
  specFilter: (spec) => !done.has(spec.id) && filter.test(nameOf(spec.getFullName(), backend.environment)),
});
env.addReporter({
  specStarted: ({ id, fullName }) => {
    if (!done.has(id)) send({ event: "started", id, name: nameOf(fullName, backend.environment) });
  },
  specDone: (report) => {
    const { id, fullName, status } = report;
    if (status === "excluded") return;
    send({ event: "finished", id, name: nameOf(fullName, backend.environment), result: resultOf(report) });
  },
  suiteDone: complain,
  jasmineDone: complain,
});
await env.execute();
send({ event: "end" });
// Threads and GPU callbacks of the device need not end by themselves.
Deno.exit(0);

/** The name without the backend's, so that results of two backends have equal names. */
function nameOf(fullName: string, { name, flags }: TestEnvironment): string {
  return fullName.replaceAll(` ${name} ${JSON.stringify(flags)}`, "");
}

function resultOf({ status, failedExpectations }: Report): Result {
  return {
    status: status === "passed" ? "passed" : status === "failed" ? "failed" : "skipped",
    errors: failedExpectations.map(({ message }) => firstLine(message)),
  };
}

function complain({ failedExpectations }: Report): void {
  for (const { message } of failedExpectations) send({ event: "broken", error: firstLine(message) });
}
