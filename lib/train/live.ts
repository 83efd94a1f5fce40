/**
 * How far a training run is, in a notebook: a bar, and curves of what it logs, that move in place.
 *
 * @module
 */
import { chart } from "../show/chart/build.ts";
import type { Chart } from "../show/chart/describe.ts";
import { resolve } from "../show/chart/resolve.ts";
import type { Svg } from "../show/draw/spec.ts";
import { drawSvg } from "../show/draw/vega.ts";
import { display, settleOutput } from "../show/notebook.ts";
import { pictureOf } from "../show/picture.ts";
import { escapeMarkup, legible } from "../text/escape.ts";
import { shortNumber } from "../text/numbers.ts";
import { Pace } from "./pace.ts";

/** Milliseconds between drawings, and how many times longer than a drawing the pause after it is. */
const EVERY = 300, REST = 9;
/** A curve of more points than this is thinned out: no picture shows more. */
const POINTS = 4000;
/** More curves than this are told by their last value only. */
const CURVES = 4;

/** What a value did so far: every so many steps. */
interface Course {
  x: number[];
  y: number[];
  every: number;
  seen: number;
}

/** Shows a run of steps in a notebook. Steps are counted from 1. */
export class Live {
  readonly #id: string = crypto.randomUUID();
  readonly #label: string;
  readonly #pace: Pace;
  readonly #curves = new Map<string, Course>();
  #last: Record<string, number> = {};
  /** The display that is on its way; the next one waits for it. */
  #drawing: Promise<void> | null = null;
  #drawAgainAt = 0;
  #ended = false;

  /** Shows an empty bar. */
  constructor(total: number, label: string) {
    this.#label = legible(label);
    this.#pace = new Pace(total, () => performance.now());
    if (total > 0) this.#drawing = this.#start();
  }

  async #start(): Promise<void> {
    await display(this.#moving(null), { id: this.#id });
    this.#drawing = null;
  }

  /** A step has ended. */
  step(step: number): void {
    this.#pace.step(step);
    const now = performance.now();
    if (this.#ended || this.#drawing !== null || now < this.#drawAgainAt || this.#pace.total === 0) return;
    this.#drawing = this.#draw(now);
  }

  /** Values of a step; they may come while later steps run. */
  log(step: number, values: Record<string, number>): void {
    this.#last = values;
    for (const [name, value] of Object.entries(values)) {
      let course = this.#curves.get(name);
      if (course === undefined) this.#curves.set(name, course = { x: [], y: [], every: 1, seen: 0 });
      if (course.seen++ % course.every !== 0) continue;
      course.x.push(step);
      course.y.push(value);
      if (course.x.length < POINTS) continue;
      course.x = course.x.filter((_, i) => i % 2 === 0);
      course.y = course.y.filter((_, i) => i % 2 === 0);
      course.every *= 2;
    }
  }

  /** Values will come later; here nothing waits for them. */
  expect(_step: number): void {}

  /** Prints a line of its own. */
  print(text: string): void {
    console.log(text);
  }

  /** Draws the last picture, one that stays: it shows without a kernel, too. */
  async end({ error }: { error?: unknown } = {}): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#pace.total === 0) return;
    await this.#drawing;
    const line = [this.#label, this.#pace.ended(error), this.#pace.rate(), ...this.#values()]
      .filter((part) => part !== "").join(" · ");
    const described = this.#chart(line);
    if (described === null) {
      await display({ "text/plain": line }, { id: this.#id, update: true });
    } else {
      const { bundle, metadata } = await (await pictureOf(described)).bundle();
      await display(bundle, { id: this.#id, update: true, metadata });
    }
    await settleOutput();
  }

  async #draw(began: number): Promise<void> {
    const described = this.#chart("");
    const svg = described === null ? null : await drawSvg(await resolve(described));
    await display(this.#moving(svg), { id: this.#id, update: true });
    const now = performance.now();
    this.#drawAgainAt = now + Math.max(EVERY, REST * (now - began));
    this.#drawing = null;
  }

  #values(): string[] {
    return Object.entries(this.#last).map(([name, value]) => `${legible(name)} ${shortNumber(value)}`);
  }

  /** The curves of the values that were logged, a panel each; null while there is none to draw. */
  #chart(title: string): Chart | null {
    const panels = [...this.#curves].filter(([, { x }]) => x.length > 1).slice(0, CURVES).map(
      ([name, { x, y }]) => {
        const low = Math.min(...y), high = y.reduce((a, b) => Math.max(a, b), -Infinity);
        const yLog = low > 0 && high / low > 30;
        return chart.line({ x: [...x], y: [...y], xTitle: "step", yTitle: name, yLog, height: 240 });
      },
    );
    if (panels.length === 0) return null;
    if (panels.length === 1) return { ...panels[0], title } as Chart;
    return chart.panels(panels, { title, columns: 2 });
  }

  /** What is shown while it runs. */
  #moving(svg: Svg | null): Record<string, unknown> {
    const { done, total } = this.#pace;
    const texts = [`${done}/${total}`, ...this.#values(), this.#pace.rate(), this.#pace.left()];
    const line = [this.#label, ...texts].filter((text) => text !== "").join(" · ");
    const picture = svg === null
      ? ""
      : `<br><img alt="${escapeMarkup(line)}" width="${Math.round(svg.width)}" ` +
        `src="data:image/svg+xml;base64,${new TextEncoder().encode(svg.text).toBase64()}">`;
    return {
      "text/html": `<progress value="${done}" max="${total}" style="width: 16em"></progress> ${
        escapeMarkup(line)
      }${picture}`,
      "text/plain": line,
    };
  }
}
