"""The single file takes and restores snapshots under a Python that has nothing, with its library and without."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dumont.snapstore import onefile
from dumont.snapstore.native import library
from dumont.snapstore.unpacking import lend_library, unpacked
from tests.snapstore import bare

NATIVE = pytest.mark.skipif(not onefile.LIBRARY.exists(), reason="the library is not built: there is no C compiler")
PYTHONS: dict[str, Callable[[], Path]] = {
    "this": bare.this_python,
    "3.9": lambda: bare.bare_python("3.9"),
    "3.13": lambda: bare.bare_python("3.13"),
}


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return onefile.build(tmp_path_factory.mktemp("onefile") / onefile.NAME)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "within").mkdir(parents=True)
    for number in range(30):
        (root / "within" / f"{number}.py").write_text(f"print({number})\n" * (20 * number))
    (root / "weights").write_bytes(os.urandom(40_000) + bytes(300_000))
    (root / "weights").chmod(0o600)
    (root / "empty").touch()
    (root / "link").symlink_to("within/3.py")
    return root


def contents(root: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mtime_ns,
            stat.S_IMODE(path.lstat().st_mode),
            path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes(),
        )
        for path in root.rglob("*")
    }


def _library(single: Path) -> bytes:
    with zipfile.ZipFile(single) as file:
        return next(file.read(name) for name in file.namelist() if name.startswith("native/"))


class TestSingleFile:
    @pytest.mark.parametrize("python", PYTHONS)
    def test_takes_and_restores_a_tree(self, python: str, single: Path, tree: Path, tmp_path: Path) -> None:
        run = PYTHONS[python]()
        place = ["--repository", str(tmp_path / "repository"), "--json", "--quiet"]
        taking, putting = ([], ["--no-native"]) if python == "3.13" else (["--no-native"], [])
        taken = bare.run(run, single, "create", tree, "--init", *place, *taking, home=tmp_path)
        name = json.loads(taken.stdout)["name"]
        # Written without the library and read with it, or the other way round; the oldest Python does without twice.
        for way in [putting, taking] if python == "3.9" else [putting]:
            target = tmp_path / f"target{len(way)}"
            restored = bare.run(run, single, "restore", name[:8], target, *place, *way, home=tmp_path)
            assert json.loads(restored.stdout)["complete"]
            assert contents(target) == contents(tree)

    @NATIVE
    def test_reads_zstd_where_there_is_none(self, single: Path, tree: Path, tmp_path: Path) -> None:
        place = ["-r", str(tmp_path / "repository"), "--quiet"]
        bare.run(bare.this_python(), single, "create", tree, "--init", *place, home=tmp_path)
        script = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "from dumont.snapstore.native import library; library.elsewhere[:] = [None]\n"
            "from dumont.snapstore.codec import pure_zstd, zstd; zstd.use('pure')\n"
            "read, plainly = [], pure_zstd.decompress\n"
            "pure_zstd.decompress = lambda data, size: read.append(size) or plainly(data, size)\n"
            "from dumont.snapstore.plain.command import main\n"
            "sys.exit(main(sys.argv[2:]) or not read)"
        )
        words = ["restore", "latest", str(tmp_path / "target"), *place]
        bare.run(bare.bare_python(bare.OLDEST), "-c", script, single, *words, home=tmp_path)
        assert contents(tmp_path / "target") == contents(tree)

    def test_imports_nothing_that_python_3_9_lacks(self, single: Path, tmp_path: Path) -> None:
        script = (
            "import sys, zipfile, importlib; sys.path.insert(0, sys.argv[1])\n"
            "names = [n[:-3].replace('/', '.') for n in zipfile.ZipFile(sys.argv[1]).namelist() if n.endswith('.py')]\n"
            "skipped = ('__main__', 'dumont.snapstore.__main__', 'dumont.snapstore.native.build')\n"
            "[importlib.import_module(n.replace('.__init__', '')) for n in names if n not in skipped]\n"
            "print(len(names))"
        )
        done = bare.run(bare.bare_python(bare.OLDEST), "-c", script, single, home=tmp_path)
        assert int(done.stdout) > 50

    def test_says_in_one_sentence_what_is_wrong(self, single: Path, tmp_path: Path) -> None:
        done = bare.run(bare.this_python(), single, "list", "-r", tmp_path / "none", home=tmp_path, status=1)
        assert "There is no repository" in done.stderr
        assert "Traceback" not in done.stderr

    def test_does_not_say_when_it_was_built(self, single: Path) -> None:
        with zipfile.ZipFile(single) as file:
            assert {entry.date_time for entry in file.infolist()} == {onefile.STAMP}
        assert os.access(single, os.X_OK)

    @NATIVE
    def test_says_which_parts_it_has(self, single: Path, tmp_path: Path) -> None:
        def parts(*words: str) -> dict[str, str]:
            done = bare.run(bare.this_python(), single, "gains", "--json", *words, home=tmp_path)
            return {part["name"]: part["by"] for part in json.loads(done.stdout)}

        with_it, without = parts(), parts("--no-native")
        assert with_it["BLAKE3"] == with_it["cutting"] == "native"
        assert without["BLAKE3"] == without["cutting"] == "pure"


@NATIVE
class TestUnpacking:
    def _from(self, single: Path, tmp_path: Path, status: int = 0) -> str:
        script = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "import zipfile\n"
            "inside = [n for n in zipfile.ZipFile(sys.argv[1]).namelist() if n.startswith('native/')][0]\n"
            "from dumont.snapstore.unpacking import lend_library\n"
            "print(lend_library(inside))"
        )
        return bare.run(bare.this_python(), "-c", script, single, home=tmp_path, status=status).stdout.strip()

    def test_puts_the_library_where_only_we_can_write(self, single: Path, tmp_path: Path) -> None:
        place = Path(self._from(single, tmp_path))
        assert place.read_bytes() == _library(single)
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert self._from(single, tmp_path) == str(place)

    def test_puts_it_again_where_it_was_changed(self, single: Path, tmp_path: Path) -> None:
        place = Path(self._from(single, tmp_path))
        place.chmod(0o700)
        place.write_bytes(b"something else")
        assert Path(self._from(single, tmp_path)).read_bytes() == _library(single)
        place.unlink()
        (tmp_path / "elsewhere").write_bytes(_library(single))
        place.symlink_to(tmp_path / "elsewhere")
        assert not Path(self._from(single, tmp_path)).is_symlink()

    def test_does_without_where_others_can_write(self, single: Path, tmp_path: Path) -> None:
        folder = Path(self._from(single, tmp_path)).parent
        folder.chmod(0o777)
        assert self._from(single, tmp_path) == "None"
        shutil.rmtree(folder)
        folder.symlink_to(tmp_path)
        assert self._from(single, tmp_path) == "None"

    def test_is_of_this_platform_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(library, "elsewhere", [])
        assert lend_library("native/other-machine-abc.so") is None
        assert library.elsewhere == [None]

    def test_takes_nothing_from_outside_of_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="single file"):
            unpacked(f"native/{sys.platform}-{os.uname().machine}-abc.so", tmp_path / "cache")


class TestStart:
    def test_that_is_stopped_says_nothing(self, single: Path, tmp_path: Path) -> None:
        """By Ctrl-C, while it is still being read."""
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\n"
            "class Stopped:\n"
            "    def find_spec(self, name, *_):\n"
            "        if name == 'dumont.snapstore.plain.command':\n"
            "            raise KeyboardInterrupt\n"
            "sys.meta_path.insert(0, Stopped())\n"
        )
        env = {**os.environ, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run([sys.executable, str(single), "list"], env=env, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (130, b"")
