/**
 * What both tables show of a case: a row for each competitor.
 *
 * @module
 */
import { PEAK_COPY, PEAK_PRODUCT } from "../cases/cases.ts";
import { bestRate, type CaseResult, median, ratio, type Results, type Samples } from "../run/result.ts";
import { formatRate, formatRatio, formatValue } from "./format.ts";

/** One line of a table, as text; what does not apply is "". */
export interface Row {
  name: string;
  label: string;
  median: string;
  min: string;
  max: string;
  ratio: string;
  rate: string;
  ofPeak: string;
}

/** The rows of a case: ours, then the peers that could do it (or were too slow). */
export function rowsOf(result: CaseResult, results: Results): Row[] {
  return Object.entries(result.samples)
    .filter(([, { missing }]) => missing !== NOT_HERE)
    .map(([name, samples]) => rowOf(name, samples, result, results));
}

/** What a worker answers to a task that it does not know. */
const NOT_HERE = "not available here";

function rowOf(name: string, samples: Samples, result: CaseResult, results: Results): Row {
  const { values, missing, did } = samples;
  const label = results.competitors[name].label + (did === undefined ? "" : "*");
  if (values.length === 0) {
    const empty = { min: "", max: "", ratio: "", rate: "", ofPeak: "" };
    return { name, label, median: missing ?? "", ...empty };
  }
  const middle = median(values);
  const paired = ratio(samples);
  const show = (value: number) => formatValue(value, result.unit);
  return {
    name,
    label,
    median: show(middle),
    min: show(Math.min(...values)),
    max: show(Math.max(...values)),
    ratio: paired === undefined ? "" : formatRatio(paired),
    rate: result.unit === "s" ? formatRate(result, middle) : "",
    ofPeak: ofPeak(result, middle, results),
  };
}

function ofPeak(result: CaseResult, seconds: number, results: Results): string {
  const work = result.flops > 0 ? "flops" : "bytes";
  if (result[work] === 0) return "";
  const best = bestRate(results, work === "flops" ? PEAK_PRODUCT : PEAK_COPY, work);
  return best === undefined ? "" : `${Math.round(result[work] / seconds / best * 100)} %`;
}

/** What each found the machine to be able to do. */
function peaks(results: Results): string[] {
  const rows = [PEAK_PRODUCT, PEAK_COPY].map((name) => results.cases.find((result) => result.name === name))
    .filter((result) => result !== undefined);
  const found = Object.entries(results.competitors).map(([name, { label }]) => {
    const rates = rows.flatMap((result) => {
      const values = result.samples[name]?.values ?? [];
      return values.length > 0 ? [formatRate(result, Math.min(...values))] : [];
    });
    return rates.length > 0 ? `${label} ${rates.join(" and ")}` : "";
  });
  return found.some((text) => text !== "")
    ? [`Peak: ${found.filter((text) => text !== "").join(", ")}.`]
    : [];
}

/** Even Winograd's way to convolve saves no more than this; who seems to be faster has not computed everything. */
const POSSIBLE = 4;

/** A warning about each figure that cannot be true: a lazy library may leave out what nobody reads. */
function impossible(results: Results): string[] {
  const best = bestRate(results, PEAK_PRODUCT, "flops");
  if (best === undefined) return [];
  return results.cases.flatMap(({ title, flops, samples }) =>
    Object.entries(samples).flatMap(([name, { values }]) =>
      values.some((seconds) => flops / seconds > POSSIBLE * best)
        ? [`! ${title}, ${results.competitors[name].label}: faster than the machine; not all was computed.`]
        : []
    )
  );
}

/** A sentence on the peak, on each figure that was scaled up, and on what a device itself counted. */
export function notes(results: Results): string[] {
  const about = results.cases.flatMap((result) =>
    Object.entries(result.samples).flatMap(([name, { did, deviceBytes }]) => {
      const { label } = results.competitors[name];
      const scaled = did === undefined
        ? []
        : [`* ${result.title}, ${label}: ${did} of ${result.count} iterations, scaled up.`];
      const counted = deviceBytes === undefined
        ? []
        : [`${result.title}, ${label}: ${formatValue(deviceBytes, "B")} of it are tensors.`];
      return [...scaled, ...counted];
    })
  );
  return [...peaks(results), ...impossible(results), ...about];
}
