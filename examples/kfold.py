import copy
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)
per_class, folds, patience = 100, 5, 10
turn = torch.linspace(0.25, 1, per_class) * 2 * math.pi
arm = torch.stack([turn.cos() * turn, turn.sin() * turn], 1) / 4
x = torch.cat([arm, -arm]) + torch.randn(2 * per_class, 2) * 0.05
y = F.one_hot(torch.cat([torch.zeros(per_class), torch.ones(per_class)]).long(), 2).float()


@torch.no_grad()
def accuracy_of(model, rows):
    return (model(x[rows]).argmax(1) == y[rows].argmax(1)).float().mean().item()


def fit(train, held):
    model = nn.Sequential(
        nn.Linear(2, 32), nn.Tanh(),
        nn.Linear(32, 32), nn.Tanh(),
        nn.Linear(32, 2),
    )  # fmt: skip
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.95))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    best, state, epoch, waited = 0, copy.deepcopy(model.state_dict()), 0, 0
    while waited < patience and epoch < 60:
        for batch in train[torch.randperm(len(train))].split(32):
            loss = F.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            ema.update_parameters(model)
        now = accuracy_of(model, held)
        waited = 0 if now > best else waited + 1
        if now > best:
            best, state = now, copy.deepcopy(model.state_dict())
        epoch += 1
    model.load_state_dict(state)
    return {"epochs": epoch, "best": accuracy_of(model, held), "averaged": accuracy_of(ema.module, held)}


parts = torch.randperm(2 * per_class).chunk(folds)
total = averaged = 0
for i, held in enumerate(parts):
    result = fit(torch.cat([part for j, part in enumerate(parts) if j != i]), held)
    print(f"fold {i}", result)
    total += result["best"] / folds
    averaged += result["averaged"] / folds
print(f"{100 * total:.1f} % over {folds} folds; of averaged weights {100 * averaged:.1f} %")
assert total > 0.9 and averaged > 0.85
