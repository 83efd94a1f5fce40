/**
 * Compiles lib/device/cpu/wasm/*.ts (AssemblyScript) twice, with relaxed SIMD and for runtimes without it, into
 * lib/device/cpu/compiled.ts. That file stands in the repository, so that users need no compiler.
 *
 *   deno task wasm            rebuild
 *   deno task wasm --check    rebuild elsewhere and compare
 *
 * Text, and not a .wasm file, since a program may import only modules without a flag, a permission or a bundler's help. The second
 * module is written as its difference from the first one, a thirtieth of its size.
 */
import { differenceOf } from "./difference.ts";
import { load } from "./packages.ts";

interface Compiler {
  main(
    args: string[],
    io: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: unknown): void;
      listFiles(): string[];
    },
  ): Promise<{ error: Error | null; stderr: unknown }>;
}

const asc = (await load<{ default: Compiler }>("asc")).default;

const folder = new URL("../lib/device/cpu/wasm/", import.meta.url);

/** Compiles one variant. */
async function compile(relaxed: boolean): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    "index.ts",
    "--outFile",
    "kernels.wasm",
    // Not -O3: it nests the unrolled products of a tile into long chains, and the registers run out (-25 %).
    "-O2",
    "--noAssert",
    ...["--runtime", "stub"],
    ...["--enable", "simd"],
    ...(relaxed ? ["--enable", "relaxed-simd"] : []),
    ...["--enable", "threads"],
    ...["--importMemory", "--sharedMemory", "--maximumMemory", "65536"],
    // As the heap starts out (heap.ts): below the least size of the memory an address needs one check, not two.
    ...["--initialMemory", "256"],
  ], {
    readFile(name) {
      try {
        return Deno.readTextFileSync(new URL(name, folder));
      } catch {
        return null;
      }
    },
    writeFile(_name, contents) {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || binary === undefined) throw new Error(`AssemblyScript: ${error?.message}\n${stderr}`);
  return binary;
}

const [relaxed, plain] = [await compile(true), await compile(false)];
const difference = differenceOf(relaxed, plain);
const text = `/**
 * The CPU device's kernels, compiled. \`deno task wasm\` makes this file: of two versions that meet, take either, and run it again.
 *
 * @module
 */

/** With relaxed SIMD: a WebAssembly module, in base64. */
export const RELAXED: string =
  "${relaxed.toBase64()}";

/** Without: what module.ts makes of RELAXED to get it, in base64. */
export const PLAIN: string =
  "${difference.toBase64()}";
`;
const target = new URL("../compiled.ts", folder);
const sizes = `${relaxed.length} bytes, and ${difference.length} of difference`;
if (!Deno.args.includes("--check")) {
  Deno.writeTextFileSync(target, text);
  console.log(`compiled.ts: ${sizes}`);
} else if (Deno.readTextFileSync(target) === text) {
  console.log(`compiled.ts: up to date (${sizes})`);
} else {
  console.log("compiled.ts: differs from its source");
  Deno.exit(1);
}
