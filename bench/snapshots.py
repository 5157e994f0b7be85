"""Snapshots beside restic and borg, in turns, on one generated workspace and one S3 server of our own on loopback.

Each step runs in a process of its own: wall, CPU seconds (user and system) and peak memory are that process's; the
server's are not in it. All restore to the same file system, with a journal where we can make one, whose own limit is
measured in the same run. Ours uses the verbs of the engine, restic and borg their binaries. `--gb 0.5` is a small tree;
`--rounds` repeats everything; tables give medians. `--trees` keeps the trees for another run: to make large ones takes
longer than to measure.
"""

from __future__ import annotations

import argparse
import mmap
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.snapshot import tree
from bench.snapshot.ground import Ground, ground
from bench.snapshot.tools import PACKAGES, PEERS, Cost, Ours, Tool
from bench.table import free_port, median, serving, show

GIGA = 1e9


class Workshop:
    """Where everything lies: the tree, the changed tree, what servers store, what is restored."""

    def __init__(self, folder: Path, gigabytes: float, ground: Ground, trees: Path | None) -> None:
        self.folder, self.gigabytes, self.ground = folder, gigabytes, ground
        self.trees = trees or folder
        self.before, self.after = self.trees / "before" / "tree", self.trees / "after" / "tree"
        self.stores = folder / "stores"
        self._targets = 0

    def prepare(self) -> None:
        self.stores.mkdir()
        made = self.trees / f"of-{self.gigabytes}-GB"
        if made.exists():
            return
        tree.build(self.before, self.gigabytes)
        self.after.parent.mkdir()
        subprocess.run(["cp", "-a", str(self.before), str(self.after)], check=True)
        tree.change(self.after, self.gigabytes)
        share_unchanged(self.before, self.after)
        made.touch()

    @contextmanager
    def in_place(self, of: Path) -> Iterator[Path]:
        """One tree at the address that all snapshots are of."""
        place = self.trees / "work"
        of.rename(place)
        settle(place)
        try:
            yield place
        finally:
            place.rename(of)

    @contextmanager
    def target(self, tool: Tool) -> Iterator[Path]:
        """A folder that isn't there yet, beside a store that the server has in its memory."""
        self._targets += 1
        target = self.ground.folder / f"restored-{self._targets}"
        settle(tool.where)
        yield target
        if self.ground.forgets:
            shutil.rmtree(target)


def settle(folder: Path) -> None:
    """What was written before is on the disk, and what is read next is in memory: alike for every tool."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass


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
        with workshop.target(tool) as target:
            costs["restore"].append(tool.restore(target))
            require_same(source, next(path.parent for path in sorted(target.rglob("env"))))
    with workshop.in_place(workshop.after) as source:
        costs["change"].append(tool.again(source))
    if isinstance(tool, Ours):
        beyond(tool, workshop, costs)


def beyond(tool: Ours, workshop: Workshop, costs: dict[str, list[Cost]]) -> None:
    """What peers don't have: hot files first, a delta onto a standby, what the machine has already."""
    state = workshop.folder / "state"
    state.unlink(missing_ok=True)
    with workshop.target(tool) as target:
        with workshop.in_place(workshop.before) as source:
            subprocess.run(["cp", "-a", str(source), str(target)], check=True)
            paths = tree.hot_paths(source, workshop.gigabytes)
        settle(tool.where)
        tool.delta(target, state, str(costs["full"][-1].more["snapshot"]))  # it then knows what lies there
        costs["standby"].append(tool.delta(target, state))
        with workshop.in_place(workshop.after) as source:
            require_same(source, target)
    with workshop.target(tool) as target:
        with workshop.in_place(workshop.before) as source:
            subprocess.run(["cp", "-a", str(source), str(target)], check=True)
        costs["copy"].append(tool.delta(target))
    with workshop.in_place(workshop.after) as source:
        tool.hot(source, paths)
        with workshop.target(tool) as target:
            costs["hot"].append(tool.restore_hot(target, paths))
        image = workshop.ground.folder / "image"
        if not image.exists():
            image.mkdir()
            subprocess.run(["cp", "-a", str(source / "env"), str(image)], check=True)
        with workshop.target(tool) as target:
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


