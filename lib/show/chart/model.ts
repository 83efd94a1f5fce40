/**
 * A chart whose data have been read: plain numbers, ready for any of the three ways to draw it (picture, page, text).
 *
 * @module
 */
import type { Mode } from "./describe.ts";

/** Where a picture's axes begin and end, and what they are called. */
export interface Axis {
  title: string;
  log: boolean;
  range: [number, number];
}

/** One curve, or one cloud of points. Points that cannot be drawn (not finite, ≤ 0 on a logarithmic axis) are gone. */
export interface Curve {
  name: string;
  x: number[];
  y: number[];
  mode: Mode;
  dash: "solid" | "dash" | "dot";
  color: string;
}

/** What all pictures have. */
interface Drawing {
  title: string;
  width: number;
  height: number;
}

/** Curves and points between two axes. */
export interface CurvesModel extends Drawing {
  kind: "curves";
  x: Axis;
  y: Axis;
  curves: Curve[];
}

/** Numbers on a grid, as contours or as cells. */
export interface FieldModel extends Drawing {
  kind: "field";
  style: "contour" | "cells";
  x: Axis;
  y: Axis;
  /** Cell centres; rows from bottom to top, unless `rowsDown`. */
  xs: number[];
  ys: number[];
  z: number[][];
  zTitle: string;
  zRange: [number, number];
  /** Contours: the heights of the lines, rising. */
  levels: number[];
  zLog: boolean;
  /** One unit is as long along both axes. */
  equal: boolean;
  diverging: boolean;
  values: boolean;
  xLabels: string[] | null;
  yLabels: string[] | null;
  rowsDown: boolean;
  over: Curve[];
}

/** Bars: of named things, or of bins between `edges`. */
export interface BarsModel extends Drawing {
  kind: "bars";
  x: Axis;
  y: Axis;
  /** A histogram: one more than there are bins. */
  edges: number[] | null;
  /** The names of the bars; of a histogram, its bins. */
  names: string[];
  groups: { name: string; values: number[]; color: string }[];
}

/** One image: red, green, blue for each pixel, 0 to 255. */
export interface Tile {
  pixels: Uint8Array;
  /** How much there is, 0 to 255 for each pixel, where colours say something else than brightness. */
  amount?: Uint8Array;
  width: number;
  height: number;
  label: string;
}

/** Images side by side. */
export interface ImagesModel extends Drawing {
  kind: "images";
  tiles: Tile[];
  columns: number;
}

/** Charts side by side. */
export interface PanelsModel extends Drawing {
  kind: "panels";
  columns: number;
  panels: Exclude<Model, PanelsModel>[];
}

/** A chart with its numbers. */
export type Model = CurvesModel | FieldModel | BarsModel | ImagesModel | PanelsModel;
