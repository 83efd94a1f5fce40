import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)
length, micro_batch, micro_batches = 10, 32, 4


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 32, batch_first=True)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        hidden, _ = self.rnn(x)
        return self.out(hidden[:, -1]).squeeze(1)


def examples(n):
    """Numbers beside marks, of which one stands in each half; the sum of the marked ones."""
    numbers, half = torch.rand(n, length), length // 2
    first = F.one_hot(torch.randint(0, half, (n,)), length)
    marks = first + F.one_hot(torch.randint(half, length, (n,)), length)
    return torch.stack([numbers, marks], 2), (numbers * marks).sum(1)


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(150):
    total = 0
    for _ in range(micro_batches):
        x, target = examples(micro_batch)
        loss = F.mse_loss(model(x), target) / micro_batches
        loss.backward()
        total += loss.detach()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()
    optimizer.zero_grad()
    if step % 15 == 0:
        print(step, total.item(), norm.item())

x, target = examples(1000)
error, variance = F.mse_loss(model(x), target).item(), target.var().item()
print(f"squared error {error:.4f}; of the average {variance:.4f}")
assert error < 0.1 * variance
