/**
 * What the library promises, and whether this run kept it.
 *
 * @module
 */
import { ALEXNET_ADAM_BYTES } from "../cases/cases.ts";
import { median, ratio, type Results } from "../run/result.ts";

/** A promise and what became of it. */
export interface Verdict {
  title: string;
  /** What was measured, as text. */
  value: string;
  must: string;
  aim: string;
  verdict: "met" | "missed" | "not measured";
  /** Whether even the aim was reached. */
  aimed: boolean;
}

/** At most, or at least. */
interface Bound {
  must: number;
  aim?: number;
  least?: boolean;
}

/** Ours / PyTorch, by case. */
const AGAINST_TORCH: Record<string, Bound> = {
  "resnet18-1": { must: 2, aim: 1 },
  "alexnet-1": { must: 1, aim: 0.6 },
  "chapter3": { must: 1, aim: 0.5 },
  "mlp": { must: 1.5, aim: 1 },
  "gpt": { must: 2, aim: 1.5 },
  "sort": { must: 3, aim: 1 },
  "topk": { must: 3, aim: 1 },
  "cumsum": { must: 3, aim: 1 },
  "start": { must: 1, aim: 0.5 },
};

/** Whole chapters, in seconds. */
const CHAPTERS: Record<string, Bound> = { "chapter5": { must: 40 }, "chapter7": { must: 10 } };

/** Checks a run. What it did not measure is left out. */
export function verdicts(results: Results): Verdict[] {
  const asked = new Set(results.cases.map(({ name }) => name));
  const found = (name: string) => results.cases.find((result) => result.name === name);
  const values = (name: string) => found(name)?.samples.ours?.values ?? [];
  const all = results.threads;
  const lines: [name: string, Verdict][] = [
    ...Object.entries(AGAINST_TORCH).map(([name, bound]): [string, Verdict] => {
      const samples = found(name)?.samples.torch;
      return [name, judge(`${found(name)?.title}: ours / PyTorch`, samples && ratio(samples), bound)];
    }),
    [
      "memory",
      judge(`Memory, AlexNet with Adam / (16 bytes a parameter + activations)`, memoryShare(), { must: 1.3 }),
    ],
    ...(all > 1 ? ["product-1024", "resnet18-1"] : []).map((name): [string, Verdict] => {
      const samples = found(name)?.samples["ours-1"];
      const share = samples && ratio(samples);
      const gain = share && 1 / share;
      return [
        name,
        judge(`${found(name)?.title}: ${all} threads against 1`, gain, { must: 1.7, least: true }),
      ];
    }),
    ...["forward", "input", "filter"].map((direction): [string, Verdict] => {
      const names = [...asked].filter((name) => name.startsWith("conv-3x3") && name.endsWith(direction));
      const bound = { must: 50, least: true };
      return [
        names[0],
        judge(`Slowest 3×3 convolution, ${TITLES[direction]}: GFLOP/s`, slowest(names), bound),
      ];
    }),
    ...Object.entries(CHAPTERS).map(([name, bound]): [string, Verdict] => {
      const seconds = values(name);
      const value = seconds.length > 0 ? median(seconds) : undefined;
      return [name, judge(`${found(name)?.title}: seconds`, value, bound)];
    }),
  ];
  return lines.filter(([name]) => asked.has(name)).map(([, line]) => line);

  function memoryShare(): number | undefined {
    const [bytes] = values("memory");
    return bytes && bytes / ALEXNET_ADAM_BYTES;
  }

  function slowest(names: string[]): number | undefined {
    const rates = names.filter((name) => values(name).length > 0)
      .map((name) => found(name)!.flops / median(values(name)) / 1e9);
    return rates.length > 0 ? Math.min(...rates) : undefined;
  }
}

const TITLES: Record<string, string> = { forward: "y", input: "dx", filter: "dw" };

function judge(title: string, value: number | undefined, { must, aim, least = false }: Bound): Verdict {
  const sign = least ? "≥" : "≤";
  const holds = (bound: number) => value !== undefined && (least ? value >= bound : value <= bound);
  return {
    title,
    value: value === undefined ? "" : value.toPrecision(3),
    must: `${sign} ${must}`,
    aim: aim === undefined ? "" : `${sign} ${aim}`,
    verdict: value === undefined ? "not measured" : holds(must) ? "met" : "missed",
    aimed: aim !== undefined && holds(aim),
  };
}
