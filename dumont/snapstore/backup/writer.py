"""Who writes says so in the store, knows what is there, and makes sure of it before the manifest names it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from threading import Event, Thread
from types import TracebackType

from dumont.snapstore.errors import SnapError, StoreAway
from dumont.snapstore.index import Known, learn
from dumont.snapstore.model import pack_object
from dumont.snapstore.repository import Repository
from dumont.snapstore.surroundings import host_name, seconds_now, stamp

REFRESH_SECONDS = 300.0


class Vanished(StoreAway):
    """Packs that were counted on are gone, or doomed."""

    code = "packs_vanished"

    def __init__(self, packs: Iterable[str]) -> None:
        self.packs = frozenset(packs)
        super().__init__(f"{len(self.packs)} packs that this snapshot counted on have been taken away.")


class Writer:
    def __init__(self, repository: Repository) -> None:
        self._blobs = repository.blobs
        self._sealer = repository.sealer
        self._name = "writers/" + os.urandom(16).hex()
        self._ended = Event()
        self._beat = Thread(target=self._refresh, name="snapshot-writer", daemon=True)
        self.known = Known()
        self.doomed: frozenset[str] = frozenset()

    def __enter__(self) -> Writer:
        self._say()
        self._beat.start()
        try:
            self.look()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def look(self) -> None:
        """Learns what is there and not doomed."""
        self.doomed = frozenset(self._doomed())
        self.known = learn(self._blobs, self._sealer).known.without(self.doomed)

    def make_sure(self, packs: dict[str, int]) -> None:
        """Of the packs that a manifest is about to name: all there, as large as they must be, and not doomed."""
        there = {found.name: found.size for found in self._blobs.list("packs/")}
        gone = {name for name, size in packs.items() if there.get(pack_object(name)) != size}
        gone |= self._doomed() & packs.keys()
        if gone:
            raise Vanished(gone)

    def _doomed(self) -> set[str]:
        return doomed_packs(self._blobs.get(found.name) for found in list(self._blobs.list("doomed/")))

    def _say(self) -> None:
        said = {"host": host_name(), "since": stamp(seconds_now())}
        self._blobs.put(self._name, [json.dumps(said).encode()])

    def _refresh(self) -> None:
        while not self._ended.wait(REFRESH_SECONDS):
            try:
                self._say()
            except SnapError:  # the next one may do; a pruner waits for a long time
                continue

    def _end(self) -> None:
        self._ended.set()
        try:
            self._blobs.delete(self._name)
        except SnapError:  # it is forgotten when it has not been refreshed for long
            return


def doomed_packs(objects: Iterable[bytes]) -> set[str]:
    """What marks of pruners name."""
    names: set[str] = set()
    for data in objects:
        try:
            said = json.loads(data)
        except ValueError:
            continue
        if isinstance(said, dict):
            names.update(str(name) for name in said.get("packs", ()))
    return names
