"""The twin of lenet.ts; and its network for tools/torch: --model examples/lenet.py:make."""

import pathlib

import torch
import torch.nn.functional as F
from torch import nn


def make():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def main():
    from torch.utils.data import DataLoader
    from torchvision import transforms
    from torchvision.datasets import MNIST

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    model = make().to(device)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.1307, 0.3081)])
    data = MNIST("data", download=True, transform=transform)
    loader = DataLoader(data, batch_size=128, shuffle=True, drop_last=True)
    test_loader = DataLoader(MNIST("data", train=False, transform=transform), batch_size=500)

    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=3 * len(loader))
    path, first = pathlib.Path("runs/lenet.pt"), 0
    if path.exists():
        state = torch.load(path)
        first = state["epoch"]
        for name, part in (("model", model), ("optimizer", optimizer), ("schedule", schedule)):
            part.load_state_dict(state[name])

    for epoch in range(first, 3):
        for step, (images, labels) in enumerate(loader):
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            if step % 100 == 0:
                accuracy = (logits.argmax(1) == labels).float().mean()
                print(epoch, step, loss.item(), accuracy.item())
        model.eval()
        with torch.no_grad():
            right = sum((model(x.to(device)).argmax(1) == y.to(device)).sum().item() for x, y in test_loader)
        model.train()
        print(f"{right / 100:.2f} % of the test set")
        path.parent.mkdir(exist_ok=True)
        parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
        torch.save({"epoch": epoch + 1, **{name: part.state_dict() for name, part in parts.items()}}, path)
    assert right / 100 > 97


if __name__ == "__main__":
    main()
