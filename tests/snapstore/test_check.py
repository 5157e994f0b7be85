"""What is taken for damage or for a difference, and what isn't; what is found stands in `test_upkeep.py`."""

import pytest

from dumont.snapstore.check import check
from dumont.snapstore.diff import diff
from dumont.snapstore.errors import Cancelled, SnapError, StoreAway
from dumont.snapstore.track import Track
from tests.build import snapstore as build


class TestAStore:
    @pytest.mark.parametrize("error", [StoreAway("It did not answer."), Cancelled("Stopped, as asked.")])
    def test_that_is_away_is_not_damaged(self, error: SnapError) -> None:
        repository = build.fresh()
        build.snapshot(repository, {b"a": build.Node(content=b"content")})

        def away(_act: str, name: str) -> None:
            if name.startswith("snapshots/") and len(name) > 20:
                raise error

        repository.blobs.before = away
        with pytest.raises(type(error)):
            check(repository, False, Track())

    def test_that_is_away_makes_no_differences(self) -> None:
        repository = build.fresh()
        touched = (build.MTIME, build.MTIME + 1)
        trees = [{b"a": build.Node(content=b"same", mtime=at), b"b": b"%d" % at} for at in touched]
        before, after = (repository.load(build.snapshot(repository, tree)) for tree in trees)
        found = {one.path: one.what for one in diff(before, after, (repository, repository))}
        assert found == {b"a": "attributes"}

        def away(_act: str, name: str) -> None:
            if name.startswith("packs/"):
                raise StoreAway("It did not answer.")

        repository.blobs.before = away
        with pytest.raises(StoreAway):
            list(diff(before, after, (repository, repository)))
