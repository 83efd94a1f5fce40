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
export function isSoftware(adapter: GPUAdapter): boolean {
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

/** A device with all the adapter's limits and the useful ones of its features. */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  // The limits are getters of the prototype: a spread would find none of them.
  for (const name in adapter.limits) {
    const limit = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === "number") requiredLimits[name] = limit;
  }
  const requiredFeatures = USEFUL_FEATURES.filter((name) => adapter.features.has(name));
  try {
    return await adapter.requestDevice({ label: "descent", requiredFeatures, requiredLimits });
  } catch (error) {
    throw new Error(
      `webgpu: ${describeAdapter(adapter)} refused a device with its own limits and features.`,
      {
        cause: error,
      },
    );
  }
}
