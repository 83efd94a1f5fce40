/** What a network is made of: modules that hold parameters and other modules. */
import { type Buffer } from "../autograd/buffer.ts";
import { closeScope, openScope } from "../autograd/scope.ts";
import { leaf } from "../autograd/graph.ts";
import { Tensor } from "../tensor/tensor.ts";
import { TensorBase } from "../tensor/base.ts";

/** A tensor that a module learns: it requires a gradient, and lives until JavaScript forgets it. */
export class Parameter extends Tensor {
  /**
   * @param data Its first values. The parameter shares memory with this tensor.
   */
  constructor(data: Tensor) {
    super(leaf(data.value.buffer, true), data.order);
    this.keep();
  }
}

/**
 * The base class of all layers and networks: a plain class with a `forward`. Fields that hold modules, parameters or
 * tensors (running statistics), or lists of modules, are found by themselves, in the order they were set.
 *
 * What `forward` makes and does not return is freed by `backward()`, or, where nothing is recorded, when it returns.
 *
 * @example
 * ```ts
 * import { nn, randn, Tensor } from "descent";
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(2, 8);
 *   out = new nn.Linear(8, 1);
 *   override forward(x: Tensor): Tensor {
 *     return this.out.forward(this.hidden.forward(x).relu());
 *   }
 * }
 * const net = new Net();
 * net.forward(randn(5, 2)).shape; // [5, 1]
 * ```
 */
export abstract class Module {
  /** Whether it is training: dropout and batch normalization act differently then. Set by train() and eval(). */
  training = true;

  constructor() {
    const forward = this.forward;
    const scoped = (...inputs: Parameters<typeof forward>) => scopedCall(this, () => forward.apply(this, inputs));
    Object.defineProperty(this, "forward", { value: scoped, writable: true, configurable: true, enumerable: false });
  }

  /** Computes the output from the input. Write it as a method, not as a field. */
  abstract forward(x: Tensor): Tensor;
}

const observers: ((module: Module, output: unknown) => void)[] = [];

/** Runs `body` and tells `observer` of every module's forward as it returns. */
export function observe<T>(observer: (module: Module, output: unknown) => void, body: () => T): T {
  observers.push(observer);
  try {
    return body();
  } finally {
    observers.splice(observers.indexOf(observer), 1);
  }
}

/** Calls a module's forward in a scope of its own. */
function scopedCall<T>(module: Module, body: () => T): T {
  const scope = openScope(module.constructor.name);
  const returned = new Set<Buffer>();
  try {
    const result = body();
    collect(result, returned);
    for (const observer of observers) observer(module, result);
    return result;
  } finally {
    closeScope(scope, (buffer) => {
      if (returned.has(buffer)) return true;
      if (buffer.uses === 0) {
        buffer.free(`when the forward of ${scope.place} returned without it`);
        return false;
      }
      buffer.inner = true;
      return true;
    });
  }
}

/** The buffers of all tensors in a result: a tensor, or tensors in arrays and plain objects. */
function collect(result: unknown, into: Set<Buffer>): void {
  if (result instanceof TensorBase) into.add(result.value.buffer);
  else if (Array.isArray(result)) for (const item of result) collect(item, into);
  else if (typeof result === "object" && result !== null && Object.getPrototypeOf(result) === Object.prototype) {
    for (const item of Object.values(result)) collect(item, into);
  }
}
