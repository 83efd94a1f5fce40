"""Descent's checkpoints: lib/io/checkpoint_file.ts says how they are laid out."""

import json
import os
import zlib
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

KEY, CHECKSUM, VERSION = "descent.checkpoint", "descent.crc32", 1
NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"), "-0": -0.0}


def decode(value, tensors):
    """From JSON: what stands for a tensor or for a number that JSON does not know becomes it (lib/io/tree.ts)."""
    if isinstance(value, list):
        return [decode(entry, tensors) for entry in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$tensor": name, **rest} if not rest:
            return tensors[name]
        case {"$number": name, **rest} if not rest:
            return NUMBERS[name]
        case {"$object": inner, **rest} if not rest:
            return {key: decode(entry, tensors) for key, entry in inner.items()}
    return {key: decode(entry, tensors) for key, entry in value.items()}


def encode(value, path, tensors):
    """To JSON; tensors go into `tensors` under where they stand."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        name, again = path, 2
        while name in tensors or name == CHECKSUM:
            name, again = f"{path}#{again}", again + 1
        # Descent's integers have 32 bits; the file's tensors share no memory.
        tensors[name] = (value.int() if value.dtype == torch.int64 else value).clone(memory_format=torch.contiguous_format)
        return {"$tensor": name}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"$number": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, (list, tuple)):
        return [encode(entry, f"{path}.{i}", tensors) for i, entry in enumerate(value)]
    if not isinstance(value, dict):
        return value
    encoded = {key: encode(entry, f"{path}.{key}", tensors) for key, entry in value.items()}
    return {"$object": encoded} if any(key.startswith("$") for key in encoded) else encoded


def is_checkpoint(path):
    with safe_open(path, framework="pt") as file:
        return KEY in (file.metadata() or {})


def read(path):
    """The parts of a run by name, each as ("state" or "value", what it is), and the library's sequence of random numbers."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (OSError, SafetensorError) as error:
        raise SystemExit(f"{path} cannot be read: {error}") from error
    if KEY not in metadata:
        raise SystemExit(f"{path} is no checkpoint of Descent: save(path, {{ model, optimizer }}) makes one")
    content = json.loads(metadata[KEY])
    if content["version"] != VERSION:
        raise SystemExit(f"{path} is a checkpoint of version {content['version']}; this program knows {VERSION}")
    checksum = tensors.pop(CHECKSUM, None)
    # What this program wrote has none.
    found = zlib.crc32(Path(path).read_bytes()[:-4]).to_bytes(4, "little")
    if checksum is not None and checksum.numpy().tobytes() != found:
        raise SystemExit(f"{path} is damaged: its bytes are not those that were written")
    parts = {}
    for name, part in content["parts"].items():
        ((kind, value),) = part.items()
        parts[name] = (kind, decode(value, tensors))
    return parts, content["random"]


def write(path, parts, random):
    """Writes what read() and Descent's load() read: beside the old file first, which it then replaces."""
    tensors = {}
    encoded = {name: {kind: encode(value, name, tensors)} for name, (kind, value) in parts.items()}
    content = json.dumps({"version": VERSION, "parts": encoded, "random": random})
    temporary = f"{path}.{os.getpid()}.tmp"
    save_file(tensors, temporary, metadata={"format": "pt", KEY: content})
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
