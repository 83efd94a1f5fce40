import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_default_device(device)
torch.manual_seed(0)


class Binarize(torch.autograd.Function):
    """The sign, with the gradient of clamp(-1, 1): a straight-through estimator (Bengio, Leonard & Courville 2013)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1)


class Cube(torch.autograd.Function):
    """x³, whose gradient is checked."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


assert torch.autograd.gradcheck(Cube.apply, torch.randn(3, 2, dtype=torch.float64, requires_grad=True))


class BinaryLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, Binarize.apply(self.weight), self.bias)


model = nn.Sequential(
    nn.Linear(2, 32), nn.ReLU(),
    BinaryLinear(32, 32), nn.BatchNorm1d(32), nn.ReLU(),
    nn.Linear(32, 1),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x = torch.randn(256, 2)
y = (x[:, 0] * x[:, 1] > 0).float().unsqueeze(1)
for step in range(200):
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item())

right = ((model(x) > 0) == y).float().mean().item()
weights = Binarize.apply(model[2].weight).unique()
print(f"{100 * right:.1f} % of the quadrants with weights", weights.tolist())
assert right > 0.9
assert weights.tolist() == [-1, 1]
