/**
 * One function shows whatever there is to see, wherever it is called.
 *
 * @module
 */
import { inNotebook, terminalColumns } from "../host/process.ts";
import { checkOptions, checkText, surplus } from "../text/arguments.ts";
import { pictureOf } from "./picture.ts";
import { cellWaitsFor, display, settleOutput } from "./notebook.ts";
import { writePicture } from "./output.ts";
import { terminalColor, writeLine } from "./terminal.ts";

/** How {@linkcode show} shows. */
export interface ShowOptions {
  /** What its files are called; unless told, after the title. */
  name?: string;
  /** A directory to write this picture to, as `--out` of a chapter does for all of them. */
  out?: string;
}

/**
 * Shows something: a tensor's numbers, a chart, images, a table (a list of objects), a network, its summary, a profile, a computation graph.
 *
 * In a notebook it appears below the cell, as a picture where there is one. In a script it is printed, charts as text as wide as the
 * terminal; and where the reader gave a chapter `--out DIR`, or `out` is said here, a web page and an SVG are written
 * besides. Without the permission to write there, a sentence says so, and the program goes on.
 *
 * Text has colours on a terminal, unless NO_COLOR is set: 256, or all of them where COLORTERM says "truecolor" and the program may read
 * that (`deno run --allow-env=COLORTERM,TERM …`).
 *
 * @param x What to show.
 * @param options Where, and under which name.
 * @throws {TypeError} if an option is of another kind or name, or a chart that was changed by hand has such a setting.
 *
 * @example
 * ```ts
 * import { chart, show, tensor } from "descent";
 * await show(tensor([[1, 2], [3, 4]]));
 * await show(chart.bar({ x: ["plain", "residual"], y: [0.01, 1.2], yTitle: "gradient norm" }));
 * await show([{ layer: "conv1", parameters: 34944 }, { layer: "conv2", parameters: 614656 }]);
 * ```
 */
export function show(x: unknown, options: ShowOptions = {}): Promise<void> {
  return cellWaitsFor(shown(x, options, arguments));
}

async function shown(x: unknown, options: ShowOptions, given: ArrayLike<unknown>): Promise<void> {
  if (given.length > 2) surplus("show", given, 2);
  checkOptions("show", options, ["name", "out"]);
  for (const name of ["name", "out"] as const) {
    if (options[name] !== undefined) checkText("show", name, options[name]);
  }
  const picture = await pictureOf(x);
  if (inNotebook()) {
    const { bundle, metadata } = await picture.bundle();
    await display(bundle, { metadata });
    await settleOutput();
    return;
  }
  writeLine(picture.text({ columns: terminalColumns(), color: terminalColor() }));
  const { files, beside } = picture;
  if (files !== null) await writePicture(options.name ?? picture.title, files, { beside, out: options.out });
}
