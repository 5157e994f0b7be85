"""The programs that a benchmark of snapshots compares, and what one step of each costs."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.snapshot.step import ACCESS, SECRET
from bench.table import TICKS


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    """Seconds of the process and its children."""
    megabytes: float
    """Its memory at most."""
    more: Mapping[str, Any]
    others: float = 0.0
    """What part of the machine's cores others took meanwhile."""


class Tool:
    """One way to keep a tree and to put it back; steps raise where the program fails."""

    name = ""
    where: Path
    """What it stored, on the disk below the server."""

    def full(self, source: Path) -> Cost:
        raise NotImplementedError

    def again(self, source: Path) -> Cost:
        return self.full(source)

    def restore(self, target: Path) -> Cost:
        raise NotImplementedError


class Ours(Tool):
    name = "ours"

    def __init__(self, url: str, root: Path, number: int) -> None:
        self.where = root / f"ours-{number}"
        self._given = {"address": f"s3://ours-{number}", "endpoint": url}

    def full(self, source: Path) -> Cost:
        return self._step("backup", source=str(source))

    def restore(self, target: Path) -> Cost:
        return self._step("restore", target=str(target))

    def delta(self, target: Path, state: Path | None = None, name: str = "latest") -> Cost:
        """As the fleet does it: what the snapshot doesn't have is removed."""
        return self._step("restore", target=str(target), state=str(state) if state else None, name=name, delete=True)

    def hot(self, source: Path, paths: Sequence[bytes]) -> Cost:
        return self._step("backup", source=str(source), hot=[path.decode() for path in paths], label="hot")

    def restore_hot(self, target: Path, paths: Sequence[bytes]) -> Cost:
        return self._step("restore", target=str(target), hot=[path.decode() for path in paths], label="hot")

    def borrow(self, target: Path, image: Path) -> Cost:
        return self._step("restore", target=str(target), borrow=[str(image)])

    def _step(self, verb: str, **given: object) -> Cost:
        asked = json.dumps({**self._given, "verb": verb, **given})
        return measured([sys.executable, "-m", "bench.snapshot.step", asked])


class Restic(Tool):
    """With its cache where a machine would have one: not on one that a tree is put back on."""

    name = "restic"

    def __init__(self, url: str, root: Path, number: int) -> None:
        self.where = root / f"restic-{number}"
        self._cache = root.parent / f"restic-cache-{number}"
        secrets = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "RESTIC_PASSWORD": "bench"}
        self._env = {**os.environ, **secrets, "RESTIC_REPOSITORY": f"s3:{url}/restic-{number}/repository"}
        self._run("--cache-dir", str(self._cache), "init")

    def full(self, source: Path) -> Cost:
        return self._run("--cache-dir", str(self._cache), "backup", "-q", str(source))

    def restore(self, target: Path) -> Cost:
        return self._run("--no-cache", "restore", "latest", "--target", str(target))

    def _run(self, *words: str) -> Cost:
        return measured(["restic", "-o", "s3.connections=32", *words], self._env)


class Borg(Tool):
    name = "borg"

    def __init__(self, _url: str, root: Path, number: int) -> None:
        self.where = root / f"borg-{number}"
        self._env = {**os.environ, "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
        self._count = 0
        measured(["borg", "init", "-e", "none", str(self.where)], self._env)

    def full(self, source: Path) -> Cost:
        self._count += 1
        return measured(["borg", "create", "-C", "lz4", f"{self.where}::{self._count}", str(source)], self._env)

    def restore(self, target: Path) -> Cost:
        target.mkdir(parents=True)
        return measured(["borg", "extract", f"{self.where}::{self._count}"], self._env, cwd=target)


PACKAGES = {"restic": "restic", "borg": "borgbackup"}
PEERS: dict[str, Callable[..., Tool]] = {"restic": Restic, "borg": Borg}


def measured(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    began, busy = time.monotonic(), _busy_seconds()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdout=said, stderr=said)
        peak, status, used = _waited(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall, busy = time.monotonic() - began, _busy_seconds() - busy
        said.seek(0)
        words = said.read().decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"bench: {command[0]} failed:\n{words[-3000:]}")
    more = json.loads(words.strip().splitlines()[-1]) if command[0] == sys.executable else {}
    cpu = used.ru_utime + used.ru_stime
    return Cost(wall, cpu, peak, more, max(0.0, busy - cpu) / (wall * (os.cpu_count() or 1)))


def _busy_seconds() -> float:
    """Of all cores since they were started; the server of the benchmark is among the others."""
    words = Path("/proc/stat").read_text().split(maxsplit=9)
    user, nice, system, _idle, _waiting, interrupts, soft = map(int, words[1:8])
    return (user + nice + system + interrupts + soft) / TICKS


def _waited(pid: int) -> tuple[float, int, resource.struct_rusage]:
    """With the peak of its memory in MB: what `wait4` tells of it counts this process too, which it was forked from."""
    peak = 0.0
    while True:
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            return peak, status, used
        match = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        peak = max(peak, int(match[1]) / 1024 if match else 0.0)
        time.sleep(0.01)
