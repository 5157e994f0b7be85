"""Snapshots beside restic and borg, in turns, on one generated workspace and one S3 server of our own on loopback.

Each step runs in a process of its own: wall, CPU seconds (user and system) and peak memory are that process's; the
server's are not in it. The disk's own limit is measured in the same run. Ours uses the verbs of the engine, restic and
borg their binaries. `--gb 0.5` is a small tree; `--rounds` repeats everything; tables give medians.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.snapshot import tree
from bench.snapshot.step import ACCESS, SECRET
from bench.table import free_port, median, serving, show

GIGA = 1e9


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    megabytes: float
    more: Mapping[str, float]


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

    def delta(self, target: Path, state: Path, name: str = "latest") -> Cost:
        return self._step("restore", target=str(target), state=str(state), name=name)

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
    name = "restic"

    def __init__(self, url: str, root: Path, number: int) -> None:
        self.where = root / f"restic-{number}"
        secrets = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "RESTIC_PASSWORD": "bench"}
        self._env = {**os.environ, **secrets, "RESTIC_REPOSITORY": f"s3:{url}/restic-{number}/repository"}
        self._run("init")

    def full(self, source: Path) -> Cost:
        return self._run("backup", "-q", str(source))

    def restore(self, target: Path) -> Cost:
        return self._run("restore", "latest", "--target", str(target), "-o", "s3.connections=32")

    def _run(self, *words: str) -> Cost:
        return measured(["restic", "--no-cache", *words], self._env)


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
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdout=said, stderr=said)
        peak, status, used = _waited(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"bench: {command[0]} failed:\n{words[-3000:]}")
    more = json.loads(words.strip().splitlines()[-1]) if command[0] == sys.executable else {}
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, peak, more)


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


class Workshop:
    """Where everything lies: the tree, the changed tree, what servers store, what is restored."""

    def __init__(self, folder: Path, gigabytes: float) -> None:
        self.folder, self.gigabytes = folder, gigabytes
        self.before, self.after = folder / "before" / "tree", folder / "after" / "tree"
        self.stores = folder / "stores"
        self._targets = 0

    def prepare(self) -> None:
        self.stores.mkdir()
        tree.build(self.before, self.gigabytes)
        self.after.parent.mkdir()
        subprocess.run(["cp", "-a", str(self.before), str(self.after)], check=True)
        tree.change(self.after, self.gigabytes)
        share_unchanged(self.before, self.after)

    @contextmanager
    def in_place(self, of: Path) -> Iterator[Path]:
        """One tree at the address that all snapshots are of."""
        place = self.folder / "work"
        of.rename(place)
        try:
            yield place
        finally:
            place.rename(of)

    def target(self) -> Path:
        """Always another folder, and none is deleted before the end: on file systems without a journal, making files is
        ten times slower for a minute after many were deleted."""
        self._targets += 1
        return self.folder / f"restored-{self._targets}"


def share_unchanged(before: Path, after: Path) -> None:
    """What has not changed is the same file in both trees: a copy has another inode, which every tool reads again."""
    for path in (path for path in before.rglob("*") if path.is_file() and not path.is_symlink()):
        copy = after / path.relative_to(before)
        was, known = path.stat(), copy.stat()
        if (was.st_mtime_ns, was.st_size) == (known.st_mtime_ns, known.st_size):
            copy.unlink()
            copy.hardlink_to(path)


def round_of(tool: Tool, workshop: Workshop, costs: dict[str, list[Cost]]) -> None:
    with workshop.in_place(workshop.before) as source:
        costs["full"].append(tool.full(source))
        costs["stored"].append(Cost(0, 0, size_of(tool.where) / 1e6, {}))
        target = workshop.target()
        costs["restore"].append(tool.restore(target))
        require_same(source, next(path.parent for path in sorted(target.rglob("env"))))
    with workshop.in_place(workshop.after) as source:
        costs["change"].append(tool.again(source))
    if isinstance(tool, Ours):
        beyond(tool, workshop, costs)


def beyond(tool: Ours, workshop: Workshop, costs: dict[str, list[Cost]]) -> None:
    """What peers don't have: hot files first, a delta onto a standby, what the machine has already."""
    state, target = workshop.folder / "state", workshop.target()
    state.unlink(missing_ok=True)
    with workshop.in_place(workshop.before) as source:
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)
        costs["standby"].append(tool.delta(target, state))
        paths = tree.hot_paths(source, workshop.gigabytes)
    with workshop.in_place(workshop.after) as source:
        require_same(source, target)
        tool.hot(source, paths)
        costs["hot"].append(tool.restore_hot(workshop.target(), paths))
        image = workshop.folder / "image"
        if not image.exists():
            image.mkdir()
            subprocess.run(["cp", "-a", str(source / "env"), str(image)], check=True)
        target = workshop.target()
        costs["image"].append(tool.borrow(target, image))
        require_same(source, target)


