"""What the worker can do: each function sets a task up and returns one that does it so many times."""

import torch
from gpt import Gpt
from network import build
from torch.nn import functional as F


def line(task):
    x = torch.tensor([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]])
    target = torch.tensor([[13.57, 38.7, 70.51]])
    w = torch.tensor([[0.001, 0.003]], requires_grad=True)
    b = torch.tensor([0.005], requires_grad=True)
    eta = 0.0001

    def run(count):
        for _ in range(count):
            y = w @ x + b
            loss = (y - target) ** 2 / 2
            loss.sum().backward()
            with torch.no_grad():
                w.sub_(w.grad * eta)
                b.sub_(b.grad * eta)
            w.grad = None
            b.grad = None

    return run


def training(task):
    net = build(task["layers"])
    x = torch.randn(task["input"])
    classes = torch.arange(len(x)) % 10
    target = F.one_hot(classes, 10).float()
    optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[task["optimizer"]](
        net.parameters(), lr=task["lr"]
    )

    def run(count):
        for _ in range(count):
            y = net(x)
            if task["loss"] == "squares":
                loss = ((y - target) ** 2 / 2).sum()
            else:
                loss = F.cross_entropy(y, classes)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            loss.item()

    return run


def gpt(task):
    net = Gpt(task)
    x, y = torch.randint(task["vocabulary"], (2, task["batch"], task["tokens"]))
    optimizer = torch.optim.AdamW(net.parameters(), lr=task["lr"])

    def run(count):
        for _ in range(count):
            loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            loss.item()

    return run


def convolution(task):
    stride, padding, size = [task["stride"]] * 2, [task["padding"]] * 2, task["size"]
    x = torch.randn(1, task["inputs"], size, size)
    w = torch.randn(task["outputs"], task["inputs"], task["kernel"], task["kernel"])
    dy = torch.randn_like(F.conv2d(x, w, None, stride, padding))
    wanted = [task["direction"] == "input", task["direction"] == "filter", False]

    def run(count):
        with torch.no_grad():
            for _ in range(count):
                if task["direction"] == "forward":
                    F.conv2d(x, w, None, stride, padding)
                else:
                    torch.ops.aten.convolution_backward(
                        dy, x, w, None, stride, padding, [1, 1], False, [0, 0], 1, wanted
                    )

    return run


def product(task):
    def operand(rows, columns, transposed):
        return torch.randn(columns, rows).t() if transposed else torch.randn(rows, columns)

    a = operand(task["m"], task["k"], task["transposeA"])
    b = operand(task["k"], task["n"], task["transposeB"])

    def run(count):
        for _ in range(count):
            a @ b

    return run


def adam(task):
    parameters = [torch.randn(shape, requires_grad=True) for shape in task["shapes"]]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.01
    optimizer = torch.optim.Adam(parameters, lr=1e-4)

    def run(count):
        for _ in range(count):
            optimizer.step()

    return run


def copy(task):
    x = torch.randn(task["count"])
    # Into memory that is there: a new array of this size would measure the system's page faults.
    y = torch.zeros_like(x)

    def run(count):
        for _ in range(count):
            torch.neg(x, out=y)

    return run


def order(task):
    x = torch.randn(task["count"])
    operation = {
        "sort": lambda: x.sort(),
        "topk": lambda: x.topk(100),
        "cumsum": lambda: x.cumsum(0),
    }[task["operation"]]

    def run(count):
        for _ in range(count):
            operation()

    return run
