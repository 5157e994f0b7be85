"""Places for repositories, one of each kind, which tests can harm from behind: fixtures `place` and `bucket_place`."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from dumont.simulators.s3.server import S3Server, serving
from dumont.snapstore.blobs import Blobs, Keys
from dumont.snapstore.blobs.again import Retries
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.wire import Patience

AT_ONCE = Retries(sleep=lambda seconds: None)
"""Tries again without a pause."""
_numbers = count()


class Place(Protocol):
    """Where a repository can lie."""

    kind: str
    address: str

    def open(self) -> Blobs:
        """A client of its own."""
        ...

    def direct(self) -> Blobs:
        """The quickest way to it."""
        ...

    def file(self, name: str) -> Path:
        """Where an object's bytes lie, for who wants to read or to change them."""
        ...

    def cut(self, name: str, size: int) -> None:
        """As if only so many bytes had been written."""
        ...

    def age(self, name: str, seconds: float) -> None:
        """As if it had been put so much earlier, by the store's clock."""
        ...

    def names(self) -> list[str]: ...


class FolderPlace:
    kind = "file"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"file://{folder}"

    def open(self) -> Blobs:
        return LocalBlobs(self.address)

    def direct(self) -> Blobs:
        return self.open()

    def file(self, name: str) -> Path:
        return self.folder / name

    def cut(self, name: str, size: int) -> None:
        os.truncate(self.file(name), size)

    def age(self, name: str, seconds: float) -> None:
        moment = self.file(name).stat().st_mtime - seconds
        os.utime(self.file(name), (moment, moment))

    def names(self) -> list[str]:
        return sorted(found.name for found in self.open().list(""))


class BucketPlace:
    kind = "s3"

    def __init__(self, server: S3Server) -> None:
        self.server = server
        self.bucket = f"bucket-{next(_numbers)}"
        server.store.shelf.add(self.bucket)
        self.address = f"s3://{self.bucket}/of/a/repository"
        self._open: list[S3Blobs] = []

    @property
    def keys(self) -> Keys:
        return Keys(self.server.key.access, self.server.key.secret, self.server.key.session)

    def open(self, *, retries: Retries = AT_ONCE, patience: Patience | None = None) -> S3Blobs:
        made = S3Blobs(self.address, self.keys, endpoint=self.server.url, retries=retries, patience=patience)
        self._open.append(made)
        return made

    def direct(self) -> Blobs:
        return BucketPlace.open(self)

    def key(self, name: str) -> str:
        return f"of/a/repository/{name}"

    def file(self, name: str) -> Path:
        return self.server.file(self.bucket, self.key(name))

    def cut(self, name: str, size: int) -> None:
        os.truncate(self.file(name), size)
        self.server.retell(self.bucket, self.key(name), lambda thing: replace(thing, size=size))

    def age(self, name: str, seconds: float) -> None:
        self.server.retell(self.bucket, self.key(name), lambda thing: replace(thing, modified=thing.modified - seconds))

    def names(self) -> list[str]:
        return [key.removeprefix("of/a/repository/") for key in self.server.keys(self.bucket)]

    def close(self) -> None:
        self.server.conditions.order([])
        for blobs in self._open:
            blobs.close()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One for all tests of a process; take a bucket of your own by `bucket_place`."""
    with serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket_place(s3_server: S3Server) -> Iterator[BucketPlace]:
    place = BucketPlace(s3_server)
    yield place
    place.close()


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place of each kind in turn."""
    if request.param == "file":
        return FolderPlace(tmp_path / "repository")
    bucket: BucketPlace = request.getfixturevalue("bucket_place")
    return bucket
