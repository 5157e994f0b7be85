"""Two trees are held beside each other in one call, as Python does it path by path."""

import random
from array import array

import pytest

from dumont.snapstore.native import Native
from dumont.snapstore.native.matching import FOLDER, NOTHING, OTHER, WHOLE, Rows, State

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
    def test_finds_what_is_unchanged_and_nothing_else(self, built: Native, seed: int) -> None:
        chance = random.Random(seed)
        now, before = tree(chance), tree(chance)
        expected = by_python(now, before)
        assert any(number >= 0 for number in expected)
        assert list(built.matched(now, before)) == expected
        kept = [row for row, kind in enumerate(now.kind) if kind < 2]
        assert [row for row, was in enumerate(built.matched(now, now)) if was == row] == kept

    def test_refuses_columns_that_disagree(self, built: Native) -> None:
        whole = tree(random.Random(1))
        for short in (whole._replace(kind=whole.kind[1:]), whole._replace(inode=whole.inode[1:])):
            with pytest.raises(ValueError, match="column"):
                built.matched(whole, short)


def state(chance: random.Random, kinds: list[int], count: int) -> State:
    columns = (array(kind, chance.choices([0, 0, 0, 1], k=count)) for kind in "QqIII")
    return State(bytearray(chance.choices(kinds, k=count)), *columns)


class TestJudged:
    @pytest.mark.parametrize("owners", [False, True])
    def test_says_what_stands_where_as_python_does(self, built: Native, *, owners: bool) -> None:
        chance = random.Random(7)
        now, before = tree(chance), tree(chance)
        at = built.aligned(now.paths, before.paths)
        places = {path: row for row, path in enumerate(before.paths)}
        assert list(at) == [places.get(path, -1) for path in now.paths]
        wanted, seen = state(chance, [0, 0, 1, 2, 3], len(at)), state(chance, [0, 0, 1, 2, 254, 255], len(before.paths))
        verdict = built.judged(wanted, seen, array("I", range(len(at))), at, owners=owners)
        expected = []
        for entry, row in enumerate(at):
            ours, its = ([column[number] for column in of] for of, number in ((wanted, entry), (seen, max(row, 0))))
            compared = 6 if owners else 4
            whole = WHOLE if ours[0] == 0 and ours[:compared] == its[:compared] else OTHER
            there = FOLDER if ours[0] == its[0] == 1 else whole
            expected.append(NOTHING if row < 0 or its[0] == 254 else there)
        assert list(verdict) == expected
        assert set(expected) == {NOTHING, WHOLE, FOLDER, OTHER}

    def test_refuses_rows_that_there_are_not(self, built: Native) -> None:
        ours, none = state(random.Random(1), [0], 3), array("i", [-1])
        for entries, at in ((array("I", [3]), none), (array("I", [0]), array("i", [3])), (array("I", [0, 1]), none)):
            with pytest.raises(ValueError, match="row"):
                built.judged(ours, ours, entries, at, owners=False)
