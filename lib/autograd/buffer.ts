/**
 * Who owns a storage, and when it is freed.
 *
 * A {@linkcode Buffer} is freed by the first of: the scope it was made in (lib/autograd/scope.ts), `backward()` (what a
 * module made inside), `zeroGrad()` (gradients), or JavaScript's garbage collector.
 *
 * @module
 */
import type { Device, DType, Handle } from "../device/device.ts";
import { text } from "../device/shape.ts";
import type { Shaped, Storage } from "../device/storage.ts";
import { current } from "./context.ts";
import type { Member, Scope } from "./scope.ts";

/**
 * The owner of one storage, whose data others may share: to change it, whoever does takes an {@linkcode exclusive} one, or
 * another buffer (lib/autograd/in_place.ts). So no tensor sees that another was changed.
 */
export class Buffer implements Member, Shaped {
  readonly device: Device;
  /** Known after it was freed, too. */
  readonly shape: number[];
  readonly dtype: DType;
  /** The operation that made it. */
  readonly operation: string;
  /** The scope it dies with; null: it lives until JavaScript forgets it. */
  scope: Scope | null;
  /** How many nodes of graphs need it for their gradients. */
  uses = 0;
  /** Made inside a module's forward and not returned: freed with its last use. */
  inner = false;
  /** What a tensor held before it was changed in place, and only graphs hold now: freed with its last use. */
  past = false;
  /** Exempt from scopes: `keep()`, parameters, optimizer state. */
  kept = false;
  #storage: Storage | null;
  #handle: Handle | null = null;
  #place: string;
  #freedBy = "";

  constructor(device: Device, storage: Storage, operation: string, scope: Scope | null = current().scope) {
    this.device = device;
    this.#storage = storage;
    this.shape = storage.shape;
    this.dtype = storage.dtype;
    this.operation = operation;
    this.scope = scope;
    this.#place = scope === null ? "" : scope.place;
    if (scope !== null) scope.buffers.push(this);
    if (device.watch !== null) device.watch(this, this.#handle = { storage });
  }

  /** The path of the modules whose forward made it, such as "AlexNet.Sequential"; "" outside of modules. */
  get place(): string {
    return this.#place;
  }

  get freed(): boolean {
    return this.#storage === null;
  }

  /**
   * The storage.
   *
   * @throws {Error} if it was freed: a sentence that says which tensor, where it was made, and what to do.
   */
  get storage(): Storage {
    if (this.#storage === null) throw new Error(this.#obituary());
    return this.#storage;
  }

  #obituary(): string {
    const where = this.#place === "" ? "" : ` inside ${this.#place}`;
    return `This tensor ${
      text(this.shape)
    } made by ${this.operation}()${where} was freed ${this.#freedBy}. ` +
      `Read it before that, or call keep() on it when it is made.`;
  }

  #put(storage: Storage | null): void {
    this.#storage = storage;
    if (this.#handle !== null) this.#handle.storage = storage;
  }

  /** The storage, for a kernel that changes it in place: nobody else refers to its data afterwards. */
  exclusive(): Storage {
    const { device, storage } = this;
    if (!device.isShared(storage)) return storage;
    const copy = device.arena.tidy(() => device.kernels.mul(storage, 1));
    this.#put(copy);
    device.free(storage);
    return copy;
  }

  /**
   * Frees the storage, if that has not happened yet.
   *
   * @param by When and why, as the end of a sentence: "by zeroGrad()".
   */
  free(by: string): void {
    const storage = this.#storage;
    if (storage === null) return;
    this.#put(null);
    this.#freedBy = by;
    this.device.free(storage);
  }

  /** One node fewer needs it; what a module made inside, and what nobody else has, is freed with the last one. */
  unuse(): void {
    if (--this.uses > 0 || this.kept) return;
    if (this.past) this.free("by backward()");
    else if (this.inner) this.free("by backward(), with the rest of what the module made inside");
  }
}
