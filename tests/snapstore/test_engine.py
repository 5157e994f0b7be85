"""Nobody waits for plain Python without being told that it is plain Python, and why."""

from pathlib import Path

import pytest

from dumont.snapstore import native
from dumont.snapstore.engine import engine
from dumont.snapstore.native import library
from dumont.snapstore.plain.command import main


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_loaded", [None])


@pytest.mark.usefixtures("without")
class TestEngine:
    def test_says_that_the_library_is_of_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if native.why_not():
            pytest.skip("the library is not built here")
        monkeypatch.setattr(library, "VERSION", 99)
        assert not engine().fast
        assert "of another version than this program" in engine().words

    @pytest.mark.parametrize(
        ("place", "why"), [("absent.so", "was not built"), ("text.so", "can't open it"), (None, "carries none")]
    )
    def test_says_why_there_is_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str | None, why: str
    ) -> None:
        (tmp_path / "text.so").write_text("not a library")
        monkeypatch.setattr(library, "elsewhere", [None if place is None else tmp_path / place])
        assert why in engine().words

    def test_says_that_it_was_told_to_do_without(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(library, "elsewhere", [])
        (tmp_path / "tree").mkdir()
        repository = f"--repository={tmp_path / 'repository'}"
        assert main(["create", repository, "--no-native", "--init", str(tmp_path / "tree")]) == 0
        assert "--no-native" in capsys.readouterr().err

    def test_is_told_before_it_takes_long(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(library, "elsewhere", [None])
        (tmp_path / "tree").mkdir()
        repository = f"--repository={tmp_path / 'repository'}"
        assert main(["create", repository, "--init", str(tmp_path / "tree")]) == 0
        said = capsys.readouterr()
        assert said.err.startswith("engine: plain Python")
        assert "engine" in said.out
        assert main(["create", repository, "--quiet", str(tmp_path / "tree")]) == 0
        assert not capsys.readouterr().err


class TestTheCompiledOne:
    def test_is_told_by_what_it_can(self) -> None:
        if native.load() is None:
            pytest.skip("the library is not built here")
        assert native.why_not() == ""
        assert engine().words.startswith("compiled library (")

    def test_says_what_it_lacks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = native.load()
        if found is None:
            pytest.skip("the library is not built here")
        monkeypatch.setattr(found, "has_zstd", False)
        assert (engine().fast, "without libzstd" in engine().words) == (False, True)
