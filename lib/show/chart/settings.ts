/**
 * What the settings of a chart may be, by kind: each a check that ends in a sentence.
 *
 * @module
 */
import { Tensor } from "../../tensor/tensor.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkRange,
  checkText,
  checkWhole,
  describe,
  isPlain,
} from "../../text/arguments.ts";

/**
 * Throws unless a setting is of its kind.
 *
 * @param chart The kind of chart.
 * @param name The setting.
 * @param value What was given.
 */
export type Setting = (chart: string, name: string, value: unknown) => void;

/** A check for each setting that there is. */
export type Settings<Options> = { [Name in keyof Required<Options>]: Setting };

export const text: Setting = checkText;
export const flag: Setting = checkBoolean;
/** How many there are in a row, or about how many. */
export const count: Setting = (chart, name, value) => checkWhole(chart, name, value, 1);
/** Pixels. */
export const pixels: Setting = (chart, name, value) => checkRange(chart, name, value, 1);

/** One of a few words. */
export function word(...words: string[]): Setting {
  return (chart, name, value) => checkChoice(chart, name, value, words);
}

/** From where to where. */
export const range: Setting = (chart, name, value) => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new TypeError(`${chart}: ${name} must be two numbers, [from, to], not ${describe(value)}`);
  }
  for (const end of value) checkRange(chart, name, end);
  if (value[0] === value[1]) {
    throw new RangeError(`${chart}: ${name} must be two different numbers, not ${describe(value)}`);
  }
};

/** Numbers; what the arrays hold is seen when they are read. */
export const data: Setting = (chart, name, value) => {
  if (value instanceof Tensor) return;
  if (
    typeof value === "object" && value !== null && typeof (value as { length?: unknown }).length === "number"
  ) {
    return;
  }
  throw new TypeError(`${chart}: ${name} must be a tensor or an array of numbers, not ${describe(value)}`);
};

/** A list of texts; of numbers, too, where they may stand for them. */
export function names({ numbers = false } = {}): Setting {
  return (chart, name, value) => {
    if (!Array.isArray(value)) {
      throw new TypeError(`${chart}: ${name} must be a list of texts, not ${describe(value)}`);
    }
    for (const [i, one] of value.entries()) {
      if (!(numbers && typeof one === "number")) checkText(chart, `${name}[${i}]`, one);
    }
  };
}

/** One object that has no other settings than these. */
export function group(settings: Settings<Record<string, unknown>>): Setting {
  return (chart, name, value) => checkSettings(`${chart}: ${name}`, value, settings);
}

/** One object of things by the names that the reader gives them. */
export function byName(each: Setting): Setting {
  return (chart, name, value) => {
    if (!isPlain(value)) {
      throw new TypeError(`${chart}: ${name} must be an object, { name: … }, not ${describe(value)}`);
    }
    for (const [key, one] of Object.entries(value)) each(chart, `${name}.${key}`, one);
  };
}

/** The one or the other. */
export function either(isFirst: (value: unknown) => boolean, first: Setting, second: Setting): Setting {
  return (chart, name, value) => (isFirst(value) ? first : second)(chart, name, value);
}

/** Throws unless all settings are there and of their kinds; undefined counts as not said. */
export function checkSettings(
  chart: string,
  options: unknown,
  settings: Settings<Record<string, unknown>>,
  needed: readonly string[] = [],
): void {
  checkOptions(chart, options, Object.keys(settings));
  const given = options as Record<string, unknown>;
  for (const name of needed) {
    if (given[name] === undefined) throw new TypeError(`${chart}: ${name} must be given`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) settings[name](chart, name, value);
  }
}
