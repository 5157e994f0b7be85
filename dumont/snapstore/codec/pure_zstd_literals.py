"""The literals of a Zstandard block: as they are, one repeated, or coded by Huffman's trees."""

from __future__ import annotations

from typing import NamedTuple

from dumont.snapstore.codec.pure_zstd_tables import described
from dumont.snapstore.errors import Damaged

RAW, RLE, TREELESS = 0, 1, 3
MOST_BITS = 11
MOST_WEIGHTS = 255


class _Glance(NamedTuple):
    """What the next bits say: all whole symbols in them, and how many bits those are."""

    wide: int
    symbols: list[bytes]
    lengths: list[int]
    own: dict[int, int]
    """The length of each symbol alone."""


class Literals:
    """Reads one block after the other, as a block may use the tree of the one before."""

    def __init__(self) -> None:
        self._tree: _Tree | None = None

    def read(self, block: bytes, most: int) -> tuple[bytes, int]:
        """The literals, and where in the block what follows them begins."""
        kind, form = block[0] & 3, (block[0] >> 2) & 3
        if kind in (RAW, RLE):
            wide = (1, 2, 1, 3)[form]
            size = int.from_bytes(block[:wide], "little") >> (4 if form & 1 else 3)
            _within(size, most)
            stored = size if kind == RAW else 1
            literals = block[wide : wide + stored]
            if len(literals) != stored:
                raise Damaged("A Zstandard block has fewer literals than it promises.")
            return (literals if kind == RAW else literals * size), wide + stored
        wide, digits = ((3, 10), (3, 10), (4, 14), (5, 18))[form]
        said = int.from_bytes(block[:wide], "little") >> 4
        size, stored = said & ((1 << digits) - 1), said >> digits
        _within(size, most)
        end = wide + stored
        if end > len(block):
            raise Damaged("A Zstandard block has fewer literals than it promises.")
        if kind != TREELESS:
            self._tree, wide = _tree(block, wide, end)
        if self._tree is None:
            raise Damaged("A Zstandard block uses the tree of a block before it, and there is none.")
        glance = self._tree.glance
        coded = block[wide:end]
        return (_decoded(coded, size, glance) if form == 0 else _four(coded, size, glance)), end


def _within(size: int, most: int) -> None:
    if size > most:
        raise Damaged("A Zstandard block has more literals than it may.")


def _four(coded: bytes, size: int, glance: _Glance) -> bytes:
    """Four streams, the lengths of the first three in front."""
    quarter = (size + 3) // 4
    if len(coded) < 10 or 3 * quarter > size:
        raise Damaged("A Zstandard block has literals in four streams that are not there.")
    parts = []
    place = 6
    for number in range(4):
        end = place + int.from_bytes(coded[2 * number : 2 * number + 2], "little") if number < 3 else len(coded)
        if end > len(coded):
            raise Damaged("A stream of literals is longer than its block.")
        parts.append(_decoded(coded[place:end], quarter if number < 3 else size - 3 * quarter, glance))
        place = end
    return b"".join(parts)


def _decoded(stream: bytes, size: int, glance: _Glance) -> bytes:
    """Read from its end: the highest bit that is set says where it begins."""
    wide, symbols, lengths, _own = glance
    mask = (1 << wide) - 1
    found: list[bytes] = []
    append = found.append
    high = len(stream)
    bits = stream[-1].bit_length() - 1
    if bits < 0:
        raise Damaged("A stream of literals has no end.")
    # A window of some bytes at a time, as shifting a number of the whole stream's size would be slow.
    bits += 8 * (high - 1)
    while bits > wide + 8:
        low = max(0, (bits >> 3) - 30)
        window = int.from_bytes(stream[low : (bits >> 3) + 1], "little")
        at = bits - 8 * low - wide
        while at >= 0:
            glimpse = (window >> at) & mask
            append(symbols[glimpse])
            at -= lengths[glimpse]
        bits = at + 8 * low + wide
    return _ended(b"".join(found), int.from_bytes(stream[:4], "little"), bits, (size, glance))


