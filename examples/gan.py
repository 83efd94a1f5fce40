import math

import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)


def mlp(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, 64), nn.LeakyReLU(0.2),
        nn.Linear(64, 64), nn.LeakyReLU(0.2),
        nn.Linear(64, outputs),
    )  # fmt: skip


generator, discriminator = mlp(2, 2), mlp(2, 1)
optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.9))


def ring(n):
    angle = torch.rand(n) * 2 * math.pi
    return torch.stack([angle.cos(), angle.sin()], 1) * 2 + torch.randn(n, 2) * 0.05


for step in range(800):
    real, fake = ring(128), generator(torch.randn(128, 2))
    loss_d = F.binary_cross_entropy_with_logits(discriminator(real), torch.ones(128, 1))
    loss_d += F.binary_cross_entropy_with_logits(discriminator(fake.detach()), torch.zeros(128, 1))
    optimizer_d.zero_grad()
    loss_d.backward()
    optimizer_d.step()

    loss_g = F.binary_cross_entropy_with_logits(discriminator(fake), torch.ones(128, 1))
    optimizer_g.zero_grad()
    loss_g.backward()
    optimizer_g.step()
    if step % 100 == 0:
        print(step, loss_d.item(), loss_g.item())

with torch.no_grad():
    radius = generator(torch.randn(1000, 2)).norm(dim=1)
print(f"radius {radius.mean():.2f} ± {radius.std():.2f}, where 2.00 ± 0.05 was to be learned")
assert abs(radius.mean() - 2) < 0.3 and radius.std() < 0.5
