/**
 * Convolution with dilations and groups, forward and backward, as products of matrices that are never made.
 *
 * Here images are [N, H, W, C] and filters [kH, kW, C / groups, out], as they lie in memory.
 *
 * @module
 */
import type { ConvolutionSizes } from "../../geometry.ts";
import type { Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import * as direct from "./direct.ts";
import { matrix, turnedFilters, windows } from "./operands.ts";
import { inFours, type Product, productAndSums, tiledProduct } from "./product.ts";
import { reduce } from "./reduction.ts";

/** Groups of fewer channels are summed directly: of a tile they would fill less than an eighth. */
const FEWEST = 5;

const tooSmall = (channels: number, { groups }: ConvolutionSizes) => groups > 1 && channels < FEWEST;

/** WGSL: windows of a convolution at `u.` what a program was given, as operands.ts asks for them. */
const WINDOWS = /* wgsl */ `
  let rows = u.rows;
  let inner = u.inner;
  let windowsX = u.windowsX;
  let windowsY = u.windowsY;
  let strideX = u.strideX;
  let strideY = u.strideY;
  let firstX = -u.left;
  let firstY = -u.top;
  let tapsX = u.kernelWidth;
  let stepX = u.dilationX;
  let stepY = u.dilationY;`;

/** What WGSL reads of a convolution's input, as `u.name`. */
function integers(s: ConvolutionSizes, wide: boolean) {
  const each = wide ? 4 : 1;
  return {
    ...{ height: s.height, width: s.width, windowsX: s.outWidth, windowsY: s.outHeight },
    ...{ strideX: s.strideX, strideY: s.strideY, dilationX: s.dilationX, dilationY: s.dilationY },
    ...{ top: s.top, left: s.left, kernelWidth: s.kernelWidth },
    channels: s.channels / s.groups / each,
    pitch: s.channels / each,
  };
}

/** y = x ⋆ filter + bias, [N, outH, outW, out]: y[position, o] = Σ over taps and channels of x · weight. */
export function convolution(
  gpu: Gpu,
  x: Storage,
  filter: Storage,
  bias: Storage | null,
  s: ConvolutionSizes,
): Storage {
  const channels = s.channels / s.groups, outputs = s.outChannels / s.groups;
  if (tooSmall(outputs, s)) return direct.convolution(gpu, x, filter, bias, s);
  const sizes = {
    groups: s.groups,
    rows: s.images * s.outHeight * s.outWidth,
    columns: outputs,
    inner: s.kernelHeight * s.kernelWidth * channels,
  };
  const [wide, wideFilter] = [channels, outputs].map((n) => n % 4 === 0 && inFours(sizes));
  const each = wideFilter ? 4 : 1;
  return tiledProduct(gpu, {
    ...sizes,
    name: "convolution",
    a: windows(true, wide),
    b: matrix("filter", false, wideFilter),
    inputs: [x, filter],
    bias,
    integers: {
      ...integers(s, wide),
      filterStride: s.outChannels / each,
      filterGroup: outputs / each,
    },
    setup: WINDOWS,
    shape: [s.images, s.outHeight, s.outWidth, s.outChannels],
    outRow: s.outChannels,
    outGroup: outputs,
  });
}

/** The greatest common divisor. */
const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);

/** The x in 0 … m − 1 for which a x is 1 more than a multiple of m. */
function inverse(a: number, m: number): number {
  for (let x = 1; x < m; x++) if (a * x % m === 1) return x;
  return 0;
}

/**
 * WGSL: of one dimension, the pixels of a part and the taps that reach them. A pixel's windows begin at multiples of the stride, so
 * pixels whose distance is one have the same taps, and see them in windows whose distance is 1: where no other pixel is asked, nothing
 * is multiplied by zeros between them.
 */
const residues = (axis: "X" | "Y", rest: string, kernel: string, size: string, before: string) => /* wgsl */ `
  let rest${axis} = ${rest};
  let pixel${axis} = (rest${axis} - ${before} % u.stride${axis} + u.stride${axis}) % u.stride${axis};
  let windows${axis} = max(0, (${size} - pixel${axis} + u.stride${axis} - 1) / u.stride${axis});
  let tap0${axis} = rest${axis} / u.common${axis} * u.inverse${axis} % u.period${axis};
  let taps${axis} = select(0, max(0, (${kernel} - tap0${axis} + u.period${axis} - 1) / u.period${axis}), rest${axis} % u.common${axis} == 0);
  let tapStep${axis} = u.period${axis};
  let first${axis} = (pixel${axis} + ${before} - tap0${axis} * u.dilation${axis}) / u.stride${axis};
  let stride${axis} = 1;
  let step${axis} = -u.dilation${axis} / u.common${axis};`;

