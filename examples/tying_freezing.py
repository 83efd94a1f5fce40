import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)
vocabulary = 20


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 32)
        self.body = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 32))
        self.head = nn.Linear(32, vocabulary)
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        return self.head(self.body(self.embedding(tokens)))


def learn(model, shift, lr):
    """Learns what `shift` tokens further is."""
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr)
    for step in range(200):
        tokens = torch.randint(0, vocabulary, (64,))
        target = (tokens + shift) % vocabulary
        logits = model(tokens)
        loss = F.cross_entropy(logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(step, loss.item())
    return (logits.argmax(1) == target).float().mean().item()


model = Model()
names, learned = len(model.state_dict()), len(list(model.parameters()))
print(f"{names} names, {learned} parameters")
assert (names, learned) == (7, 6)
assert learn(model, 3, 0.01) > 0.95
assert model.head.weight is model.embedding.weight

model.requires_grad_(False)
model.head = nn.Linear(32, vocabulary)
before = model.body[0].weight.clone()
right = learn(model, 7, 0.03)
print(f"the new head is right in {100 * right:.1f} %")
assert right > 0.95
assert torch.equal(model.body[0].weight, before)
