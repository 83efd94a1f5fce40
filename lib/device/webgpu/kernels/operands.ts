/**
 * The factors of a product as memory has them: WGSL that finds element (side, k), where a side is a row of the left factor or a
 * column of the right one. What needs divisions is found once, before the sum; along k positions advance by additions.
 *
 * @module
 */

/** One factor. What it declares ends in the names that it is given: `p` of a place along the side, `k` of one along k. */
export interface Operand {
  /** Tells programs apart. */
  readonly key: string;
  /** Whether neighbours in memory are neighbours along k; else along the side. */
  readonly alongK: boolean;
  /** Whether memory is read as vec4. Then what runs on in memory comes in fours, and is counted in fours. */
  readonly wide: boolean;
  /** Declares what belongs to a place along the side. */
  side(p: string, place: string): string;
  /** Declares what belongs to a place along k, as variables. */
  depth(k: string, place: string): string;
  /** Moves a place along k. */
  advance(k: string, step: number): string;
  /** Declares what follows from a place along k, anew after each move. */
  derived?(k: string): string;
  /** Where the element is. */
  address(p: string, k: string): string;
  /** Whether there is such an element, where it is not always; what is missing is 0. */
  exists?(p: string, k: string): string;
}

/**
 * A matrix. Uniforms say how far apart its lines are, `nameStride`, and its groups, `nameGroup`, counted as memory is read.
 *
 * @param alongK Whether a line holds neighbours along k.
 */
export function matrix(name: string, alongK: boolean, wide: boolean): Operand {
  const line = (place: string) => `(${place}) * u.${name}Stride`;
  return {
    key: `${alongK ? "k" : "s"}${wide ? 4 : 1}`,
    ...{ alongK, wide },
    side: (p, place) => `let at${p} = ${alongK ? line(place) : place} + group * u.${name}Group;`,
    depth: (k, place) => `var at${k} = ${alongK ? place : line(place)};`,
    advance: (k, step) => `at${k} += ${alongK ? `${step}` : line(`${step}`)};`,
    address: (p, k) => `at${p} + at${k}`,
  };
}

/** Three digits from a number: the lowest runs to `low`, the next to `middle`. */
function digits(word: "let" | "var", names: string[], place: string, low: string, middle: string): string {
  return `${word} ${names[0]} = (${place}) % ${low};
  ${word} ${names[1]} = (${place}) / ${low} % ${middle};
  ${word} ${names[2]} = (${place}) / ${low} / ${middle};`;
}

/** Adds a number to them, without a division that depends on them. */
function add(names: string[], step: number, low: string, middle: string): string {
  return `{
    let low = ${names[0]} + ${step} % ${low};
    let over = low >= ${low};
    ${names[0]} = select(low, low - ${low}, over);
    let middle = ${names[1]} + ${step} / ${low} % ${middle} + i32(over);
    let on = middle >= ${middle};
    ${names[1]} = select(middle, middle - ${middle}, on);
    ${names[2]} += ${step} / ${low} / ${middle} + i32(on);
  }`;
}

/** A tap of a window and a channel as digits: channels are the lowest. */
const tap = (name: string) => ["channel", "tapX", "tapY"].map((digit) => digit + name);
/** A position of the window as digits. */
const position = (name: string) => ["windowX", "windowY", "image"].map((digit) => digit + name);

/**
 * Images [N, H, W, C] seen through windows: positions on one side, taps and channels on the other. The program declares windowsX and
 * windowsY, how many there are; strideX, strideY from one to the next; firstX, firstY, where the first ones begin; tapsX and stepX,
 * stepY from tap to tap. Uniforms are height, width, `pitch` (of a pixel), `channels` of a group; the last two are counted as memory is read.
 *
 * @param tapsAlongK Whether the sum runs over taps and channels, else over positions.
 */
export function windows(tapsAlongK: boolean, wide: boolean): Operand {
  const corner = (m: string) => `
  let top${m} = windowY${m} * strideY + firstY;
  let left${m} = windowX${m} * strideX + firstX;
  let rows${m} = image${m} * u.height;`;
  const reach = (t: string) => `
  let down${t} = tapY${t} * stepY;
  let right${t} = tapX${t} * stepX;
  let from${t} = channel${t} + group * u.channels;`;
  const ends = (tapped: boolean): [low: string, middle: string] =>
    tapped ? ["u.channels", "tapsX"] : ["windowsX", "windowsY"];
  const names = (tapped: boolean, name: string) => tapped ? tap(name) : position(name);
  const each = (p: string, k: string) => tapsAlongK ? [p, k] : [k, p];
  return {
    key: `windows ${tapsAlongK ? "k" : "s"}${wide ? 4 : 1}`,
    // Channels run on in memory, and belong to the taps.
    alongK: tapsAlongK,
    wide,
    side: (p, place) =>
      digits("let", names(!tapsAlongK, p), place, ...ends(!tapsAlongK)) + (tapsAlongK ? corner(p) : reach(p)),
    depth: (k, place) => digits("var", names(tapsAlongK, k), place, ...ends(tapsAlongK)),
    advance: (k, step) => add(names(tapsAlongK, k), step, ...ends(tapsAlongK)),
    derived: tapsAlongK ? reach : corner,
    address(p, k) {
      const [m, t] = each(p, k);
      return `((rows${m} + top${m} + down${t}) * u.width + left${m} + right${t}) * u.pitch + from${t}`;
    },
    exists(p, k) {
      const [m, t] = each(p, k);
      return `u32(top${m} + down${t}) < u32(u.height) && u32(left${m} + right${t}) < u32(u.width)`;
    },
  };
}

/**
 * Filters [kH, kW, C / groups, out] for the gradient of the input: inputs on the side, taps and outputs along k. The program declares
 * tapsX, the first of its taps, `tap0Y` and `tap0X`, and how far apart they are, `tapStepY` and `tapStepX`; uniforms are
 * `channels` and `pitch` of the outputs, as of {@linkcode windows}, kernelWidth, and `columns`.
 */
export function turnedFilters(wide: boolean): Operand {
  return {
    key: `filters ${wide ? 4 : 1}`,
    ...{ alongK: true, wide },
    side: (p, place) => `let at${p} = (${place}) * u.pitch + group * u.channels;`,
    depth: (k, place) => digits("var", tap(k), place, "u.channels", "tapsX"),
    advance: (k, step) => add(tap(k), step, "u.channels", "tapsX"),
    derived: (k) => `
  let at${k} = ((tap0Y + tapY${k} * tapStepY) * u.kernelWidth + tap0X + tapX${k} * tapStepX) * u.columns * u.pitch + channel${k};`,
    address: (p, k) => `at${p} + at${k}`,
  };
}
