/**
 * Which GPU, and a GPUDevice on it with all that it can do.
 *
 * @module
 */

const SOFTWARE = /llvmpipe|lavapipe|softpipe|swiftshader|\bwarp\b|basic render|software/i;

/** Adapter features that kernels use when they are there. */
const USEFUL_FEATURES: GPUFeatureName[] = [
  "timestamp-query",
  "shader-f16",
  "subgroups",
  "bgra8unorm-storage",
];

/** A name that the reader can check: "NVIDIA H200", "llvmpipe (LLVM 15.0.6, 256 bits), software". */
export function describeAdapter(adapter: GPUAdapter): string {
  const { description, device, vendor, architecture } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") || "unnamed GPU";
  return isSoftware(adapter) ? `${name}, software` : name;
}

/** Whether the adapter computes on the processor: WebGPU's fallback adapters, and drivers known to be software. */
export function isSoftware(adapter: Pick<GPUAdapter, "info">): boolean {
  const { isFallbackAdapter, description, device } = adapter.info;
  return isFallbackAdapter === true || SOFTWARE.test(`${description} ${device}`);
}

/**
 * Whether the adapter is software behind OpenGL, as Mesa without a Vulkan driver: it takes many minutes to compile a kernel that
 * shares memory among its threads, and cannot be interrupted. WebGPU names no driver, but OpenGL knows no subgroups: their sizes
 * are bounds or missing, where Vulkan's llvmpipe has one.
 */
export function isOpenGlSoftware({ info }: Pick<GPUAdapter, "info">): boolean {
  const { description, subgroupMinSize, subgroupMaxSize } = info;
  return /llvmpipe|softpipe/i.test(description) &&
    !(subgroupMinSize > 0 && subgroupMinSize === subgroupMaxSize);
}

/**
 * Asks for the fastest adapter.
 *
 * @param fallback Whether a software adapter will do.
 * @throws {Error} if there is none, or one that would not get done with the kernels, with what was tried and what to do.
 */
export async function requestAdapter(fallback: boolean): Promise<GPUAdapter> {
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  if (gpu === undefined) {
    throw new Error(
      `webgpu: ${withoutGpu()}, or compute on the processor with useDevice("cpu").`,
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new Error(
      "webgpu: navigator.gpu.requestAdapter() found no GPU; install the GPU's Vulkan driver (Linux: the vendor's, or the " +
        "packages libvulkan1 and mesa-vulkan-drivers; macOS and Windows bring theirs), or compute on the processor with " +
        'useDevice("cpu").',
    );
  }
  if (isOpenGlSoftware(adapter)) {
    throw new Error(
      `webgpu: the only adapter is ${
        describeAdapter(adapter)
      }, through OpenGL; it takes minutes to compile a kernel: install ` +
        "the GPU's Vulkan driver (without a GPU: Debian's packages libvulkan1 and mesa-vulkan-drivers), or compute on the " +
        'processor with useDevice("cpu").',
    );
  }
  if (!fallback && isSoftware(adapter)) {
    throw new Error(
      `webgpu: the only adapter is ${
        describeAdapter(adapter)
      }; it is slower than the cpu device: take it all the ` +
        'same with useDevice("webgpu"), or use useDevice("cpu").',
    );
  }
  return adapter;
}

/** What is missing where there is no navigator.gpu. */
function withoutGpu(): string {
  if ("Deno" in globalThis) return "this Deno has no navigator.gpu; run `deno upgrade`";
  if ("document" in globalThis || "WorkerGlobalScope" in globalThis) {
    return "this browser, or this page (it has to come by HTTPS, or from localhost), has no navigator.gpu; take another one";
  }
  return "this host has no navigator.gpu; put that of the npm package webgpu there, " +
    "`Object.assign(globalThis, globals); navigator.gpu = create([])`";
}

/** Limits by WebGPU's names for them, such as maxStorageBufferBindingSize: 2 ** 27. */
export type Limits = { -readonly [Name in keyof GPUSupportedLimits]?: number };

/** The adapter's limits. They are getters of a prototype: a spread would find none of them. */
function limitsOf({ limits }: { readonly limits: GPUSupportedLimits }): Limits {
  const all: Limits = {};
  for (const name in limits) {
    const limit = limits[name as keyof GPUSupportedLimits];
    if (typeof limit === "number") all[name as keyof GPUSupportedLimits] = limit;
  }
  return all;
}

/**
 * A device with the useful ones of the adapter's features.
 *
 * @param limits What it can do at most: all that the adapter can by default; else WebGPU's defaults, which every GPU has, save what is named.
 */
export async function requestDevice(adapter: GPUAdapter, limits?: Limits): Promise<GPUDevice> {
  const requiredLimits = limits ?? limitsOf(adapter);
  const requiredFeatures = USEFUL_FEATURES.filter((name) => adapter.features.has(name));
  try {
    return await adapter.requestDevice({ label: "descent", requiredFeatures, requiredLimits });
  } catch (error) {
    throw new Error(
      `webgpu: ${describeAdapter(adapter)} refused a device with ${
        limits === undefined ? "its own limits and features" : `the limits ${JSON.stringify(limits)}`
      }.`,
      { cause: error },
    );
  }
}

/** What kernels may rely on: what the device grants; of what was asked for, no more, though WebGPU gives no less than its defaults. */
export function limitsFor(gpu: GPUDevice, asked: Limits = {}): GPUSupportedLimits {
  const limits: Limits = limitsOf(gpu);
  for (const [name, limit] of Object.entries(asked) as [keyof GPUSupportedLimits, number][]) {
    // Alignments are limits from below.
    const stricter = name.startsWith("min") ? Math.max : Math.min;
    limits[name] = stricter(limit, limits[name] ?? limit);
  }
  return limits as GPUSupportedLimits;
}
