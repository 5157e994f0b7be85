"""Real processes of the plain command line, killed by the kernel as they enter a system call: fixture `strace`."""

import functools
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-S", "-m", "dumont.snapstore")
PATIENCE = 60
CHANGES = ("mkdir", "mkdirat", "write", "writev", "pwrite64", "rename", "renameat", "unlink", "unlinkat", "linkat")
"""Calls after which others see something else."""
REST = ("symlinkat", "fsync", "fdatasync", "fallocate", "ftruncate", "fchmod", "fchown", "utimensat", "rmdir")
PUT_AND_DELETED = ("renameat", "unlink")
"""Of these alone, what is in a folder of objects is made."""
EVERY_POINT = bool(os.environ.get("DUMONT_EVERY_POINT"))


class Point(NamedTuple):
    """The n-th call of this kind that one thread makes."""

    call: str
    number: int


class Strace:
    def __init__(self, folder: Path) -> None:
        self._log = folder / "strace.log"

    def points(
        self,
        words: Sequence[str | Path],
        env: Mapping[str, str],
        program: Sequence[str] = PROGRAM,
        calls: Sequence[str] = CHANGES,
    ) -> list[Point]:
        """Of a run that nobody kills."""
        looked_at = CHANGES + REST if EVERY_POINT else calls
        return list(_points(self._traced(words, env, program, looked_at), looked_at))

    def order(self, words: Sequence[str | Path], env: Mapping[str, str], calls: Sequence[str]) -> list[list[str]]:
        """What each thread called, one behind the other, by names."""
        threads: dict[str, list[str]] = {}
        for line in self._traced(words, env, PROGRAM, calls):
            thread, _space, rest = line.partition(" ")
            call = rest.strip().partition("(")[0]
            if call in calls:
                threads.setdefault(thread, []).append(call)
        return list(threads.values())

    def killed(
        self, point: Point, words: Sequence[str | Path], env: Mapping[str, str], program: Sequence[str] = PROGRAM
    ) -> bool:
        """Whether it came so far; threads may share their work out in another way this time."""
        inject = f"inject={point.call}:signal=SIGKILL:when={point.number}"
        return self._run(["-o", "/dev/null", "-e", inject], [*program, *words], env).returncode != 0

    def _traced(
        self, words: Sequence[str | Path], env: Mapping[str, str], program: Sequence[str], calls: Sequence[str]
    ) -> list[str]:
        done = self._run(["-o", str(self._log), "-e", f"trace={','.join(calls)}"], [*program, *words], env)
        assert done.returncode == 0, done.stderr
        return self._log.read_text().splitlines()

    def _run(
        self, how: Sequence[str], words: Sequence[str | Path], env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        command = ["strace", "-f", "--seccomp-bpf", "-qq", *how, *map(str, words)]
        env = {**os.environ, **env}
        return subprocess.run(command, cwd=HERE, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _points(lines: Iterable[str], calls: Sequence[str]) -> Iterator[Point]:
    """Each thread counts for itself."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        thread, _space, rest = line.partition(" ")
        call = rest.strip().partition("(")[0]
        if call in calls:
            counts[thread, call] += 1
    for call in calls:
        most = max((count for (_thread, of), count in counts.items() if of == call), default=0)
        yield from (Point(call, number) for number in range(1, most + 1))


@functools.cache
def _why_not() -> str:
    if shutil.which("strace") is None:
        return "strace is not here: `make tools` as root installs it"
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "strace may not look into processes here: it takes root"


@pytest.fixture
def strace(tmp_path: Path) -> Strace:
    why = _why_not()
    if why:
        pytest.skip(why)
    return Strace(tmp_path)
