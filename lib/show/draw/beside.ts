/**
 * What lies beside the pages of a folder: the library that brings charts to life, minified, and the script that asks for it. The
 * part of Plotly that draws between two axes is an eighth of the whole.
 *
 * @module
 */
export const BESIDE: Record<string, () => Promise<string>> = {
  "charts.js": async () => (await import("./charts.js", { with: { type: "text" } })).default,
  "plotly.min.js": async () =>
    (await import("plotly.js-cartesian-dist-min/plotly-cartesian.min.js", { with: { type: "text" } }))
      .default,
};
