import tempfile

import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)
x = torch.randn(128, 4)
y = x[:, 0:2].square().sum(1, keepdim=True)


def start():
    model = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Dropout(0.1), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
    return model, optimizer, schedule


def train(model, optimizer, schedule, begin, end):
    for _ in range(begin, end):
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return loss.item()


path = f"{tempfile.mkdtemp()}/half-way.pt"
first = start()
begun = train(*first, 0, 1)
train(*first, 1, 50)
state = {name: part.state_dict() for name, part in zip(("model", "optimizer", "schedule"), first)}
torch.save({**state, "step": 50, "rng": torch.get_rng_state()}, path)
whole = train(*first, 50, 100)

second = start()
state = torch.load(path)
for name, part in zip(("model", "optimizer", "schedule"), second):
    part.load_state_dict(state[name])
torch.set_rng_state(state["rng"])
resumed = train(*second, state["step"], 100)
print(f"loss {begun:.3f} → {whole:.5f} in one go, {resumed:.5f} interrupted at step {state['step']}")
assert resumed == whole
assert torch.equal(second[0][0].weight, first[0][0].weight)
assert whole < 0.3 * begun
