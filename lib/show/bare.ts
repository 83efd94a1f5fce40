/**
 * A notebook's cell that ends with a value shows it: a tensor with its numbers, a chart as a picture. `show()` is for what stands
 * in the middle of a cell, and for scripts.
 *
 * Classes of ours get the method that Deno's kernel asks for (`Symbol.for("Jupyter.display")`) here and not where they are written:
 * pictures are made above them in the house, and outside of a kernel nobody calls it.
 *
 * @module
 */
import { Device } from "../device/device.ts";
import { Profile } from "../device/profile/mod.ts";
import { inNotebook } from "../host/process.ts";
import { Module } from "../nn/module.ts";
import { Summary } from "../nn/summary.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { Tensor } from "../tensor/tensor.ts";
import { legibleLines } from "../text/escape.ts";
import { isChart } from "./chart/build.ts";
import { Graph } from "./graph/graph.ts";
import { presentValues, type Shown } from "./notebook.ts";
import { pictureOf } from "./picture.ts";
import { isTable } from "./table.ts";

const DISPLAY = Symbol.for("Jupyter.display");
const CLASSES = [Tensor, Module, Summary, Optimizer, Graph, Device, Profile];

/** A list of more objects than this is told by Deno, which leaves most of it out. */
const ROWS = 100;

/** Whether we know better than Deno how to show it. */
function isOurs(value: unknown): boolean {
  return CLASSES.some((kind) => value instanceof kind) || isChart(value) || isPlainTable(value);
}

/** Whether it is a table whose cells are numbers, words and lists of them. Nobody asked for one: objects in objects are no table. */
function isPlainTable(value: unknown): boolean {
  const isObject = (cell: unknown) => typeof cell === "object" && cell !== null;
  const isPlain = (cell: unknown) => Array.isArray(cell) ? !cell.some(isObject) : !isObject(cell);
  return isTable(value) && value.length <= ROWS && value.every((row) => Object.values(row).every(isPlain));
}

/**
 * What a cell shows of its last value; null: what Deno shows of it. What cannot be shown, a tensor that was freed or a chart with
 * curves of different lengths, is a sentence: the cell itself did nothing wrong.
 */
export async function shownBare(value: unknown): Promise<Shown | null> {
  if (!isOurs(value)) return null;
  try {
    return await (await pictureOf(value)).bundle();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { bundle: { "text/plain": legibleLines(text) }, metadata: {} };
  }
}

if (inNotebook()) {
  presentValues(shownBare);
  // For Deno.jupyter.display(x), which asks the value itself.
  for (const { prototype } of CLASSES) {
    const value = async function (this: unknown) {
      return (await shownBare(this))!.bundle;
    };
    Object.defineProperty(prototype, DISPLAY, { value, configurable: true, writable: true });
  }
}
