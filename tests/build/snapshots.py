"""Small trees, and snapshots of them as an agent makes them: by the real engine, looked at by the real job."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from dumont.platform.parts import Parts
from dumont.snapshots.stores import Stores
from dumont.snapshots.verifying import Which, verify
from dumont.snapstore import repository as repositories
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.errors import Exists, StoreAway
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track
from tests.build.accounts import Person
from tests.fakes.run import FakeRun

ODD = b"odd \xff \\ name"
BIG = bytes(range(256)) * 4096


@dataclass(frozen=True)
class Granted:
    """What the answer to "start a snapshot" is for whoever makes it."""

    id: str
    token: str
    owner: UUID
    command: str


class Away:
    """A store that does not answer, whatever it is asked."""

    def __getattr__(self, _verb: str) -> Any:
        def ask(*_asked: object) -> None:
            raise StoreAway("The store did not answer, again and again.")

        return ask


class OfJob(FakeRun):
    """The run of a job that a person has asked for."""

    def __init__(self, parts: Parts, job_id: str) -> None:
        super().__init__(parts)
        self.id = UUID(job_id)


def lost(parts: Parts, owner: UUID) -> None:
    """From now on the store of this owner is away."""
    parts.get(Stores)._open[owner] = Away()


def tree(folder: Path) -> Path:
    """Some of each kind of thing, with a name that is no UTF-8."""
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "src" / "train.py").write_text("print('hello')\n")
    (folder / "src" / "deep" / "notes.txt").write_text("deep\n")
    (folder / "src.txt").write_text("sorts between src and its files\n")
    (folder / "big.bin").write_bytes(BIG)
    (folder / "link").symlink_to("src/train.py")
    os.link(folder / "big.bin", folder / "same.bin")
    (folder / os.fsdecode(ODD)).write_bytes(b"odd\n")
    return folder


def things_in(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


async def started(person: Person, folder: Path, **wish: Any) -> Granted:
    answer = await person.does("POST", "/snapshots", {"path": str(folder), **wish})
    owner = UUID(answer["snapshot"]["owner"]["id"])
    return Granted(answer["snapshot"]["id"], answer["grant"]["token"], owner, answer["command"])


def sent(parts: Parts, owner: UUID, folder: Path, passphrase: str | None = None, **options: Any) -> str:
    """The manifest's name. Straight to the store, as the engine would by a grant."""
    report = backup(opened(parts, owner, passphrase), os.fsencode(folder), BackupOptions(**options), Track())
    return report.name


def opened(parts: Parts, owner: UUID, passphrase: str | None = None) -> Repository:
    blobs = parts.get(Stores).blobs(owner)
    try:
        return repositories.create(blobs, passphrase)
    except Exists:
        return repositories.open_repository(blobs, passphrase)


async def reported(person: Person, granted: Granted, what: str, body: dict[str, Any]) -> Any:
    return await person.with_key(granted.token).does("POST", f"/snapshots/grant/{what}", body)


async def complete(person: Person, parts: Parts, folder: Path, **wish: Any) -> str:
    """The id of a snapshot that was made, reported and seen to be there."""
    granted = await started(person, folder, **wish)
    manifest = sent(parts, granted.owner, folder, label=wish.get("label", ""))
    await reported(person, granted, "complete", {"manifest": manifest, "new_bytes": 1000})
    await verify(FakeRun(parts), Which(snapshot_id=UUID(granted.id)))
    return granted.id
