/**
 * What lies beside the pages of a folder: the library that brings charts to life, minified, and the script that asks for it. The
 * part of Plotly that draws between two axes is an eighth of the whole.
 *
 * @module
 */
import { packageFile } from "../../host/packages.ts";
import { scriptOf } from "../../text/script.ts";
import { charts } from "./charts.js";

export const BESIDE: Record<string, () => Promise<string>> = {
  "charts.js": () => Promise.resolve(scriptOf(charts)),
  "plotly.min.js": async () =>
    new TextDecoder().decode(await packageFile("plotly.js-cartesian-dist-min", "plotly-cartesian.min.js")),
};
