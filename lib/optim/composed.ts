/** What a step in tensor operations is made of, where no device has a kernel for it. */
import type { Buffer } from "../autograd/buffer.ts";
import { Value } from "../autograd/value.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What the optimizer keeps of a parameter: see ParamState. */
interface Kept {
  readonly step: number;
  readonly buffers: Map<string, Buffer>;
  readonly numbers: Map<string, number>;
}

/** What is remembered of one parameter, as tensors that may be changed in place, and numbers. */
export class Memory {
  readonly #values = new Map<string, Value>();

  /**
   * @param state What the optimizer keeps.
   * @param make Makes an array of zeros of a name, or finds it.
   */
  constructor(readonly state: Kept, readonly make: (name: string) => void) {}

  /** How many steps there were, this one included. */
  get step(): number {
    return this.state.step;
  }

  /** Whether there is such an array already. */
  has(name: string): boolean {
    return this.state.buffers.has(name);
  }

  /** An array of the parameter's shape; of zeros at first. */
  tensor(name: string): Tensor {
    let value = this.#values.get(name);
    if (value === undefined) {
      this.make(name);
      this.#values.set(name, value = new Value(this.state.buffers.get(name)!));
    }
    return new Tensor(value);
  }

  /** A number; `first` at first. */
  number(name: string, first: number): number {
    return this.state.numbers.get(name) ?? first;
  }

  /** Remembers a number. */
  set(name: string, number: number): void {
    this.state.numbers.set(name, number);
  }

  /** Keeps what the arrays are now. */
  keep(): void {
    for (const [name, { buffer }] of this.#values) this.state.buffers.set(name, buffer);
  }
}

/** a + weight · (b − a) in place of a, from the nearer end as torch.lerp computes it. */
export function mix(a: Tensor, b: Tensor, weight: number): Tensor {
  const distance = b.sub(a);
  return weight < 0.5 ? a.add_(distance.mul(weight)) : a.copy_(b.sub(distance.mul(1 - weight)));
}

/** The gradient to follow: its sign changed to climb, the penalty's added. */
export function towards(
  param: Tensor,
  grad: Tensor,
  { maximize, weightDecay }: { maximize: boolean; weightDecay: number },
): Tensor {
  const signed = maximize ? grad.neg() : grad;
  return weightDecay === 0 ? signed : signed.add(param.mul(weightDecay));
}
