"""The same as bench/gpu.ts in PyTorch on CUDA, float32 without and with TF32: python3 gpu.py [PARTS...] [--help]. One line of JSON a figure."""

import argparse
import datetime
import json
import statistics
import sys
import time

CONVOLUTIONS = [  # channels in, out, kernel, stride, padding, side of the pictures, for a network that sees 224
    (1, 64, 7, 2, 3, 224),
    (64, 64, 3, 1, 1, 56),
    (64, 128, 3, 2, 1, 56),
    (128, 128, 3, 1, 1, 28),
    (64, 128, 1, 2, 0, 56),
    (128, 256, 3, 2, 1, 28),
    (256, 256, 3, 1, 1, 14),
    (128, 256, 1, 2, 0, 28),
    (256, 512, 3, 2, 1, 14),
    (512, 512, 3, 1, 1, 7),
    (256, 512, 1, 2, 0, 14),
]
GROUP_S, SLOW_S, LEAST_GROUPS = 0.03, 0.4, 3
# Floating-point operations of a training step for one picture of 224 × 224, products of forward and both gradients, as costOf() in
# cases/network.ts counts them; a test compares.
STEP_FLOPS = {"resnet18": 10_330_667_008, "alexnet": 5_561_132_544}


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def digits(value, count=4):
    return float(f"{value:.{count}g}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="adapter, resnet18, products, alexnet, convolutions, lenet, memory (all)")
    parser.add_argument("--seconds", type=float, help="for each case (1.5)")
    parser.add_argument("--limit", type=float, default=480, help="seconds for the whole")
    parser.add_argument("--small", action="store_true", help="small pictures, batches and matrices, also without CUDA: does it work?")
    parser.add_argument("--channels-last", action="store_true", help="pictures and filters with their channels last, as Descent has them")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        import torch
    except ImportError:
        sys.exit("gpu.py: this Python has no PyTorch: `pip install torch`, or take another python3.")
    if not torch.cuda.is_available() and not options.small:
        sys.exit("gpu.py: this PyTorch sees no CUDA device; --small computes on the processor, to see that it works.")
    Bench(torch, options).run()


class Bench:
    """Everything that is measured."""

    def __init__(self, torch, options):
        self.torch, self.options = torch, options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.end = time.perf_counter() + options.limit
        self.seconds = options.seconds or (0.3 if options.small else 1.5)
        self.side = 64 if options.small else 224
        self.batches = [1] if options.small else [32, 1, 128]
        self.format = torch.channels_last if options.channels_last else torch.contiguous_format
        self.who = "torch"

    def run(self):
        torch = self.torch
        for tf32 in (False, True) if self.device == "cuda" else (False,):
            self.who = "torch tf32" if tf32 else "torch"
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
            for name, part in self.parts():
                wanted = self.options.parts
                if wanted and not any(name.startswith(one) for one in wanted):
                    continue
                if time.perf_counter() > self.end:
                    say(who=self.who, name=name, error=f"not begun: {self.options.limit:g} s were over")
                    continue
                self.attempt(name, part)
                if self.device == "cuda":
                    torch.cuda.empty_cache()

    def parts(self):
        small = self.options.small
        yield "adapter", self.adapter
        for batch in self.batches:
            yield f"resnet18-{batch}", lambda batch=batch: self.steps("resnet18", batch, self.side)
        yield "products", lambda: self.products([256, 512] if small else [4096, 1024, 2048, 8192])
        for batch in self.batches:
            yield f"alexnet-{batch}", lambda batch=batch: self.steps("alexnet", batch, 224)
        yield f"convolutions-{self.batches[0]}", lambda: self.convolutions(self.batches[0])
        yield "lenet", lambda: self.lenet(256 if small else 60_000)
        yield "memory-eager", lambda: self.memory(max(self.batches))
        for batch in self.batches[1:]:
            yield f"convolutions-{batch}", lambda batch=batch: self.convolutions(batch)

    def attempt(self, name, body):
        """Does what a line is about; what fails becomes a line, too, and the next case goes on."""
        try:
            body()
        except Exception as error:
            say(who=self.who, name=name, error=str(error)[:300])
            if self.device == "cuda":
                self.torch.cuda.empty_cache()

    def sync(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def group(self, run, count):
        self.sync()
        start = time.perf_counter()
        for _ in range(count):
            run()
        self.sync()
        return time.perf_counter() - start

    def measure(self, run):
        """Milliseconds of one turn, as gpu.ts takes them: what a longer group of turns takes more than a shorter."""
        first = self.group(run, 1)
        short = 1
        while True:
            few = self.group(run, short)
            if few / short > SLOW_S:
                long = short + 1
                break
            turn = max((self.group(run, 3 * short) - few) / (2 * short), 1e-6)
            if turn * short >= GROUP_S or short >= 4096:
                long = 3 * short
                break
            short = min(4 * short, -int(-GROUP_S // turn))
        slow, times, end = few / short > SLOW_S, [], time.perf_counter() + self.seconds
        pairs = 0
        while pairs < LEAST_GROUPS or time.perf_counter() < end:
            less, more = self.group(run, short), self.group(run, long)
            times += [less / short, more / long] if slow else [(more - less) / (long - short)]
            pairs += 1
        return 1e3 * statistics.median(times), {"first_ms": digits(1e3 * first), "groups": len(times)}

    def figure(self, name, run, flops):
        def body():
            ms, rest = self.measure(run)
            say(who=self.who, name=name, ms=digits(ms), tflops=digits(flops / ms / 1e9), **rest)

        self.attempt(name, body)

    def adapter(self):
        torch = self.torch
        name = torch.cuda.get_device_name(0) if self.device == "cuda" else "the processor"
        cuda = f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}" if self.device == "cuda" else ""
        layout = "channels last" if self.options.channels_last else "channels first"
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        say(who=self.who, name="adapter", description=f"{name}, PyTorch {torch.__version__}{cuda}, {layout}", date=now)
        if self.device == "cuda":
            count = 2**26
            x = torch.randn(count, device=self.device)
            ms, _ = self.measure(lambda: -x)
            say(who=self.who, name="peak, copy", ms=digits(ms), gbs=digits(8 * count / ms / 1e6))

    def products(self, sizes):
        for n in sizes:
            a, b = (self.torch.randn(n, n, device=self.device) for _ in range(2))
            self.figure(f"product {n}", lambda: a @ b, 2 * n**3)

    def convolutions(self, batch):
        backward = self.torch.ops.aten.convolution_backward
        shapes = CONVOLUTIONS[:3] if self.options.small else CONVOLUTIONS
        before, self.seconds = self.seconds, self.seconds / 4
        for inputs, outputs, kernel, stride, padding, at224 in shapes:
            side = at224 * self.side // 224
            x, w = self.images(batch, inputs, side, side), self.images(outputs, inputs, kernel, kernel)
            conv = lambda: self.torch.conv2d(x, w, None, stride, padding)
            dy = self.torch.randn_like(conv())
            behind = dy.shape[-1]

            def gradient(mask):
                one = [1, 1]
                return lambda: backward(dy, x, w, None, [stride] * 2, [padding] * 2, one, False, [0, 0], 1, mask)

            results = {"y": conv, "dx": gradient([True, False, False]), "dw": gradient([False, True, False])}
            for result, run in results.items():
                if result == "dx" and inputs == 1:
                    continue
                title = f"conv {kernel}×{kernel} {inputs}→{outputs}, {side}²→{behind}², batch {batch}, {result}"
                self.figure(title, run, 2 * batch * behind**2 * outputs * inputs * kernel**2)
        self.seconds = before

    def images(self, *shape):
        return self.torch.randn(*shape, device=self.device).contiguous(memory_format=self.format)

    def training(self, name, batch, side):
        """One step of Adam on made-up pictures."""
        torch = self.torch
        torch.manual_seed(1)
        net = NETWORKS[name](torch.nn).to(self.device, memory_format=self.format)
        adam = torch.optim.Adam(net.parameters(), lr=1e-4)
        x, y = self.images(batch, 1, side, side), torch.arange(batch, device=self.device) % 10

        def step():
            loss = torch.nn.functional.cross_entropy(net(x), y)
            loss.backward()
            adam.step()
            adam.zero_grad()
            return loss

        return step

    def steps(self, name, batch, side):
        flops = STEP_FLOPS[name] * (side / 224) ** 2 * batch
        self.figure(f"{name} step, {side}², batch {batch}", self.training(name, batch, side), flops)

    def lenet(self, count):
        torch, batch = self.torch, 128
        torch.manual_seed(1)
        net = lenet(torch.nn).to(self.device, memory_format=self.format)
        adam = torch.optim.Adam(net.parameters(), lr=1e-3)
        pixels = torch.arange(count * 784, device=self.device).mul(7919).bitwise_right_shift(3).bitwise_and(255)
        pictures = pixels.to(torch.uint8).view(count, 1, 28, 28)
        labels = torch.arange(count, device=self.device) % 10

        def epoch():
            order = torch.randperm(count, device=self.device)
            for rows in order[: count - count % batch].split(batch):
                x = pictures[rows].float().div(255).sub(0.1307).div(0.3081).contiguous(memory_format=self.format)
                loss = torch.nn.functional.cross_entropy(net(x), labels[rows])
                loss.backward()
                adam.step()
                adam.zero_grad()

        # The second epoch counts, as in gpu.ts.
        epoch()
        seconds = self.group(epoch, 1)
        say(who=self.who, name=f"lenet epoch, {count} digits, batch {batch}", ms=digits(1e3 * seconds), step_ms=digits(1e3 * seconds / (count // batch)))

    def memory(self, batch):
        if self.device != "cuda":
            return
        cuda = self.torch.cuda
        cuda.empty_cache()
        cuda.reset_peak_memory_stats()
        before = cuda.memory_allocated()
        step = self.training("alexnet", batch, 224)
        for _ in range(3):
            step()
        self.sync()
        say(who=self.who, name=f"alexnet memory, batch {batch}", tensor_bytes=cuda.max_memory_allocated() - before, buffer_bytes=cuda.max_memory_reserved())


def resnet18(nn):
    class Residual(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            half = inputs != outputs
            self.body = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, 2 if half else 1, 1),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
                nn.Conv2d(outputs, outputs, 3, 1, 1),
                nn.BatchNorm2d(outputs),
            )
            self.shortcut = nn.Conv2d(inputs, outputs, 1, 2) if half else nn.Identity()

        def forward(self, x):
            return (self.body(x) + self.shortcut(x)).relu()

    widths = [(64, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512)]
    return nn.Sequential(
        *(nn.Conv2d(1, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        *(Residual(*width) for width in widths),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)),
    )


def alexnet(nn):
    return nn.Sequential(
        *(nn.Conv2d(1, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(96, 256, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(256, 384, 3, 1, 1), nn.ReLU(), nn.Conv2d(384, 384, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten()),
        *(nn.Linear(6400, 4096), nn.ReLU(), nn.Dropout(0.5)),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 10)),
    )


def lenet(nn):
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


NETWORKS = {"resnet18": resnet18, "alexnet": alexnet}

if __name__ == "__main__":
    main()
