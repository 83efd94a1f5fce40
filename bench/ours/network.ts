/**
 * Networks, from their description to modules.
 *
 * @module
 */
import { nn, type Tensor } from "descent";
import type { Layer } from "../cases/network.ts";

class Residual extends nn.Module {
  constructor(readonly body: nn.Module, readonly shortcut: nn.Module) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return this.body.forward(x).add(this.shortcut.forward(x)).relu();
  }
}

/** The network that a description describes, with the library's default first values. */
export function build(layers: Layer[]): nn.Sequential {
  return new nn.Sequential(...layers.map(module));
}

function module(layer: Layer): nn.Module {
  switch (layer.kind) {
    case "conv": {
      const { inputs, outputs, kernel, stride, padding } = layer;
      return new nn.Conv2d(inputs, outputs, kernel, { stride, padding });
    }
    case "linear":
      return new nn.Linear(layer.inputs, layer.outputs);
    case "norm":
      return layer.images ? new nn.BatchNorm2d(layer.features) : new nn.BatchNorm1d(layer.features);
    case "maxPool":
      return new nn.MaxPool2d(layer.kernel, { stride: layer.stride, padding: layer.padding });
    case "dropout":
      return new nn.Dropout(layer.p);
    case "relu":
      return new nn.ReLU();
    case "flatten":
      return new nn.Flatten();
    case "meanPool":
      return new nn.AdaptiveAvgPool2d(1);
    case "residual":
      return new Residual(build(layer.body), layer.shortcut ? module(layer.shortcut) : new nn.Identity());
  }
}
