/** What all losses share. */
import { Tensor } from "../tensor/tensor.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import type { Setting } from "./loss_settings.ts";
import { Module } from "./module.ts";

/** The base class of losses: a function of `F` with its settings, which are checked when it is made. */
export abstract class Loss<Options extends { reduction?: string }> extends Module {
  /** The settings of the function; tensors among them are buffers. */
  readonly options: Options;

  /**
   * @internal
   * @param settings The options that there are.
   * @param options Those that were said.
   * @param given All arguments of the constructor.
   */
  protected constructor(
    settings: Record<string, Setting>,
    options: Options,
    given: ArrayLike<unknown>,
  ) {
    super();
    const { name } = new.target;
    if (given.length > 1) surplus(name, given, 1, "the settings stand in one object");
    checkOptions(name, options, Object.keys(settings));
    const said = Object.entries(options).filter(([, value]) => value !== undefined);
    const kept = said.map(([option, value]) => [option, settings[option](name, option, value)]);
    this.options = Object.fromEntries(kept) as Options;
  }

  /** Tensors among the settings, under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) if (name !== "options") yield [name, member];
    for (const [name, option] of Object.entries<unknown>(this.options)) {
      if (option instanceof Tensor) yield [name === "posWeight" ? "pos_weight" : name, option];
    }
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const options = Object.entries<unknown>(this.options).filter(([, option]) => !(option instanceof Tensor));
    return argumentsText([], Object.fromEntries(options), { reduction: "mean" });
  }
}
