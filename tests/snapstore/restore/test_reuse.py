"""What is on the machine already is not fetched: the parent's tree, a killed run's half, another tree's equal files."""

import os
import random
from pathlib import Path

import pytest

from dumont.snapstore.errors import BadRequest
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreOptions, restore, state
from tests.build import snapstore as build
from tests.build.snapstore import MTIME, Node
from tests.snapstore.restore.trees import damage, drawn, mixed, seen

LARGE = random.Random(5).randbytes(1_000_000)
CHUNK = 64 << 10


def changed(tree: dict[bytes, Node | bytes], content: bytes, **more: Node | bytes) -> dict[bytes, Node | bytes]:
    """With another large file, a second later."""
    named = {name.encode(): node for name, node in more.items()}
    return {**tree, b"models/large": Node(content=content, mtime=MTIME + 10**9), **named}


def moved(content: bytes) -> dict[str, bytes]:
    """Changes of a large file, each of which takes one or two chunks."""
    return {
        "overwritten": content[:CHUNK] + bytes(CHUNK) + content[2 * CHUNK :],
        "appended": content + b"more",
        "cut off": content[: 10 * CHUNK],
        "moved": content[: 3 * CHUNK] + random.Random(6).randbytes(CHUNK) + content[3 * CHUNK :],
    }


