"""Trees that are drawn, made on the disk, and looked at: whatever a snapshot has to keep."""

import os
import random
import stat
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from dumont.snapstore.backup import BackupOptions, BackupReport, backup
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore import RestoreOptions, restore
from dumont.snapstore.track import Track

TIME = 1_700_000_000_123_456_789
NAMES = st.sampled_from([b"a", b"b", b"a.b", b"-", b" ", b"\n", b"\xff\xfe", "ü".encode(), b".hidden", b"*", b"\\"])
SIZES = st.sampled_from([0, 1, 4096, 70_000, 262_144, 262_145, 600_000])


class File(NamedTuple):
    size: int
    seed: int
    mode: int = 0o644
    mtime: int = TIME
    holes: bool = False
    attribute: bytes | None = None


class Folder(NamedTuple):
    mode: int
    mtime: int
    children: "dict[bytes, Node]"


Node = File | Folder | bytes | int
"""Bytes: where a symbolic link points; a number: another name of one of the files before it."""


def nodes() -> st.SearchStrategy[Node]:
    modes = st.sampled_from([0o644, 0o600, 0o4755, 0o1777, 0o400])
    times = st.sampled_from([TIME, 0, -1_500_000_000, 1, 4_102_444_800_000_000_001])
    files = st.builds(
        File, SIZES, st.integers(0, 5), modes, times, st.booleans(), st.sampled_from([None, None, b"", b"red\0"])
    )
    links = st.sampled_from([b"a", b"/etc/passwd", b"..", b"\xff\n", b"loop"])
    leaves: st.SearchStrategy[Node] = files | links | st.integers(0, 3)
    return st.recursive(leaves, lambda inner: folders(inner, times), max_leaves=10)


def folders(inner: st.SearchStrategy[Node], times: st.SearchStrategy[int]) -> st.SearchStrategy[Folder]:
    modes = st.sampled_from([0o755, 0o700, 0o500, 0o2770])
    return st.builds(Folder, modes, times, st.dictionaries(NAMES, inner, max_size=5))


def trees() -> st.SearchStrategy[dict[bytes, Node]]:
    return st.dictionaries(NAMES, nodes(), max_size=6)


def make(root: Path, children: dict[bytes, Node], files: list[Path] | None = None) -> None:
    files = [] if files is None else files
    for name, node in children.items():
        path = root / os.fsdecode(name)
        if isinstance(node, Folder):
            path.mkdir()
            make(path, node.children, files)
            path.chmod(node.mode)
            os.utime(path, ns=(TIME, node.mtime))
        elif isinstance(node, bytes):
            path.symlink_to(os.fsdecode(node))
        elif isinstance(node, File):
            write(path, node)
            files.append(path)
        elif files:
            path.hardlink_to(files[node % len(files)])


def write(path: Path, node: File) -> None:
    with path.open("wb") as file:
        if node.holes:
            file.seek(node.size // 2)
        file.write(random.Random(node.seed).randbytes(node.size - file.tell()))
        file.truncate(node.size * 2 if node.holes else node.size)
    if node.attribute is not None:
        with suppress(OSError):  # not on every file system
            os.setxattr(path, "user.colour", node.attribute)
    path.chmod(node.mode)
    os.utime(path, ns=(TIME, node.mtime))


class Look(NamedTuple):
    kind: int
    mode: int
    owner: tuple[int, int]
    mtime: int
    content: bytes
    attributes: list[tuple[str, bytes]]
    names: tuple[bytes, ...]
    """All that the file has."""


def seen(root: Path) -> dict[bytes, Look]:
    """What is there."""
    paths = {b"": root}
    for above, inner, files in os.walk(root):
        for path in (Path(above) / name for name in [*inner, *files]):
            paths[os.fsencode(path.relative_to(root))] = path
    names = defaultdict(list)
    for name, path in sorted(paths.items()):
        names[path.lstat().st_ino].append(name)
    return {name: _look(path, names) for name, path in paths.items()}


def _look(path: Path, names: dict[int, list[bytes]]) -> Look:
    known = path.lstat()
    content, attributes = b"", []
    if stat.S_ISLNK(known.st_mode):
        content = os.fsencode(str(path.readlink()))
    elif stat.S_ISREG(known.st_mode):
        content = path.read_bytes()
        attributes = [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
    return Look(
        stat.S_IFMT(known.st_mode),
        stat.S_IMODE(known.st_mode),
        (known.st_uid, known.st_gid),
        known.st_mtime_ns,
        content,
        attributes,
        tuple(names[known.st_ino]),
    )


def taken(repository: Repository, root: Path, track: Track | None = None, **options: object) -> BackupReport:
    return backup(repository, os.fsencode(root), BackupOptions(**options), track or Track())  # type: ignore[arg-type]


def put_back(repository: Repository, name: str, target: Path, state: str | None = None) -> dict[bytes, Look]:
    report = restore(repository, name, str(target), RestoreOptions(direct=False, state=state), Track())
    assert report.complete, report
    return seen(target)
