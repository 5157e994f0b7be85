"""Whatever tree it is: what a snapshot took comes back identical."""

import os
import random
from pathlib import Path

import pytest

from dumont.snapstore import repository
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.restore.trees import seen

NAMES = [b"a", b"B", b"\xff\xfe", b" ", b"-rf", b"new\nline", b"x" * 255, "Übung".encode(), b"a.b.c", b"*", b"~"]
SIZES = [0, 1, 17, 4095, 4096, 4097, 70_000, 262_144, 262_145, 900_000]


def grow(folder: Path, chance: random.Random, depth: int = 3) -> None:
    """Anything that a tree may hold."""
    files: list[Path] = []
    for name in chance.sample(NAMES, chance.randrange(1, len(NAMES))):
        path = folder / os.fsdecode(name)
        kind = chance.randrange(8)
        if kind < 2 and depth:
            path.mkdir()
            grow(path, chance, depth - 1)
        elif kind == 2:
            path.symlink_to(os.fsdecode(chance.choice([b"a", b"/nowhere", b"../" * 9, b"\xff"])))
        elif kind == 3 and files:
            path.hardlink_to(chance.choice(files))
        else:
            write(path, chance)
            files.append(path)
    finish(folder, 0o700 | chance.randrange(0o1000), chance)


def write(path: Path, chance: random.Random) -> None:
    with path.open("wb") as file:
        size = chance.choice(SIZES)
        file.write(chance.choice([chance.randbytes, bytes, lambda size: (b"words " * size)[:size]])(size))
        if chance.randrange(4) == 0:
            file.seek(chance.randrange(3 << 20), os.SEEK_CUR)
            file.write(b"behind a hole")
        if chance.randrange(6) == 0:
            file.truncate(file.tell() + chance.randrange(1 << 20))
    finish(path, chance.randrange(0o10000), chance)


def finish(path: Path, mode: int, chance: random.Random) -> None:
    path.chmod(mode)
    os.utime(path, ns=(0, chance.randrange(-(10**18), 4 * 10**18)))


class TestAnyTree:
    @pytest.mark.parametrize("seed", range(6))
    def test_comes_back_identical_and_so_does_what_became_of_it(self, tmp_path: Path, seed: int) -> None:
        chance = random.Random(seed)
        source, target = tmp_path / "source", tmp_path / "target"
        source.mkdir()
        grow(source, chance)
        made = repository.create(MemoryBlobs(), "open sesame" if seed == 0 else None)
        options = RestoreOptions(state=str(tmp_path / "state"), delete=True, direct=bool(seed % 2))
        for turn in range(2):
            took = backup(made, os.fsencode(source), BackupOptions(defaults=False), Track())
            report = restore(made, took.name, str(target), options)
            assert not report.notes
            assert seen(target) == seen(source)
            for path in sorted(source.iterdir())[:4]:
                if path.is_file() and not path.is_symlink():
                    write(path, chance)
            (source / f"more {turn}").mkdir()
            grow(source / f"more {turn}", chance, 1)
