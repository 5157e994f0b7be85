"""The benchmark of snapshots, in small: its tree is the same every time, and what it restores is the tree."""

import hashlib
import subprocess
import sys
from pathlib import Path

from bench.snapshot import tree

GIGABYTES = 0.004


def marks(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


class TestTheTree:
    def test_is_the_same_for_the_same_seed(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            tree.build(tmp_path / name, GIGABYTES)
            tree.change(tmp_path / name, GIGABYTES)
        assert marks(tmp_path / "one") == marks(tmp_path / "other")


class TestTheBenchmark:
    def test_restores_what_it_kept_and_prints_its_tables(self, tmp_path: Path) -> None:
        """It ends with an error where one byte is another: full, changed, as a delta, hot first, beside an image."""
        words = ["--gb", str(GIGABYTES), "--peers", "--dir", str(tmp_path)]
        command = [sys.executable, "-m", "bench.snapshots", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "delta onto a standby" in done.stdout
        assert list(tmp_path.iterdir()) == []
