"""BLAKE3 in plain Python agrees with the `blake3` package, at every length where the tree changes its shape."""

import random

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.snapstore import pure_blake3
from dumont.snapstore.pure_blake3 import CHUNK, GROUP

LENGTHS = (
    *(0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 5000, 7168, 31_744),
    *(GROUP * CHUNK + step for step in (-CHUNK, -1, 0, 1, CHUNK + 1)),
    *(2 * GROUP * CHUNK + step for step in (0, 5 * CHUNK + 77)),
    3 * GROUP * CHUNK,
)
DATA = random.Random(5).randbytes(max(LENGTHS))
KEY = bytes(range(32))


class TestDigest:
    @pytest.mark.parametrize("length", LENGTHS)
    def test_is_what_the_package_says(self, length: int) -> None:
        assert pure_blake3.digest(DATA[:length]) == blake3(DATA[:length]).digest()

    @pytest.mark.parametrize("length", [0, 64, 1025, 9000])
    def test_and_so_with_keys(self, length: int) -> None:
        data = DATA[:length]
        assert pure_blake3.keyed(KEY, data) == blake3(data, key=KEY).digest()
        context = "a test of dumont, " * (1 + length // 20)
        assert pure_blake3.derive(context, data) == blake3(data, derive_key_context=context).digest()

    def test_refuses_a_key_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            pure_blake3.keyed(b"short", b"")

    def test_takes_any_buffer(self) -> None:
        assert pure_blake3.digest(memoryview(bytearray(DATA[:3000]))[7:]) == blake3(DATA[7:3000]).digest()


class TestHasher:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(0, 3000), max_size=12))
    def test_is_the_same_in_parts(self, sizes: list[int]) -> None:
        hasher, place = pure_blake3.Hasher(), 0
        for size in sizes:
            hasher.update(DATA[place : place + size])
            place += size
        assert hasher.digest() == blake3(DATA[:place]).digest()

    def test_goes_on_behind_a_digest(self) -> None:
        hasher = pure_blake3.Hasher()
        hasher.update(DATA[: GROUP * CHUNK])
        assert hasher.digest() == blake3(DATA[: GROUP * CHUNK]).digest()
        hasher.update(DATA[GROUP * CHUNK : GROUP * CHUNK + 1])
        assert hasher.digest() == blake3(DATA[: GROUP * CHUNK + 1]).digest()
