"""What could not be read is told apart from what went away, is counted once, and named in words that travel."""

import errno
import os
from pathlib import Path

import pytest

from dumont.snapstore import unread
from dumont.snapstore.backup.reading import Folders
from dumont.snapstore.repository import create
from dumont.snapstore.scan import Note
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import File, taken, write


class TestUnread:
    @pytest.mark.parametrize(
        ("error", "told"), [(errno.EIO, {"unread": 1, "unread_names": ["large"]}), (errno.ENOENT, {})]
    )
    def test_is_a_file_that_is_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, told: dict[str, object]
    ) -> None:
        write(tmp_path / "large", File(300_000, 9))

        def broken(_self: Folders, _path: bytes) -> int:
            raise OSError(error, os.strerror(error))

        monkeypatch.setattr(Folders, "open", broken)
        report = taken(create(MemoryBlobs()), tmp_path)
        assert (report.files, unread.of_notes(report.notes)) == (0, told)

    def test_is_named_so_that_it_can_be_sent(self) -> None:
        notes = [Note(b"n\xff%d" % number, "not read: no", unread=True) for number in range(30)]
        told = unread.of_notes([*notes, *notes, Note(b"pipe", "left out")])
        assert (told["unread"], len(told["unread_names"])) == (30, unread.NAMED)
        assert told["unread_names"][0] == "n\N{REPLACEMENT CHARACTER}0"

    def test_of_restic_is_what_is_there_by_whatever_path_it_says(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "key").touch()
        said = [("sub/key", "{}"), (f"{tmp_path}/sub/key", "permission denied"), ("sub/gone", "{}"), (".", "?")]
        assert unread.of_restic(said, str(tmp_path)) == {"unread": 2, "unread_names": ["sub/key", "."]}
        assert unread.of_restic([], str(tmp_path)) == {}
