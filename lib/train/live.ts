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
import { base64Of } from "../text/base64.ts";
import { escapeMarkup, legible } from "../text/escape.ts";
import { shortNumber } from "../text/numbers.ts";
import { shouldRise } from "../text/rising.ts";
import type { EpochDisplay, EpochDisplayOptions } from "./epoch_progress.ts";
import { type EpochRow, testName } from "./history.ts";
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

/** How a run over epochs is shown. */
type Epochs = Omit<EpochDisplayOptions, "label">;

/** Shows a run of steps, or one over epochs, in a notebook. Steps are counted from 1. */
export class Live implements EpochDisplay {
  readonly #id: string = crypto.randomUUID();
  readonly #label: string;
  readonly #pace: Pace;
  readonly #epochs: Epochs | null;
  readonly #curves = new Map<string, Course>();
  /** What the tests behind the epochs came to. */
  readonly #tests = new Map<string, { x: number[]; y: number[] }>();
  #testing = NaN;
  #last: Record<string, number> = {};
  /** The display that is on its way; the next one waits for it. */
  #drawing: Promise<void> | null = null;
  #drawAgainAt = 0;
  #ended = false;

  /** Shows an empty bar. */
  constructor(total: number, label: string, epochs: Epochs | null = null) {
    this.#label = legible(label);
    this.#epochs = epochs;
    this.#pace = new Pace(total, () => performance.now(), epochs?.done);
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
      course.x.push(this.#epochs === null ? step : step / this.#epochs.batches);
      course.y.push(value);
      if (course.x.length < POINTS) continue;
      course.x = course.x.filter((_, i) => i % 2 === 0);
      course.y = course.y.filter((_, i) => i % 2 === 0);
      course.every *= 2;
    }
  }

  /** An epoch is tested. */
  testing(): void {
    this.#testing = performance.now();
    if (!this.#ended && this.#drawing === null) this.#drawing = this.#draw(performance.now());
  }

  /** An epoch is over: its test is a point of a curve beside that of the training. */
  row(row: EpochRow): void {
    if (!Number.isNaN(this.#testing)) this.#pace.rest(performance.now() - this.#testing);
    this.#testing = NaN;
    for (const [name, value] of Object.entries(row)) {
      if (!/^test[^a-z]/.test(name)) continue;
      let points = this.#tests.get(name);
      if (points === undefined) this.#tests.set(name, points = { x: [], y: [] });
      points.x.push(row.epoch);
      points.y.push(value);
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
    const summary = this.#epochs?.summary() ?? "";
    const line = [this.#label, this.#pace.ended(error), this.#pace.rate(), ...this.#values(), summary]
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
    return Object.entries(this.#epochs?.means() ?? this.#last).map(([name, value]) =>
      `${legible(name)} ${shortNumber(value)}`
    );
  }

  /** The curves of the values that were logged, a panel each; null while there is none to draw. */
  #chart(title: string): Chart | null {
    const xTitle = this.#epochs === null ? "step" : "epoch";
    const panels = [...this.#curves].filter(([, { x }]) => x.length > 1).slice(0, CURVES).map(
      ([name, { x, y }]) => {
        const tested = this.#tests.get(testName(name));
        const all = tested === undefined ? y : [...y, ...tested.y];
        const low = Math.min(...all), high = all.reduce((a, b) => Math.max(a, b), -Infinity);
        // A share of what is right is read as it is, however it began.
        const yLog = low > 0 && high / low > 30 && !shouldRise(name);
        const axes = { xTitle, yTitle: name, yLog, height: 240 };
        if (tested === undefined) return chart.line({ x: [...x], y: [...y], ...axes });
        const test = { x: [...tested.x], y: [...tested.y], mode: "lines+markers" as const };
        return chart.line({ series: { train: { x: [...x], y: [...y] }, test }, ...axes });
      },
    );
    if (panels.length === 0) return null;
    if (panels.length === 1) return { ...panels[0], title } as Chart;
    return chart.panels(panels, { title, columns: 2 });
  }

  /** How far it is, in words. */
  #counts(): string[] {
    const { done, total } = this.#pace;
    if (this.#epochs === null) return [`${done}/${total}`];
    const { epochs, batches } = this.#epochs, testing = !Number.isNaN(this.#testing);
    const epoch = Math.min(epochs, Math.ceil((testing ? done : done + 1) / batches));
    return [`epoch ${epoch}/${epochs}`, testing ? "testing" : `${done % batches}/${batches}`];
  }

  /** What is shown while it runs. */
  #moving(svg: Svg | null): Record<string, unknown> {
    const { done, total } = this.#pace;
    const texts = [...this.#counts(), ...this.#values(), this.#pace.rate(), this.#pace.left()];
    const line = [this.#label, ...texts].filter((text) => text !== "").join(" · ");
    const picture = svg === null
      ? ""
      : `<br><img alt="${escapeMarkup(line)}" width="${Math.round(svg.width)}" ` +
        `src="data:image/svg+xml;base64,${base64Of(new TextEncoder().encode(svg.text))}">`;
    return {
      "text/html": `<progress value="${done}" max="${total}" style="width: 16em"></progress> ${
        escapeMarkup(line)
      }${picture}`,
      "text/plain": line,
    };
  }
}
