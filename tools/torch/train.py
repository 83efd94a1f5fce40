"""A training loop that takes up a run of Descent: on this machine's processors or GPU, or on many (torchrun)."""

import os
import time

import torch
import torch.distributed as dist
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

import checkpoint
import data
import networks
import optimizers
from history import History


class Process:
    """Which of how many processes this is, and where it computes; the only one if torchrun did not start it."""

    def __init__(self):
        self.rank, self.count = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
        if "RANK" in os.environ:
            dist.init_process_group("nccl" if cuda else "gloo")

    def sum(self, value):
        """The sum of what the processes hold."""
        if dist.is_initialized():
            dist.all_reduce(value)
        return value

    def leave(self):
        if dist.is_initialized():
            dist.destroy_process_group()


class Run:
    """What a checkpoint holds, as PyTorch's objects. Parts of other names are written back as they were."""

    def __init__(self, parts, random, pictures, args, process):
        self.parts, self.process = parts, process
        self.images, self.labels = pictures
        self.test = data.read(args.test, "test", args.seed) if args.test and process.rank == 0 else None
        self.normalize, self.schedule_per_epoch = args.normalize, args.per == "epoch"
        self.net = networks.make(args.model)
        try:
            self.net.load_state_dict(self.saved("model"))
        except RuntimeError as error:
            raise SystemExit(f"The checkpoint's model is no {args.model}: {error}") from error
        self.net.to(process.device)
        self.restore_optimizer(args)
        self.step = self.saved("step") if "step" in parts else 0
        # What epochs() keeps; a loop of another kind has none.
        self.history = History(self.saved("run")) if "run" in parts else None
        samples = len(self.labels)
        state = self.saved("loader") if "loader" in parts else data.fresh_loader(samples, args.batch, args.shuffle)
        if state["samples"] != samples:
            raise SystemExit(f"The run's loader goes through {state['samples']} samples, and {args.data} has {samples}")
        self.loader = data.Loader(state, random, args.drop_last)

    def saved(self, name):
        if name not in self.parts:
            raise SystemExit(f"The checkpoint holds {', '.join(self.parts)}, and no {name}")
        return self.parts[name][1]

    def restore_optimizer(self, args):
        saved = self.saved("optimizer")
        kind = args.optimizer or optimizers.kind_of(saved)
        if kind is None:
            raise SystemExit("Adam and AdamW remember the same: say --optimizer Adam or --optimizer AdamW")
        self.optimizer = optimizers.make_optimizer(kind, saved["paramGroups"], self.net)
        self.steps_taken = {int(number): entry["step"] for number, entry in saved["state"].items()}
        if ("schedule" in self.parts) != (args.schedule is not None):
            has = "has a schedule: say which, as in --schedule 'OneCycleLR(max_lr=0.005, total_steps=1404)'"
            raise SystemExit(f"The run {has if args.schedule is None else 'has no schedule: leave --schedule out'}")
        self.schedule = optimizers.make_schedule(args.schedule, self.optimizer) if args.schedule else None
        # Behind the making of a schedule, which sets learning rates.
        optimizers.load_optimizer(self.optimizer, saved)
        if self.schedule is not None:
            optimizers.load_schedule(self.schedule, self.optimizer, self.saved("schedule"))

    def share_of(self, net, indices):
        """This process's shares of a batch's loss and accuracy: those of all, added up, are the means."""
        own = indices[self.process.rank :: self.process.count]
        images = data.as_input(self.images[own], self.normalize).to(self.process.device)
        labels = self.labels[own].to(self.process.device)
        logits = net(images)
        right = (logits.detach().argmax(1) == labels).sum()
        return F.cross_entropy(logits, labels, reduction="sum") / len(indices), right / len(indices)

    def train(self, steps):
        net = DistributedDataParallel(self.net) if dist.is_initialized() else self.net
        net.train()
        if self.loader.at_end:
            self.end_epoch()
        for _ in range(steps):
            start = time.perf_counter()
            indices = self.loader.next()
            if len(indices) < self.process.count:
                raise SystemExit(f"A batch of {len(indices)} cannot be shared by {self.process.count} processes")
            loss, right = self.share_of(net, indices)
            # DistributedDataParallel takes the mean of the processes' gradients; wanted is their sum.
            (loss * self.process.count).backward()
            for number, parameter in enumerate(self.net.parameters()):
                if parameter.grad is not None:
                    self.steps_taken[number] = self.steps_taken.get(number, 0) + 1
            self.optimizer.step()
            self.optimizer.zero_grad()
            if self.schedule is not None and (not self.schedule_per_epoch or self.loader.at_end):
                self.schedule.step()
            self.step += 1
            means = self.process.sum(torch.stack([loss.detach(), right])).tolist()
            self.say(f"step {self.step}: loss {means[0]:.7g}")
            if self.history is not None:
                values = {"loss": means[0], "accuracy": means[1]}
                self.history.add(values, len(indices), time.perf_counter() - start)
            if self.loader.at_end:
                self.end_epoch()

    def end_epoch(self):
        self.loader.next_epoch()
        tested = self.evaluate() if self.test is not None else {}
        if tested:
            self.say(f"test: loss {tested['testLoss']:.7g}, accuracy {100 * tested['testAccuracy']:.2f} %")
        if self.history is not None:
            self.history.end_epoch(tested)

    def evaluate(self):
        """What evaluate() measures, under the names that epochs() gives it. One process has the running statistics that are saved."""
        images, labels = self.test
        self.net.eval()
        loss = right = 0
        with torch.no_grad():
            for pixels, classes in zip(images.split(1000), labels.split(1000)):
                logits = self.net(data.as_input(pixels, self.normalize).to(self.process.device)).cpu()
                loss += F.cross_entropy(logits, classes, reduction="sum").item()
                right += (logits.argmax(1) == classes).sum().item()
        self.net.train()
        return {"testLoss": loss / len(labels), "testAccuracy": right / len(labels)}

    def say(self, line):
        if self.process.rank == 0:
            print(line, flush=True)

    def save(self, path):
        """Writes the parts that there were: load() wants no other ones."""
        state = {
            "model": self.net.state_dict(),
            "optimizer": optimizers.optimizer_state(self.optimizer, self.steps_taken),
            "loader": self.loader.state(),
        }
        if self.schedule is not None:
            state["schedule"] = optimizers.schedule_state(self.schedule)
        parts = {name: (kind, state.get(name, value)) for name, (kind, value) in self.parts.items()}
        if self.history is not None:
            parts["run"] = ("state", self.history.state(self.step))
            parts = self.with_row(parts)
        checkpoint.write(path, {**parts, "step": ("value", self.step)}, self.loader.random)

    def with_row(self, parts):
        """The values of the last epoch stand in a checkpoint where it was made at the end of one: by them the best is known."""
        rows = self.history.rows
        of_rows = {name for row in rows for name in row}
        parts = {name: part for name, part in parts.items() if part[0] == "state" or name not in of_rows}
        if rows and self.loader.position == 0:
            parts.update((name, ("value", value)) for name, value in rows[-1].items())
        return parts
