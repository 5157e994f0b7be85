"""Every kind of place, also the one that is reached by a grant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snapstore.blobs.doors import GrantedPlace, granting
from tests.snapstore.places import BucketPlace, FolderPlace, Place


@pytest.fixture
def granted_place(bucket_place: BucketPlace) -> Iterator[GrantedPlace]:
    with granting(GrantedPlace(bucket_place)) as place:
        yield place


@pytest.fixture(params=["file", "s3", "granted"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "file":
        return FolderPlace(tmp_path / "repository")
    found: Place = request.getfixturevalue("bucket_place" if request.param == "s3" else "granted_place")
    return found
