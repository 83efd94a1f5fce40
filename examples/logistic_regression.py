import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
x = torch.cat([torch.randn(200, 2) + torch.tensor([1.0, 1.0]), torch.randn(200, 2) - torch.tensor([1.0, 1.0])]).to(device)
y = torch.cat([torch.ones(200, 1), torch.zeros(200, 1)]).to(device)
model = nn.Linear(2, 1).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

for step in range(100):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, loss.item())

with torch.no_grad():
    right = ((model(x) > 0) == y).float().mean()
print("weight", model.weight.tolist(), "accuracy", right.item())
assert right.item() > 0.9
