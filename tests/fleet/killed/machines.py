"""The store that agents send to: real snapshots of a small folder, by the real engine."""

import os
from pathlib import Path
from uuid import UUID

from dumont.fleet.means import Means
from dumont.platform.jobs import Jobs
from dumont.platform.parts import Parts
from dumont.snapshots import granting, reporting, verifying
from dumont.snapshots.reporting import Done
from dumont.snapshots.stores import Stores
from dumont.snapshots.tables import Snapshot
from tests.build import snapshots as build


class RealStore:
    """What is sent lies in a store, and can be looked at."""

    def __init__(self, parts: Parts, means: Means, folder: Path) -> None:
        self._parts, self._means, self._folder = parts, means, folder
        self.versions: dict[str, int] = {}
        """Of workspaces, by manifest."""
        self.completed: set[UUID] = set()

    async def put(self, grant: str, version: int) -> None:
        (self._folder / "work").write_text(f"{version}\n")
        async with self._means.db.begin() as tx:
            work = self._means.work(tx)
            of = await reporting.purpose(work, await granting.standing(work, grant))
            name = build.sent(self._parts, of.snapshot.repository_id, self._folder)
            self.versions[name] = version
            done = Done(manifest=name, figures={"new_bytes": 1000})
            await reporting.complete(work, self._parts.get(Jobs), of, done)

    async def fetch(self, grant: str) -> int:
        async with self._means.db.begin() as tx:
            work = self._means.work(tx)
            of = await reporting.purpose(work, await granting.standing(work, grant))
            await reporting.complete(work, self._parts.get(Jobs), of, Done())
            return self.versions[of.snapshot.manifest or ""]

    def holds(self, snapshot: Snapshot) -> bool:
        """Everything of it, by the look that the product itself takes."""
        blobs = self._parts.get(Stores).blobs(snapshot.repository_id)
        return verifying.look(blobs, snapshot.manifest or "", snapshot.packs).why is None


def workspace(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.bin").write_bytes(os.urandom(2048))
    return folder
