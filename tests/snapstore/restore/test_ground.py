"""The target, into which many threads write at once."""

import errno
import os
from pathlib import Path

import pytest

from dumont.snapstore.restore.ground import Ground


def test_a_folder_that_another_thread_put_in_the_place_of_a_link_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").symlink_to("/tmp")
    unlink = os.unlink

    def too_late(name: bytes, *, dir_fd: int) -> None:
        unlink(name, dir_fd=dir_fd)
        os.mkdir(name, dir_fd=dir_fd)
        raise IsADirectoryError(errno.EISDIR, "a folder by now")

    ground = Ground(str(tmp_path), replace=True)
    monkeypatch.setattr(os, "unlink", too_late)
    try:
        entered = os.fstat(ground.folder(b"code"))
        assert entered.st_ino == (tmp_path / "code").stat().st_ino
        assert entered.st_nlink > 0
    finally:
        ground.close()
