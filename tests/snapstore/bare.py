"""Pythons without any package, as rented machines have them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

OLDEST = "3.9"


def bare_python(version: str) -> Path:
    """Skips the test where there is none."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = shutil.which(f"python{version}")
    if found and not installed and "shims" not in found:  # those start what is chosen elsewhere, or nothing
        installed = [Path(found)]
    if not installed:
        pytest.skip(f"there is no Python {version} on this machine")
    return installed[-1]


def this_python() -> Path:
    return Path(sys.executable)


def run(
    python: Path, *words: str | Path, home: Path, status: int = 0, env: Sequence[tuple[str, str]] = ()
) -> subprocess.CompletedProcess[str]:
    """Isolated: nobody's site packages, nobody's settings, and a home of its own."""
    done = subprocess.run(
        [python, "-I", "-S", *words],
        env={"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", **dict(env)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stderr + done.stdout
    return done
