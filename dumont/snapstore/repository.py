"""A repository: a place, how it is made, and its snapshots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from dumont.snapstore import config as configs
from dumont.snapstore import hashing, manifest, seal
from dumont.snapstore.blobs import Blobs, Bytes, Found
from dumont.snapstore.config import CONFIG, Config
from dumont.snapstore.errors import BadRequest, Damaged, Exists, KeyNeeded, Missing, SnapError, Unreadable
from dumont.snapstore.model import Header, Manifest, snapshot_object
from dumont.snapstore.seal import Plain, Sealer
from dumont.snapstore.surroundings import seconds_now, stamp

NAME = re.compile(r"[0-9a-f]{64}")
LATEST = "latest"
AT_ONCE = 16
FIRST_READ = 8 << 10
"""Mostly holds the whole header of a manifest."""
WHOLE = 128 << 20
"""So many bytes of manifests are held against their names for a list that is to be sure, the newest first."""


@dataclass(frozen=True)
class Listed:
    """One snapshot of a list; `error` where it is damaged, be its header readable or not."""

    name: str
    size: int
    header: Header | None
    error: SnapError | None = None
    modified: float = 0.0
    whole: bool = False
    """All of its manifest was held against its name, and not its header and its length alone."""


class Choice(NamedTuple):
    """The snapshot that a word means."""

    name: str
    passed_over: list[Listed]
    """Those that are newer, or may be, and can't be read."""

    @property
    def notes(self) -> list[str]:
        return [f"{one.error.message} An older one is taken." for one in self.passed_over if one.error]