def _ended(begun: bytes, window: int, bits: int, task: tuple[int, _Glance]) -> bytes:
    """The last few bits, symbol by symbol, as behind them there are none."""
    size, glance = task
    rest = bytearray()
    wanted = size - len(begun)
    while bits > 0 and len(rest) < wanted:
        glimpse = ((window & ((1 << bits) - 1)) << glance.wide >> bits) & ((1 << glance.wide) - 1)
        for symbol in glance.symbols[glimpse]:
            bits -= glance.own[symbol]
            rest.append(symbol)
            if bits <= 0 or len(rest) >= wanted:
                break
    if bits or len(rest) != wanted:
        raise Damaged("A stream of literals is not as long as it must be.")
    return begun + bytes(rest)


class _Tree:
    """A Huffman tree, as the weights of its symbols."""

    def __init__(self, weights: list[int]) -> None:
        self.bits = (sum(1 << (weight - 1) for weight in weights if weight)).bit_length() - 1
        by_weight = sorted((weight, symbol) for symbol, weight in enumerate(weights) if weight)
        self._codes = [(bytes((symbol,)), self.bits + 1 - weight) for weight, symbol in by_weight]
        self._own = {symbol: self.bits + 1 - weight for weight, symbol in by_weight}
        self.glance = self._made(self.bits)

    def _made(self, wide: int) -> _Glance:
        """From the tables for fewer bits: a symbol, then all that the bits behind it say."""
        symbols: list[list[bytes]] = []
        lengths: list[list[int]] = []
        for bits in range(wide + 1):
            fits = [(symbol, length) for symbol, length in self._codes if length <= bits]
            open_ends = (1 << bits) - sum(1 << (bits - length) for _symbol, length in fits)
            row, row_lengths = [b""] * open_ends, [0] * open_ends
            for symbol, length in fits:
                row += [symbol + behind for behind in symbols[bits - length]]
                row_lengths += [length + behind for behind in lengths[bits - length]]
            symbols.append(row)
            lengths.append(row_lengths)
        return _Glance(wide, symbols[wide], lengths[wide], self._own)


def _tree(block: bytes, place: int, end: int) -> tuple[_Tree, int]:
    """As a block describes it, and where the description ends."""
    said = block[place]
    place += 1
    if said >= 128:
        count = said - 127
        after = place + (count + 1) // 2
        weights = [half for byte in block[place:after] for half in (byte >> 4, byte & 15)][:count]
    else:
        after = place + said
        weights = _weights(block[place:after])
    total = sum(1 << (weight - 1) for weight in weights if weight)
    bits = total.bit_length()
    missing = (1 << bits) - total
    if after > end or not total or bits > MOST_BITS or missing & (missing - 1):
        raise Damaged("A Huffman tree of a Zstandard block does not add up.")
    return _Tree([*weights, missing.bit_length()]), after


def _weights(described_by: bytes) -> list[int]:
    """Two states take turns, until the bits are over."""
    table, accuracy, place = described(described_by, 0, most_accuracy=6, most_symbol=MOST_WEIGHTS)
    bits = int.from_bytes(described_by[place:], "little")
    at = bits.bit_length() - 1
    if place >= len(described_by) or not described_by[-1]:
        raise Damaged("The weights of a Huffman tree have no end.")
    states = []
    for _ in range(2):
        at -= accuracy
        states.append((bits >> at) & ((1 << accuracy) - 1))
    weights: list[int] = []
    while len(weights) < MOST_WEIGHTS:
        symbol, wide, onward = table[states[len(weights) & 1]]
        weights.append(symbol)
        at -= wide
        if at < 0:
            weights.append(table[states[len(weights) & 1]][0])
            return _sensible(weights)
        states[(len(weights) - 1) & 1] = onward + ((bits >> at) & ((1 << wide) - 1))
    raise Damaged("A Huffman tree of a Zstandard block has too many symbols.")


def _sensible(weights: list[int]) -> list[int]:
    if len(weights) > MOST_WEIGHTS or max(weights) > MOST_BITS:
        raise Damaged("A Huffman tree of a Zstandard block is deeper than it may be.")
    return weights
