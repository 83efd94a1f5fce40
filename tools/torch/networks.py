"""The networks of the chapters, as PyTorch modules: the same constructors, and the same names in their state dicts."""

import importlib.util
from pathlib import Path
from unittest import mock

import torch
from torch import nn


def lenet(dropout=0.0):
    """Chapter 5b."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(120, 84), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(84, 10),
    )  # fmt: skip


class AlexNet(nn.Module):
    """Chapter 5."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 96, 11, stride=4), nn.ReLU(), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 10),
        )  # fmt: skip

    def forward(self, images):
        return self.classifier(self.features(images))


class BatchNormAlexNet(nn.Module):
    """Chapter 6, whose class is called AlexNet, too."""

    def __init__(self, normalize, dropout=0.5):
        super().__init__()

        def norm2d(channels):
            return nn.BatchNorm2d(channels) if normalize else nn.Identity()

        def norm1d(features):
            return nn.BatchNorm1d(features) if normalize else nn.Identity()

        def conv(inputs, outputs):
            return nn.Conv2d(inputs, outputs, 3, padding=1)

        def pool():
            return nn.MaxPool2d(3, stride=2)

        self.stages = nn.ModuleList([
            nn.Sequential(nn.Conv2d(1, 96, 11, stride=4), nn.ReLU(), norm2d(96), pool()),
            nn.Sequential(nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), pool()),
            nn.Sequential(conv(256, 384), nn.ReLU(), norm2d(384)),
            nn.Sequential(conv(384, 384), nn.ReLU()),
            nn.Sequential(conv(384, 256), nn.ReLU(), norm2d(256), pool(), nn.Flatten()),
            nn.Sequential(nn.Linear(6400, 4096), nn.ReLU(), norm1d(4096), nn.Dropout(dropout)),
            nn.Sequential(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(dropout)),
            nn.Linear(4096, 10),
        ])

    def forward(self, images):
        for stage in self.stages:
            images = stage(images)
        return images


class Residual(nn.Module):
    """Chapter 7's block."""

    def __init__(self, inputs, outputs, stride=1, normalize=True):
        super().__init__()

        def norm():
            return nn.BatchNorm2d(outputs) if normalize else nn.Identity()

        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.bn1 = norm()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.bn2 = norm()
        self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride=stride)

    def forward(self, x):
        hidden = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(hidden)) + self.shortcut(x)).relu()


class ResNet(nn.Module):
    """Chapter 7's ResNet-18."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 64, 7, stride=2, padding=3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)
        )
        self.stage1 = nn.Sequential(Residual(64, 64), Residual(64, 64))
        self.stage2 = nn.Sequential(Residual(64, 128, stride=2), Residual(128, 128))
        self.stage3 = nn.Sequential(Residual(128, 256, stride=2), Residual(256, 256))
        self.stage4 = nn.Sequential(Residual(256, 512, stride=2), Residual(512, 512))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))

    def forward(self, images):
        y = self.stem(images)
        for stage in [self.stage1, self.stage2, self.stage3, self.stage4]:
            y = stage(y)
        return self.head(y)


def torchvision_models():
    """torchvision's models, also where its compiled operators do not fit the PyTorch that is there.

    A torchvision made for CUDA beside a PyTorch for processors cannot load them, and then stops at the first that it wants to
    describe. The networks need none.
    """
    try:
        import torchvision
    except RuntimeError:
        with mock.patch.object(torch.library, "register_fake", lambda *_, **__: lambda function: function):
            import torchvision
    return torchvision.models


NETWORKS = {
    "lenet": lenet,
    "alexnet": AlexNet,
    "bn-alexnet": lambda: BatchNormAlexNet(True),
    "resnet18": ResNet,
    "torchvision.alexnet": lambda: torchvision_models().alexnet(),
    "torchvision.resnet18": lambda: torchvision_models().resnet18(),
}


def make(name):
    """A network of the list above, or of one's own: "my_net.py:Net" is what Net() returns in that file."""
    if name in NETWORKS:
        return NETWORKS[name]()
    path, colon, attribute = name.rpartition(":")
    if not colon or not Path(path).is_file():
        raise SystemExit(f"There is no network {name}: there are {', '.join(NETWORKS)}, or one of your own: my_net.py:Net")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, attribute):
        raise SystemExit(f"{path} has no {attribute}")
    return getattr(module, attribute)()
