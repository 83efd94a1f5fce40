"""A small GPT, as bench/ours/gpt.ts has it."""

from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.ln2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        parts = self.qkv(self.ln1(x)).split(width, 2)
        q, k, v = (one.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2) for one in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.out(F.gelu(self.fc(self.ln2(x))))


class Gpt(nn.Module):
    def __init__(self, task):
        super().__init__()
        width = task["width"]
        self.tok = nn.Embedding(task["vocabulary"], width)
        self.pos = nn.Embedding(task["tokens"], width)
        self.blocks = nn.Sequential(*(Block(width, task["heads"]) for _ in range(task["layers"])))
        self.ln = nn.LayerNorm(width)
        self.head = nn.Linear(width, task["vocabulary"])

    def forward(self, indices):
        x = self.tok(indices) + self.pos.weight
        return self.head(self.ln(self.blocks(x)))
