/**
 * Compiles lib/device/cpu/wasm/*.ts (AssemblyScript) into kernels.wasm and kernels_plain.wasm beside them (for
 * runtimes without relaxed SIMD). The compiled modules stand in the repository, so that users need no compiler.
 *
 *   deno task wasm            rebuild
 *   deno task wasm --check    rebuild elsewhere and compare the bytes
 */
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

let same = true;
for (const [name, relaxed] of [["kernels.wasm", true], ["kernels_plain.wasm", false]] as const) {
  const binary = await compile(relaxed);
  const target = new URL(name, folder);
  if (Deno.args.includes("--check")) {
    const there = Deno.readFileSync(target);
    const equal = there.length === binary.length && there.every((byte, i) => byte === binary[i]);
    if (!equal) same = false;
    console.log(`${name}: ${equal ? "up to date" : "differs from its source"}`);
  } else {
    Deno.writeFileSync(target, binary);
    console.log(`${name}: ${binary.length} bytes`);
  }
}
if (!same) Deno.exit(1);
