"""What is restored is what was in the snapshot, whatever stood there before."""

import os
from pathlib import Path

import pytest

from dumont.snapstore import codec, native
from dumont.snapstore.codec import zstd
from dumont.snapstore.errors import BadRequest, Exists
from dumont.snapstore.model import pack_object
from dumont.snapstore.restore import Overwrite, RestoreOptions, restore
from tests.build import snapstore as build
from tests.snapstore.restore.trees import drawn, mixed, seen


class TestWhole:
    @pytest.mark.parametrize("passphrase", [None, "open sesame"])
    def test_comes_back_identical(self, tmp_path: Path, passphrase: str | None) -> None:
        tree = mixed()
        repository = build.fresh(passphrase)
        report = restore(repository, build.snapshot(repository, tree), str(tmp_path / "new"))
        assert seen(tmp_path / "new") == drawn(tree)
        assert report.complete
        assert not report.notes
        assert report.files == len(tree) - 5  # folders

    def test_comes_back_from_one_who_could_write_no_zstandard(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tree, repository = mixed(), build.fresh()
        with monkeypatch.context() as without:
            without.setattr(native, "load", lambda: None)
            without.setattr(zstd, "can_write", lambda: False)
            name = build.snapshot(repository, tree)
        assert codec.DEFLATE in repository.load(name).chunk_codec
        assert restore(repository, name, str(tmp_path / "new")).complete
        assert seen(tmp_path / "new") == drawn(tree)

    def test_keeps_holes_and_hard_links(self, tmp_path: Path) -> None:
        repository = build.fresh()
        restore(repository, build.snapshot(repository, mixed()), str(tmp_path))
        assert (tmp_path / "models/sparse").stat().st_blocks * 512 < 200_000
        assert (tmp_path / "models/zeros").stat().st_blocks == 0
        twin = (tmp_path / "code/twin").stat()
        assert (twin.st_nlink, twin.st_ino) == (2, (tmp_path / os.fsdecode(b"code/odd \xff\nname")).stat().st_ino)

    def test_keeps_attributes(self, tmp_path: Path) -> None:
        repository = build.fresh()
        tree = {b"a": build.Node(content=b"x", xattrs=[(b"user.colour", b"blue"), (b"user.none", b"")])}
        report = restore(repository, build.snapshot(repository, tree), str(tmp_path))
        if report.notes:
            pytest.skip("no attributes on this file system")
        assert os.getxattr(tmp_path / "a", "user.colour") == b"blue"
        assert os.getxattr(tmp_path / "a", "user.none") == b""

    def test_takes_no_more_connections_than_memory(self, tmp_path: Path) -> None:
        tree = mixed()
        repository = build.fresh()
        options = RestoreOptions(workers=64, memory=96 << 20)
        restore(repository, build.snapshot(repository, tree, pack=50_000), str(tmp_path), options)
        assert seen(tmp_path) == drawn(tree)
        with pytest.raises(BadRequest):
            restore(repository, "latest", str(tmp_path / "b"), RestoreOptions(memory=1 << 20))

    @pytest.mark.parametrize("workers", [0, -5, 257])
    def test_wants_a_number_of_connections_that_can_be(self, tmp_path: Path, workers: int) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        with pytest.raises(BadRequest, match="1 to 256 connections"):
            restore(repository, name, str(tmp_path / "new"), RestoreOptions(workers=workers))
        assert not (tmp_path / "new").exists()

    def test_is_not_complete_without_what_the_disk_would_not_take(self, tmp_path: Path) -> None:
        repository = build.fresh()
        (tmp_path / "link" / "something").mkdir(parents=True)
        tree = {b"a": b"content", b"link": build.Node(link=b"a")}
        report = restore(repository, build.snapshot(repository, tree), str(tmp_path))
        assert (tmp_path / "a").read_bytes() == b"content"
        assert report.unwritten == ["link"]
        assert not report.complete


class TestPart:
    def test_takes_a_subtree_with_its_parents(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        restore(repository, name, str(tmp_path), RestoreOptions(include=[b"code/deep", b"/models/text"]))
        assert set(seen(tmp_path)) == {b"", b"code", b"code/deep", b"code/deep/empty", b"models", b"models/text"}

    def test_fetches_no_more_than_it_needs(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        report = restore(repository, name, str(tmp_path), RestoreOptions(include=[b"models/text"]))
        assert report.fetched < 150_000

    def test_leaves_out_what_is_excluded(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        restore(repository, name, str(tmp_path), RestoreOptions(exclude=[b"code", b"models/large"]))
        assert set(seen(tmp_path)) == {
            b"", b"empty folder", b"link", b"loop", b"models", b"models/sparse", b"models/zeros", b"models/text",
        }  # fmt: skip

    def test_gives_a_hard_link_its_content_where_the_file_is_left_out(self, tmp_path: Path) -> None:
        repository = build.fresh()
        tree = {b"a": b"content", b"b": build.hard_link(b"a"), b"c": build.hard_link(b"a")}
        restore(repository, build.snapshot(repository, tree), str(tmp_path), RestoreOptions(exclude=[b"a"]))
        assert (tmp_path / "b").read_bytes() == b"content"
        assert (tmp_path / "c").stat().st_ino == (tmp_path / "b").stat().st_ino

    def test_says_when_there_is_no_such_path(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        with pytest.raises(BadRequest):
            restore(repository, name, str(tmp_path), RestoreOptions(include=[b"nowhere"]))


class TestSecondTime:
    def test_fetches_nothing(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        restore(repository, name, str(tmp_path))
        report = restore(repository, name, str(tmp_path))
        assert (report.fetched, report.files) == (0, 0)
        assert report.skipped["already there"] > 60

    def test_mends_modes_of_what_is_whole(self, tmp_path: Path) -> None:
        tree = mixed()
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        restore(repository, name, str(tmp_path))
        (tmp_path / "code/file 1").chmod(0o600)
        report = restore(repository, name, str(tmp_path))
        assert report.fetched == 0
        assert seen(tmp_path) == drawn(tree)

    def test_replaces_what_changed_and_never_writes_into_it(self, tmp_path: Path) -> None:
        tree = mixed()
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        restore(repository, name, str(tmp_path))
        os.link(tmp_path / "code/file 1", tmp_path.parent / f"{tmp_path.name}-other")
        other = tmp_path.parent / f"{tmp_path.name}-other"
        other.write_bytes(b"mine")
        restore(repository, name, str(tmp_path))
        assert seen(tmp_path) == drawn(tree)
        assert other.read_bytes() == b"mine"

    def test_puts_files_in_the_place_of_links_and_empty_folders(self, tmp_path: Path) -> None:
        tree = mixed()
        repository = build.fresh()
        (tmp_path / "code").symlink_to("/tmp")
        (tmp_path / "models").mkdir()
        (tmp_path / "models/large").mkdir()
        (tmp_path / "models/text").symlink_to(tmp_path / "elsewhere")
        restore(repository, build.snapshot(repository, tree), str(tmp_path))
        assert seen(tmp_path) == drawn(tree)

    def test_leaves_a_folder_with_something_in_it(self, tmp_path: Path) -> None:
        repository = build.fresh()
        (tmp_path / "a").mkdir()
        (tmp_path / "a/mine").write_text("mine")
        report = restore(repository, build.snapshot(repository, {b"a": b"theirs", b"b": b"b"}), str(tmp_path))
        assert (tmp_path / "a/mine").read_text() == "mine"
        assert (tmp_path / "b").read_text() == "b"
        assert "a was not written" in report.notes[0]

    def test_keeps_what_is_there_if_told_to(self, tmp_path: Path) -> None:
        repository = build.fresh()
        (tmp_path / "a").write_text("mine")
        name = build.snapshot(repository, {b"a": b"theirs", b"b": b"b"})
        report = restore(repository, name, str(tmp_path), RestoreOptions(overwrite=Overwrite.KEEP))
        assert (tmp_path / "a").read_text() == "mine"
        assert report.skipped == {"something else is there": 1}

    def test_writes_nothing_if_it_must_not_replace(self, tmp_path: Path) -> None:
        repository = build.fresh()
        (tmp_path / "a").write_text("mine")
        name = build.snapshot(repository, {b"a": b"theirs", b"b": b"b"})
        with pytest.raises(Exists):
            restore(repository, name, str(tmp_path), RestoreOptions(overwrite=Overwrite.REFUSE))
        assert [path.name for path in tmp_path.iterdir()] == ["a"]

    def test_removes_what_is_not_in_it_only_if_told_to(self, tmp_path: Path, way: None) -> None:
        tree = mixed()
        repository = build.fresh()
        name = build.snapshot(repository, tree)
        (tmp_path / "code/more/and more").mkdir(parents=True)
        (tmp_path / "code/more/and more/file").write_text("x")
        (tmp_path / "code/more/way out").symlink_to("/tmp")
        (tmp_path / "stray").write_text("x")
        restore(repository, name, str(tmp_path))
        assert (tmp_path / "stray").exists()
        report = restore(repository, name, str(tmp_path), RestoreOptions(delete=True))
        assert seen(tmp_path) == drawn(tree)
        assert report.removed == 5

    def test_removes_nothing_that_was_not_asked_about(self, tmp_path: Path, way: None) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed())
        for path in ("stray", "code/stray", "code/deep/stray", "code/deep/kept"):
            (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / path).write_text("x")
        options = RestoreOptions(include=[b"code/deep"], exclude=[b"code/deep/kept"], delete=True)
        assert restore(repository, name, str(tmp_path), options).removed == 1
        assert (tmp_path / "stray").exists()
        assert (tmp_path / "code/stray").exists()
        assert (tmp_path / "code/deep/kept").exists()

    def test_looks_behind_no_link_and_into_nothing_that_was_a_folder(self, tmp_path: Path, way: None) -> None:
        repository, tree, target = build.fresh(), mixed(), tmp_path / "target"
        name = build.snapshot(repository, tree)
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/precious").write_text("x")
        (target / "models/text").mkdir(parents=True)
        (target / "code").symlink_to(tmp_path / "outside")
        (target / "extra/below").mkdir(parents=True)
        report = restore(repository, name, str(target), RestoreOptions(delete=True))
        assert seen(target) == drawn(tree)
        assert report.removed == 2
        assert (tmp_path / "outside/precious").exists()


class TestHot:
    def test_is_told_when_hot_files_are_there_and_before_the_rest(self, tmp_path: Path) -> None:
        repository = build.fresh()
        tree = mixed()
        name = build.snapshot(repository, tree, chunk=16 << 10, pack=64 << 10)
        hot = [b"models/text", b"link", b"code/twin", b"code/deep/empty", b"gone"]
        there: list[list[bool]] = []

        def ready() -> None:
            there.append([os.path.lexists(tmp_path / os.fsdecode(path)) for path in hot])

        report = restore(repository, name, str(tmp_path), RestoreOptions(hot=hot, ready=ready))
        assert there == [[True, True, True, True, False]]
        assert report.seconds["hot"] > 0
        assert seen(tmp_path) == drawn(tree)

    def test_fetches_hot_files_first(self, tmp_path: Path) -> None:
        repository = build.fresh()
        name = build.snapshot(repository, mixed(), chunk=16 << 10, pack=64 << 10)
        first = []
        for options in (RestoreOptions(hot=[b"models/text"], workers=1), RestoreOptions(include=[b"models/text"])):
            repository.blobs.acts.clear()
            restore(repository, name, str(tmp_path / str(len(first))), options)
            first.append(next(name for _act, name in repository.blobs.acts if name.startswith("packs/")))
        assert first[0] == first[1]


class TestAddresses:
    def test_are_asked_for_before_they_are_needed_those_of_hot_files_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository, expected = build.fresh(), list[str]()
        name = build.snapshot(repository, mixed(), chunk=16 << 10, pack=100 << 10)
        monkeypatch.setattr(repository.blobs, "expect", expected.extend, raising=False)
        repository.blobs.acts.clear()
        hot = b"models/text"
        assert restore(repository, name, str(tmp_path), RestoreOptions(hot=[hot])).complete
        read = [its for what, its in repository.blobs.acts if what == "get" and its.startswith("packs/")]
        assert sorted(expected) == sorted(set(read))
        manifest = repository.load(name)
        chunk = next(manifest.pieces_of(manifest.paths.index(hot), manifest.first_pieces())).chunk
        assert expected[0] == pack_object(manifest.pack_names[manifest.chunk_pack[chunk]].hex())
