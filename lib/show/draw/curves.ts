/** Curves between two axes, for Vega. @module */
import type { CurvesModel } from "../chart/model.ts";
import { axisSpec, curveMarks, frameSpec, legendSpec, scaleSpec, type Spec } from "./spec.ts";

/** The specification of a line or scatter chart. */
export function curvesSpec({ title, width, height, x, y, curves }: CurvesModel): Spec {
  const { scales, legends } = legendSpec(curves, width);
  return {
    ...frameSpec(title, width, height),
    ...curveMarks(curves),
    scales: [scaleSpec("x", x), scaleSpec("y", y), ...scales],
    axes: [axisSpec("x", x, width), axisSpec("y", y, height)],
    legends,
  };
}
