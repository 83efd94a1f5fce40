/** Curves between two axes, for Vega. @module */
import type { Curve, CurvesModel } from "../chart/model.ts";
import { axisSpec, curveMarks, frameSpec, legendSpec, scaleSpec, type Spec } from "./spec.ts";

/** The specification of a line or scatter chart. */
export function curvesSpec({ title, width, height, x, y, curves }: CurvesModel): Spec {
  const { scales, legends } = legendSpec(curves, width);
  const whole = countsSteps(curves) ? { tickMinStep: 1 } : {};
  return {
    ...frameSpec(title, width, height),
    ...curveMarks(curves, { x, y }),
    scales: [scaleSpec("x", x), scaleSpec("y", y), ...scales],
    axes: [{ ...axisSpec("x", x, width), ...whole }, axisSpec("y", y, height)],
    legends,
  };
}

/** Whether all points stand at whole numbers, as steps do: half a step means nothing. */
export function countsSteps(curves: Curve[]): boolean {
  return curves.every(({ x }) => x.every(Number.isInteger));
}