/** dx[position, c] = Σ over taps and outputs of dy · weight, where the tap's window exists. */
export function convolutionInputGrad(gpu: Gpu, dy: Storage, filter: Storage, s: ConvolutionSizes): Storage {
  const channels = s.channels / s.groups, outputs = s.outChannels / s.groups;
  if (tooSmall(channels, s)) return direct.convolutionInputGrad(gpu, dy, filter, s);
  const common = [divisor(s.dilationY, s.strideY), divisor(s.dilationX, s.strideX)];
  const period = [s.strideY / common[0], s.strideX / common[1]];
  const taps = Math.ceil(s.kernelHeight / period[0]) * Math.ceil(s.kernelWidth / period[1]);
  const sizes = {
    groups: s.groups,
    parts: s.strideY * s.strideX,
    rows: s.images * Math.ceil(s.height / s.strideY) * Math.ceil(s.width / s.strideX),
    columns: channels,
    inner: taps * outputs,
  };
  const wide = outputs % 4 === 0 && inFours(sizes), each = wide ? 4 : 1;
  return tiledProduct(gpu, {
    ...sizes,
    name: "convolution input gradient",
    a: windows(true, wide),
    b: turnedFilters(wide),
    inputs: [dy, filter],
    integers: {
      ...{ height: s.outHeight, width: s.outWidth, fullHeight: s.height, fullWidth: s.width },
      ...{ strideX: s.strideX, strideY: s.strideY, dilationX: s.dilationX, dilationY: s.dilationY },
      ...{ top: s.top, left: s.left, kernelWidth: s.kernelWidth, kernelHeight: s.kernelHeight },
      ...{ commonY: common[0], commonX: common[1], periodY: period[0], periodX: period[1] },
      inverseY: inverse(s.dilationY / common[0] % period[0], period[0]),
      inverseX: inverse(s.dilationX / common[1] % period[1], period[1]),
      images: s.images,
      channels: outputs / each,
      pitch: s.outChannels / each,
    },
    setup: /* wgsl */ `
  ${residues("X", "part % u.strideX", "u.kernelWidth", "u.fullWidth", "u.left")}
  ${residues("Y", "part / u.strideX", "u.kernelHeight", "u.fullHeight", "u.top")}
  let rows = u.images * windowsY * windowsX;
  let inner = tapsY * tapsX * u.channels * ${each};`,
    place:
      "((row / windowsX / windowsY * u.fullHeight + pixelY + row / windowsX % windowsY * u.strideY) * u.fullWidth + " +
      "pixelX + row % windowsX * u.strideX) * u.outRow + group * u.outGroup",
    shape: [s.images, s.height, s.width, s.channels],
    outRow: s.channels,
    outGroup: channels,
  });
}

/** dw[tap, c, o] = Σ over positions of x · dy, [kH, kW, C / groups, out]. */
function filterProduct(x: Storage, dy: Storage, s: ConvolutionSizes): Product {
  const channels = s.channels / s.groups, outputs = s.outChannels / s.groups;
  const sizes = {
    groups: s.groups,
    rows: s.kernelHeight * s.kernelWidth * channels,
    columns: outputs,
    inner: s.images * s.outHeight * s.outWidth,
  };
  const [wide, wideOut] = [channels, outputs].map((n) => n % 4 === 0 && inFours(sizes)),
    each = wideOut ? 4 : 1;
  return {
    ...sizes,
    name: "convolution filter gradient",
    a: windows(false, wide),
    b: matrix("dy", false, wideOut),
    inputs: [x, dy],
    integers: { ...integers(s, wide), dyStride: s.outChannels / each, dyGroup: outputs / each },
    setup: WINDOWS,
    shape: [s.kernelHeight, s.kernelWidth, channels, s.outChannels],
    outRow: s.outChannels,
    outGroup: outputs,
  };
}

/** ∂L/∂w, [kH, kW, C / groups, out]. */
export function convolutionFilterGrad(gpu: Gpu, x: Storage, dy: Storage, s: ConvolutionSizes): Storage {
  if (tooSmall(s.outChannels / s.groups, s)) return direct.convolutionFilterGrad(gpu, x, dy, s);
  return tiledProduct(gpu, filterProduct(x, dy, s));
}

/** ∂L/∂w and ∂L/∂bias [out]. */
export function convolutionFilterBiasGrad(
  gpu: Gpu,
  x: Storage,
  dy: Storage,
  s: ConvolutionSizes,
): [filter: Storage, bias: Storage] {
  if (tooSmall(s.outChannels / s.groups, s) || s.channels === 0) {
    return [convolutionFilterGrad(gpu, x, dy, s), reduce(gpu, "sum", dy, [0, 1, 2], false)];
  }
  return productAndSums(gpu, { ...filterProduct(x, dy, s), summed: "b" });
}
