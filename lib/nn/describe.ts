/** A layer's arguments as text. */
import { text } from "../device/shape.ts";
import type { Size } from "../tensor/shape.ts";

/** A size as one would write it: 3, or [3, 5]. */
function sizeText(size: Size): string {
  if (typeof size === "number") return String(size);
  return size.every((n) => n === size[0]) ? String(size[0]) : text(size);
}

/** Arguments as one would write them: "1, 96, 11, { stride: 4 }"; options that have their default are left out. */
export function argumentsText(
  args: readonly (number | Size)[],
  options: Record<string, unknown> = {},
  defaults: Readonly<Record<string, unknown>> = {},
): string {
  const show = (value: unknown): string =>
    Array.isArray(value) ? sizeText(value) : typeof value === "string" ? `"${value}"` : String(value);
  const said = Object.entries(options)
    .filter(([name, value]) => show(value) !== show(defaults[name]))
    .map(([name, value]) => `${name}: ${show(value)}`);
  const list = args.map((arg) => show(arg));
  return [...list, ...said.length > 0 ? [`{ ${said.join(", ")} }`] : []].join(", ");
}
