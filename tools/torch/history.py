"""What epochs() keeps of a run (lib/train/run_state.ts): a row for each epoch that is over, the sums of the one that is not."""


class History:
    def __init__(self, saved):
        self.saved, self.rows = saved, list(saved["rows"])
        self.sums = {name: list(pair) for name, pair in saved["sums"].items()}
        self.seconds = saved["seconds"]

    def add(self, values, size, seconds):
        """What a step logs; of it, what the steps before have logged, too."""
        known = self.sums.keys() | (self.rows[-1].keys() if self.rows else {"loss"})
        # In the order of `values`: that of a set is another one in each process.
        for name in values:
            if name not in known:
                continue
            pair = self.sums.setdefault(name, [0, 0])
            pair[0] += values[name] * size
            pair[1] += size
        self.seconds += seconds

    def end_epoch(self, tested):
        means = {name: total / weight for name, (total, weight) in self.sums.items()}
        self.rows.append({"epoch": len(self.rows) + 1, **means, **tested, "seconds": self.seconds})
        self.sums, self.seconds = {}, 0

    def state(self, step):
        return {**self.saved, "step": step, "seconds": self.seconds, "rows": self.rows, "sums": self.sums}
