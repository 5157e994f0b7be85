"""Which files were opened first after a wake: learned without privileges, kept in the repository, put back first."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence

from dumont.snapstore import hashing
from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.repository import Repository

MOST = 200_000
PROC = "/proc"
MAPPED = re.compile(rb"^\S+ \S+ \S+ \S+ [1-9]\d* +(/.*?)( \(deleted\))?$", re.MULTILINE)


def record(root: str, limit: int = MOST) -> list[bytes]:
    """Paths relative to the root, in the order in which they were first opened since they were put there.

    A restore leaves every file's time of reading before its time of change, and then even a `relatime` mount notes the
    first read. Where times of reading are not kept (`noatime`), only what running programs have mapped is found."""
    top = os.fsencode(os.path.realpath(root))
    opened = sorted(_read_since(top))
    found = dict.fromkeys(path for _moment, path in opened)
    found.update(dict.fromkeys(sorted(_mapped(top, PROC))))
    return list(found)[:limit]


def save(repository: Repository, label: str, paths: Iterable[bytes]) -> None:
    data = b"".join(path + b"\0" for path in paths)
    repository.blobs.put(_object(label), [repository.sealer.seal(data, "hot")])


def load(repository: Repository, label: str) -> list[bytes]:
    """Advice: nothing where there is none, or where it can't be read."""
    try:
        data = bytes(repository.sealer.unseal(repository.blobs.get(_object(label)), "hot"))
    except (Missing, Damaged):
        return []
    return [path for path in data.split(b"\0")[:MOST] if _is_sound(path)]


def _object(label: str) -> str:
    return f"hot/{hashing.digest(label.encode()).hex()}"


def _is_sound(path: bytes) -> bool:
    return bool(path) and not any(part in (b"", b".", b"..") for part in path.split(b"/"))


def _read_since(top: bytes) -> Iterator[tuple[int, bytes]]:
    """Files and symbolic links with the time of their first reading, if they were read behind their last change."""
    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            items = os.scandir(os.path.join(top, folder))
        except OSError:
            continue
        with items:
            for item in items:
                path = os.path.join(folder, item.name)
                try:
                    if item.is_dir(follow_symlinks=False):
                        folders.append(path)
                        continue
                    known = item.stat(follow_symlinks=False)
                except OSError:  # gone meanwhile
                    continue
                if known.st_atime_ns > known.st_ctime_ns and _holds_something(known):
                    yield known.st_atime_ns, path


def _holds_something(known: os.stat_result) -> bool:
    return stat.S_ISREG(known.st_mode) or stat.S_ISLNK(known.st_mode)


def _mapped(top: bytes, proc: str) -> set[bytes]:
    """Files below the root that a running program has in its memory, as far as we may look."""
    found: set[bytes] = set()
    for process in _processes(proc):
        try:
            with open(f"{proc}/{process}/maps", "rb") as file:
                maps = file.read()
        except OSError:
            continue
        for match in MAPPED.finditer(maps):
            path = match.group(1)
            if path.startswith(top + b"/") and not match.group(2):
                found.add(path[len(top) + 1 :])
    return found


def _processes(proc: str) -> Sequence[str]:
    try:
        return [name for name in os.listdir(proc) if name.isdigit()]
    except OSError:
        return []
