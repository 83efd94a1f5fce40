import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 32, 5, padding=2), nn.ReLU(),
    nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(32, 10),
).to(device)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
loader = DataLoader(MNIST("data", download=True, transform=ToTensor()), batch_size=64, shuffle=True)
for step, (digits, labels) in enumerate(loader):
    digits, labels = digits.to(device), labels.to(device)
    loss = F.cross_entropy(model(digits), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, loss.item())
    if step == 100:
        break


def grad_cam(digits):
    """How much each place of the last features speaks for the class that is most probable, from 0 to 1."""
    seen = {}
    hooks = [
        model[4].register_forward_hook(lambda module, inputs, output: seen.update(features=output)),
        model[4].register_full_backward_hook(lambda module, _, gradients: seen.update(slopes=gradients[0])),
    ]
    model(digits).max(1).values.sum().backward()
    for hook in hooks:
        hook.remove()
    weights = seen["slopes"].mean([2, 3], keepdim=True)
    heat = (seen["features"] * weights).sum(1, keepdim=True).relu()
    large = F.interpolate(heat, size=28, mode="bilinear")
    return (large / (large.amax([1, 2, 3], keepdim=True) + 1e-8)).detach()


digits, _ = next(iter(DataLoader(MNIST("data", train=False, transform=ToTensor()), batch_size=8)))
digits = digits.to(device)
heat, ink = grad_cam(digits), (digits > 0.5).float()
on, off = ((heat * mask).sum() / mask.sum() for mask in (ink, 1 - ink))
pictures = torch.stack([digits, heat], 1).reshape(16, 28, 28).cpu()
for place, picture in enumerate(pictures):
    plt.subplot(2, 8, place + 1).imshow(picture)
plt.savefig("gradcam.png")
print(f"heat on the ink {on:.2f}, beside it {off:.2f}")
assert on > 1.2 * off
