"""PyTorch as a worker: one line of JSON in, one line out (see bench/serve.ts). Argument: how many threads."""

import gc
import json
import os
import platform
import sys
import time

import torch

import tasks


def main(threads):
    torch.set_num_threads(threads)
    # Answers alone go to stdout, whatever a library has to tell.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(message):
        print(json.dumps(message), file=answers)

    job = None

    def obey(command):
        nonlocal job
        match command["do"]:
            case "prepare":
                job = None
                gc.collect()
                make = getattr(tasks, command["task"]["kind"], None)
                if make is None:
                    raise ValueError("not available here")
                job = make(command["task"])
            case "run":
                if command["warm"] > 0:
                    job(command["warm"])
                start = time.perf_counter()
                job(command["count"])
                return {"seconds": time.perf_counter() - start}
            case "drop":
                job = None
                gc.collect()
        return {}

    say({
        "version": f"PyTorch {torch.__version__} on Python {platform.python_version()}",
        "threads": torch.get_num_threads(),
    })
    for line in sys.stdin:
        try:
            say(obey(json.loads(line)))
        except Exception as error:
            say({"error": str(error) or repr(error)})


main(int(sys.argv[1]))
