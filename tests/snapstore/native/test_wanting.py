"""What a restore waits for is found in one call as Python finds it file by file."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.snapstore.model import HOLE, Manifest
from dumont.snapstore.native import Native
from dumont.snapstore.native.sound import Pieces
from dumont.snapstore.native.wanting import no_lists
from dumont.snapstore.restore.plan import Uses

CHUNKS = 5
PIECES = st.lists(st.tuples(st.sampled_from([*range(CHUNKS), HOLE]), st.integers(1, 9)), max_size=4)


def manifest_of(files: list[list[tuple[int, int]]]) -> Manifest:
    """Only what the content is made of."""
    made = Manifest.__new__(Manifest)
    made.paths = [b"%d" % number for number in range(len(files))]
    made.pieces = array("I", map(len, files))
    made.chunk_raw = array("I", [9] * CHUNKS)
    made.piece_chunk = array("I", [chunk for file in files for chunk, _length in file])
    made.piece_offset = array("I", [0] * len(made.piece_chunk))
    made.piece_length = array("Q", [length for file in files for _chunk, length in file])
    return made


class TestWant:
    @given(st.lists(PIECES, max_size=12), st.data())
    def test_finds_what_python_finds(self, files: list[list[tuple[int, int]]], data: st.DataObject) -> None:
        manifest = manifest_of(files)
        wanted = data.draw(st.lists(st.sampled_from(range(len(files))), unique=True)) if files else []
        starts = manifest.first_pieces()
        by_hand, at_once = Uses(manifest), Uses(manifest)
        for entry in wanted:
            by_hand.want(entry, starts[entry], starts[entry + 1])
        at_once.want_each(wanted, starts)
        assert at_once.lists == by_hand.lists
        waits = [sum(length for chunk, length in file if chunk != HOLE) for file in files]
        assert list(at_once.left) == [waits[entry] if entry in wanted else 0 for entry in range(len(files))]

    def test_refuses_what_lies_outside(self, built: Native) -> None:
        starts, pieces = array("Q", [0, 1]), Pieces(array("I", [0]), array("I", [0]), array("Q", [5]))
        for files, wrong in ((array("I", [1]), starts), (array("I", [0]), array("Q", [0, 2]))):
            with pytest.raises(ValueError, match="behind the last"):
                built.want(files, wrong, pieces, no_lists(1, 1, 1))
        with pytest.raises(ValueError, match="column"):
            built.want(array("Q", [0]), starts, pieces, no_lists(1, 1, 1))
        with pytest.raises(ValueError, match="column"):
            built.want(array("I", [0]), starts, pieces._replace(length=array("Q")), no_lists(1, 1, 1))
