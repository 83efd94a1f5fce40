/**
 * What a box of a graph is called, in a picture and in text.
 *
 * @module
 */
import { text as shapeText } from "../../device/shape.ts";
import { legible } from "../../text/escape.ts";
import { grouped } from "../../text/numbers.ts";
import type { Box } from "./collapse.ts";

/** What a box is called, and the fine print. */
export function headlines(
  { kind, label, name, shape, parameters, value }: Pick<
    Box,
    "kind" | "label" | "name" | "shape" | "parameters" | "value"
  >,
): string[] {
  const size = shape.length === 0 ? "" : shapeText(shape);
  if (kind === "module") {
    const learned = parameters === 0 ? "" : `${grouped(parameters)} parameters`;
    const below = [size, learned].filter((part) => part !== "").join(" · ");
    return written([name === "" ? label : `${name}: ${label}`, below]);
  }
  if (kind === "operation") return written([name === "" ? label : `${name} = ${label}`, size]);
  // A number without a name says enough by itself.
  if (name === "" && value !== null && shape.length === 0) return [kind === "leaf" ? "leaf" : "constant"];
  return written([name === "" ? kind : name, size]);
}

function written(lines: string[]): string[] {
  return lines.filter((line) => line !== "").map(legible);
}
