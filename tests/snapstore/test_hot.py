"""What was opened first is learned from times of reading, kept, and put back first."""

import mmap
import os
from pathlib import Path

import pytest

from dumont.snapstore import hot
from dumont.snapstore.restore import RestoreOptions, restore
from tests.build import snapstore as build
from tests.snapstore.restore.trees import mixed


def reading_is_noted(folder: Path) -> bool:
    """Whether this disk keeps times of reading."""
    path = folder / "probe"
    path.write_bytes(b"x")
    os.utime(path, ns=(0, path.stat().st_mtime_ns))
    path.read_bytes()
    return path.stat().st_atime_ns > 0


def read_later(path: Path, than: int) -> int:
    """Until the clock of files, which ticks in milliseconds, tells it from its last change and from the read before."""
    path.read_bytes()
    while path.stat().st_atime_ns <= max(than, path.stat().st_ctime_ns):
        os.utime(path, ns=(0, path.stat().st_mtime_ns))
        path.read_bytes()
    return path.stat().st_atime_ns


class TestRecord:
    def test_finds_what_was_read_since_the_restore_in_order(self, tmp_path: Path) -> None:
        if not reading_is_noted(tmp_path):
            pytest.skip("this disk keeps no times of reading")
        repository = build.fresh()
        tree = tmp_path / "tree"
        restore(repository, build.snapshot(repository, mixed()), str(tree))
        assert hot.record(str(tree)) == []
        wanted = ["models/text", "code/file 7", "code/file 3"]
        moment = 0
        for name in wanted:
            moment = read_later(tree / name, moment)
        assert hot.record(str(tree)) == [name.encode() for name in wanted]

    def test_finds_what_programs_have_mapped(self, tmp_path: Path) -> None:
        (tmp_path / "library").write_bytes(b"x" * 5000)
        (tmp_path / "other").write_bytes(b"x" * 5000)
        os.utime(tmp_path / "library", (0, 0))
        with (tmp_path / "library").open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ):
            assert b"library" in hot.record(str(tmp_path))
        assert b"other" not in hot.record(str(tmp_path))


class TestKept:
    @pytest.mark.parametrize("passphrase", [None, "open sesame"])
    def test_comes_back_as_it_was_saved(self, passphrase: str | None) -> None:
        repository = build.fresh(passphrase)
        hot.save(repository, "box", [b"b", b"a/\xff"])
        assert hot.load(repository, "box") == [b"b", b"a/\xff"]
        assert hot.load(repository, "other") == []

    def test_is_only_advice(self) -> None:
        repository = build.fresh()
        hot.save(repository, "box", [b"../x", b"", b"/etc/passwd", b"a"])
        assert hot.load(repository, "box") == [b"a"]

    def test_is_what_a_restore_puts_back_first(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        hot.save(repository, "box", [b"models/text", b"no longer there"])
        there = []
        options = RestoreOptions(ready=lambda: there.append((tmp_path / "models/text").exists()))
        restore(repository, name, str(tmp_path), options)
        assert there == [True]
