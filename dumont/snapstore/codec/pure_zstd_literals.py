"""The literals of a Zstandard block: as they are, one repeated, or coded by Huffman's trees."""

from __future__ import annotations

from typing import List, NamedTuple

from dumont.snapstore.codec.pure_zstd_tables import described
from dumont.snapstore.errors import Damaged

RAW, RLE, TREELESS = 0, 1, 3
MOST_BITS = 11
MOST_WEIGHTS = 255
WIDE_FROM = 8 << 10
"""So many literals are worth a larger table, which gives more symbols at a glance."""


class _Glance(NamedTuple):
    """What the next bits say: all whole symbols in them, and how many bits those are."""

    wide: int
    symbols: List[bytes]
    lengths: List[int]


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
        glance = self._tree.glance(size)
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
    wide, symbols, lengths = glance
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
    size, (wide, symbols, lengths) = task
    rest = bytearray()
    while bits > 0 and len(begun) + len(rest) < size:
        glimpse = ((window & ((1 << bits) - 1)) << wide >> bits) & ((1 << wide) - 1)
        got, length = symbols[glimpse], lengths[glimpse]
        while length > bits or len(got) > 1:
            # Too many at once: go by what is there only.
            if len(got) == 1:
                raise Damaged("A stream of literals ends within a symbol.")
            got, length = _first(got, symbols, lengths)
        rest += got
        bits -= length
    if bits or len(begun) + len(rest) != size:
        raise Damaged("A stream of literals is not as long as it must be.")
    return begun + bytes(rest)
