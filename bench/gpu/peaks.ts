/**
 * What cards can do, as their makers say.
 *
 * @module
 */

/** A card. */
export interface Card {
  name: string;
  /** 10¹² single-precision operations a second, outside of tensor cores: what WGSL reaches. */
  tflops: number;
  /** 10⁹ bytes a second of its memory. */
  gbs: number;
}

/** From the makers' data sheets, at boost clock. The first that fits an adapter's name counts. */
const CARDS: (Card & { like: RegExp })[] = [
  { name: "H200", tflops: 67, gbs: 4800, like: /\bH200\b/ },
  { name: "H100 PCIe", tflops: 51, gbs: 2000, like: /\bH100 PCIe\b/i },
  { name: "H100 SXM", tflops: 67, gbs: 3350, like: /\bH100\b/ },
  { name: "A100 40 GB", tflops: 19.5, gbs: 1555, like: /\bA100.*40GB/ },
  { name: "A100 80 GB", tflops: 19.5, gbs: 2039, like: /\bA100\b/ },
  { name: "L40S", tflops: 91.6, gbs: 864, like: /\bL40S\b/ },
  { name: "L4", tflops: 30.3, gbs: 300, like: /\bL4\b/ },
  { name: "A10", tflops: 31.2, gbs: 600, like: /\bA10\b/ },
  { name: "V100", tflops: 15.7, gbs: 900, like: /\bV100\b/ },
  { name: "T4", tflops: 8.1, gbs: 320, like: /\bT4\b/ },
  { name: "RTX 4090", tflops: 82.6, gbs: 1008, like: /\b4090\b/ },
  { name: "RTX 3090", tflops: 35.6, gbs: 936, like: /\b3090\b/ },
];

/** The card that an adapter's name names; undefined where it is not known here. */
export function cardOf(description: string): Card | undefined {
  return CARDS.find(({ like }) => like.test(description));
}

/** The cards for which an estimate is made where none is at hand. */
export const ESTIMATED: Card[] = ["H100", "H200"].map((name) => cardOf(name)!);
