"""Descent's random numbers, as far as the order of its batches needs them: Philox 4×32-10 (lib/philox.ts says whose it is)."""

import numpy as np

M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = 0x9E3779B9, 0xBB67AE85
LOW = np.uint64(0xFFFFFFFF)
WORD = np.uint64(32)

# The last word of the counter, where a key makes the order of an epoch (lib/data/random.ts).
ORDER = 1


def blocks(first, count, key, rest=(0, 0)):
    """Blocks of four random words: the counters are first, first + 1, …, and behind their 64 bits `rest`."""
    counters = np.arange(first, first + count, dtype=np.uint64)
    x0, x1 = counters & LOW, counters >> WORD
    x2, x3 = (np.full(count, word, np.uint64) for word in rest)
    key0, key1 = key
    for _ in range(10):
        a, b = M0 * x0, M1 * x2
        x0, x1, x2, x3 = (b >> WORD) ^ x1 ^ np.uint64(key0), b & LOW, (a >> WORD) ^ x3 ^ np.uint64(key1), a & LOW
        key0, key1 = (key0 + W0) & 0xFFFFFFFF, (key1 + W1) & 0xFFFFFFFF
    return np.stack([x0, x1, x2, x3], axis=1)


def draw_key(random):
    """The key of an epoch, and the sequence as it is when the key has been taken from it."""
    low, high = blocks(random["offset"], 1, random["seed"])[0, :2]
    return [int(low), int(high)], {**random, "offset": random["offset"] + 1}


def permutation(count, key):
    """The whole numbers below `count` in the order that a DataLoader of Descent gives them."""
    words = blocks(0, -(-count // 4), key, rest=(0, ORDER)).reshape(-1)[:count]
    # In float64, as JavaScript computes it.
    left = np.arange(count, 0, -1, dtype=np.float64)
    others = np.arange(count) + np.floor(words.astype(np.float64) / 2**32 * left).astype(np.int64)
    order = list(range(count))
    for i, other in enumerate(others.tolist()):
        order[i], order[other] = order[other], order[i]
    return order
