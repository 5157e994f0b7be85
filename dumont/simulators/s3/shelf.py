"""Objects of buckets, as files in a folder; what is known of each is held in memory."""

import hashlib
import os
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Lock
from urllib.parse import quote, unquote

from dumont.simulators.s3.answers import Refused

NEW = ".new-"
PART = 200
"""Longer names are split into folders, as a file's name has its limit."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object."""

    key: str
    path: Path
    size: int
    modified: float
    etag: str
    told: dict[str, str] = field(default_factory=dict)
    """Headers that were given with it and are given back: type, metadata, checksums."""


class Bucket:
    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.folder = folder
        self._now = now
        self.lock = Lock()
        self._things: dict[str, Thing] = {}
        self._keys: list[str] = []
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                self._add(_thing(_key(path.relative_to(folder)), path))

    def get(self, key: str) -> Thing | None:
        return self._things.get(key)

    def new(self) -> Path:
        """Where the bytes of a new object go first."""
        return self.folder / f"{NEW}{token_hex(8)}"

    def take(self, key: str, half: Path, *, etag: str = "", told: dict[str, str] | None = None, fresh: bool) -> Thing:
        """Makes what was written the object; `fresh`: only if there is none."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.lock:
            if fresh and key in self._things:
                half.unlink()
                raise Refused(412, "PreconditionFailed", "At least one of the pre-conditions did not hold.")
            moment = self._now()
            os.utime(half, (moment, moment))
            half.rename(path)
            thing = _thing(key, path, etag, told or {})
            self._add(thing)
        return thing

    def remove(self, key: str) -> None:
        with self.lock:
            thing = self._things.pop(key, None)
            if thing is not None:
                del self._keys[bisect_left(self._keys, key)]
                thing.path.unlink(missing_ok=True)

    def change(self, key: str, change: Callable[[Thing], Thing]) -> None:
        with self.lock:
            self._things[key] = change(self._things[key])

    def from_key(self, prefix: str, after: str, until: float) -> Iterator[Thing]:
        """In order, behind `after`; what came later than `until` is left out."""
        with self.lock:
            keys = self._keys[bisect_left(self._keys, max(prefix, after)) :]
        for key in keys:
            if not key.startswith(prefix):
                return
            thing = self._things.get(key)
            if key > after and thing is not None and thing.modified <= until:
                yield thing

    def path(self, key: str) -> Path:
        name = quote(key, safe="")
        name = f"%2E{name[1:]}" if name.startswith(".") else name
        parts = [name[at : at + PART] for at in range(0, len(name), PART)]
        return self.folder.joinpath(*[f"{part}+" for part in parts[:-1]], parts[-1])

    def _add(self, thing: Thing) -> None:
        if thing.key not in self._things:
            insort(self._keys, thing.key)
        self._things[thing.key] = thing


class Shelf:
    """All buckets; a folder that is there already is a bucket with its files."""

    def __init__(self, root: Path, now: Callable[[], float]) -> None:
        self._root = root
        self.now = now
        root.mkdir(parents=True, exist_ok=True)
        self.buckets = {folder.name: Bucket(folder, now) for folder in sorted(root.iterdir()) if folder.is_dir()}

    def add(self, name: str) -> Bucket:
        if name not in self.buckets:
            (self._root / name).mkdir(exist_ok=True)
            self.buckets[name] = Bucket(self._root / name, self.now)
        return self.buckets[name]

    def bucket(self, name: str) -> Bucket:
        found = self.buckets.get(name)
        if found is None:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist", BucketName=name)
        return found


def _thing(key: str, path: Path, etag: str = "", told: dict[str, str] | None = None) -> Thing:
    known = path.stat()
    return Thing(key, path, known.st_size, known.st_mtime, etag or _tag(known), told or {})


def _tag(known: os.stat_result) -> str:
    """Not of the content, which nobody read for it."""
    text = f"{known.st_ino} {known.st_mtime_ns} {known.st_size}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _key(path: Path) -> str:
    return unquote("".join(part.rstrip("+") for part in path.parts))
