/**
 * Where the boxes of a graph stand and how its arrows run: computed by Graphviz. It gets sizes and numbers only; what boxes are
 * called never enters its language.
 *
 * @module
 */
import { viz } from "../../host/packages.ts";
import type { Box } from "./collapse.ts";

/** A rectangle, from its left upper corner, in pixels. */
export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A curve or an arrow's head: corners, or the points of cubic Bézier curves, in pixels. */
export interface Stroke {
  kind: "curve" | "head";
  points: [number, number][];
  /** Whether it goes the way of the gradients. */
  backward: boolean;
}

/** A graph that has been laid out. */
export interface Layout {
  width: number;
  height: number;
  boxes: Map<Box, Place>;
  /** By the number of the frame. */
  frames: Map<number, Place>;
  strokes: Stroke[];
}

/** What is to be laid out. */
interface Sizes {
  /** All boxes, inputs first. */
  boxes: readonly Box[];
  sizeOf(box: Box): { width: number; height: number };
  /** How wide the name of a frame is. */
  nameWidth(frame: Box["around"][number]): number;
  /** Whether a gradient comes back to a box. */
  flowsBack(box: Box): boolean;
}

/** Room for the name of a frame, in pixels. */
export const FRAME_NAME = 18;
/** Graphviz measures boxes in inches, and everything else in points; a pixel of ours is a point. */
const INCH = 72;
/** Black and red tell the two directions apart in what Graphviz answers. */
const FORWARD = "#000000", BACKWARD = "#ff0000";

/** One drawing operation of Graphviz' JSON: a colour, a curve, a filled polygon. */
interface Operation {
  op: string;
  color?: string;
  points?: [number, number][];
}

/** As much of Graphviz' JSON as is read here. */
interface Answer {
  bb: string;
  objects: { name: string; bb?: string; pos?: string; width?: string; height?: string }[];
  edges?: Partial<Record<"_draw_" | "_hdraw_" | "_tdraw_", Operation[]>>[];
}

/** Lays a graph out. Graphviz is loaded with the first one. */
export async function layOut(sizes: Sizes): Promise<Layout> {
  const { instance } = await viz();
  const graphviz = await instance();
  const answer: Answer = JSON.parse(graphviz.renderString(dotOf(sizes), { format: "json" }));
  const [, , width, height] = answer.bb.split(",").map(Number);
  const boxes = new Map<Box, Place>(), frames = new Map<number, Place>();
  for (const { name, bb, pos, ...size } of answer.objects) {
    const number = Number(/\d+$/.exec(name)![0]);
    if (bb !== undefined) {
      const [left, bottom, right, top] = bb.split(",").map(Number);
      frames.set(number, { left, top: height - top, width: right - left, height: top - bottom });
    } else if (pos !== undefined) {
      const [x, y] = pos.split(",").map(Number);
      const [wide, high] = [Number(size.width) * INCH, Number(size.height) * INCH];
      boxes.set(sizes.boxes[number], {
        left: x - wide / 2,
        top: height - y - high / 2,
        width: wide,
        height: high,
      });
    }
  }
  const strokes = (answer.edges ?? []).flatMap((edge) =>
    [edge._draw_, edge._hdraw_, edge._tdraw_].flatMap((operations) => strokesOf(operations ?? [], height))
  );
  return { width, height, boxes, frames, strokes };
}

function strokesOf(operations: readonly Operation[], height: number): Stroke[] {
  let backward = false;
  return operations.flatMap(({ op, color, points }): Stroke[] => {
    if (op === "c") backward = color === BACKWARD;
    if (points === undefined || (op !== "b" && op !== "P")) return [];
    const kind = op === "b" ? "curve" : "head";
    return [{ kind, backward, points: points.map(([x, y]) => [x, height - y]) }];
  });
}

/** A graph in Graphviz' language. */
function dotOf({ boxes, sizeOf, nameWidth, flowsBack }: Sizes): string {
  const numbers = new Map(boxes.map((box, i) => [box, i]));
  const write = (box: Box) => {
    const { width, height } = sizeOf(box);
    return `n${numbers.get(box)} [width=${width / INCH} height=${height / INCH}]`;
  };
  const edges = boxes.flatMap((box) =>
    box.inputs.map((input) => {
      const both = `dir=both color="${FORWARD}:${BACKWARD}" arrowtail=normal`;
      const style = flowsBack(input) ? both : `color="${FORWARD}"`;
      return `n${numbers.get(input)} -> n${numbers.get(box)} [${style}]`;
    })
  );
  return [
    'digraph { pad=0; nodesep=0.3; ranksep=0.38; node [shape=box fixedsize=true label=""]; edge [arrowsize=0.7];',
    ...framed(boxes, 0, write, nameWidth),
    ...edges,
    "}",
  ].join("\n");
}

/** Boxes inside of their frames. */
function framed(
  boxes: readonly Box[],
  depth: number,
  write: (box: Box) => string,
  nameWidth: Sizes["nameWidth"],
): string[] {
  const lines: string[] = [];
  const inside = new Map<number, Box[]>();
  for (const box of boxes) {
    const frame = box.around[depth];
    if (frame === undefined) lines.push(write(box));
    else inside.set(frame.id, [...inside.get(frame.id) ?? [], box]);
  }
  for (const [id, list] of inside) {
    const width = Math.ceil(nameWidth(list[0].around[depth]));
    const room =
      `<table border="0" fixedsize="true" width="${width}" height="${FRAME_NAME}"><tr><td></td></tr></table>`;
    lines.push(
      `subgraph cluster_${id} { label=<${room}>; labeljust=l; labelloc=t; margin=10;`,
      ...framed(list, depth + 1, write, nameWidth),
      "}",
    );
  }
  return lines;
}
