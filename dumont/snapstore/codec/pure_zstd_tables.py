"""The tables of finite state entropy that Zstandard describes its symbols by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from dumont.snapstore.errors import Damaged

State = tuple[int, int, int]
"""A symbol, how many bits lead to the next state, and what they are added to."""
Table = list[State]


def described(data: bytes, place: int, *, most_accuracy: int, most_symbol: int) -> tuple[Table, int, int]:
    """A table as a block describes it: the states, the accuracy, and where the description ends."""
    bits = int.from_bytes(data[place : place + 256], "little")
    accuracy = (bits & 15) + 5
    if accuracy > most_accuracy:
        raise Damaged("A Zstandard table is finer than it may be.")
    counts, used = _counts(bits, 1 << accuracy, most_symbol)
    end = place + (used + 7) // 8
    if end > len(data):
        raise Damaged("A Zstandard table ends too early.")
    return spread(tuple(counts), accuracy), accuracy, end


def _counts(bits: int, remaining: int, most_symbol: int) -> tuple[list[int], int]:
    """How many states each symbol has (-1: less than one), and how many bits said so."""
    counts: list[int] = []
    place = 4
    while remaining > 0:
        wide = (remaining + 1).bit_length()
        value = (bits >> place) & ((1 << wide) - 1)
        low = (1 << (wide - 1)) - 1
        spare = (1 << wide) - 2 - remaining
        if value & low < spare:
            value &= low
            wide -= 1
        elif value > low:
            value -= spare
        place += wide
        counts.append(value - 1)
        remaining -= abs(value - 1)
        while value == 1:
            more = (bits >> place) & 3
            place += 2
            counts += [0] * more
            if more != 3 or len(counts) > most_symbol:
                break
        if len(counts) > most_symbol + 1:
            break
    if remaining or len(counts) > most_symbol + 1:
        raise Damaged("A Zstandard table does not add up.")
    return counts, place


@lru_cache(maxsize=64)
def spread(counts: Sequence[int], accuracy: int) -> Table:
    """Lays symbols out over the states, as the format says."""
    size = 1 << accuracy
    symbols = [0] * size
    high = size
    for symbol, count in enumerate(counts):
        if count == -1:
            high -= 1
            symbols[high] = symbol
    place, step = 0, (size >> 1) + (size >> 3) + 3
    for symbol, count in enumerate(counts):
        for _ in range(count):
            symbols[place] = symbol
            place = (place + step) & (size - 1)
            while place >= high:
                place = (place + step) & (size - 1)
    if place:
        raise Damaged("A Zstandard table does not add up.")
    return _linked(symbols, [abs(count) for count in counts], accuracy)


def _linked(symbols: list[int], following: list[int], accuracy: int) -> Table:
    size = 1 << accuracy
    table = []
    for symbol in symbols:
        reached = following[symbol]
        following[symbol] = reached + 1
        wide = accuracy + 1 - reached.bit_length()
        table.append((symbol, wide, (reached << wide) - size))
    return table
