"""What is set of a file, in an order in which no step forbids the next."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dumont.snapstore.restore.metadata import Metadata
from tests.build import snapstore as build

SOMEBODY = 65534


@contextmanager
def without_privileges(path: Path) -> Iterator[None]:
    """As the file's owner, whom modes hold back."""
    if os.geteuid():
        yield
        return
    try:
        os.chown(path, SOMEBODY, -1)
    except OSError:
        pytest.skip("there is nobody else here")
    system = ctypes.CDLL(None)
    system.setfsuid(SOMEBODY)  # of this thread alone
    try:
        yield
    finally:
        system.setfsuid(0)


class TestMetadata:
    def test_sets_attributes_of_what_its_owner_may_not_write(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.touch()
        try:
            os.setxattr(path, "user.probe", b"")
        except OSError:
            pytest.skip("this disk keeps no attributes")
        node = build.Node(content=b"", mode=0o444, xattrs=[(b"user.colour", b"blue")])
        metadata = Metadata(build.manifest(build.fresh(), {b"file": node}), owners=False)
        handle = os.open(path, os.O_RDWR)
        with without_privileges(path):
            metadata.of_handle(handle, 1)
        os.close(handle)
        assert os.getxattr(path, "user.colour") == b"blue"
        assert path.stat().st_mode & 0o7777 == 0o444
