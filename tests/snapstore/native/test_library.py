"""The library runs on the machines that are rented, and one that does not fit is as good as none."""

import ctypes
import re
from pathlib import Path

import pytest

from dumont.snapstore import native
from dumont.snapstore.native import build, library

FILE = Path(native.__file__).parent / library.FILE


class TestLibrary:
    def test_needs_no_new_system(self) -> None:
        if not FILE.exists():
            pytest.skip("the library is not built here")
        needed = {(int(a), int(b)) for a, b in re.findall(rb"GLIBC_(\d+)\.(\d+)", FILE.read_bytes())}
        assert all(version <= (2, 31) for version in needed), sorted(needed)

    def test_is_not_opened_where_it_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "text.so").write_text("not a library")
        assert library.open_library(tmp_path / "text.so") is None
        assert library.open_library(tmp_path / "absent.so") is None
        assert library.open_library(Path(str(ctypes.pythonapi._name or "libc.so.6"))) is None

    def test_is_not_used_where_it_is_of_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if not FILE.exists():
            pytest.skip("the library is not built here")
        assert library.open_library(FILE) is not None
        monkeypatch.setattr(library, "VERSION", 99)
        assert library.open_library(FILE) is None


class TestBuild:
    def test_leaves_kernels_out_that_the_processor_does_not_know(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        everything = {path.name for path in build.sources()}
        monkeypatch.setattr("platform.machine", lambda: "aarch64")
        plain = {path.name for path in build.sources()}
        assert everything - plain == {
            "blake3_avx2.c", "blake3_avx512.c", "planes_avx2.c", "planes_avx512.c"
        }  # fmt: skip

    def test_does_nothing_without_a_compiler(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("shutil.which", lambda name: None)
        assert build.build(tmp_path / "x.so") is None
        assert not any(tmp_path.iterdir())

    def test_knows_when_there_is_nothing_to_do(self, tmp_path: Path) -> None:
        assert not build.is_fresh(tmp_path / "absent.so")
        (tmp_path / "new.so").write_bytes(b"")
        assert build.is_fresh(tmp_path / "new.so")
