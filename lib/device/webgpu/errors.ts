/**
 * What goes wrong on a GPU while nobody waits: it is lost, or it refuses a command. Told at the next call.
 *
 * @module
 */

/** The errors of one GPU. */
export class GpuErrors {
  #lost: string | undefined;
  #refusal: string | undefined;

  /**
   * @param device The GPU.
   * @param description Its name in the sentences.
   */
  constructor(device: GPUDevice, readonly description: string) {
    device.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      this.#refusal ??= `${error.constructor.name}: ${error.message.replace(/\s+/g, " ").trim()}`;
      event.preventDefault();
    });
    // Deno 2.5 does not say when a device is lost.
    (device.lost as Promise<GPUDeviceLostInfo> | undefined)?.then(({ reason, message }) => {
      this.#lost =
        `webgpu: ${description} was lost (${reason}: ${
          message.trim() || "the driver gave no message"
        }); what was ` +
        "in its memory is gone. Start the program again, with a smaller batch if memory was short, or with " +
        'useDevice("cpu").';
    });
  }

  /** Whether the GPU was lost; it does not come back, a new device must be made. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Tells of an error, a refused command once.
   *
   * @throws {Error} if there was one.
   */
  check(): void {
    if (this.#lost !== undefined) throw new Error(this.#lost);
    if (this.#refusal === undefined) return;
    const refusal = this.#refusal;
    this.#refusal = undefined;
    throw new Error(
      `webgpu: ${this.description} refused an earlier command, results since then are wrong: ${refusal}`,
    );
  }
}
