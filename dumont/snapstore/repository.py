"""A repository: a place, how it is made, and its snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Listed:
    """One snapshot of a list; `error` where its header can't be read."""

    name: str
    size: int
    header: Header | None
    error: SnapError | None = None


class Repository:
    def __init__(self, blobs: Blobs, config: Config, sealer: Sealer) -> None:
        self.blobs = blobs
        self.config = config
        self.sealer = sealer

    def names(self) -> list[str]:
        return [found.name.rpartition("/")[2] for found in self._objects()]

    def listed(self) -> list[Listed]:
        """All snapshots, oldest first; a damaged one is in it and says so."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(self._listed, self._objects()))
        return sorted(found, key=lambda one: (one.header.time if one.header else "", one.name))

    def load(self, name: str) -> Manifest:
        """Of a full name; checked against it."""
        data = self.blobs.get(snapshot_object(name))
        if hashing.digest(data).hex() != name:
            raise Damaged(f"The snapshot {name[:12]} is not what it is named by.")
        found = manifest.read(data, self.sealer)
        found.name = name
        return found

    def find(self, wanted: str, label: str = "") -> str:
        """The full name of a beginning of one, or of `latest` (of a label, where one is given)."""
        if wanted == LATEST:
            whole = [one for one in self.listed() if one.header and (not label or one.header.label == label)]
            if not whole:
                raise Missing("There is no snapshot" + (f" of {label}" if label else "") + " in this repository.")
            return whole[-1].name
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

    def _listed(self, found: Found) -> Listed:
        name = found.name.rpartition("/")[2]
        try:
            return Listed(name, found.size, self._header(found))
        except (Damaged, Missing, Unreadable) as error:
            return Listed(name, found.size, None, error)

    def _header(self, found: Found) -> Header:
        begin: Bytes = self.blobs.get(found.name, 0, min(FIRST_READ, found.size))
        length = manifest.header_length(begin)
        end = manifest.HEADER_AT + length
        if end > found.size:
            raise Damaged(f"The snapshot {found.name[-64:][:12]} ends in its header.")
        if len(begin) < end:
            begin = self.blobs.get(found.name, 0, end)
        return manifest.read_header(memoryview(begin)[manifest.HEADER_AT : end], self.sealer)[0]


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
        raise Missing(f"There is no repository at {blobs.address}.", "Create one, or check the address.") from error
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
