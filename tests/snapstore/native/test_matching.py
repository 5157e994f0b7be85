"""Two trees are held beside each other in one call, as Python does it path by path."""

import random
from array import array

import pytest

from dumont.snapstore import native
from dumont.snapstore.native.matching import Rows

NAMES = [b"a", b"a b", b"a-", b"a.b", b"a0", b"\xff", b"b", b"a\x01"]


def tree(chance: random.Random) -> Rows:
    """Some of the same paths each time, in the order of manifests."""
    paths = {b""} | {b"/".join(chance.choices(NAMES, k=chance.randrange(1, 4))) for _ in range(500)}
    ordered = sorted(paths, key=lambda path: path.replace(b"/", b"\0"))
    count = len(ordered)
    return Rows(
        ordered,
        bytearray(chance.choices([0, 0, 0, 1, 2, 3], k=count)),
        array("Q", chance.choices([5, 5, 5, 6], k=count)),
        array("q", chance.choices([-7, -7, -7, 8], k=count)),
        array("q", [9] * count),
        array("Q", chance.choices([2**63, 2**63, 1], k=count)),
    )


def by_python(now: Rows, before: Rows) -> list[int]:
    old = {row[0]: (number, row[1:]) for number, row in enumerate(zip(*before, strict=True))}
    found = []
    for path, *rest in zip(*now, strict=True):
        number, was = old.get(path, (-1, ()))
        found.append(number if tuple(rest) == was and rest[0] < 2 else -1)
    return found


class TestMatched:
    @pytest.mark.parametrize("seed", range(8))
    def test_finds_what_is_unchanged_and_nothing_else(self, seed: int) -> None:
        library = native.load()
        if library is None:
            pytest.skip("the library is not built here")
        chance = random.Random(seed)
        now, before = tree(chance), tree(chance)
        expected = by_python(now, before)
        assert any(number >= 0 for number in expected)
        assert list(library.matched(now, before)) == expected
        kept = [row for row, kind in enumerate(now.kind) if kind < 2]
        assert [row for row, was in enumerate(library.matched(now, now)) if was == row] == kept

    def test_refuses_columns_that_disagree(self) -> None:
        library = native.load()
        if library is None:
            pytest.skip("the library is not built here")
        whole = tree(random.Random(1))
        for short in (whole._replace(kind=whole.kind[1:]), whole._replace(inode=whole.inode[1:])):
            with pytest.raises(ValueError, match="column"):
                library.matched(whole, short)
