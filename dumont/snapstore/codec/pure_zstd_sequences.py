"""The sequences of a Zstandard block: so many literals, then so many bytes from so far back."""

from __future__ import annotations

from typing import NamedTuple

from dumont.snapstore.codec.pure_zstd_tables import Table, described, spread
from dumont.snapstore.errors import Damaged

PREDEFINED, RLE, DESCRIBED = 0, 1, 2
WINDOW = 48
"""Bytes of the bits that are looked at together; a sequence needs at most 14 of them."""
NEEDS = 112

Row = tuple[int, int, int, int, int]
"""What a value begins at, how many bits are added to it and their mask; how many bits lead on, and from where."""
Sequence = tuple[int, int, int]
"""So many literals, an offset as it is coded, so many bytes."""
MASKS = [(1 << bits) - 1 for bits in range(32)]


class Field(NamedTuple):
    """One of the three values of a sequence: how its codes become numbers, and the table to begin with."""

    accuracy: int
    counts: tuple[int, ...]
    values: list[tuple[int, int]]
    most_accuracy: int


def _rising(start: int, extra: tuple[int, ...]) -> list[tuple[int, int]]:
    values = []
    for bits in extra:
        values.append((start, bits))
        start += 1 << bits
    return values


LENGTHS = Field(
    6,
    (4, 3) + (2,) * 6 + (2, 2, 2, 2, 2, 1, 1, 1) + (2,) * 9 + (3, 2, 1, 1, 1, 1, 1) + (-1,) * 4,
    _rising(0, (0,) * 16 + (1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
    9,
)
MATCHES = Field(
    6,
    (1, 4, 3, 2, 2, 2, 2, 2, 2) + (1,) * 37 + (-1,) * 7,
    _rising(3, (0,) * 32 + (1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
    9,
)
OFFSETS = Field(
    5,
    (1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1),
    [(1 << code, code) for code in range(32)],
    8,
)


class _Rows(NamedTuple):
    accuracy: int
    rows: list[Row]


class Sequences:
    """Applies one block after the other, as tables and offsets stay for the next."""

    def __init__(self) -> None:
        self._tables: dict[int, _Rows] = {}
        self._offsets = (1, 4, 8)

    def apply(self, block: bytes, place: int, literals: bytes, out: bytearray, most: int) -> None:
        """Adds to `out`, which must not grow beyond `most`."""
        count, place = _count(block, place)
        taken = 0
        if count:
            modes = block[place]
            place += 1
            if modes & 3:
                raise Damaged("A Zstandard block uses bits that are reserved.")
            for number, field in enumerate((LENGTHS, OFFSETS, MATCHES)):
                place = self._table(number, field, (modes >> (6 - 2 * number)) & 3, (block, place))
            taken = self._run(self._read(block[place:], count), literals, out, most)
        elif place != len(block):
            raise Damaged("A Zstandard block has bytes that nothing stands for.")
        if len(out) + len(literals) - taken > most:
            raise Damaged("A Zstandard block makes more bytes than it may.")
        out += literals[taken:]

    def _table(self, number: int, field: Field, mode: int, at: tuple[bytes, int]) -> int:
        block, place = at
        if mode == PREDEFINED:
            self._tables[number] = _rows(spread(field.counts, field.accuracy), field, field.accuracy)
        elif mode == RLE:
            self._tables[number] = _rows([(block[place], 0, 0)], field, 0)
            place += 1
        elif mode == DESCRIBED:
            table, accuracy, place = described(
                block, place, most_accuracy=field.most_accuracy, most_symbol=len(field.values) - 1
            )
            self._tables[number] = _rows(table, field, accuracy)
        elif number not in self._tables:
            raise Damaged("A Zstandard block uses the table of a block before it, and there is none.")
        return place

    def _read(self, stream: bytes, count: int) -> list[Sequence]:
        """One long loop, as a call for each sequence would cost as much as its work."""
        (length_bits, lengths), (offset_bits, offsets), (match_bits, matches) = (self._tables[n] for n in range(3))
        top = (stream[-1].bit_length() or _no_end()) - 1 + 8 * (len(stream) - 1)
        found: list[Sequence] = []
        append = found.append
        low, window, at = _window(stream, top)
        at -= length_bits
        l_start, l_bits, l_mask, l_wide, l_next = lengths[(window >> at) & ((1 << length_bits) - 1)]
        at -= offset_bits
        o_start, o_bits, o_mask, o_wide, o_next = offsets[(window >> at) & ((1 << offset_bits) - 1)]
        at -= match_bits
        m_start, m_bits, m_mask, m_wide, m_next = matches[(window >> at) & ((1 << match_bits) - 1)]
        while True:
            if at < NEEDS and low:
                low, window, at = _window(stream, at + 8 * low)
            at -= o_bits
            offset = o_start + ((window >> at) & o_mask)
            if m_bits:
                at -= m_bits
                m_start += (window >> at) & m_mask
            if l_bits:
                at -= l_bits
                l_start += (window >> at) & l_mask
            append((l_start, offset, m_start))
            count -= 1
            if not count:
                break
            at -= l_wide
            l_start, l_bits, l_mask, l_wide, l_next = lengths[l_next + ((window >> at) & MASKS[l_wide])]
            at -= m_wide
            m_start, m_bits, m_mask, m_wide, m_next = matches[m_next + ((window >> at) & MASKS[m_wide])]
            at -= o_wide
            o_start, o_bits, o_mask, o_wide, o_next = offsets[o_next + ((window >> at) & MASKS[o_wide])]
        if at or low:
            raise Damaged("The sequences of a Zstandard block leave bits over.")
        return found

    def _run(self, found: list[Sequence], literals: bytes, out: bytearray, most: int) -> int:
        """Returns how many literals were taken."""
        first, second, third = self._offsets
        taken, size = 0, len(out)
        for length, offset, match in found:
            if offset > 3:
                first, second, third = offset - 3, first, second
            elif length and offset == 1:
                pass
            else:
                first, second, third = _again(offset + (not length), (first, second, third))
            if length:
                out += literals[taken : taken + length]
                taken += length
                size += length
            start, size = size - first, size + match
            if start < 0 or size > most:
                raise Damaged("A Zstandard block copies from where nothing is, or makes more than it may.")
            if match <= first:
                out += out[start : start + match]
            else:
                out += (out[start:] * (match // first + 1))[:match]
        if taken > len(literals):
            raise Damaged("A Zstandard block uses more literals than it has.")
        self._offsets = (first, second, third)
        return taken


def _count(block: bytes, place: int) -> tuple[int, int]:
    first = block[place]
    if first < 128:
        return first, place + 1
    if first < 255:
        return ((first - 128) << 8) + block[place + 1], place + 2
    return block[place + 1] + (block[place + 2] << 8) + 0x7F00, place + 3


def _rows(table: Table, field: Field, accuracy: int) -> _Rows:
    rows = []
    for symbol, wide, onward in table:
        if symbol >= len(field.values):
            raise Damaged("A Zstandard block uses a code that there is not.")
        start, extra = field.values[symbol]
        rows.append((start, extra, MASKS[extra], wide, onward))
    return _Rows(accuracy, rows)


def _window(stream: bytes, top: int) -> tuple[int, int, int]:
    """Where a window below this bit begins, the window, and where in it the bit is."""
    end = (top + 7) // 8
    low = max(0, end - WINDOW)
    return low, int.from_bytes(stream[low:end], "little"), top - 8 * low


def _no_end() -> int:
    raise Damaged("The sequences of a Zstandard block have no end.")


def _again(which: int, offsets: tuple[int, int, int]) -> tuple[int, int, int]:
    """One of the last three offsets, counted from 1; 4 is the first less one."""
    first, second, third = offsets
    if which == 1:
        return offsets
    if which == 2:
        return second, first, third
    if which == 3:
        return third, first, second
    if first == 1:
        raise Damaged("A Zstandard block copies from no distance.")
    return first - 1, first, second
