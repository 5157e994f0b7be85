"""Cuts fall where the content says so, whichever way they are found."""

from random import Random

import pytest

from dumont.snapstore import chunker
from dumont.snapstore.chunker import Params, cuts

SMALL = Params(256, 1024, 4096)
DATA = Random(5).randbytes(200_000)


def loosened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends come as often as in a short text they must; in plain Python only."""
    monkeypatch.setattr(chunker, "_BEFORE", 1 << 54)
    monkeypatch.setattr(chunker, "_AFTER", 1 << 56)
    monkeypatch.setattr(chunker.native, "load", lambda: None)


class TestCuts:
    def test_ends_each_chunk_within_its_bounds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loosened(monkeypatch)
        ends = cuts(DATA, True, SMALL)
        lengths = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
        assert ends[-1] == len(DATA)
        assert max(lengths) <= 4096
        assert min(lengths[:-1]) >= 256
        assert 700 < len(DATA) / len(lengths) < 2000

    def test_falls_behind_the_byte_that_the_hash_of_64_bytes_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loosened(monkeypatch)
        ends = cuts(DATA, True, SMALL)
        for begin, end in zip([0, *ends], ends[:-1], strict=False):
            h = 0
            for byte in DATA[max(begin, end - 64) : end]:
                h = ((h << 1) + chunker.gear()[byte]) % 2**64
            assert end - begin == 4096 or h < (1 << 54 if end - begin < 1024 else 1 << 56)

    def test_finds_the_same_cuts_again_behind_an_insertion(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loosened(monkeypatch)
        before = {end + 7 for end in cuts(DATA, True, SMALL)}
        after = set(cuts(DATA[:50_000] + b"changed" + DATA[50_000:], True, SMALL))
        assert len(before & after) > len(after) * 0.6

    def test_leaves_the_rest_to_the_next_buffer(self) -> None:
        whole = cuts(DATA, True, SMALL)
        found, start, at = [], 0, 0
        while at < len(DATA):
            at = min(at + 7001, len(DATA))
            ends = cuts(memoryview(DATA)[start:at], at == len(DATA), SMALL)
            found += [start + end for end in ends]
            start = found[-1] if found else 0
        assert found == whole

    def test_never_waits_for_more_than_the_longest_chunk(self) -> None:
        assert cuts(bytes(10_000), False, SMALL) == [4096, 8192]
        assert cuts(bytes(10_000), True, SMALL) == [4096, 8192, 10_000]

    def test_of_nothing_is_nothing(self) -> None:
        assert cuts(b"") == []
        assert cuts(b"x") == [1]
        assert cuts(b"x", False) == []

    def test_refuses_chunks_shorter_than_the_window(self) -> None:
        with pytest.raises(ValueError, match="64"):
            cuts(b"x", True, Params(10, 20, 30))
