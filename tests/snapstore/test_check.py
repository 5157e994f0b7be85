"""What a check takes for damage, and what it doesn't; what it finds stands in `test_upkeep.py`."""

import pytest

from dumont.snapstore.check import check
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
