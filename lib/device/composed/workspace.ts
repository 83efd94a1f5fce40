/**
 * Where composed kernels do their sums: calls TensorFlow.js kernels of one backend by name and remembers every result,
 * so that one line at the end frees what is not returned.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelAttributes, KernelInputs, Storage } from "../device.ts";

/** What a kernel function is handed. */
export interface KernelCall {
  inputs: Record<string, Storage | undefined>;
  attrs: KernelAttributes;
  backend: tf.KernelBackend;
}

type Kernel = (call: { inputs: unknown; attrs: unknown; backend: unknown }) => Storage;

/** The intermediate results of one composed kernel. */
export class Workspace {
  readonly #made: Storage[] = [];

  constructor(readonly backendName: string, readonly backend: tf.KernelBackend) {}

  /** Runs `body` with a fresh workspace, then frees all that was made and not returned. */
  static use<T extends Storage | Storage[]>(
    backendName: string,
    backend: tf.KernelBackend,
    body: (workspace: Workspace) => T,
  ): T {
    const workspace = new Workspace(backendName, backend);
    let kept: Storage[] = [];
    try {
      const result = body(workspace);
      kept = Array.isArray(result) ? result : [result];
      return result;
    } finally {
      for (const storage of workspace.#made) {
        if (!kept.includes(storage)) backend.disposeData(storage.dataId);
      }
    }
  }

  /** Calls a plain kernel of this backend. */
  run(name: string, inputs: KernelInputs, attrs: KernelAttributes = {}): Storage {
    const kernel = tf.getKernel(name, this.backendName)?.kernelFunc as unknown as Kernel | undefined;
    if (kernel === undefined) throw new Error(`The ${this.backendName} backend has no kernel named ${name}.`);
    return this.track(kernel({ inputs, attrs, backend: this.backend }));
  }

  /** Frees `storage` with the rest. */
  track(storage: Storage): Storage {
    this.#made.push(storage);
    return storage;
  }

  /** A float32 number. */
  scalar(value: number): Storage {
    return this.run("Fill", {}, { shape: [], value, dtype: "float32" });
  }

  add(a: Storage, b: Storage | number): Storage {
    return this.#binary("Add", a, b);
  }
  sub(a: Storage, b: Storage | number): Storage {
    return this.#binary("Sub", a, b);
  }
  mul(a: Storage, b: Storage | number): Storage {
    return this.#binary("Multiply", a, b);
  }
  div(a: Storage, b: Storage | number): Storage {
    return this.#binary("RealDiv", a, b);
  }

  #binary(name: string, a: Storage, b: Storage | number): Storage {
    return this.run(name, { a, b: typeof b === "number" ? this.scalar(b) : b });
  }

  unary(name: "Sqrt" | "Rsqrt" | "Square" | "Exp" | "Log" | "Neg", x: Storage): Storage {
    return this.run(name, { x });
  }

  /** The sum over `axis`. */
  sum(x: Storage, axis: number[], keepDims = false): Storage {
    return this.run("Sum", { x }, { axis, keepDims });
  }
}