def require_same(one: Path, other: Path) -> None:
    """Byte by byte."""
    found = subprocess.run(
        ["diff", "-rq", "--no-dereference", str(one), str(other)], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise SystemExit(f"bench: the restored tree is another one:\n{found.stdout[:2000]}")


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def disk_rate(folder: Path, megabytes: int = 512) -> float:
    """GB per second, written past the page cache."""
    path, block = folder / "disk", mmap.mmap(-1, 4 << 20)
    began = time.monotonic()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_DIRECT, 0o600)
    try:
        for _ in range(megabytes // 4):
            os.write(file, block)
        os.fsync(file)
    finally:
        os.close(file)
        path.unlink()
    return (megabytes // 4) * (4 << 20) / GIGA / (time.monotonic() - began)


def run(workshop: Workshop, makers: Mapping[str, Callable[..., Tool]], rounds: int) -> None:
    workshop.prepare()
    tree_bytes = size_of(workshop.before)
    files = sum(path.is_file() for path in workshop.before.rglob("*"))
    port, disk = free_port(), []
    costs: dict[str, dict[str, list[Cost]]] = {name: defaultdict(list) for name in makers}
    server = ["-m", "dumont.simulators.s3", "--root", str(workshop.stores), "--port", str(port)]
    server += [f"--bucket={name}-{number}" for name in ("ours", "restic") for number in range(rounds)]
    with serving([*server, "--no-md5"], port):
        for number in range(rounds):
            for name, make in makers.items():
                disk.append(disk_rate(workshop.folder))
                round_of(make(f"http://127.0.0.1:{port}", workshop.stores, number), workshop, costs[name])
    load = os.getloadavg()[0]
    note = f"{tree_bytes / GIGA:.2f} GB in {files:,} files; {rounds} round(s); load at the end {load:.1f}; medians"
    show_steps(costs, note)
    show_goals(costs, tree_bytes, median(disk))


def show_steps(costs: Mapping[str, Mapping[str, Sequence[Cost]]], note: str) -> None:
    rows = []
    for step in ("full", "change", "restore", "standby", "hot", "image"):
        for name, its in costs.items():
            if its.get(step):
                took = its[step]
                rows.append(
                    [
                        f"{step}: {name}",
                        *(median([getattr(c, part) for c in took]) for part in ("wall", "cpu", "megabytes")),
                    ]
                )
    for name, its in costs.items():
        rows.append([f"stored: {name}, MB", median([cost.megabytes for cost in its["stored"]]), "", ""])
    show("Snapshots: each step", ["step", "wall s", "CPU s", "peak MB"], rows, note)


def show_goals(costs: Mapping[str, Mapping[str, Sequence[Cost]]], tree_bytes: int, disk: float) -> None:
    def of(name: str, step: str, part: str = "cpu") -> float:
        its = costs.get(name, {}).get(step)
        return median([getattr(cost, part) for cost in its]) if its else float("nan")

    ours, gigabytes = costs["ours"], tree_bytes / GIGA
    hot = median([cost.more["hot"] for cost in ours["hot"]])
    rows = [
        ["restore wall / restic", of("ours", "restore", "wall") / of("restic", "restore", "wall"), "<= 1/4 = 0.25"],
        ["restore wall / disk limit", of("ours", "restore", "wall") / (gigabytes / disk), "<= 1.5"],
        ["restore CPU s per GB", of("ours", "restore") / gigabytes, "<= 1.2"],
        ["restore CPU s per GB, restic", of("restic", "restore") / gigabytes, "(4.7-6.0)"],
        ["snapshot wall / restic", of("ours", "full", "wall") / of("restic", "full", "wall"), "<= 1/5 = 0.2"],
        ["snapshot CPU / restic", of("ours", "full") / of("restic", "full"), "<= 1/7 = 0.143"],
        ["2% change, wall s", of("ours", "change", "wall"), "<= 1"],
        ["2% change, CPU / restic", of("ours", "change") / of("restic", "change"), "<= 1/5"],
        ["stored / restic", of("ours", "stored", "megabytes") / of("restic", "stored", "megabytes"), "<= 0.83"],
        ["hot files ready / full restore", hot / of("ours", "restore", "wall"), "<= 1/20 = 0.05"],
        ["delta onto a standby, CPU / full", of("ours", "standby") / of("ours", "restore"), "<= 1/10"],
        ["with the image's env there, CPU / full", of("ours", "image") / of("ours", "restore"), "(trial 0.62)"],
        ["peak MB of a restore", of("ours", "restore", "megabytes"), "<= 256"],
        ["peak MB of a snapshot", of("ours", "full", "megabytes"), "<= 300"],
        ["disk, GB/s past the page cache", disk, ""],
    ]
    show("Snapshots: the goals", ["figure", "here", "goal"], rows)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--gb", type=float, default=tree.FULL_GB)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="none named: ours alone")
    asked.add_argument("--dir", type=Path, help="a folder on the disk to measure; a temporary one is made in it")
    given = asked.parse_args()
    makers: dict[str, Callable[..., Tool]] = {"ours": Ours}
    for name in given.peers:
        if shutil.which(name):
            makers[name] = PEERS[name]
        else:
            print(f"bench: {name} is missing; as root on Debian: apt-get install {PACKAGES[name]}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="dumont-bench-", dir=given.dir) as folder:
        run(Workshop(Path(folder), given.gb), makers, given.rounds)


if __name__ == "__main__":
    main()
