"""Names of one file of which the first can't have it."""

from pathlib import Path

from dumont.snapstore.restore import Overwrite, RestoreOptions, restore
from tests.build import snapstore as build
from tests.build.snapstore import Node, folder, hard_link

TREE: dict[bytes, Node | bytes] = {
    b"a": folder(),
    b"a/x": b"right",
    b"b": folder(),
    b"b/hard": hard_link(b"a/x"),
    b"there": hard_link(b"a/x"),
    b"z": hard_link(b"a/x"),
}


class TestHardLink:
    def test_is_not_made_to_what_is_somebody_elses_and_stays(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        for name in ("a/x", "there"):
            (tmp_path / name).write_text("mine")
        repository = build.fresh()
        name = build.snapshot(repository, TREE)
        report = restore(repository, name, str(tmp_path), RestoreOptions(overwrite=Overwrite.KEEP))
        assert report.complete
        assert [(tmp_path / name).read_text() for name in ("a/x", "there")] == ["mine", "mine"]
        assert [(tmp_path / name).read_text() for name in ("b/hard", "z")] == ["right", "right"]
        assert (tmp_path / "z").samefile(tmp_path / "b/hard")

    def test_is_told_of_where_its_file_can_not_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "a/x/full").mkdir(parents=True)
        repository = build.fresh()
        report = restore(repository, build.snapshot(repository, TREE), str(tmp_path))
        assert sorted(report.unwritten) == ["a/x", "b/hard", "there", "z"]
        assert "z was not written: the file that it is a link to could not be written" in report.notes
