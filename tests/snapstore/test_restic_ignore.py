"""What `.dumontignore` files say counts for restic too, by the very paths that it leaves out."""

import shutil
from pathlib import Path

import pytest

from dumont.snapstore import restic_ignore
from dumont.snapstore.ignore import DEFAULTS
from dumont.snapstore.restic import Restic
from dumont.snapstore.restic_ignore import left_out, line_of
from dumont.snapstore.track import Track

LEFT = ["*.log/x", "[odd] $HOME?.log", "a.log", "build", "deep/down/c.log", "deep/own", "deep/blank "]
KEPT = ["deep/keep.log", "b.txt", "__pycache__/x.pyc", "x.log.txt", "xodd] $HOME?.txt", "deep/build"]


def made(root: Path) -> Path:
    for path in (*LEFT, *KEPT):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    (root / ".dumontignore").write_text("*.log\n/build\n!__pycache__\n")
    (root / "deep/.dumontignore").write_text("!keep.log\nown\nblank\\ \n")
    return root


class TestLines:
    def test_name_each_path_that_rules_leave_out(self, tmp_path: Path) -> None:
        root = made(tmp_path / "tree")
        out = left_out(str(root), Track(), by_default=True)
        expected = {path.partition("/")[0] if path.startswith("*") else path for path in LEFT}
        assert set(out.lines) == {line_of(bytes(root / path)) for path in expected}
        assert (out.patterns, out.notes) == ((), [])

    def test_are_patterns_where_no_file_says_anything(self, tmp_path: Path) -> None:
        (tmp_path / "core.12").touch()
        assert left_out(str(tmp_path), Track(), by_default=False) == ((), [], [])
        out = left_out(str(tmp_path), Track(), by_default=True)
        assert out == (tuple(f"{rule}*" for rule in DEFAULTS), [], [])

    def test_tell_what_restic_can_not_be_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(restic_ignore, "MOST", 1)
        (tmp_path / ".dumontignore").write_text("*.log\n")
        for name in ("a.log", "b.log", "line\nend.log"):
            (tmp_path / name).touch()
        out = left_out(str(tmp_path), Track(), by_default=False)
        assert out.lines == [bytes(tmp_path / "a.log")]
        assert [note.partition(" ")[0] for note in out.notes] == ["1", "Rules"]


@pytest.mark.skipif(shutil.which("restic") is None, reason="there is no restic here: `make tools` installs it")
class TestWithTheRealProgram:
    def test_leaves_out_by_default_what_is_in_caches_alone(self, tmp_path: Path) -> None:
        root = tmp_path / "tree"
        for path in ("a/.cache/deep/x", "__pycache__/y.pyc", "core.5.weights/part", "core.3b.safetensors", "b/.nv"):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(path)
        (root / "a/__pycache__").write_text("a file")
        repository = Restic(f"restic:{tmp_path / 'repository'}", "a passphrase")
        repository.create()
        name = repository.backup(str(root), Track(), by_default=True).name
        kept = {path.lstrip("/") for path, kind in repository.entries(name) if kind == "file"}
        assert kept == {"core.5.weights/part", "core.3b.safetensors", "b/.nv", "a/__pycache__"}

    def test_leaves_out_what_rules_say_and_nothing_else(self, tmp_path: Path) -> None:
        root = made(tmp_path / "tree")
        repository = Restic(f"restic:{tmp_path / 'repository'}", "a passphrase")
        repository.create()
        name = repository.backup(str(root), Track(), by_default=True).name
        kept = {path.lstrip("/") for path, kind in repository.entries(name) if kind == "file"}
        assert kept == {*KEPT, ".dumontignore", "deep/.dumontignore"}
