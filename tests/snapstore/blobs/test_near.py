"""A lent repository of this very computer: what its folder has is read there, and the server asked for the rest."""

from pathlib import Path

import pytest

from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.blobs.near import NearBlobs
from tests.snapstore.blobs.doors import TOKEN, GrantedPlace
from tests.snapstore.places import BucketPlace

NAMES = ["packs/00/000", "packs/01/001"]


@pytest.fixture
def place(granted_place: GrantedPlace) -> GrantedPlace:
    writer = BucketPlace.open(granted_place)
    for name in NAMES:
        writer.put(name, [name.encode()])
    return granted_place


class TestNear:
    def test_objects_are_read_from_the_folder_and_nobody_is_asked(self, place: GrantedPlace, tmp_path: Path) -> None:
        LocalBlobs(str(tmp_path)).put(NAMES[0], [b"from the folder"])
        blobs = NearBlobs(str(tmp_path), place.url, TOKEN)
        blobs.expect(NAMES)
        assert blobs.get(NAMES[0]) == b"from the folder"
        buffer = bytearray(6)
        blobs.read_into(NAMES[0], 9, memoryview(buffer))
        assert (bytes(buffer), blobs.find(NAMES[0]) is not None) == (b"folder", True)
        assert place.wishes == []

    def test_objects_that_the_folder_lacks_come_by_the_grant(self, place: GrantedPlace, tmp_path: Path) -> None:
        LocalBlobs(str(tmp_path)).put(NAMES[0], [b"half"])
        blobs = NearBlobs(str(tmp_path), place.url, TOKEN)
        buffer = bytearray(len(NAMES[0]))
        blobs.read_into(NAMES[0], 0, memoryview(buffer))
        assert bytes(buffer) == NAMES[0].encode(), "one that is too short there, too"
        assert NearBlobs(str(tmp_path / "none"), place.url, TOKEN).get(NAMES[1]) == NAMES[1].encode()
        assert [found.name for found in blobs.list("packs/00/")] == [NAMES[0]], "what there is, the server knows"
