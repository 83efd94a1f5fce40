import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 16))
        self.decoder = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 784))

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        z = mean + torch.randn_like(mean) * (log_variance * 0.5).exp()
        return self.decoder(z), mean, log_variance


model = VAE().to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loader = DataLoader(MNIST("data", download=True, transform=ToTensor()), batch_size=128, shuffle=True)

for step, (images, _) in zip(range(300), loader):
    images = images.to(device)
    logits, mean, log_variance = model(images)
    error = F.binary_cross_entropy_with_logits(logits, images.flatten(1), reduction="sum")
    divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum()
    loss = (error + divergence) / len(images)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(step, loss.item())

test = DataLoader(MNIST("data", train=False, transform=ToTensor()), batch_size=1000)
images, _ = next(iter(test))
images = images.to(device)
model.eval()
with torch.no_grad():
    drawn = F.mse_loss(model(images)[0].sigmoid(), images.flatten(1)).item()
average = F.mse_loss(images.flatten(1).mean(0, keepdim=True).expand(1000, 784), images.flatten(1)).item()
print(f"error of a pixel {drawn:.4f}; of the average digit {average:.4f}")
assert drawn < 0.7 * average
