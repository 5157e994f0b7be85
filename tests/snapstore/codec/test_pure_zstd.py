"""The decoder in plain Python makes what the real encoder was given, and never more than was asked for."""

import contextlib
import random
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.snapstore.codec.pure_zstd import MAGIC, decompress
from dumont.snapstore.errors import Damaged

LEVELS = (-50, -1, 1, 3, 6, 12, 19, 22)


def words(size: int) -> bytes:
    chance = random.Random(7)
    known = [bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz_", k=chance.randint(2, 9))) for _ in range(900)]
    return b" ".join(chance.choices(known, k=size // 5 + 1))[:size]


def weights(size: int) -> bytes:
    chance = random.Random(8)
    made = bytearray(chance.randbytes(size))
    made[1::2] = bytes(chance.choices(b"\x3b\x3c\x3d\xbb\xbc\xbd", weights=(1, 4, 9, 1, 4, 9), k=size // 2))
    return bytes(made)


def skewed(size: int) -> bytes:
    """Nearly all one byte: the shortest codes, and the longest ones beside them."""
    return bytes(
        random.Random(9).choices(range(256), weights=[2.0**-n if n < 14 else 1e-5 for n in range(256)], k=size)
    )


def repeated(size: int) -> bytes:
    """Records of one length, so that offsets are used again."""
    chance = random.Random(10)
    record = bytearray(chance.randbytes(48))
    made = bytearray()
    while len(made) < size:
        record[chance.randrange(48)] = chance.randrange(256)
        made += record
    return bytes(made[:size])


KINDS: dict[str, Callable[[int], bytes]] = {
    "words": words,
    "weights": weights,
    "skewed": skewed,
    "repeated": repeated,
    "zeros": bytes,
    "noise": random.Random(11).randbytes,
}


def frame(data: bytes, level: int = 3, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(level=level, **options).compress(data)


class TestDecompress:
    @pytest.mark.parametrize("kind", KINDS)
    def test_makes_what_was_compressed_at_every_level(self, kind: str) -> None:
        for level in LEVELS:
            for size in (0, 1, 63, 3000, 140_000 if level in (1, 19) else 20_000):
                data = KINDS[kind](size)
                assert decompress(frame(data, level), len(data)) == data, (level, size)

    @settings(max_examples=120, deadline=None)
    @given(
        st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"ab" * 40, b"dumont", bytes(70)])), max_size=60),
        st.sampled_from(LEVELS),
        st.booleans(),
    )
    def test_makes_whatever_it_was(self, parts: list[bytes], level: int, checksum: bool) -> None:
        data = b"".join(parts)
        assert decompress(frame(data, level, write_checksum=checksum), len(data)) == data

    def test_reads_frames_that_were_written_without_knowing_their_size(self) -> None:
        writer = zstandard.ZstdCompressor(level=3).compressobj()
        data = words(50_000)
        stored = b"".join([writer.compress(data[:20_000]), writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)])
        stored += writer.compress(data[20_000:]) + writer.flush()
        assert decompress(stored, len(data)) == data

    def test_takes_any_buffer(self) -> None:
        assert decompress(memoryview(bytearray(frame(b"any" * 50))), 150) == b"any" * 50


class TestRefusal:
    @pytest.mark.parametrize("raw_length", [0, 1, 99_999, 100_001, 1 << 40])
    def test_of_any_other_length_than_was_asked_for(self, raw_length: int) -> None:
        for options in ({}, {"write_content_size": False}):
            with pytest.raises(Damaged):
                decompress(frame(words(100_000), **options), raw_length)

    def test_of_a_bomb_before_it_is_made(self) -> None:
        repeat = (1 << 18 | 1 << 1).to_bytes(3, "little") + b"A"
        bomb = MAGIC + b"\x00\x50" + 100_000 * repeat
        with pytest.raises(Damaged, match="longer than it may be"):
            decompress(bomb, 1 << 16)

    def test_of_a_match_that_is_longer_than_what_was_asked_for(self) -> None:
        with pytest.raises(Damaged, match="more"):
            decompress(MAGIC + b"\x00\x58" + _long_match(), 4096)

    def test_of_a_frame_in_a_thousand_empty_blocks(self) -> None:
        empty = (0).to_bytes(3, "little")
        with pytest.raises(Damaged, match="chopped"):
            decompress(MAGIC + b"\x00\x58" + 1000 * empty + b"\x01\0\0", 0)
        assert decompress(MAGIC + b"\x00\x58" + 200 * empty + b"\x01\0\0", 0) == b""

    def test_of_a_dictionary(self) -> None:
        dictionary = zstandard.ZstdCompressionDict(words(4000), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        said = bytearray(frame(b"x" * 20))
        said[4] |= 1
        assert zstandard.ZstdCompressor(dict_data=dictionary).compress(b"y")
        with pytest.raises(Damaged, match="dictionary"):
            decompress(bytes(said[:5]) + b"\x07" + bytes(said[5:]), 20)

    def test_of_bytes_behind_the_frame(self) -> None:
        for behind in (b"\0", frame(b"")):
            with pytest.raises(Damaged):
                decompress(frame(b"one") + behind, 3)

    @pytest.mark.parametrize("kind", ["words", "weights", "skewed", "repeated"])
    def test_of_a_frame_that_is_cut_off_anywhere(self, kind: str) -> None:
        stored = frame(KINDS[kind](2000), 19)
        for length in range(len(stored)):
            with pytest.raises(Damaged):
                decompress(stored[:length], 2000)

    @pytest.mark.parametrize("kind", ["words", "weights", "skewed", "repeated"])
    def test_or_other_bytes_of_the_same_length_where_a_bit_is_flipped(self, kind: str) -> None:
        data = KINDS[kind](3000)
        stored = frame(data, 5)
        chance = random.Random(3)
        places = {chance.randrange(8 * len(stored)) for _ in range(1500)} | set(range(8 * 40))
        for place in places:
            flipped = bytearray(stored)
            flipped[place // 8] ^= 1 << place % 8
            _agrees(bytes(flipped), len(data))

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=300), st.integers(0, 5000))
    def test_or_bytes_of_that_length_whatever_it_is_given(self, garbage: bytes, raw_length: int) -> None:
        for stored in (garbage, MAGIC + b"\x00\x58" + _block(garbage)):
            _agrees(stored, raw_length)


def _agrees(stored: bytes, raw_length: int) -> None:
    """With the real decoder where both read it; and nothing but `Damaged` where we don't."""
    try:
        made = decompress(stored, raw_length)
    except Damaged:
        return
    assert len(made) == raw_length
    with contextlib.suppress(zstandard.ZstdError):  # checksums, which we pass over, and windows of many gigabytes
        assert zstandard.ZstdDecompressor().decompressobj().decompress(stored) == made


def _block(content: bytes) -> bytes:
    return (len(content) << 3 | 2 << 1 | 1).to_bytes(3, "little") + content


def _long_match() -> bytes:
    """A block of one literal and one sequence: the longest match there is, one byte back."""
    tables = bytes([1, 0x54, 1, 0, 52])  # one sequence, and each table is a single code
    return _block(b"\x08A" + tables + (0x1FFFF).to_bytes(3, "little"))
