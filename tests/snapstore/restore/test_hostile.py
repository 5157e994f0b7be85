"""A repository that nobody honest wrote can neither write outside of the target nor take the machine's memory."""

import contextlib
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dumont.snapstore import hashing
from dumont.snapstore.errors import Hostile, NoRoom, SnapError
from dumont.snapstore.model import HOLE, Frame, Kind, Manifest
from dumont.snapstore.pack import PackBuilder, put_pack
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreOptions, restore
from tests.build import snapstore as build
from tests.snapstore.restore.trees import drawn, mixed, seen


def crafted(repository: Repository, change: Callable[[Manifest], None]) -> str:
    made = build.manifest(repository, {b"a": build.folder(), b"a/file": b"content", b"z": b"more"})
    change(made)
    return repository.put(made)


def renamed(path: bytes) -> Callable[[Manifest], None]:
    def change(made: Manifest) -> None:
        made.paths[made.paths.index(b"a/file")] = path

    return change


def linked(made: Manifest) -> None:
    """The folder is a link, and the file goes through it."""
    made.kind[1] = Kind.SYMLINK
    made.links[1] = b"/tmp"


def looped(made: Manifest) -> None:
    made.kind[2] = Kind.HARDLINK
    made.pieces[2], made.size[2] = 0, 0
    made.same[2] = 3


class TestManifest:
    @pytest.mark.parametrize(
        "change",
        [
            renamed(b"../outside"),
            renamed(b"a/../../outside"),
            renamed(b"/outside"),
            renamed(b"a//outside"),
            renamed(b"a/./file"),
            renamed(b"b/file"),
            renamed(b"a/" + b"x" * 300),
            linked,
            looped,
            lambda made: made.piece_length.__setitem__(0, 1 << 60),
            lambda made: made.piece_chunk.__setitem__(0, 7),
            lambda made: made.chunk_offset.__setitem__(0, 1 << 31),
            lambda made: made.chunk_raw.__setitem__(0, 1 << 31),
            lambda made: made.pieces.__setitem__(2, 1 << 31),
        ],
    )
    def test_is_refused_before_anything_is_written(self, tmp_path: Path, change: Callable[[Manifest], None]) -> None:
        repository = build.fresh()
        with pytest.raises(Hostile):
            restore(repository, crafted(repository, change), str(tmp_path / "target"))
        assert not list(tmp_path.iterdir())

    def test_asks_for_more_than_any_disk_has(self, tmp_path: Path) -> None:
        """One small chunk, hundreds of thousands of times."""
        repository = build.fresh()
        made = build.manifest(repository, {b"bomb": build.Node(content=bytes(64 << 10))}, chunk=64 << 10)
        made.chunk_raw[0] = 8 << 20
        count = 400_000
        made.pieces[1], made.size[1] = count, count * (8 << 20)
        made.piece_chunk *= count
        made.piece_offset *= count
        made.piece_length = type(made.piece_length)("Q", [8 << 20]) * count
        with pytest.raises((NoRoom, Hostile)):
            restore(repository, repository.put(made), str(tmp_path))
        assert not list(tmp_path.iterdir())

    def test_has_a_hole_that_no_disk_can_have(self, tmp_path: Path) -> None:
        def change(made: Manifest) -> None:
            made.piece_chunk[0], made.piece_length[0], made.size[2] = HOLE, (1 << 63) - 1, (1 << 63) - 1

        repository = build.fresh()
        name = crafted(repository, change)
        report = restore(repository, name, str(tmp_path))
        assert (tmp_path / "z").read_bytes() == b"more"
        if (tmp_path / "a/file").exists():
            assert (tmp_path / "a/file").stat().st_blocks < 100
        else:
            assert "a/file was not written" in report.notes[0]

    def test_is_as_deep_as_it_can_be(self, tmp_path: Path) -> None:
        """Deeper than the system's paths may be long."""
        path, tree = b"", {}
        for _ in range(300):
            path += (b"/" if path else b"") + b"a folder in a folder"
            tree[path] = build.folder()
        tree[path + b"/file"] = b"deep"
        tree[path + b"/second"] = b"deeper"
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        assert not restore(repository, name, str(tmp_path / "target")).notes
        assert restore(repository, name, str(tmp_path / "target")).skipped == {"already there": 2}
        empty = build.snapshot(repository, {b"x": b"x"})
        restore(repository, empty, str(tmp_path / "target"), RestoreOptions(delete=True))
        assert [path.name for path in (tmp_path / "target").iterdir()] == ["x"]


