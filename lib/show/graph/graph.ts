/**
 * The computation graph behind a tensor, or behind a number of a program's own engine, to be shown.
 *
 * @module
 */
import { Module } from "../../nn/module.ts";
import { checkTensor } from "../../tensor/check.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { checkOptions, checkText, checkWhole, describe, isPlain, surplus } from "../../text/arguments.ts";
import { behind, type Box, collapse } from "./collapse.ts";
import { type GraphNode, isOwn, ownSnapshot } from "./own.ts";
import { type Names, snapshot } from "./snapshot.ts";

/** How a graph is shown. */
export interface GraphOptions {
  /** What to call tensors, or numbers of a program's own: `{ x, w, b }`. */
  names?: Record<string, Tensor | GraphNode>;
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

/** A snapshot of the graph behind a result; `show()` draws it. */
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
 * An engine of the program's own is drawn as well, if its numbers have `data` and `inputs`, and perhaps `op` and `grad`.
 *
 * @param y The tensor, or the number, at the end.
 * @param options names, module, depth, title.
 * @returns What `show()` takes.
 * @throws {Error} if there is no graph behind `y`, `backward()` has freed it, or a number was computed from itself.
 * @throws {RangeError} if it is too large to be drawn, or `depth` is no whole number ≥ 0.
 * @throws {TypeError} if `y` is no tensor and no such number, or an option is of another kind or name.
 * @example
 * ```ts
 * import { graph, show, tensor } from "descent";
 * const x = tensor(3, { requiresGrad: true });
 * const y = x.sub(2).square().div(2);
 * const picture = graph(y, { names: { x, y } });
 * y.backward();
 * await show(picture);
 *
 * const two = { data: 2, grad: 4, inputs: [] }; // numbers of an engine of one's own
 * await show(graph({ data: 4, grad: 1, op: "square", inputs: [two] }, { names: { two } }));
 * ```
 */
export function graph(y: Tensor | GraphNode, options: GraphOptions = {}): Graph {
  if (arguments.length > 2) surplus("graph", arguments, 2);
  if (!isOwn(y)) checkTensor("graph", "y", y);
  checkGraphOptions(options, y);
  const { names = {}, module, depth, title = "" } = options;
  const root = collapse(
    y instanceof Tensor ? snapshot(y, sourcesOf(names, module)) : ownSnapshot(y, names),
    depth,
    PAGE,
  );
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

/** Where the names of tensors come from. */
function sourcesOf(names: object, module: Module | undefined): Names[] {
  return module === undefined ? [names as Names] : [names as Names, module];
}

/** Throws where an option is of another kind or name. */
function checkGraphOptions(options: GraphOptions, y: Tensor | GraphNode): void {
  checkOptions("graph", options, ["names", "module", "depth", "title"]);
  const { names, module, depth, title } = options;
  if (names !== undefined && !isPlain(names)) {
    throw new TypeError(`graph: names stand in one object, such as { x, w }, not ${describe(names)}`);
  }
  for (const [name, value] of Object.entries(names ?? {})) {
    if (!isOwn(y)) checkTensor("graph", `names.${name}`, value);
    else if (!isOwn(value)) {
      throw new TypeError(`graph: names.${name} must be a number of the same engine, not ${describe(value)}`);
    }
  }
  if (module !== undefined && !(module instanceof Module)) {
    throw new TypeError(`graph: module must be a module, not ${describe(module)}`);
  }
  if (module !== undefined && isOwn(y)) {
    throw new TypeError("graph: module names the parameters of a tensor's graph; leave it out here");
  }
  if (depth !== undefined) checkWhole("graph", "depth", depth, 0);
  if (title !== undefined) checkText("graph", "title", title);
}
