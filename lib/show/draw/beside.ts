/**
 * What lies beside the pages of a folder: the library that brings charts to life, minified, and the script that asks for it. The
 * part of Plotly that draws between two axes is an eighth of the whole.
 *
 * @module
 */
import { scriptOf } from "../../text/script.ts";
import { charts } from "./charts.js";

export const BESIDE: Record<string, () => Promise<string>> = {
  "charts.js": () => Promise.resolve(scriptOf(charts)),
  "plotly.min.js": async () => {
    // Deno fetches a package when one of its modules is asked for, and finds its other files only then.
    await import("plotly.js-cartesian-dist-min/package.json", { with: { type: "json" } });
    const plotly = await import("plotly.js-cartesian-dist-min/plotly-cartesian.min.js", {
      with: { type: "text" },
    });
    return plotly.default;
  },
};
