/**
 * TensorFlow.js' own CPU backend, with its numbers in our engine.
 *
 * The data id of an array of numbers is a {@linkcode Block} of the engine, so that an array goes from one side to the other
 * without a copy. However many tensors of TensorFlow.js' name a data id, together they hold one reference to the block.
 *
 * @module
 */
import { type backend_util, type DataType, engine, type TensorInfo } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { ARRAYS, type DType, Storage, type Values } from "../../storage.ts";
import { Block } from "../block.ts";
import type { Engine } from "../engine.ts";
import { cast } from "../kernels/cast.ts";

type BackendValues = backend_util.BackendValues;
type TensorData = ReturnType<MathBackendCPU["data"]["get"]>;

/** Up to so many elements an array is JavaScript's until a kernel asks for its address. */
const SMALL = 256;

/** Whether this is one of the dtypes that our kernels know (TensorFlow.js has complex64 and string, too). */
export function isPlain(dtype: string): dtype is DType {
  return Object.hasOwn(ARRAYS, dtype);
}

/** What TensorFlow.js knows of an array of numbers. `refCount` counts its own tensors only. */
class Numbers implements TensorData {
  refCount = 1;

  constructor(readonly block: Block) {}

  get dtype(): DType {
    return this.block.dtype;
  }

  /** The numbers where they are: TensorFlow.js' kernels read them, and write into those that they have just made. */
  get values(): Values {
    return this.block.view();
  }
}

/** The backend "descent-cpu". Complex numbers (their containers) and strings lie as in the parent's. */
export class TfjsBackend extends MathBackendCPU {
  constructor(readonly engine: Engine) {
    super();
  }

  /**
   * A block of our own. The values are always copied: TensorFlow.js' kernels now and then hand (a part of) an input on as their
   * output, and a caller may go on to change what he gave.
   */
  #blockOf(values: Values, dtype: DType): Block {
    const { length } = values;
    if (length <= SMALL) return new Block(this.engine, dtype, length, new ARRAYS[dtype](values));
    // Not by way of a storage: a kernel's arena would take what comes here while it looks at its inputs for its own.
    const block = new Block(this.engine, dtype, length, values);
    block.pointer();
    return block;
  }

  #dataOf(values: BackendValues | null | undefined, dtype: DataType, refCount: number): TensorData {
    if (values == null || !isPlain(dtype)) return { values: values ?? undefined, dtype, refCount };
    const numbers = new Numbers(this.#blockOf(values as Values, dtype));
    numbers.refCount = refCount;
    return numbers;
  }

  // The parent's would greet the reader and recommend another package.
  override write(values: BackendValues, _shape: number[], dtype: DataType): object {
    const data = this.#dataOf(values, dtype, 1);
    const dataId = data instanceof Numbers ? data.block : {};
    this.data.set(dataId, data);
    return dataId;
  }

  /** Takes over data of another backend's; they keep their id. */
  override move(
    dataId: object,
    values: BackendValues,
    _shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.data.set(dataId, this.#dataOf(values, dtype, refCount));
  }

  override readSync(dataId: object): BackendValues {
    const data = this.data.get(dataId);
    return data instanceof Numbers ? new ARRAYS[data.dtype](data.values) : super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && data instanceof Numbers) this.engine.releaseBlock(data.block);
    return gone;
  }

  /** Whether TensorFlow.js knows the id as another backend's. */
  #isElsewhere(dataId: object): boolean {
    const home = engine().state.tensorInfo.get(dataId)?.backend;
    return home !== undefined && home !== this;
  }

  /**
   * An array of TensorFlow.js' as a storage: a view, which owns nothing, or a copy where TensorFlow.js "cast" by giving the same
   * data another dtype's name. To be called in a body of the arena's.
   *
   * @returns null if it holds no numbers.
   */
  storageOf({ dataId, shape, dtype }: TensorInfo): Storage | null {
    const data = this.data.get(dataId);
    if (!(data instanceof Numbers) || !isPlain(dtype)) return null;
    const view = new Storage(data.block, shape, data.dtype);
    return data.dtype === dtype ? view : cast(this.engine, view, dtype);
  }

  /** Hands a row-major storage with its reference over to TensorFlow.js. */
  give(storage: Storage): TensorInfo {
    const { shape, dtype } = storage, block = storage.dataId as Block;
    const known = this.data.has(block) ? this.data.get(block) : undefined;
    if (known instanceof Numbers && known.block === block) {
      known.refCount++;
      this.engine.releaseBlock(block);
      return { dataId: block, shape, dtype };
    }
    // The id is another one where the data left for another backend under it, and perhaps came back.
    const dataId = known === undefined && !this.#isElsewhere(block) ? block : {};
    this.data.set(dataId, new Numbers(block));
    return { dataId, shape, dtype };
  }
}
