/**
 * What goes wrong on a GPU while nobody waits: it is lost, it has no memory left, or it refuses a command. Told at the next call.
 *
 * @module
 */
import { OutOfMemoryError, readable } from "../memory.ts";

/** How long an error's report may come after the failure that it explains. */
const REPORT_MS = 20;

/** The errors of one GPU. */
export class GpuErrors {
  readonly #gpu: GPUDevice;
  #lost: Error | undefined;
  /** What is told next. */
  #next: Error | undefined;
  /** Whether memory was short: commands that were recorded before it was told are refused for it. */
  #short = false;
  /** Ends the waiting of those who wait for the GPU. */
  readonly #waiting = new Set<(error: Error) => void>();

  /**
   * @param gpu The GPU.
   * @param description Its name in the sentences.
   */
  constructor(gpu: GPUDevice, readonly description: string) {
    this.#gpu = gpu;
    gpu.addEventListener("uncapturederror", (event) => {
      this.#refused((event as GPUUncapturedErrorEvent).error);
      event.preventDefault();
    });
    // Deno 2.5 does not say when a device is lost.
    (gpu.lost as Promise<GPUDeviceLostInfo> | undefined)?.then((info) => this.#goes(info));
  }

  /** Whether the GPU was lost; it does not come back, a new device must be made. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  #goes({ reason, message }: GPUDeviceLostInfo): void {
    this.#lost = new Error(
      `webgpu: ${this.description} was lost (${reason}: ${
        message.trim() || "the driver gave no message"
      }); what was in its memory is gone. useDevice("webgpu") makes a new device; take a smaller batch if memory was ` +
        'short, or compute with useDevice("cpu").',
    );
    for (const stop of this.#waiting) stop(this.#lost);
    this.#waiting.clear();
  }

  #refused({ constructor: { name }, message }: GPUError): void {
    // Whatever names an array without memory is refused: that says nothing new.
    if (this.#short) return;
    this.#next ??= new Error(
      `webgpu: ${this.description} refused an earlier command, results since then are wrong: ${name}: ${
        message.replace(/\s+/g, " ").trim()
      }`,
    );
  }

  /**
   * There was no memory for a buffer.
   *
   * @param bytes The buffer's.
   * @param used Those of all arrays then.
   * @param idle Those that waited to be used again, and are freed now.
   */
  outOfMemory(bytes: number, used: number, idle: number): void {
    this.#short = true;
    if (this.#next instanceof OutOfMemoryError) return;
    this.#next = new OutOfMemoryError(
      `webgpu: ${this.description} had no memory for another array of ${readable(bytes)}. There were ${
        readable(used)
      } in use, and ${
        readable(idle)
      } idle, which are freed now. Results since then are wrong: take a smaller batch or a ` +
        'smaller model, or use useDevice("cpu").',
    );
  }

  /**
   * Tells of an error; of others than a loss, once.
   *
   * @throws {OutOfMemoryError} if there was no memory for an array.
   * @throws {Error} if the GPU was lost, or refused a command.
   */
  check(): void {
    if (this.#lost !== undefined) throw new Error(this.#lost.message);
    if (this.#next === undefined) return;
    const error = this.#next;
    this.#next = undefined;
    if (this.#short) this.#gpu.queue.onSubmittedWorkDone().then(() => this.#short = false, () => {});
    throw error;
  }

  /**
   * Waits for the GPU. A driver that is gone may never answer: then the loss is the answer.
   *
   * @throws {Error} if the GPU was lost or refused what was asked, with what is known of the reason.
   */
  async until<T>(answer: Promise<T>): Promise<T> {
    let stop!: (error: Error) => void;
    const loss = new Promise<never>((_, reject) => this.#waiting.add(stop = reject));
    try {
      return await Promise.race([answer, loss]);
    } catch (error) {
      // A failed answer is how a lost GPU shows first; what happened is reported a few turns later, and says more.
      await new Promise((resolve) => setTimeout(resolve, REPORT_MS));
      this.check();
      throw error;
    } finally {
      this.#waiting.delete(stop);
    }
  }
}
