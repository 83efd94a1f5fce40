/**
 * Gradients that remember how they were computed, so that they can be differentiated again.
 *
 * @module
 */
import type { Buffer } from "./buffer.ts";
import { type BackwardSettings, goals, type Start } from "./backward.ts";
import { collectRecorded, collects, own } from "./collect.ts";
import { current, runNow } from "./context.ts";
import { CROSSING, extraValue } from "./graph.ts";
import { Recorded } from "./recorded.ts";
import { type Flow, type Node, Value } from "./value.ts";
import { Way } from "./walk.ts";
import * as watching from "./watch.ts";

/**
 * As `backward`, with gradients that have a history of their own, inside of noGrad() too. The graph stays, since their history
 * leads through it.
 *
 * @param starts What to differentiate, on one device.
 * @param settings name, wanted.
 * @returns A gradient for each value that was wanted; null where none comes.
 */
export function backwardRecorded(
  starts: readonly Start<Value>[],
  settings: Omit<BackwardSettings, "retainGraph">,
): (Value | null)[] {
  const { scope } = current();
  for (const { value } of starts) scope?.guard?.before?.(value);
  return runNow({ recording: true, scope }, () => walkRecorded(starts, settings));
}

function walkRecorded(
  starts: readonly Start<Value>[],
  { name, wanted }: Omit<BackwardSettings, "retainGraph">,
): (Value | null)[] {
  const k = new Recorded(starts[0].value.buffer.device), found = goals<Value>(wanted);
  const way = new Way(starts.map(({ value }) => value.node!), found && new Set(found.keys()));
  way.check(name);
  const give = (node: Node, gradient: Value) => {
    const before = node.gradient as Value | null;
    node.gradient = before === null ? gradient : k.add(before, gradient);
  };
  const flow: Flow = {
    walk: way.walk,
    gradient: ({ gradient }) => gradient === null ? null : own(k, gradient as Value),
    replace: (node, gradient) => void (node.gradient = gradient),
  };
  try {
    for (const { value: { node }, seed } of starts) if (way.leadsTo(node!)) give(node!, seed);
    for (const node of way.nodes) {
      if (node.gradient === null) continue;
      const { rule, edges, keeper, hooks } = node;
      hooks?.forEach((hook) => hook(flow, node));
      const g = node.gradient as Value;
      node.gradient = null;
      watching.pass(node, g.buffer.storage, g.buffer.device);
      if (found?.has(node)) found.set(node, g);
      if (keeper !== null && (rule !== null || (found === null && collects(keeper)))) {
        collectRecorded(k, keeper, g);
      }
      if (rule === CROSSING && way.passes(node)) {
        throw new Error(
          `${name}: a gradient that goes from ${node.device.name} to another device has no history: do without createGraph, or compute on one`,
        );
      }
      if (rule === null || typeof rule.gradient === "string" || !way.passes(node)) continue;
      // With a history: that of an input is its own, that of the output the node's.
      const saved = (one: Buffer | null, edge: Node | null) =>
        one === null ? undefined! : new Value(one, edge);
      const compute = rule.gradient(k, {
        g,
        inputs: node.inputs.map((one, i) => saved(one, edges[i])),
        output: saved(node.output, node),
        extra: node.extra.map((_, i) => extraValue(node, i)),
        shapes: node.shapes,
        needs: way.needs(edges),
        attrs: node.attrs,
      });
      const { made, targets } = way.gradients(edges, compute);
      targets.forEach((target, i) => give(target, made[i]));
    }
    return wanted?.map(({ node }) => {
      const g = found!.get(node!)!;
      return g === null ? null : own(k, g);
    }) ?? [];
  } finally {
    for (const node of way.nodes) node.gradient = null;
  }
}
