"""What an optimizer and a schedule remember, from Descent's form to PyTorch's and back. The words are the same, spelled otherwise:
`expAvg` there is `exp_avg` here."""

import ast
import re

import torch

# The hyper-parameters that Descent's optimizers have; PyTorch's have more (foreach, fused, …), which stay as they are.
ADAM = ["lr", "betas", "eps", "weightDecay", "amsgrad", "maximize"]
SETTINGS = {
    "Adam": ADAM,
    "AdamW": ADAM,
    "SGD": ["lr", "momentum", "dampening", "weightDecay", "nesterov", "maximize"],
    "RMSprop": ["lr", "alpha", "eps", "weightDecay", "momentum", "centered", "maximize"],
}


def snake(name):
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def camel(name):
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def kind_of(state):
    """The optimizer that has these hyper-parameters; None where more than one has them."""
    names = set(state["paramGroups"][0]) - {"params", "initialLr"}
    kinds = [kind for kind, settings in SETTINGS.items() if set(settings) == names]
    return kinds[0] if len(kinds) == 1 else None


def make_optimizer(kind, groups, net):
    """An optimizer of this kind over the network's parameters, in as many groups as were saved."""
    if kind not in SETTINGS:
        raise SystemExit(f"There is no optimizer {kind}: there are {', '.join(SETTINGS)}")
    numbers = [number for group in groups for number in group["params"]]
    parameters = list(net.parameters())
    if numbers != list(range(len(parameters))):
        raise SystemExit(
            f"The checkpoint's optimizer has parameters {numbers}, and the network {len(parameters)}: "
            "only those of net.parameters() in their order can be found again"
        )
    by_group = [{"params": [parameters[number] for number in group["params"]]} for group in groups]
    return getattr(torch.optim, kind)(by_group, lr=groups[0]["lr"])


def load_optimizer(optimizer, saved):
    """Takes over a stateDict() of Descent's optimizer of the same kind."""
    own = optimizer.state_dict()
    groups = []
    for group, theirs in zip(own["param_groups"], saved["paramGroups"]):
        known = {snake(name): value for name, value in theirs.items() if name != "params"}
        if "betas" in known:
            known["betas"] = tuple(known["betas"])
        groups.append({**group, **known})
    state = {}
    for number, entry in saved["state"].items():
        values = {snake(name): value for name, value in entry.items() if value is not None}
        # SGD counts no steps here; the others count them as a float.
        step = values.pop("step")
        state[int(number)] = values if isinstance(optimizer, torch.optim.SGD) else {**values, "step": torch.tensor(float(step))}
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def optimizer_state(optimizer, steps):
    """What Descent's optimizer takes over; `steps`: how many each parameter took, by its number."""
    own = optimizer.state_dict()
    groups = []
    for group in own["param_groups"]:
        found = {name: group[snake(name)] for name in SETTINGS[type(optimizer).__name__]}
        if "initial_lr" in group:
            found["initialLr"] = group["initial_lr"]
        groups.append({**found, "params": list(group["params"])})
    state = {}
    for number, count in steps.items():
        entry = own["state"].get(number, {})
        values = {camel(name): value for name, value in entry.items() if name != "step" and value is not None}
        state[str(number)] = {"step": count, **values}
    return {"state": state, "paramGroups": groups}


def make_schedule(text, optimizer):
    """A schedule from its call: "OneCycleLR(max_lr=0.005, total_steps=1404)"."""
    try:
        call = ast.parse(text, mode="eval").body
        settings = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        kind = getattr(torch.optim.lr_scheduler, call.func.id)
    except (SyntaxError, ValueError, AttributeError) as error:
        raise SystemExit(f"--schedule takes a call such as 'StepLR(step_size=30)', not {text!r}") from error
    if kind is torch.optim.lr_scheduler.ReduceLROnPlateau:
        raise SystemExit("ReduceLROnPlateau follows a measured value, and nothing is measured here: go on without --schedule")
    return kind(optimizer, **settings)


def load_schedule(schedule, optimizer, saved):
    """Takes over a stateDict() of Descent's schedule of the same kind; learning rates are the optimizer's."""
    rates = [group["lr"] for group in optimizer.param_groups]
    place = {"last_epoch": saved["lastEpoch"], "base_lrs": list(saved["baseLrs"])}
    schedule.load_state_dict({**place, "_step_count": saved["lastEpoch"] + 1, "_last_lr": rates})


def schedule_state(schedule):
    """What Descent's schedule takes over."""
    return {"lastEpoch": schedule.last_epoch, "baseLrs": list(schedule.base_lrs)}
