"""A training loop that takes up a run of Descent: on this machine's processors or GPU, or on many (torchrun)."""

import os

import torch
import torch.distributed as dist
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

import checkpoint
import data
import networks
import optimizers


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
        self.normalize, self.schedule_per_epoch = args.normalize, args.per == "epoch"
        self.net = networks.make(args.model)
        try:
            self.net.load_state_dict(self.saved("model"))
        except RuntimeError as error:
            raise SystemExit(f"The checkpoint's model is no {args.model}: {error}") from error
        self.net.to(process.device)
        self.restore_optimizer(args)
        self.step = self.saved("step") if "step" in parts else 0
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

    def loss_of(self, net, indices):
        """This process's share of the loss of a batch: the shares of all, added up, are its mean."""
        own = indices[self.process.rank :: self.process.count]
        images = data.as_input(self.images[own], self.normalize).to(self.process.device)
        labels = self.labels[own].to(self.process.device)
        return F.cross_entropy(net(images), labels, reduction="sum") / len(indices)

    def train(self, steps):
        net = DistributedDataParallel(self.net) if dist.is_initialized() else self.net
        net.train()
        for _ in range(steps):
            indices = self.loader.next()
            if len(indices) < self.process.count:
                raise SystemExit(f"A batch of {len(indices)} cannot be shared by {self.process.count} processes")
            share = self.loss_of(net, indices)
            # DistributedDataParallel takes the mean of the processes' gradients; wanted is their sum.
            (share * self.process.count).backward()
            for number, parameter in enumerate(self.net.parameters()):
                if parameter.grad is not None:
                    self.steps_taken[number] = self.steps_taken.get(number, 0) + 1
            self.optimizer.step()
            self.optimizer.zero_grad()
            if self.schedule is not None and (not self.schedule_per_epoch or self.loader.position == self.loader.length):
                self.schedule.step()
            self.step += 1
            loss = self.process.sum(share.detach().clone()).item()
            if self.process.rank == 0:
                print(f"step {self.step}: loss {loss:.7g}", flush=True)

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
        checkpoint.write(path, {**parts, "step": ("value", self.step)}, self.loader.random)
