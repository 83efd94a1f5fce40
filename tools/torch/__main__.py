"""PyTorch's side of Descent's files:

    pip install -r tools/torch/requirements.txt --extra-index-url https://download.pytorch.org/whl/cpu
    python tools/torch names resnet18                                        # what its state dict holds
    python tools/torch init resnet18 --out weights.safetensors               # drawn by PyTorch, for readSafetensors()
    python tools/torch logits resnet18 --weights weights.safetensors --input pictures.safetensors
    python tools/torch continue run.safetensors --model lenet --data mnist/ --steps 1000
    torchrun --nproc_per_node 2 tools/torch continue run.safetensors …       # on two processes, or many machines

docs/past_one_machine.md shows a run that leaves and comes home.
"""

import argparse

import torch
from safetensors.torch import load_file, save_file

import checkpoint
import data
import networks
import optimizers
import train


def weights_from(path):
    """A state dict from a safetensors file, a checkpoint of Descent, or a .pth file of PyTorch."""
    if not path.endswith(".safetensors"):
        return torch.load(path, map_location="cpu", weights_only=True)
    if not checkpoint.is_checkpoint(path):
        return load_file(path)
    parts, _ = checkpoint.read(path)
    return parts["model"][1]


def save_weights(path, state):
    if not path.endswith(".safetensors"):
        torch.save(state, path)
        return
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)


def names(args):
    for name, tensor in networks.make(args.model).state_dict().items():
        print(f"{name} {list(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}")


def init(args):
    torch.manual_seed(args.seed)
    save_weights(args.out, networks.make(args.model).state_dict())


def logits(args):
    net = networks.make(args.model)
    net.load_state_dict(weights_from(args.weights))
    with torch.no_grad():
        answer = net.eval()(load_file(args.input)["images"])
    if args.out:
        save_file({"logits": answer}, args.out)
    else:
        for row in answer:
            print(" ".join(f"{value:.6g}" for value in row.tolist()))


def start(args):
    """A run that begins here."""
    torch.manual_seed(args.seed)
    net = networks.make(args.model)
    optimizer = getattr(torch.optim, args.optimizer)(net.parameters(), lr=args.lr)
    pictures = data.read(args.data, seed=args.seed)
    parts = {"model": ("state", net.state_dict())}
    if args.schedule:
        parts["schedule"] = ("state", optimizers.schedule_state(optimizers.make_schedule(args.schedule, optimizer)))
    parts["optimizer"] = ("state", optimizers.optimizer_state(optimizer, {}))
    parts["loader"] = ("state", data.fresh_loader(len(pictures[1]), args.batch, args.shuffle))
    follow(parts, {"seed": [args.seed, 0], "offset": 0}, pictures, args)


def go_on(args):
    """A run of Descent that goes on here."""
    torch.manual_seed(args.seed)
    follow(*checkpoint.read(args.checkpoint), data.read(args.data, seed=args.seed), args)


def follow(parts, random, pictures, args):
    process = train.Process()
    try:
        run = train.Run(parts, random, pictures, args, process)
        run.train(args.steps)
        if process.rank == 0:
            run.save(args.out)
    finally:
        process.leave()


def main():
    parser = argparse.ArgumentParser(
        prog="python tools/torch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)

    def command(name, function, help):
        one = commands.add_parser(name, help=help)
        one.set_defaults(function=function)
        return one

    model = f"{', '.join(networks.NETWORKS)}, or one of your own: my_net.py:Net"
    one = command("names", names, "what a network's state dict holds")
    one.add_argument("model", help=model)
    one = command("init", init, "a network's first weights, to a .safetensors or .pth file")
    one.add_argument("model", help=model)
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--out", required=True)
    one = command("logits", logits, "what a network answers in eval() mode")
    one.add_argument("model", help=model)
    one.add_argument("--weights", required=True, help="a .safetensors or .pth file, or a checkpoint")
    one.add_argument("--input", required=True, help="a safetensors file with images [N, C, H, W]")
    one.add_argument("--out", help="a safetensors file for logits [N, classes]; printed by default")
    for name, function, help in [
        ("train", start, "trains from the beginning"),
        ("continue", go_on, "goes on where a checkpoint of Descent is"),
    ]:
        one = command(name, function, help)
        if name == "continue":
            one.add_argument("checkpoint", help="what save(path, { model, optimizer, schedule, loader, step }) wrote")
            one.add_argument("--optimizer", choices=list(optimizers.SETTINGS), help="needed to tell Adam from AdamW")
        else:
            one.add_argument("--optimizer", choices=list(optimizers.SETTINGS), default="Adam")
            one.add_argument("--lr", type=float, default=1e-3)
        one.add_argument("--model", required=True, help=model)
        one.add_argument("--data", required=True, help=data.HELP)
        one.add_argument("--test", help="what it is tested with after each epoch, as --data; of a folder, its t10k files")
        one.add_argument("--normalize", type=float, nargs=2, metavar=("MEAN", "STD"), help="(x - mean) / std, after bytes became 0 … 1")
        one.add_argument("--steps", type=int, required=True, help="how many more batches")
        one.add_argument("--schedule", help="its call, with PyTorch's names: 'OneCycleLR(max_lr=0.005, total_steps=1404)'")
        one.add_argument("--per", choices=["batch", "epoch"], default="batch", help="after what the schedule steps: batch by default")
        one.add_argument("--batch", type=int, default=64, help="samples of a batch, over all processes, where the checkpoint has no loader")
        one.add_argument("--shuffle", action=argparse.BooleanOptionalAction, default=True)
        one.add_argument("--drop-last", action="store_true", help="as the loader's dropLast")
        one.add_argument("--seed", type=int, default=0, help="of what PyTorch draws: weights, dropout, synthetic data")
        one.add_argument("--out", required=True, help="the checkpoint to write")
    args = parser.parse_args()
    args.function(args)


main()
