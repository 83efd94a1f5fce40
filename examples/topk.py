import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loader = DataLoader(MNIST("data", download=True, transform=ToTensor()), batch_size=128, shuffle=True)
for step, (images, labels) in enumerate(loader):
    images, labels = images.to(device), labels.to(device)
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item())
    if step == 200:
        break


def hits(logits, labels, k):
    """How many labels are among the k most probable classes."""
    return (logits.topk(k, dim=1).indices == labels.unsqueeze(1)).any(1).sum()


test = DataLoader(MNIST("data", train=False, transform=ToTensor()), batch_size=1000)
top1, top3, taken = 0, 0, torch.zeros(100, device=device)
with torch.no_grad():
    for images, labels in test:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        top1 += hits(logits, labels, 1)
        top3 += hits(logits, labels, 3)
        taken += (labels * 10 + logits.argmax(1)).bincount(minlength=100)
for digit, row in enumerate(taken.reshape(10, 10).int().tolist()):
    print(digit, row)
one, three = top1.item() / 100, top3.item() / 100
print(f"top-1 {one:.1f} %, top-3 {three:.1f} %")
assert one > 85 and three > 95 and taken.sum() == 10_000