def disk_rate(folder: Path, megabytes: int) -> float:
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


def probe_megabytes(gigabytes: float) -> int:
    return max(16, min(512, int(gigabytes * 400)))


def run(workshop: Workshop, makers: Mapping[str, Callable[..., Tool]], rounds: int, peer_rounds: int) -> None:
    workshop.prepare()
    tree_bytes = size_of(workshop.before)
    files = sum(path.is_file() for path in workshop.before.rglob("*"))
    port, disk, before = free_port(), [], os.getloadavg()[0]
    costs: dict[str, dict[str, list[Cost]]] = {name: defaultdict(list) for name in makers}
    server = ["-m", "dumont.simulators.s3", "--root", str(workshop.stores), "--port", str(port)]
    server += [f"--bucket={name}-{number}" for name in ("ours", "restic") for number in range(rounds)]
    with serving([*server, "--no-md5"], port):
        for number in range(rounds):
            for name, make in makers.items():
                if name == Ours.name or number < peer_rounds:
                    disk.append(disk_rate(workshop.ground.folder, probe_megabytes(workshop.gigabytes)))
                    tool = make(f"http://127.0.0.1:{port}", workshop.stores, number)
                    round_of(tool, workshop, costs[name])
                    shutil.rmtree(tool.where)  # else it would take memory that the next step restores into
    note = (
        f"{tree_bytes / GIGA:.2f} GB in {files:,} files; {rounds} round(s), peers {min(rounds, peer_rounds)}; medians; "
        f"load {before:.1f} before and {os.getloadavg()[0]:.1f} at the end; {workshop.ground.said}"
    )
    show_steps(costs, note)
    show_goals(costs, tree_bytes, median(disk))


def show_steps(costs: Mapping[str, Mapping[str, Sequence[Cost]]], note: str) -> None:
    rows: list[list[object]] = []
    for step in ("full", "change", "restore", "standby", "copy", "hot", "image"):
        for name, its in costs.items():
            if its.get(step):
                parts = ("wall", "cpu", "megabytes", "others")
                rows.append([f"{step}: {name}", *(median([getattr(c, part) for c in its[step]]) for part in parts)])
    for name, its in costs.items():
        rows.append([f"stored: {name}, MB", median([cost.megabytes for cost in its["stored"]]), "", "", ""])
    show("Snapshots: each step", ["step", "wall s", "CPU s", "peak MB", "others' part of the cores"], rows, note)


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
        ["delta onto a copy of unknown origin, CPU / full", of("ours", "copy") / of("ours", "restore"), ""],
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
    asked.add_argument("--peer-rounds", type=int, default=sys.maxsize, help="fewer rounds of the slow ones")
    asked.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="none named: ours alone")
    asked.add_argument("--trees", type=Path, help="a folder that keeps the trees, and has them the next time")
    asked.add_argument("--dir", type=Path, help="a folder on the disk to measure; a temporary one is made in it")
    given = asked.parse_args()
    makers: dict[str, Callable[..., Tool]] = {"ours": Ours}
    for name in given.peers:
        if shutil.which(name):
            makers[name] = PEERS[name]
        else:
            print(f"bench: {name} is missing; as root on Debian: apt-get install {PACKAGES[name]}", file=sys.stderr)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_what: sys.exit("bench: stopped"))
    room = int((2.4 * given.gb + 0.1) * GIGA) + (probe_megabytes(given.gb) << 20)  # the image of env, and two trees
    with (
        tempfile.TemporaryDirectory(prefix="dumont-bench-", dir=given.dir) as folder,
        ground(Path(folder), room) as place,
    ):
        run(Workshop(Path(folder), given.gb, place, given.trees), makers, given.rounds, given.peer_rounds)


if __name__ == "__main__":
    main()
