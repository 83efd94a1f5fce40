import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)
symbols, length, width, heads, depth = 4, 6, 32, 2, 2


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = (
            one.reshape(batch, tokens, heads, width // heads).transpose(1, 2)
            for one in self.qkv(self.norm1(x)).split(width, -1)
        )
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.project(attended.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(symbols, width)
        self.position = nn.Embedding(2 * length, width)
        self.blocks = nn.Sequential(*[Block() for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, symbols, bias=False)

    def forward(self, tokens):
        x = self.token(tokens) + self.position(torch.arange(tokens.shape[1]))
        return self.head(self.norm(self.blocks(x)))


model = GPT()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(300):
    numbers = torch.randint(0, symbols, (64, length))
    sorted_ = numbers.sort(1).values
    logits = model(torch.cat([numbers, sorted_], 1)[:, :-1])[:, length - 1 :]
    loss = F.cross_entropy(logits.flatten(0, 1), sorted_.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()
    if step % 30 == 0:
        print(step, loss.item())

numbers = torch.randint(0, symbols, (200, length))
tokens = numbers
with torch.no_grad():
    for _ in range(length):
        tokens = torch.cat([tokens, model(tokens)[:, -1].argmax(1, keepdim=True)], 1)
answers = tokens[:, length:]
right = (answers == numbers.sort(1).values).all(1).float().mean().item()
print(f"{numbers[0].tolist()} → {answers[0].tolist()}; {100 * right:.1f} % of 200 lists sorted")
assert right > 0.95
