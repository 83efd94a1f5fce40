/**
 * The computation graph behind a tensor, to be shown.
 *
 * @module
 */
import { Module } from "../../nn/module.ts";
import { checkTensor } from "../../tensor/check.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkOptions, checkText, checkWhole, describe, isPlain, surplus } from "../../text/arguments.ts";
import { behind, type Box, collapse } from "./collapse.ts";
import { type Names, snapshot } from "./snapshot.ts";

/** How a graph is shown. */
export interface GraphOptions {
  /** What to call tensors: `{ x, w, b }`. */
  names?: Record<string, Tensor>;
  /** The network that computed it: its parameters and modules are called by their paths then. */
  module?: Module;
  /** Modules inside of so many others are drawn open; 0 draws a network as one box. Unless told, as many as fit on a page. */
  depth?: number;
  /** Above the picture. */
  title?: string;
}

/** More boxes than this do not fit on a page. */
const PAGE = 32;
/** More than this take Graphviz minutes. */
const MOST = 600;

/** A snapshot of the graph behind a tensor; `show()` draws it. */
export class Graph {
  /** @internal */
  readonly root: Box;
  /** Above the picture. */
  readonly title: string;

  /** @internal */
  constructor(root: Box, title: string) {
    this.root = root;
    this.title = title;
  }

  /** How many boxes the picture has. */
  get size(): number {
    return behind(this.root).length;
  }
}

/**
 * Takes a snapshot of the computation graph behind a tensor: operations, shapes, and the values of small tensors. Data flow along the
 * grey arrows; the orange ones are the way that gradients take back in `backward()`.
 *
 * `backward()` frees the graph, so call this before it. Shown after it, the picture has the gradients too, ∂y/∂ of every small box.
 *
 * @param y The tensor at the end.
 * @param options names, module, depth, title.
 * @returns What `show()` takes.
 * @throws {Error} if there is no graph behind `y`, or `backward()` has freed it.
 * @throws {RangeError} if it is too large to be drawn, or `depth` is no whole number ≥ 0.
 * @throws {TypeError} if `y` is no tensor, or an option is of another kind or name.
 * @example
 * ```ts
 * import { graph, show, tensor } from "descent";
 * const x = tensor(3, { requiresGrad: true });
 * const y = x.sub(2).square().div(2);
 * const picture = graph(y, { names: { x, y } });
 * y.backward();
 * await show(picture);
 * ```
 */
export function graph(y: Tensor, options: GraphOptions = {}): Graph {
  if (arguments.length > 2) surplus("graph", arguments, 2);
  checkTensor("graph", "y", y);
  checkGraphOptions(options);
  const { names = {}, module, depth, title = "" } = options;
  const sources: Names[] = module === undefined ? [names] : [names, module];
  const root = collapse(snapshot(y, sources), depth, PAGE);
  const found = new Graph(root, title);
  if (found.size > MOST) {
    throw new RangeError(
      `graph: ${found.size} boxes are more than a page can hold (${MOST}); ` +
        (depth === undefined
          ? "look at a part of the computation, or put its parts into modules, which are drawn closed"
          : "choose a smaller depth"),
    );
  }
  return found;
}

/** Throws where an option is of another kind or name. */
function checkGraphOptions(options: GraphOptions): void {
  checkOptions("graph", options, ["names", "module", "depth", "title"]);
  const { names, module, depth, title } = options;
  if (names !== undefined && !isPlain(names)) {
    throw new TypeError(`graph: names stand in one object, such as { x, w }, not ${describe(names)}`);
  }
  for (const [name, tensor] of Object.entries(names ?? {})) checkTensor("graph", `names.${name}`, tensor);
  if (module !== undefined && !(module instanceof Module)) {
    throw new TypeError(`graph: module must be a module, not ${describe(module)}`);
  }
  if (depth !== undefined) checkWhole("graph", "depth", depth, 0);
  if (title !== undefined) checkText("graph", "title", title);
}
