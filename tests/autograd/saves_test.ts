/** What a rule says it `saves` is what its gradients read: not less, which would be an error, and not more, which is memory. */
import { currentDevice, type Tensor, tensor } from "descent";
import { assertEquals } from "@std/assert";
import type { Buffer } from "../../lib/autograd/buffer.ts";
import { rules } from "../../lib/autograd/rules/mod.ts";
import type { Rule } from "../../lib/autograd/rule.ts";
import type { Node } from "../../lib/autograd/value.ts";
import type { DeviceKernels } from "../../lib/device/kernels.ts";
import { Draw } from "./draw.ts";
import type { Checks } from "./prove.ts";
import { checks as activation } from "./rules/activation.ts";
import { checks as arithmetic, onCpu } from "./rules/arithmetic.ts";
import { checks as attention } from "./rules/attention.ts";
import { checks as comparison } from "./rules/comparison.ts";
import { checks as convolution } from "./rules/convolution.ts";
import { checks as elementwise } from "./rules/elementwise.ts";
import { checks as functions } from "./rules/functions.ts";
import { checks as indexing } from "./rules/indexing.ts";
import { checks as losses } from "./rules/losses.ts";
import { checks as matmul } from "./rules/matmul.ts";
import { checks as normalization } from "./rules/normalization.ts";
import { checks as pooling } from "./rules/pooling.ts";
import { checks as reduction } from "./rules/reduction.ts";
import { checks as rounding } from "./rules/rounding.ts";
import { checks as scan } from "./rules/scan.ts";
import { checks as shape } from "./rules/shape.ts";

const topics: Checks[] = [
  activation,
  arithmetic,
  onCpu,
  attention,
  comparison,
  convolution,
  elementwise,
  functions,
  indexing,
  losses,
  matmul,
  normalization,
  pooling,
  reduction,
  rounding,
  scan,
  shape,
];

/** The nodes behind a tensor. */
function nodesBehind({ value }: Tensor): Node[] {
  const found = new Set<Node>(value.node === null ? [] : [value.node]);
  for (const node of found) for (const edge of node.edges) if (edge !== null) found.add(edge);
  return [...found].filter(({ rule }) => rule !== null);
}

/** Which of the numbers that a node saved its gradients hand to a kernel. */
function readBy(node: Node, rule: Rule<unknown>): Set<Buffer> {
  if (typeof rule.gradient === "string") return new Set();
  const { arena, kernels } = currentDevice(), handed = new Set<unknown>();
  const watched = new Proxy(kernels, {
    get(target, name) {
      const kernel = target[name as keyof DeviceKernels] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        for (const one of args.flat()) handed.add(one);
        return kernel.apply(target, args);
      };
    },
  });
  const storage = (buffer: Buffer | null) => buffer === null ? undefined! : buffer.storage;
  const start = arena.open();
  const gradients = rule.gradient(watched, {
    g: kernels.fill(node.shape, 1),
    inputs: node.inputs.map(storage),
    output: storage(node.output),
    extra: node.extra.map(storage),
    shapes: node.shapes,
    needs: node.edges.map((edge) => edge !== null),
    attrs: node.attrs,
  });
  node.edges.forEach((edge, i) => edge !== null && gradients[i]?.());
  arena.abandon(start);
  return new Set(savedBy(node).filter((buffer) => handed.has(buffer.storage)));
}

const savedBy = (node: Node) => [...node.inputs, node.output].filter((one) => one !== null);

Deno.test("every rule saves what its gradients read, and no more, whichever inputs need a gradient", () => {
  const seen = new Set<string>();
  for (const [name, check] of topics.flatMap((checks) => Object.entries(checks))) {
    for (let seed = 1; seed <= 6; seed++) {
      const draw = new Draw(seed, "random"), { inputs, fn } = check(draw);
      const needs = inputs.map((_, i) => (seed >> i & 1) === 1);
      const made = inputs.map(({ shape, data }, i) =>
        tensor(Float32Array.from(data), { shape: [...shape], requiresGrad: needs[i] })
      );
      const output = fn(...made), first = nodesBehind(output);
      if (first.length > 0) output.square().sum().backward(undefined, { createGraph: true });
      const second = made.flatMap(({ grad }) => grad === null ? [] : nodesBehind(grad));
      for (const node of new Set([...first, ...second])) {
        const [read, saved] = [readBy(node, node.rule!), new Set(savedBy(node))];
        const places = (set: Set<Buffer>) => [
          ...node.inputs.flatMap((one, i) => one !== null && set.has(one) ? [`input ${i}`] : []),
          ...(node.output !== null && set.has(node.output) ? ["output"] : []),
        ];
        const needed = node.edges.map((edge) => edge === null ? "-" : "needed").join();
        assertEquals(places(saved), places(read), `${name}, seed ${seed}: ${node.name}(${needed}) saves`);
        seen.add(node.name);
      }
    }
  }
  const gradients = Object.entries<Rule<never>>(rules).filter(([, { gradient }]) =>
    typeof gradient !== "string"
  );
  const unseen = gradients.map(([name]) => name).filter((name) => !seen.has(name));
  // A gradient of the third order.
  assertEquals(unseen, ["maxPool2dPick"]);
});
