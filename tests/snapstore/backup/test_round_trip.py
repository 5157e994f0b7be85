"""A tree comes back as it was, whatever is in it; and what has not changed since is not read again."""

import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dumont.snapstore.backup.reading import Folders
from dumont.snapstore.blobs import Bytes
from dumont.snapstore.errors import Exists
from dumont.snapstore.native.tree import Read, Tree
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.restore import RestoreOptions, restore
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.backup.trees import File, Node, make, put_back, seen, taken, trees, write

_numbers = count()


@cache
def repository_of(passphrase: str | None) -> Repository:
    """A passphrase costs time by design; so there is one for all."""
    return create(MemoryBlobs(), passphrase)


class TestTrees:
    @given(tree=trees())
    @settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_come_back_identical(self, way: str, tree: dict[bytes, Node]) -> None:
        repository = repository_of((None, "open sesame")[next(_numbers) % 2])
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "tree"
            root.mkdir()
            make(root, tree)
            before, label = seen(root), f"{way} {next(_numbers)}"
            first = taken(repository, root, defaults=False, label=label)
            assert put_back(repository, first.name, Path(folder) / "first") == before
            self._change(root)
            after = seen(root)
            second = taken(repository, root, defaults=False, label=label)
            assert put_back(repository, second.name, Path(folder) / "second") == after
            files = sum(look.kind == 0o100000 and look.names[0] == path for path, look in before.items())
            assert second.unchanged_files == files
            assert second.read == 9
            assert second.parent == first.name

    def _change(self, root: Path) -> None:
        (root / "new").write_bytes(b"something")
        (root / "new folder").mkdir()
        (root / "new link").symlink_to("new")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for number in range(8):
        write(root / "sub" / f"{number}", File(30_000 + number, number))
    write(root / "large", File(1_200_000, 9))
    return root


class TestWhatHasNotChanged:
    def test_is_not_opened(self, way: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watched where files are opened, as nothing else could tell."""
        opened: list[bytes] = []
        one, many = Folders.open, Tree.read_files

        def open_one(self: Folders, path: bytes) -> int:
            opened.append(path)
            return one(self, path)

        def open_many(self: Tree, folder: int, paths: list[bytes], out: memoryview) -> Read:
            opened.extend(paths)
            return many(self, folder, paths, out)

        monkeypatch.setattr(Folders, "open", open_one)
        monkeypatch.setattr(Tree, "read_files", open_many)
        repository = create(MemoryBlobs())
        taken(repository, root)
        assert len(opened) == 9
        opened.clear()
        write(root / "sub" / "3", File(30_003, 77))
        (root / "sub" / "4").rename(root / "sub" / "moved")
        report = taken(repository, root)
        assert opened == [b"sub/3", b"sub/moved"]
        assert (report.unchanged_files, report.read) == (7, 60_007)
        opened.clear()
        taken(repository, root, rescan=True)
        assert len(opened) == 9

    def test_is_read_where_its_packs_are_gone(self, way: str, root: Path, tmp_path: Path) -> None:
        repository = create(blobs := MemoryBlobs())
        taken(repository, root, pack_bytes=200_000)
        packs = sorted(name for name in blobs.objects if name.startswith("packs/"))
        for name in [name for name in blobs.objects if name.startswith("index/")] + packs[:1]:
            blobs.delete(name)
        report = taken(repository, root)
        assert 0 < report.unchanged_files < 9
        assert put_back(repository, report.name, tmp_path / "back") == seen(root)

    def test_may_have_the_size_and_time_of_what_has(self, way: str, root: Path, tmp_path: Path) -> None:
        """The time of change tells, which nobody can set."""
        repository = create(MemoryBlobs())
        taken(repository, root)
        write(root / "sub" / "3", File(30_003, 77))
        assert put_back(repository, taken(repository, root).name, tmp_path / "back") == seen(root)

    def test_keeps_its_attributes(self, way: str, root: Path, tmp_path: Path) -> None:
        try:
            os.setxattr(root / "large", "user.colour", b"blue")
        except OSError:
            pytest.skip("no attributes on this file system")
        repository = create(MemoryBlobs())
        taken(repository, root)
        back = put_back(repository, taken(repository, root).name, tmp_path / "back")
        assert back[b"large"].attributes == [("user.colour", b"blue")]


class TestHoles:
    def test_are_neither_read_nor_filled(self, way: str, tmp_path: Path) -> None:
        root = tmp_path / "tree"
        root.mkdir()
        with (root / "sparse").open("wb") as file:
            file.seek(64 << 20)
            file.write(b"x" * 8192)
            file.truncate(1 << 30)
        if (root / "sparse").stat().st_blocks * 512 > 1 << 20:
            pytest.skip("no holes on this file system")
        repository = create(MemoryBlobs())
        report = taken(repository, root)
        assert report.bytes == 1 << 30
        assert report.read < 1 << 20
        restore(repository, report.name, str(tmp_path / "back"), RestoreOptions(direct=False))
        back = tmp_path / "back" / "sparse"
        assert back.stat().st_size == 1 << 30
        assert back.stat().st_blocks * 512 < 1 << 20
        with back.open("rb") as file:
            file.seek((64 << 20) - 1)
            assert file.read(8194) == b"\0" + b"x" * 8192 + b"\0"


class TestWhatCannotBeKept:
    def test_is_told(self, way: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        os.mkfifo(root / "pipe")
        monkeypatch.chdir(root)  # a socket's address is short
        with socket.socket(socket.AF_UNIX) as door:
            door.bind("door")
            repository = create(MemoryBlobs())
            report = taken(repository, root)
        assert sorted(note.path for note in report.notes) == [b"door", b"pipe"]
        back = put_back(repository, report.name, tmp_path / "back")
        assert {path: look for path, look in seen(root).items() if path not in (b"door", b"pipe", b"")} == {
            path: look for path, look in back.items() if path
        }

    def test_is_told_of_folders_that_may_not_be_read(self, way: str, root: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        (root / "sub").chmod(0)
        try:
            report = taken(create(MemoryBlobs()), root)
        finally:
            (root / "sub").chmod(0o755)
        assert [note.path for note in report.notes] == [b"sub"]


class TestLongPaths:
    def test_are_kept(self, way: str, tmp_path: Path) -> None:
        root = tmp_path / "tree"
        deep = root.joinpath(*["f" * 200] * 12)
        deep.mkdir(parents=True)
        (deep / "file").write_bytes(b"deep")
        repository = create(MemoryBlobs())
        back = put_back(repository, taken(repository, root).name, tmp_path / "back")
        assert back == seen(root)
        shutil.rmtree(tmp_path / "back")


class TestPlanted:
    def test_packs_and_indexes_under_our_names_are_gone_round(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a host that could guess them, in a store that lets nobody write over what is there."""
        repository = create(MemoryBlobs())
        put, refused = repository.blobs.put, list[str]()

        def wary(name: str, parts: Sequence[Bytes]) -> None:
            kind = name.partition("/")[0]
            if kind in ("packs", "index") and kind not in refused:
                refused.append(kind)
                raise Exists(f"{name} is there already, and is another one.")
            put(name, parts)

        monkeypatch.setattr(repository.blobs, "put", wary)
        made = taken(repository, root, defaults=False)
        assert sorted(refused) == ["index", "packs"]
        assert put_back(repository, made.name, tmp_path / "back") == seen(root)
