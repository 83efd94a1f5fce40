/**
 * Who owns a storage, and when it is freed.
 *
 * A {@linkcode Buffer} is freed by the first of: the scope it was made in (lib/autograd/scope.ts), `backward()` (what a
 * module made inside), `zeroGrad()` (gradients), or JavaScript's garbage collector.
 *
 * @module
 */
import type { Device, DType, Storage } from "../device/device.ts";
import { currentScope, type Member, type Scope } from "./scope.ts";

interface Handle {
  device: Device;
  storage: Storage | null;
}

const forgotten = new FinalizationRegistry<Handle>(({ device, storage }) => {
  if (storage !== null) device.free(storage);
});

/** The owner of one storage. Tensors that share memory (`detach()`, `t()`) share a Buffer. */
export class Buffer implements Member {
  readonly #handle: Handle;
  readonly #shape: number[];
  readonly #dtype: DType;
  /** The operation that made it. */
  readonly operation: string;
  /** The scope it dies with; null: it lives until JavaScript forgets it. */
  scope: Scope | null;
  /** The path of the modules whose forward made it, such as "AlexNet.Sequential"; "" outside of modules. */
  readonly place: string;
  /** Counts the in-place changes. */
  version = 0;
  /** How many nodes of graphs need it for their gradients. */
  uses = 0;
  /** Made inside a module's forward and not returned: freed with its last use. */
  inner = false;
  /** Exempt from scopes: `keep()`, parameters, optimizer state. */
  kept = false;
  #freedBy = "";

  constructor(device: Device, storage: Storage, operation: string) {
    this.#handle = { device, storage };
    this.#shape = storage.shape;
    this.#dtype = storage.dtype;
    this.operation = operation;
    this.scope = currentScope();
    this.place = this.scope === null ? "" : this.scope.place;
    if (this.scope !== null) this.scope.buffers.push(this);
    if (!device.collectsGarbage) forgotten.register(this, this.#handle);
  }

  get device(): Device {
    return this.#handle.device;
  }

  get dtype(): DType {
    return this.#dtype;
  }

  /** Shape of the storage; known after it was freed, too. */
  get shape(): number[] {
    return this.#shape;
  }

  get freed(): boolean {
    return this.#handle.storage === null;
  }

  /**
   * The storage.
   *
   * @throws {Error} if it was freed: a sentence that says which tensor, where it was made, and what to do.
   */
  get storage(): Storage {
    const { storage } = this.#handle;
    if (storage === null) throw new Error(this.#obituary());
    return storage;
  }

  #obituary(): string {
    const where = this.place === "" ? "" : ` inside ${this.place}`;
    return `This tensor [${
      this.#shape.join(", ")
    }] made by ${this.operation}()${where} was freed ${this.#freedBy}. ` +
      `Read it before that, or call keep() on it when it is made.`;
  }

  /** Puts other contents in, as an in-place operation does, and frees the old ones. */
  replace(storage: Storage): void {
    const old = this.storage;
    this.#handle.storage = storage;
    this.version++;
    this.device.free(old);
  }

  /** Takes the storage out, for another owner. */
  release(by: string): Storage {
    const { storage } = this;
    this.#handle.storage = null;
    this.#freedBy = by;
    return storage;
  }

  /**
   * Frees the storage, if that has not happened yet.
   *
   * @param by When and why, as the end of a sentence: "by zeroGrad()".
   */
  free(by: string): void {
    const { storage } = this.#handle;
    if (storage === null) return;
    this.#handle.storage = null;
    this.#freedBy = by;
    this.device.free(storage);
  }

  /** One node fewer needs it; what a module made inside is freed with the last one. */
  unuse(): void {
    if (--this.uses === 0 && this.inner && !this.kept) {
      this.free("by backward(), with the rest of what the module made inside");
    }
  }
}