class TestFrames:
    @pytest.mark.parametrize("codec", [1, 2, 3, 4, 0, 77])
    def test_that_unfold_to_more_make_no_more_than_they_may(self, tmp_path: Path, codec: int) -> None:
        """A gigabyte of zeros by whatever codec."""
        squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
        bomb = squeezed.compress(bytes(1 << 26)) + squeezed.flush()
        repository = build.fresh()
        made = build.manifest(repository, {b"file": b"x" * 1000})
        repository.blobs.objects = {"config": repository.blobs.objects["config"]}
        frame = Frame(hashing.digest(bytes(1000)), len(bomb), 1000, codec)
        pack = PackBuilder(repository.sealer)
        pack.add(frame, bomb)
        table, parts = pack.finish()
        put_pack(repository.blobs, table, parts)
        made.chunk_stored[0], made.chunk_codec[0] = len(bomb), codec
        made.pack_names, made.pack_sizes[0] = [bytes.fromhex(table.name)], table.size
        report = restore(repository, repository.put(made), str(tmp_path))
        assert report.damaged == ["file"]
        assert not list(tmp_path.iterdir())

    def test_of_a_length_that_no_honest_frame_has_are_not_fetched(self, tmp_path: Path) -> None:
        repository = build.fresh()
        made = build.manifest(repository, {b"file": b"x" * 1000, b"other": bytes(70_000)})
        made.pack_sizes[0] = 60 << 20
        made.chunk_stored[0] = 59 << 20
        repository.blobs.objects = {n: d for n, d in repository.blobs.objects.items() if not n.startswith("index/")}
        report = restore(repository, repository.put(made), str(tmp_path))
        assert not report.damaged  # by the pack's own table it is an honest one
        assert (tmp_path / "other").read_bytes() == bytes(70_000)
        assert report.fetched < 1 << 20


class TestLinks:
    def test_below_the_target_are_never_followed(self, tmp_path: Path) -> None:
        outside, target = tmp_path / "outside", tmp_path / "target"
        (outside / "code").mkdir(parents=True)
        (outside / "file").write_bytes(b"mine")
        target.mkdir()
        (target / "code").symlink_to(outside / "code")
        (target / "models").mkdir()
        (target / "models/large").symlink_to(outside / "file")
        (target / "models/text").hardlink_to(outside / "file")
        repository = build.fresh()
        restore(repository, build.snapshot(repository, mixed()), str(target), RestoreOptions(delete=True))
        assert seen(target) == drawn(mixed())
        assert (outside / "file").read_bytes() == b"mine"
        assert not list((outside / "code").iterdir())

    def test_planted_while_we_write_are_never_followed(self, tmp_path: Path) -> None:
        outside, target = tmp_path / "outside", tmp_path / "target"
        outside.mkdir()
        repository = build.fresh()
        name = build.snapshot(repository, mixed(files=300), chunk=16 << 10, pack=64 << 10)

        def plant(act: str, _name: str) -> None:
            """Whenever bytes are fetched, a folder that was made is exchanged for a link."""
            if act == "get" and (target / "code").is_dir():
                for path in (target / "code", target / "models"):
                    if path.is_dir() and not path.is_symlink():
                        path.rename(tmp_path / f"gone {len(list(tmp_path.iterdir()))}")
                        path.symlink_to(outside)

        repository.blobs.before = plant
        with contextlib.suppress(SnapError):
            restore(repository, name, str(target))
        assert not list(outside.iterdir())

    def test_are_not_followed_when_what_is_not_there_is_removed(self, tmp_path: Path) -> None:
        outside, target = tmp_path / "outside", tmp_path / "target"
        outside.mkdir()
        (outside / "mine").write_text("mine")
        (target / "folder").mkdir(parents=True)
        (target / "folder/link").symlink_to(outside)
        (target / "link").symlink_to(outside)
        repository = build.fresh()
        restore(repository, build.snapshot(repository, {b"a": b"a"}), str(target), RestoreOptions(delete=True))
        assert [path.name for path in target.iterdir()] == ["a"]
        assert (outside / "mine").read_text() == "mine"
