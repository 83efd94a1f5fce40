import torch
import torch.nn.functional as F
from torch import nn

body_device, head_device = "cuda" if torch.cuda.is_available() else "cpu", "cpu"
torch.manual_seed(0)
body = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU()).to(body_device)
head = nn.Linear(32, 1).to(head_device)
optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()], lr=0.02)
assert (body[0].weight.device.type, head.weight.device.type) == (body_device, head_device)

x = torch.randn(256, 2)
y = (x.square().sum(1, keepdim=True) > 1.4).float()
there = x.to(body_device)
for step in range(100):
    features = body(there).to(head_device)
    loss = F.binary_cross_entropy_with_logits(head(features), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, loss.item())

logits = head(body(there).to(head_device))
right = ((logits > 0) == y).float().mean().item()
print(f"{100 * right:.1f} %, with the body on {body_device} and the head on {head_device}")
assert right > 0.95
