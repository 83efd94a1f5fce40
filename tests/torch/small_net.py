"""The network of small_net.ts."""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(4 * 4 * 4, 10))

    def forward(self, images):
        return self.head(self.features(images))


class NormalizedNet(Net):
    def __init__(self):
        super().__init__()
        self.features[0] = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.features.insert(1, nn.BatchNorm2d(4))
