/**
 * Results as text, and what differs between two runs.
 *
 * @module
 */
import type { Result } from "./protocol.ts";
import type { Results } from "./run.ts";

const describe = (name: string, { errors }: Result) => `${name}\n    ${errors[0] ?? ""}`;

/** Counts, and the tests that failed with the first line of why. */
export function summary(results: Results): { text: string; failed: number } {
  const failures = Object.entries(results).filter(([, { status }]) => status === "failed");
  const count = (status: Result["status"]) =>
    Object.values(results).filter((result) => result.status === status).length;
  const text = [
    ...failures.map(([name, result]) => describe(name, result)),
    `${count("passed")} passed, ${failures.length} failed, ${count("skipped")} skipped`,
  ].join("\n");
  return { text, failed: failures.length };
}

/**
 * What became of the tests of one run in another.
 *
 * @returns As text, and how many that passed before do not pass after.
 */
export function compare(before: Results, after: Results): { text: string; worse: number } {
  const passes = (results: Results, name: string) => results[name]?.status === "passed";
  const names = Object.keys(before);
  const worse = names.filter((name) => passes(before, name) && name in after && !passes(after, name));
  const missing = names.filter((name) => passes(before, name) && !(name in after));
  const better = names.filter((name) => before[name].status === "failed" && passes(after, name));
  const text = [
    `before: ${summary(before).text.split("\n").at(-1)}`,
    `after:  ${summary(after).text.split("\n").at(-1)}`,
    `${better.length} that failed before pass after:`,
    ...better.map((name) => `  ${name}`),
    `${missing.length} that passed before were not run after:`,
    ...missing.map((name) => `  ${name}`),
    `${worse.length} that passed before fail after:`,
    ...worse.map((name) => `  ${describe(name, after[name])}`),
  ].join("\n");
  return { text, worse: worse.length };
}
