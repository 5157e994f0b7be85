"""Root gives files their owners; anybody else gets all the rest right, and is told."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dumont.snapstore.restore import RestoreOptions, restore
from tests.build import snapstore as build
from tests.build.snapstore import MTIME, Node
from tests.snapstore.restore.trees import drawn, mixed, seen

NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """That somebody else may write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def as_nobody(act: Callable[[], None]) -> None:
    """In a process of its own, if we are root."""
    if os.getuid():
        return act()
    child = os.fork()
    if not child:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            act()
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    return None


class TestRoot:
    @pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
    def test_gives_files_folders_and_links_their_owners(self, tmp_path: Path) -> None:
        tree = {
            b"a": Node(content=b"x", uid=1234, gid=5678, mode=0o6755),
            b"l": build.symlink(b"a"),
            b"d": build.folder(),
        }
        for node in tree.values():
            node.uid, node.gid = 1234, 5678
        repository = build.fresh()
        restore(repository, build.snapshot(repository, {**tree}), str(tmp_path))
        for name in ("a", "l", "d"):
            known = (tmp_path / name).lstat()
            assert (known.st_uid, known.st_gid) == (1234, 5678)
        assert (tmp_path / "a").stat().st_mode & 0o7777 == 0o6755
        os.chown(tmp_path / "a", 0, 0)
        restore(repository, "latest", str(tmp_path))
        assert (tmp_path / "a").stat().st_uid == 1234


class TestAnybody:
    def test_is_told_whose_files_they_were(self, tmp_path: Path) -> None:
        repository = build.fresh()
        tree: dict[bytes, Node | bytes] = {b"a": Node(content=b"x", uid=12345)}
        report = restore(repository, build.snapshot(repository, tree), str(tmp_path), RestoreOptions(owners=False))
        assert report.notes == ["1 times, owners could not be set here."]
        assert (tmp_path / "a").stat().st_uid == os.getuid()

    def test_gets_into_folders_of_his_that_forbid_it(self, open_folder: Path) -> None:
        tree = mixed()
        tree[b"code/fixed"] = Node(content=bytes(range(256)) * 2000, mode=0o444)
        tree[b"shut"] = build.folder(0o000)
        tree[b"shut/file"] = b"x"
        repository = build.fresh()
        names = [build.snapshot(repository, tree)]
        tree[b"code/fixed"] = Node(content=bytes(range(255)) * 2000, mode=0o444, mtime=MTIME + 3)
        tree[b"code/deep/new"] = tree[b"shut/new"] = b"new"
        names.append(build.snapshot(repository, tree))

        def act() -> None:
            for name in names:
                assert restore(repository, name, str(open_folder / "tree"), RestoreOptions(owners=False)).complete
            (open_folder / "tree/shut").chmod(0o700)

        restore(repository, names[0], str(open_folder / "roots"))  # all is imported now: nobody might not be able to
        as_nobody(act)
        expected = drawn(tree)
        expected[b"shut"] = ("folder", 0o700, MTIME, b"")
        assert seen(open_folder / "tree") == expected
