"""Reads Zstandard frames (RFC 8878) in plain Python, for machines that have nothing else; writes none."""

from __future__ import annotations

from typing import Union

from dumont.snapstore.codec.pure_zstd_literals import Literals
from dumont.snapstore.codec.pure_zstd_sequences import Sequences
from dumont.snapstore.errors import Damaged

Buffer = Union[bytes, bytearray, memoryview]
MAGIC = b"\x28\xb5\x2f\xfd"
MOST_OF_A_BLOCK = 128 << 10
RAW, RLE, COMPRESSED = 0, 1, 2
FEW_BLOCKS, LEAST_OF_A_BLOCK = 256, 256
"""A frame may have a few small blocks, and beyond that must make so many bytes with each on average. Encoders make
thousands; a frame chopped finer would cost minutes of tables for nothing."""


def decompress(data: Buffer, raw_length: int) -> bytes:
    """Exactly so many bytes out of exactly one frame, or `Damaged`; never makes more than was asked for.

    A frame's own checksum is passed over, as whoever asks has the hash of what must come out.
    """
    try:
        return _Frame(bytes(data), raw_length).read()
    except (IndexError, ValueError, OverflowError) as error:  # bits or bytes that are not there
        raise Damaged("A Zstandard frame ends too early, or contradicts itself.") from error


class _Frame:
    def __init__(self, data: bytes, raw_length: int) -> None:
        self._data = data
        self._raw_length = raw_length
        self._out = bytearray()
        self._literals = Literals()
        self._sequences = Sequences()

    def read(self) -> bytes:
        place, block_most, checksum = self._header()
        last, blocks = False, 0
        while not last:
            blocks += 1
            if blocks > FEW_BLOCKS + self._raw_length // LEAST_OF_A_BLOCK:
                raise Damaged("A Zstandard frame is chopped finer than any encoder does.")
            if place + 3 > len(self._data):
                raise Damaged("A Zstandard frame ends without a last block.")
            header = int.from_bytes(self._data[place : place + 3], "little")
            last = bool(header & 1)
            place = self._block((header >> 1) & 3, header >> 3, place + 3, block_most)
        if place + 4 * checksum != len(self._data):
            raise Damaged("A Zstandard frame does not end where its bytes end.")
        if len(self._out) != self._raw_length:
            raise Damaged(f"A Zstandard frame holds {len(self._out)} bytes where {self._raw_length} were expected.")
        return bytes(self._out)

    def _header(self) -> tuple[int, int, bool]:
        """Where the blocks begin, how long one may be, and whether a checksum follows them."""
        data = self._data
        if data[:4] != MAGIC:
            raise Damaged("These bytes are no Zstandard frame.")
        descriptor = data[4]
        single = bool(descriptor & 0x20)
        place = 5
        window = 0
        if descriptor & 0x08:
            raise Damaged("A Zstandard frame uses a bit that is reserved.")
        if not single:
            window = _window(data[place])
            place += 1
        wide = (0, 1, 2, 4)[descriptor & 3]
        if int.from_bytes(data[place : place + wide], "little"):
            raise Damaged("A Zstandard frame needs a dictionary, which no honest writer of ours uses.")
        place += wide
        size, place = _content_size(data, place, descriptor >> 6, single)
        if size is not None and size != self._raw_length:
            raise Damaged(f"A Zstandard frame promises {size} bytes where {self._raw_length} were expected.")
        return place, min(MOST_OF_A_BLOCK, window or self._raw_length), bool(descriptor & 0x04)

    def _block(self, kind: int, size: int, place: int, most: int) -> int:
        """Adds what a block holds; returns where the next one begins."""
        out = self._out
        room = min(most, self._raw_length - len(out))
        stored = 1 if kind == RLE else size
        block = self._data[place : place + stored]
        if len(block) != stored or size > (room if kind != COMPRESSED else MOST_OF_A_BLOCK):
            raise Damaged("A block of a Zstandard frame is longer than it may be.")
        if kind == RAW:
            out += block
        elif kind == RLE:
            out += block * size
        elif kind == COMPRESSED:
            literals, used = self._literals.read(block, room)
            self._sequences.apply(block, used, literals, out, len(out) + room)
        else:
            raise Damaged("A block of a Zstandard frame is of no known kind.")
        return place + stored


def _window(said: int) -> int:
    smallest = 1 << (10 + (said >> 3))
    return smallest + (smallest >> 3) * (said & 7)


def _content_size(data: bytes, place: int, flag: int, single: bool) -> tuple[int | None, int]:
    wide = (1 if single else 0, 2, 4, 8)[flag]
    if not wide:
        return None, place
    said = data[place : place + wide]
    if len(said) != wide:
        raise Damaged("A Zstandard frame ends within its header.")
    return int.from_bytes(said, "little") + (256 if flag == 1 else 0), place + wide
