"""Networks, from their description (see bench/cases/network.ts) to modules."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        return (self.body(x) + self.shortcut(x)).relu()


def build(layers):
    return nn.Sequential(*(module(layer) for layer in layers))


def module(layer):
    match layer["kind"]:
        case "conv":
            sizes = {name: layer[name] for name in ("stride", "padding")}
            return nn.Conv2d(layer["inputs"], layer["outputs"], layer["kernel"], **sizes)
        case "linear":
            return nn.Linear(layer["inputs"], layer["outputs"])
        case "norm":
            return (nn.BatchNorm2d if layer["images"] else nn.BatchNorm1d)(layer["features"])
        case "maxPool":
            return nn.MaxPool2d(layer["kernel"], layer["stride"], layer["padding"])
        case "dropout":
            return nn.Dropout(layer["p"])
        case "relu":
            return nn.ReLU()
        case "flatten":
            return nn.Flatten()
        case "meanPool":
            return nn.AdaptiveAvgPool2d(1)
        case "residual":
            shortcut = layer["shortcut"]
            return Residual(build(layer["body"]), module(shortcut) if shortcut else nn.Identity())
