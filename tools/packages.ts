/**
 * Packages that only the site, the tests of what one sees, the build of the CPU kernels and of the npm package, and TensorFlow.js' own tests use. Their names are strings, which neither deno.lock nor
 * `deno check` reads: who uses the library or a chapter downloads none of them. tools/deno.lock pins them, and all that
 * they need.
 *
 * @module
 */
const PACKAGES = {
  "markdown-it": "npm:markdown-it@14.1.0",
  "markdown-it-katex": "npm:@vscode/markdown-it-katex@1.1.2",
  "katex": "npm:katex@0.16.47",
  "shiki": "npm:shiki@3.4.2",
  "playwright-core": "npm:playwright-core@1.52.0",
  "axe-core": "npm:axe-core@4.10.3",
  "asc": "npm:assemblyscript@0.28.20/asc",
  "esbuild": "npm:esbuild@0.25.12",
  "tar": "npm:tar@7.5.23",
  "typescript": "npm:typescript@6.0.3",
} as const;

/** The name of a package above. */
type PackageName = keyof typeof PACKAGES;

/**
 * Loads a package.
 *
 * @param name Its name.
 * @throws {Error} if it cannot be downloaded.
 */
export async function load<T>(name: PackageName): Promise<T> {
  return await importing(PACKAGES[name], (specifier) => import(specifier));
}

/**
 * Loads a file of a package.
 *
 * @param name The package's name.
 * @param path Its path in there.
 */
export async function loadBytes(name: PackageName, path: string): Promise<Uint8Array<ArrayBuffer>> {
  // Deno finds a package's files only when it knows the package already.
  await load(name);
  const specifier: string = `${PACKAGES[name]}/${path}`;
  const file = await importing(specifier, (specifier) => import(specifier, { with: { type: "bytes" } }));
  return file.default;
}

// deno-lint-ignore no-explicit-any
async function importing(specifier: string, load: (specifier: string) => Promise<any>) {
  try {
    return await load(specifier);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${specifier} is needed and cannot be loaded: ${reason}`, { cause });
  }
}
