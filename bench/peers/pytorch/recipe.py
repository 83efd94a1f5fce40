"""Follows a recipe of bench/cases/recipes.ts. Arguments: how many threads, the recipe, the seed, the folder with the pictures."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from network import build


def read(folder, split):
    images = np.fromfile(folder / f"{split}-images", np.uint8).reshape(-1, 1, 28, 28)
    labels = np.fromfile(folder / f"{split}-labels", np.uint8)
    return torch.from_numpy(images), torch.from_numpy(labels).long()


def main(threads, recipe, seed, folder):
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    net = build(recipe["layers"])
    images, labels = read(folder, "train")
    test_images, test_labels = read(folder, "test")
    batch, epochs, rate = recipe["batch"], recipe["epochs"], recipe["maxLr"]
    batches = len(images) // batch

    def scaled(pixels):
        return (pixels.float() / 255 - recipe["mean"]) / recipe["std"]

    if recipe["optimizer"] == "Adam":
        optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    else:
        optimizer = torch.optim.SGD(
            net.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=recipe["weightDecay"]
        )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * batches)
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        order, total = torch.randperm(len(images)), 0.0
        net.train()
        for chosen in order[: batches * batch].split(batch):
            # Whole batches at once: a torchvision transform and a DataLoader, picture by picture, take longer.
            pixels = images[chosen]
            if recipe["flip"]:
                pixels = torch.where(torch.rand(batch, 1, 1, 1) < 0.5, pixels.flip(3), pixels)
            loss = F.cross_entropy(net(scaled(pixels)), labels[chosen])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.item()
        seconds = time.perf_counter() - start
        net.eval()
        with torch.no_grad():
            right = sum(
                (net(scaled(pixels)).argmax(1) == classes).sum().item()
                for pixels, classes in zip(test_images.split(1000), test_labels.split(1000))
            )
        accuracy = 100 * right / len(test_labels)
        print(json.dumps({"epoch": epoch, "loss": total / batches, "accuracy": accuracy, "seconds": seconds}), flush=True)


main(int(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