class TestDelta:
    @pytest.mark.parametrize("change", moved(LARGE))
    def test_moves_only_the_difference(self, tmp_path: Path, change: str) -> None:
        repository, options = build.fresh(), RestoreOptions(state=str(tmp_path / "state"))
        first = changed(mixed(), LARGE)
        second = changed(mixed(), moved(LARGE)[change], added=b"new")
        second[b"models/large"].mtime += 5  # type: ignore[union-attr]
        restore(repository, build.snapshot(repository, first), str(tmp_path / "tree"), options)
        inode = (tmp_path / "tree/models/large").stat().st_ino
        name = build.snapshot(repository, second)
        report = restore(repository, name, str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(second)
        assert report.fetched <= 4 * CHUNK
        if change != "moved":
            assert (tmp_path / "tree/models/large").stat().st_ino == inode

    def test_leaves_alone_who_shares_the_old_file(self, tmp_path: Path) -> None:
        repository, options = build.fresh(), RestoreOptions(state=str(tmp_path / "state"))
        restore(repository, build.snapshot(repository, changed(mixed(), LARGE)), str(tmp_path / "tree"), options)
        os.link(tmp_path / "tree/models/large", tmp_path / "other")
        second = changed(mixed(), moved(LARGE)["overwritten"])
        second[b"models/large"].mtime += 5  # type: ignore[union-attr]
        report = restore(repository, build.snapshot(repository, second), str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(second)
        assert (tmp_path / "other").read_bytes() == LARGE
        assert report.fetched <= 2 * CHUNK

    def test_makes_holes_where_there_was_content(self, tmp_path: Path) -> None:
        repository, options = build.fresh(), RestoreOptions(state=str(tmp_path / "state"))
        first = {b"a": Node(content=LARGE)}
        second: dict[bytes, Node | bytes] = {
            b"": build.folder(),
            b"a": Node(content=LARGE[: 2 * CHUNK] + LARGE[6 * CHUNK :], holes={2 * CHUNK: 4 * CHUNK}, mtime=MTIME + 1),
        }
        restore(repository, build.snapshot(repository, first), str(tmp_path / "tree"), options)
        restore(repository, build.snapshot(repository, second), str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(second)

    def test_trusts_no_file_that_was_written_to_since(self, tmp_path: Path) -> None:
        repository, options = build.fresh(), RestoreOptions(state=str(tmp_path / "state"))
        restore(repository, build.snapshot(repository, changed(mixed(), LARGE)), str(tmp_path / "tree"), options)
        with (tmp_path / "tree/models/large").open("r+b") as file:
            file.seek(5 * CHUNK)
            file.write(b"mine")
        second = changed(mixed(), moved(LARGE)["appended"])
        report = restore(repository, build.snapshot(repository, second), str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(second)
        assert report.fetched <= 3 * CHUNK

    def test_goes_on_without_a_parent_that_is_gone(self, tmp_path: Path) -> None:
        repository, options = build.fresh(), RestoreOptions(state=str(tmp_path / "state"))
        first = build.snapshot(repository, changed(mixed(), LARGE))
        restore(repository, first, str(tmp_path / "tree"), options)
        repository.forget([first])
        second = changed(mixed(), moved(LARGE)["appended"])
        second[b"models/large"].mtime += 5  # type: ignore[union-attr]
        report = restore(repository, build.snapshot(repository, second), str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(second)
        assert "no use" in report.notes[0]


class TestHalf:
    def test_is_gone_on_with_where_pieces_are_right(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, changed({b"models": build.folder()}, LARGE))
        (tmp_path / "models").mkdir()
        (tmp_path / "models/large").write_bytes(LARGE[: 8 * CHUNK] + bytes(len(LARGE) - 8 * CHUNK))
        report = restore(repository, name, str(tmp_path))
        assert (tmp_path / "models/large").read_bytes() == LARGE
        assert report.fetched < len(LARGE) - 7 * CHUNK


class TestRescan:
    def test_finds_what_size_and_time_hide(self, tmp_path: Path) -> None:
        tree = changed(mixed(), LARGE)
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        restore(repository, name, str(tmp_path))
        for path in ("models/large", "code/file 3"):
            damage(tmp_path / path)
        report = restore(repository, name, str(tmp_path), RestoreOptions(rescan=True))
        assert seen(tmp_path) == drawn(tree)
        assert 0 < report.fetched < 4 * CHUNK

    def test_fetches_nothing_where_all_is_well(self, tmp_path: Path, way: None) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        restore(repository, name, str(tmp_path))
        report = restore(repository, name, str(tmp_path), RestoreOptions(rescan=True))
        assert report.fetched == 0
        assert report.skipped["already there"] > 60
        assert seen(tmp_path) == drawn(mixed())

    def test_mends_what_is_worn_exchanged_or_gone(self, tmp_path: Path, way: None) -> None:
        """A link in a folder's place is not looked through, though all that should be there is behind it."""
        tree, target = mixed(), tmp_path / "tree"
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        restore(repository, name, str(target))
        (target / "code/file 1").chmod(0o600)
        (target / "code/file 2").unlink()
        (target / "models").rename(tmp_path / "elsewhere")
        (target / "models").symlink_to(tmp_path / "elsewhere")
        report = restore(repository, name, str(target))
        assert seen(target) == drawn(tree)
        assert 40 < report.skipped["already there"] < len(tree)
        assert report.files > 1


class TestBorrow:
    @pytest.mark.parametrize("links", [False, True])
    def test_takes_equal_files_from_elsewhere(self, tmp_path: Path, links: bool, way: None) -> None:
        tree = changed(mixed(), LARGE)
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        restore(repository, name, str(tmp_path / "image"))
        (tmp_path / "image/code/file 1").write_bytes(b"other")
        options = RestoreOptions(borrow=[str(tmp_path / "none"), str(tmp_path / "image")], borrow_links=links)
        report = restore(repository, name, str(tmp_path / "tree"), options)
        assert seen(tmp_path / "tree") == drawn(tree)
        assert report.skipped["borrowed"] > 50
        assert report.fetched < 3 * CHUNK + 10_000
        linked = (tmp_path / "tree/models/large").stat().st_nlink == 2
        assert linked is links


class TestState:
    def test_is_kept_outside_of_the_tree(self, tmp_path: Path) -> None:
        repository: Repository = build.fresh()
        name = build.snapshot(repository, mixed())
        with pytest.raises(BadRequest):
            restore(repository, name, str(tmp_path), RestoreOptions(state=str(tmp_path / "state")))

    def test_is_nothing_where_it_can_not_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text('{"target": 1}')
        assert state.remembered(str(tmp_path / "state")) is None
        assert state.remembered(str(tmp_path / "none")) is None