class Repository:
    def __init__(self, blobs: Blobs, config: Config, sealer: Sealer) -> None:
        self.blobs = blobs
        self.config = config
        self.sealer = sealer
        self._ahead: dict[str, bytes] = {}
        """A manifest that was read to be sure of it, until it is loaded."""

    def names(self) -> list[str]:
        return [found.name.rpartition("/")[2] for found in self._objects()]

    def listed(self, whole: int = 0) -> list[Listed]:
        """All snapshots, oldest first; a damaged one is in it and says so. Of so many bytes of manifests all is held
        against their names, of the others (and of `whole` = 0) headers and lengths are looked at."""
        objects, left, sure = sorted(self._objects(), key=lambda found: found.modified, reverse=True), whole, set()
        for found in objects:
            left -= found.size
            if left >= 0:
                sure.add(found.name)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            listed = list(pool.map(lambda found: self._listed(found, whole=found.name in sure), objects))
        return sorted(listed, key=lambda one: (one.header.time if one.header else "", one.name))

    def load(self, name: str) -> Manifest:
        """Of a full name; checked against it."""
        data = self._ahead.pop(name, None) or self._checked(name)
        found = manifest.read(data, self.sealer)
        found.name = name
        return found

    def find(self, wanted: str, label: str = "") -> str:
        """The full name of a beginning of one, or of `latest` (of a label, where one is given)."""
        return self.choose(wanted, label).name

    def choose(self, wanted: str, label: str = "", among: Callable[[Header], bool] | None = None) -> Choice:
        """The same, and what was passed over for being damaged; a name that is given is taken at its word."""
        return self._latest(label, among) if wanted == LATEST else Choice(self._named(wanted), [])

    def _latest(self, label: str, among: Callable[[Header], bool] | None) -> Choice:
        listed = self.listed()
        damaged = [one for one in listed if one.header is None]
        for one in reversed(listed):
            if one.header is None or label not in ("", one.header.label) or (among and not among(one.header)):
                continue
            error = one.error or self._read_ahead(one.name)
            if error is None:
                return Choice(one.name, [bad for bad in damaged if bad.header or bad.modified >= one.modified])
            damaged.append(replace(one, error=error))
        of = f" of {label}" if label else ""
        if damaged:
            raise Damaged(f"None of the {len(damaged)} snapshots{of} in this repository can be read.")
        raise Missing(f"There is no snapshot{of} in this repository.")

    def _read_ahead(self, name: str) -> SnapError | None:
        try:
            self._ahead = {name: self._checked(name)}
        except (Damaged, Missing) as error:
            return error
        return None

    def _named(self, wanted: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{4,64}", wanted):
            raise BadRequest(
                f"{wanted[:80]!r} is no name of a snapshot.", "Give its first digits (four or more), or `latest`."
            )
        if len(wanted) == 64:
            return wanted
        fitting = [name for name in self.names() if name.startswith(wanted)]
        if len(fitting) != 1:
            many = "begin" if fitting else "No snapshot begins"
            raise Missing(f"{len(fitting) or ''} {many} with {wanted}.".strip(), "List the snapshots.")
        return fitting[0]

    def put(self, made: Manifest) -> str:
        """The last act of a snapshot. Returns its name."""
        parts = manifest.written(made, self.sealer)
        hasher = hashing.Hasher()
        for part in parts:
            hasher.update(part)
        made.name = hasher.digest().hex()
        self.blobs.put(snapshot_object(made.name), parts)
        return made.name

    def forget(self, names: Sequence[str]) -> None:
        """Their packs stay until somebody prunes."""
        for name in names:
            self.blobs.delete(snapshot_object(name))

    def _objects(self) -> Iterator[Found]:
        return (found for found in self.blobs.list("snapshots/") if NAME.fullmatch(found.name.rpartition("/")[2]))

    def _listed(self, found: Found, *, whole: bool) -> Listed:
        look = _Look()
        name = found.name.rpartition("/")[2]
        try:
            try:
                self._look(found, look, whole=whole)
            except Unreadable:  # of a newer writer, or no longer what it was
                self._checked(name)
                raise
        except (Damaged, Missing, Unreadable) as error:
            look.error = error
        return Listed(name, found.size, look.header, look.error, found.modified, look.whole)

    def _look(self, found: Found, look: _Look, *, whole: bool) -> None:
        name = found.name.rpartition("/")[2]
        first = found.size if whole else min(FIRST_READ, found.size)
        begin: Bytes = self.blobs.get(found.name, 0, first)
        end = manifest.HEADER_AT + manifest.header_length(begin)
        if end > found.size:
            raise Damaged(f"The snapshot {name[:12]} ends in its header.")
        if len(begin) < end:
            begin = self.blobs.get(found.name, 0, end)
        look.header, columns = manifest.read_header(memoryview(begin)[manifest.HEADER_AT : end], self.sealer)
        if end + sum(column.stored for column in columns) > found.size:
            raise Damaged(f"The snapshot {name[:12]} is shorter than its header says.")
        if len(begin) == found.size:
            _refuse_other(name, begin)
            look.whole = True

    def _checked(self, name: str) -> bytes:
        data = self.blobs.get(snapshot_object(name))
        _refuse_other(name, data)
        return data


@dataclass
class _Look:
    """What was seen of a manifest before it turned out to be damaged, if it is."""

    header: Header | None = None
    error: SnapError | None = None
    whole: bool = False


def _refuse_other(name: str, data: Bytes) -> None:
    if hashing.digest(data).hex() != name:
        raise Damaged(f"The snapshot {name[:12]} is not what it is named by.")


def create(blobs: Blobs, passphrase: str | None = None, cipher: str = seal.CIPHERS[0]) -> Repository:
    if blobs.find(CONFIG):
        raise Exists(f"There is a repository at {blobs.address} already.", "Open it, or choose another address.")
    created = stamp(seconds_now())
    if not passphrase:
        made = Repository(blobs, configs.new_config(created), Plain())
    else:
        lock, sealer = seal.new_lock(passphrase, cipher)
        made = Repository(blobs, configs.new_config(created, lock), sealer)
    blobs.put(CONFIG, [configs.written(made.config)])
    return made


def open_repository(blobs: Blobs, passphrase: str | None = None) -> Repository:
    try:
        config = configs.read(blobs.get(CONFIG))
    except Missing as error:
        raise Missing(
            f"There is no repository at {blobs.address}.", "Check the address; `init`, or `create --init`, makes one."
        ) from error
    if config.lock is None:
        if passphrase:  # or whoever holds the store exchanges the config, and all that follows is written in the clear
            raise BadRequest(
                "A passphrase was given, and this repository is not encrypted.",
                "If that is as you wish, give none; else make an encrypted one under another address.",
            )
        return Repository(blobs, config, Plain())
    if not passphrase:
        raise KeyNeeded("This repository is encrypted.")
    return Repository(blobs, config, seal.unlock(config.lock, passphrase))
