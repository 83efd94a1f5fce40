/** What an operation of one's own is made of. */
import type { Tensor } from "../tensor.ts";

/** What the forward of an operation returns. */
export interface OperationResult<Output, Kept> {
  /** The output: a tensor, or a list of them. */
  output: Output;
  /**
   * What backward will need: tensors and other things, in plain objects, lists, maps and sets. Tensors live until the graph is
   * freed.
   */
  saved?: Kept;
  /** Outputs that no gradient flows through, such as masks. Those that are not float32 need not be said. */
  nonDifferentiable?: readonly Tensor[];
}

/** The gradients of the output: a tensor, or as many as there are outputs, null for those that none flows through. */
export type OutputGradients<Output> = Output extends readonly Tensor[]
  ? { -readonly [Place in keyof Output]: Tensor }
  : Tensor;

/** What `defineOperation()` is told. */
export interface OperationDefinition<Arguments extends unknown[], Output, Kept> {
  /** Its name, in graphs and errors. */
  name: string;
  /**
   * Computes the output. Nothing is recorded.
   *
   * @param args What the operation is called with: tensors, and settings of any kind.
   */
  forward: (...args: Arguments) => OperationResult<Output, Kept>;
  /**
   * Computes the gradients of the arguments. Written with operations of tensors it can be differentiated again.
   *
   * @param gradOutput ∂L/∂output; of several outputs, a list. Where none comes, zeros.
   * @param saved What forward has saved.
   * @param needs For each argument, whether its gradient is needed: the others need not be computed.
   * @returns ∂L/∂argument for each argument, null for settings and where there is none; those at the end may be left out. A tensor
   * stands for the list of one.
   */
  backward: (
    gradOutput: OutputGradients<Output>,
    saved: Kept,
    needs: readonly boolean[],
  ) => Tensor | null | readonly (Tensor | null)[];
}
