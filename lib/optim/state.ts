/** What an optimizer remembers, as plain data. */
import type { Tensor } from "../tensor/tensor.ts";

/** An optimizer's memory as plain data, after PyTorch: state by the parameter's number, groups by parameter numbers. */
export interface OptimizerState {
  /**
   * By the parameter's number, counted through all groups: how many steps it took, and the optimizer's running means and the
   * like, laid out as the parameter; null for one that a hyper-parameter asks for only now.
   */
  state: Record<number, { step: number } & Record<string, Tensor | number | null>>;
  /** The groups' hyper-parameters. */
  paramGroups: ({ params: number[] } & Record<string, unknown>)[];
}
