"""Pictures and labels: MNIST's four files, a safetensors file of one's own, or random ones."""

import gzip
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from philox import draw_key, permutation

HELP = """a folder with the IDX files of the MNIST family; a safetensors file that holds images [N, C, H, W] and labels [N];
or synthetic:COUNT, random digits-sized pictures of ten classes"""


def read_idx(path):
    """An IDX file of bytes, packed by gzip or not."""
    packed = Path(f"{path}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else Path(path).read_bytes()
    dimensions = content[3]
    start = 4 + 4 * dimensions
    shape = np.frombuffer(content[4:start], ">u4").astype(int)
    return torch.from_numpy(np.frombuffer(content[start:], np.uint8).reshape(shape).copy())


def synthetic(count, seed):
    """Random pictures; what class one is shows in how bright its ten columns are, so that there is something to learn."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (count,), generator=generator)
    images = torch.rand(count, 1, 28, 28, generator=generator)
    columns = torch.arange(28) // 3
    images += (columns == labels[:, None]).float()[:, None, None, :]
    return images, labels


def read(source, split="train", seed=0):
    """Images [N, C, H, W], bytes or floats, and labels [N]."""
    kind, _, count = source.partition(":")
    if kind == "synthetic" and count.isdigit():
        return synthetic(int(count), seed)
    path = Path(source)
    if path.is_dir():
        name = {"train": "train", "test": "t10k"}[split]
        images, labels = read_idx(path / f"{name}-images-idx3-ubyte"), read_idx(path / f"{name}-labels-idx1-ubyte")
        return images.unsqueeze(1), labels.long()
    if not path.is_file():
        raise SystemExit(f"There is no {source}: --data takes {HELP}")
    found = load_file(path)
    missing = {"images", "labels"} - found.keys()
    if missing:
        raise SystemExit(f"{source} holds {', '.join(sorted(found))}, and no {' and no '.join(sorted(missing))}")
    return found["images"], found["labels"].long()


def as_input(images, normalize):
    """What the network sees: bytes become 0 … 1; then (x - mean) / std where that is asked for."""
    if images.dtype == torch.uint8:
        images = images.float() / 255
    if normalize is None:
        return images.float()
    mean, std = normalize
    return (images.float() - mean) / std


def fresh_loader(samples, batch_size, shuffle):
    """The state of a loader that has not begun."""
    return {"key": None, "epoch": 0, "position": 0, "samples": samples, "batchSize": batch_size, "shuffle": shuffle}


class Loader:
    """A DataLoader of Descent, from where it is: which samples are in the next batch.

    Each epoch's order follows from a key that is taken from the library's sequence of random numbers when the epoch begins, so
    this goes on with the very batches that the loader would have given.
    """

    def __init__(self, state, random, drop_last):
        self.key, self.epoch, self.position = state["key"], state["epoch"], state["position"]
        self.samples, self.batch_size, self.shuffle = state["samples"], state["batchSize"], state["shuffle"]
        self.random = random
        self.length = self.samples // self.batch_size if drop_last else -(-self.samples // self.batch_size)
        if self.length == 0:
            raise SystemExit(f"{self.samples} samples do not fill a batch of {self.batch_size}")
        self.order = None

    @property
    def at_end(self):
        """Whether the epoch's last batch was handed out."""
        return self.position >= self.length

    def next_epoch(self):
        self.key, self.epoch, self.position, self.order = None, self.epoch + 1, 0, None

    def next(self):
        """The indices of the samples of the epoch's next batch."""
        if self.shuffle and self.key is None:
            self.key, self.random = draw_key(self.random)
        if self.order is None:
            self.order = permutation(self.samples, self.key) if self.shuffle else list(range(self.samples))
        start = self.position * self.batch_size
        self.position += 1
        return torch.tensor(self.order[start : start + self.batch_size])

    def state(self):
        """As a DataLoader's stateDict() gives it."""
        place = {"key": self.key, "epoch": self.epoch, "position": self.position}
        return {**place, "samples": self.samples, "batchSize": self.batch_size, "shuffle": self.shuffle}
