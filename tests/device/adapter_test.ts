/** Which adapter serves. Where drivers are hidden from a program the permission to start it is needed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isOpenGlSoftware } from "../../lib/device/webgpu/adapter.ts";

const allowed = Deno.permissions.querySync({ name: "run" }).state === "granted";
const skipped = allowed ? "" : " (skipped: needs --allow-run)";
/** Hides every driver but Mesa's OpenGL in software. */
const noVulkan = {
  VK_DRIVER_FILES: "/nonexistent",
  VK_ICD_FILENAMES: "/nonexistent",
  __EGL_VENDOR_LIBRARY_FILENAMES: "/usr/share/glvnd/egl_vendor.d/50_mesa.json",
  LIBGL_ALWAYS_SOFTWARE: "1",
};
/** Hides that one, too. */
const noDriver = { ...noVulkan, __EGL_VENDOR_LIBRARY_FILENAMES: "/nonexistent" };

Deno.test("OpenGL on llvmpipe is told from Vulkan on it, and from a GPU, by its subgroups", () => {
  const adapter = (description: string, subgroupMinSize: number, subgroupMaxSize: number) => ({
    info: { description, subgroupMinSize, subgroupMaxSize, vendor: "", architecture: "", device: "" },
  } as unknown as GPUAdapter);
  // As Deno 2.9.6 and 2.5.6 describe OpenGL, then Vulkan.
  assert(isOpenGlSoftware(adapter("llvmpipe (LLVM 15.0.6, 256 bits)", 4, 128)));
  assert(isOpenGlSoftware(adapter("llvmpipe (LLVM 15.0.6, 256 bits)", 0, 0)));
  assert(isOpenGlSoftware(adapter("virgl (LLVMPIPE (LLVM 15.0.6 256 bits))", 4, 128)));
  assert(!isOpenGlSoftware(adapter("llvmpipe (LLVM 15.0.6, 256 bits)", 8, 8)));
  assert(!isOpenGlSoftware(adapter("NVIDIA H200", 32, 32)));
  assert(!isOpenGlSoftware(adapter("Mesa Intel(R) UHD Graphics", 4, 128)));
});

/** What a program answers, in seconds, that computes on a device of that name. */
async function compute(env: Record<string, string>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "tests/device/programs/compute.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // One that compiles for minutes is ended.
    signal: AbortSignal.timeout(30_000),
  }).output();
  const text = new TextDecoder().decode(code === 0 ? stdout : stderr);
  assert(code === 0 || text.includes("Error: webgpu:"), `exit code ${code}: ${text}`);
  return text;
}

// Where the drivers hide otherwise, on macOS and Windows, hiding Mesa's says nothing.
const ignore = !allowed || Deno.build.os !== "linux";

for (
  const [machine, env, found] of [
    ["has OpenGL and no Vulkan driver", noVulkan, /the only adapter is .+, through OpenGL|found no GPU/],
    ["has no driver", noDriver, /found no GPU/],
  ] as const
) {
  Deno.test({
    name: `where a machine ${machine}, useDevice("webgpu") says so, and names the packages${skipped}`,
    ignore,
    fn: async () => {
      const message = await compute(env, "webgpu");
      assertMatch(message, found);
      assertMatch(message, /mesa-vulkan-drivers/);
      assertMatch(message, /useDevice\("cpu"\)/);
    },
  });

  Deno.test({
    name: `where a machine ${machine}, useDevice() computes on the cpu, and says why${skipped}`,
    ignore,
    fn: async () => {
      const { device, finite } = JSON.parse(await compute(env));
      assertMatch(device, new RegExp(`^CPU, .+ \\(no GPU: .*(${found.source}).*\\)$`));
      assertEquals(finite, true);
    },
  });
}
