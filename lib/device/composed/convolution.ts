/**
 * Convolution with padding, dilation and groups on every device. TensorFlow.js' kernels know no groups, and their
 * gradients no dilation; where the device's kernels do not add them, they are built here: groups from channel slices,
 * dilated gradients from the gradient of an ordinary convolution whose filter has zeros between its taps.
 *
 * @module
 */
import type { Device, KernelAttributes, Storage } from "../device.ts";

/** How a filter moves over an image: per dimension, height first. */
export interface Convolution {
  strides: [number, number];
  /** Rows before and after, columns before and after. */
  padding: [[number, number], [number, number]];
  dilations: [number, number];
  groups: number;
}

/**
 * y = x ⋆ filter (+ bias).
 *
 * @param device Where.
 * @param x Images [N, H, W, C].
 * @param filter Weights [kH, kW, C / groups, O].
 * @param bias [O], or undefined.
 * @param settings Strides, padding, dilations, groups.
 * @returns [N, outH, outW, O]; rows and columns that no whole window covers are left out (floor).
 */
export function convolution(
  device: Device,
  x: Storage,
  filter: Storage,
  bias: Storage | undefined,
  settings: Convolution,
): Storage {
  const forward = (x: Storage, filter: Storage, bias: Storage | undefined, groups: number) => {
    const attrs = { ...attributes(settings, groups), dilations: settings.dilations };
    return bias === undefined
      ? device.run("Conv2D", { x, filter }, attrs)
      : device.run("FusedConv2D", { x, filter, bias }, { ...attrs, activation: "linear", leakyreluAlpha: 0 });
  };
  const { groups } = settings;
  if (device.nativeConvolution || groups === 1) return forward(x, filter, bias, groups);
  return concatenated(device, groups, (part) => {
    const xPart = part(x, 3), filterPart = part(filter, 3);
    return forward(xPart, filterPart, bias && part(bias, 0), 1);
  });
}

/**
 * The gradient for x: dx[n, i, j, c] = Σ over the windows that saw it of dy · filter.
 *
 * @param device Where.
 * @param dy [N, outH, outW, O].
 * @param filter [kH, kW, C / groups, O].
 * @param inputShape [N, H, W, C].
 * @param settings As in the forward pass.
 * @returns dx [N, H, W, C]; zero where no window reached.
 */
export function convolutionInputGrad(
  device: Device,
  dy: Storage,
  filter: Storage,
  inputShape: number[],
  settings: Convolution,
): Storage {
  const { groups, dilations } = settings;
  const shape = [...inputShape];
  if (device.nativeConvolution) {
    const attrs = { ...attributes(settings, groups), dilations, inputShape: shape };
    return device.run("Conv2DBackpropInput", { dy, filter }, attrs);
  }
  shape[3] /= groups;
  const spread = spreadFilter(device, filter, dilations);
  const attrs = { ...attributes(settings, 1), inputShape: shape };
  const gradient = (dy: Storage, filter: Storage) => device.run("Conv2DBackpropInput", { dy, filter }, attrs);
  const dx = groups === 1
    ? gradient(dy, spread)
    : concatenated(device, groups, (part) => gradient(part(dy, 3), part(spread, 3)));
  device.free(spread);
  return dx;
}

/**
 * The gradient for the filter: dw[a, b, c, o] = Σ over images and windows of x · dy.
 *
 * @param device Where.
 * @param x [N, H, W, C].
 * @param dy [N, outH, outW, O].
 * @param filterShape [kH, kW, C / groups, O].
 * @param settings As in the forward pass.
 * @returns dw, of `filterShape`.
 */
export function convolutionFilterGrad(
  device: Device,
  x: Storage,
  dy: Storage,
  filterShape: number[],
  settings: Convolution,
): Storage {
  const { groups, dilations } = settings;
  if (device.nativeConvolution) {
    const attrs = { ...attributes(settings, groups), dilations, filterShape: [...filterShape] };
    return device.run("Conv2DBackpropFilter", { x, dy }, attrs);
  }
  const [height, width, channels, outputs] = filterShape;
  const spreadShape = [extent(height, dilations[0]), extent(width, dilations[1]), channels, outputs / groups];
  const attrs = { ...attributes(settings, 1), filterShape: spreadShape };
  const gradient = (x: Storage, dy: Storage) => device.run("Conv2DBackpropFilter", { x, dy }, attrs);
  const spread = groups === 1
    ? gradient(x, dy)
    : concatenated(device, groups, (part) => gradient(part(x, 3), part(dy, 3)));
  if (dilations[0] === 1 && dilations[1] === 1) return spread;
  const taps = device.run("StridedSlice", { x: spread }, {
    begin: [0, 0, 0, 0],
    end: spread.shape,
    strides: [...dilations, 1, 1],
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  });
  device.free(spread);
  return taps;
}

function attributes({ strides, padding }: Convolution, groups: number): KernelAttributes {
  const pad = [[0, 0], padding[0], padding[1], [0, 0]];
  return { strides, pad, dataFormat: "NHWC", dimRoundingMode: "floor", dilations: [1, 1], groups };
}

/** How far a dilated kernel reaches. */
const extent = (kernel: number, dilation: number) => (kernel - 1) * dilation + 1;

type Part = (storage: Storage, dimension: number) => Storage;

/** Runs `body` per group and joins the channels. `part(x, d)` is the group's run of x along dimension d, freed afterwards. */
function concatenated(device: Device, groups: number, body: (part: Part) => Storage): Storage {
  const results: Storage[] = [];
  const parts: Storage[] = [];
  for (let group = 0; group < groups; group++) {
    const part: Part = (storage, d) => {
      const size = [...storage.shape];
      const begin = size.map(() => 0);
      size[d] /= groups;
      begin[d] = group * size[d];
      const slice = device.run("Slice", { x: storage }, { begin, size });
      parts.push(slice);
      return slice;
    };
    results.push(body(part));
    for (const slice of parts.splice(0)) device.free(slice);
  }
  // Concat takes its inputs as a list.
  const joined = device.run("Concat", results as unknown as Record<string, Storage>, { axis: 3 });
  for (const result of results) device.free(result);
  return joined;
}

/** The filter with dilation − 1 zeros between neighbouring taps: [kH, kW, C, O] → [extent, extent, C, O]. */
function spreadFilter(device: Device, filter: Storage, dilations: [number, number]): Storage {
  const [height, width, channels, outputs] = filter.shape;
  const inner = channels * outputs;
  const rows = spread(device, filter, [height, width * inner], dilations[0]);
  const tall = extent(height, dilations[0]);
  const columns = spread(device, rows, [tall * width, inner], dilations[1], width);
  device.free(rows);
  const result = device.share(columns, [tall, extent(width, dilations[1]), channels, outputs]);
  device.free(columns);
  return result;
}

/** Zero rows after each row of x seen as [rows, inner]; after the last row of each run of `run` rows they are cut off. */
function spread(device: Device, x: Storage, [rows, inner]: number[], dilation: number, run = rows): Storage {
  if (dilation === 1) return device.share(x);
  const seen = device.share(x, [rows, 1, inner]);
  const paddings = [[0, 0], [0, dilation - 1], [0, 0]];
  const padded = device.run("PadV2", { x: seen }, { paddings, constantValue: 0 });
  const runs = device.share(padded, [rows / run, run * dilation, inner]);
  const size = [rows / run, extent(run, dilation), inner];
  const cut = device.run("Slice", { x: runs }, { begin: [0, 0, 0], size });
  for (const storage of [seen, padded, runs]) device.free(storage);
  return cut;
}
