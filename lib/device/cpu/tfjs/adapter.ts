/**
 * Kernels of ours in TensorFlow.js' registry.
 *
 * @module
 */
import type { KernelConfig, KernelFunc, NamedAttrMap, NamedTensorInfoMap } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { reduce } from "../kernels/reduction.ts";
import type { TfjsBackend } from "./backend.ts";

/** What TensorFlow.js hands to a kernel. */
export interface Call {
  readonly engine: Engine;
  readonly attrs: NamedAttrMap;
  /** The input of a name; null if there is none, or it is not of a dtype of ours. */
  input(name: string): Storage | null;
  /** All inputs of a kernel that takes a list; null if one is not of a dtype of ours. */
  list(): Storage[] | null;
}

/** Computes a kernel of TensorFlow.js' with functions of ours; null: the inherited one shall. Temporaries are freed. */
export type Adapter = (call: Call) => Storage | Storage[] | null;

/** Adapters by TensorFlow.js' names. */
export type Adapters = Readonly<Record<string, Adapter>>;

function callOf(backend: TfjsBackend, inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Call {
  return {
    engine: backend.engine,
    attrs,
    input(name) {
      // TensorFlow.js gives null, too, for what is not there.
      const info = inputs[name] ?? null;
      return info === null ? null : backend.storageOf(info);
    },
    list() {
      const views: Storage[] = [];
      for (const info of Object.values(inputs)) {
        const view = info === undefined ? null : backend.storageOf(info);
        if (view === null) return null;
        views.push(view);
      }
      return views;
    },
  };
}

/** An adapter as TensorFlow.js calls it. */
function kernelOf(adapter: Adapter, inherited: KernelFunc, backend: TfjsBackend): KernelFunc {
  const { arena } = backend.engine;
  return (params) => {
    const start = arena.open();
    let result: ReturnType<Adapter>;
    try {
      result = adapter(callOf(backend, params.inputs, params.attrs ?? {}));
    } catch (error) {
      arena.abandon(start);
      throw error;
    }
    if (result === null) {
      arena.abandon(start);
      return inherited(params);
    }
    const made = arena.close(start, result);
    return Array.isArray(made) ? made.map((one) => backend.give(one)) : backend.give(made);
  };
}

/** A kernel of TensorFlow.js' CPU backend as one of another backend, with an adapter before it if there is one. */
export function adapted(
  { kernelName, kernelFunc }: KernelConfig,
  adapter: Adapter | undefined,
  backend: TfjsBackend,
  backendName: string,
): KernelConfig {
  const own = adapter === undefined ? kernelFunc : kernelOf(adapter, kernelFunc, backend);
  return { kernelName, backendName, kernelFunc: own };
}

/** Inputs by their names; null unless all are there, and float32. */
export function floats({ input }: Call, ...names: string[]): Storage[] | null {
  const list: Storage[] = [];
  for (const name of names) {
    const x = input(name);
    if (x?.dtype !== "float32") return null;
    list.push(x);
  }
  return list;
}

/** Whether a float32 array has a NaN: TensorFlow.js now and then does without where ours keep it. */
export function hasNaN(engine: Engine, x: Storage): boolean {
  if (x.dtype !== "float32" || sizeOf(x.shape) === 0) return false;
  const largest = reduce(engine, "max", x, [...x.shape.keys()], []);
  return Number.isNaN(engine.block(largest).view()[0]);
}
