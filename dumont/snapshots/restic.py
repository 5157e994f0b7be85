"""Restic repositories of users: their keys kept sealed, told to agents, and used here to look at what lies there."""

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from dumont.basics import ids, outbound
from dumont.basics.errors import Conflict, Invalid
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.snapshots.store import repositories
from dumont.snapshots.store import restic as store
from dumont.snapshots.tables import ResticRepository
from dumont.snapstore import errors, restic_reading
from dumont.snapstore.blobs import Keys
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.restic_reading import Reading

REGION = re.compile(r"[a-z0-9-]{0,40}")
WORD = re.compile(r"latest|[0-9a-f]{8,64}")
LOOK_SECONDS = 12.0
PROBE = "locks/dumont-may-write"
OF_BUCKETS = ("NoSuchBucket", "InvalidBucketName")


class InRestic(Conflict):
    code = "snapshot_in_restic"
    hint = "Use `restic` itself, or `dumont snapshots` with --repository restic:... and your password."


class PrivateAddress(errors.BadRequest):
    code = "restic_private_address"
    hint = "The server has to look into it. Its operator may allow it: snapshots_private_addresses."


class CantWrite(errors.StoreRefused):
    code = "restic_keys_read_only"
    hint = "Give it keys that may read, write and delete objects there: restic deletes its own locks."


REFUSED: Mapping[type[errors.SnapError], str] = {
    errors.KeyNeeded: "restic_password_wrong",
    errors.Missing: "restic_not_there",
    errors.StoreAway: "restic_away",
    errors.StoreRefused: "restic_keys_refused",
    PrivateAddress: PrivateAddress.code,
    CantWrite: CantWrite.code,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a workspace is kept, and what opens it."""

    address: str
    region: str = ""
    password: str = field(repr=False)
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opener:
    """Enough to read one without the database."""

    place: Place
    private: bool
    """Whether addresses of private networks may be called."""

    def open(self) -> Reading:
        """Blocking."""
        return restic_reading.opened(self.blobs(), self.place.password)

    def blobs(self, *, quick: bool = False) -> S3Blobs:
        keys = Keys(self.place.access_key, self.place.secret_key)
        return restic_reading.blobs_of(self.place.address, keys, self.place.region, self._leads, quick=quick)

    def _leads(self, host: str) -> list[str]:
        """Of this installation's own network nobody's words may be read."""
        found = outbound.numbers(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
        if outbound.chosen(found, private=self.private) is None:
            raise PrivateAddress("This restic repository lies in a private network, where the server may not look.")
        return found


def refuse_unfit(address: str, region: str, wanted: str = "") -> None:
    """By its form alone: whether it answers is found out by whoever uses it."""
    try:
        restic_reading.host_of(address)
    except errors.BadRequest as error:
        raise Invalid.field("restic.address", error.message, hint=error.hint) from None
    if not REGION.fullmatch(region):
        raise Invalid.field("restic.region", "can't be the name of a region")
    if wanted and not WORD.fullmatch(wanted):
        raise Invalid.field("restic.restore_from", "is `latest`, or 8 to 64 letters of a snapshot's id")


async def refuse_closed(place: Place, *, private: bool) -> None:
    """Opens it, and puts an empty object there that it takes away again, as whoever saves there will have to; raises
    `Invalid` with what is wrong of it."""
    refuse_unfit(place.address, place.region)
    blobs = Opener(place, private).blobs(quick=True)
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await asyncio.to_thread(_tried, blobs, place.password)
    except TimeoutError:
        raise _refused(errors.StoreAway("The store of this restic repository took too long to answer.")) from None
    except errors.SnapError as error:
        raise _refused(error) from None
    finally:
        blobs.give_up()  # its thread is not left waiting for a store of somebody's
        blobs.close()


async def keep(work: Work, vault: Vault, whose: tuple[UUID, bool, UUID], place: Place) -> UUID:
    """`whose` is the owner, whether that is a team, and the instance. At an address that it has used before, what opens
    it takes the place of what did: older snapshots there stay within reach."""
    owner, of_team, instance_id = whose
    row = await store.at(work.tx, instance_id, place.address)
    if row is None:
        await repositories.ensure(work.tx, owner, team=of_team, now=work.now)
        row = ResticRepository(
            id=ids.new(work.now, work.random),
            repository_id=owner,
            instance_id=instance_id,
            address=place.address,
            created_at=work.now,
        )
        work.tx.add(row)
    secrets = {name: getattr(place, name) for name in ("password", "access_key", "secret_key")}
    row.region, row.sealed = place.region, vault.seal(json.dumps(secrets), sealed_place(row.id))
    await work.tx.flush()
    return row.id


async def place_of(tx: Tx, vault: Vault, restic_id: UUID) -> Place | None:
    """None where what opens it is forgotten."""
    row = await store.one(tx, restic_id)
    if row is None or row.sealed is None:
        return None
    secrets: dict[str, str] = json.loads(vault.open(row.sealed, sealed_place(row.id)))
    return Place(address=row.address, region=row.region, **secrets)


async def told(tx: Tx, vault: Vault, restic_id: UUID) -> Mapping[str, Any]:
    """For an agent, as its command has it."""
    place = await place_of(tx, vault, restic_id)
    if place is None:
        raise InRestic("What opens this restic repository is forgotten.")
    return {name: getattr(place, name) for name in Place.__dataclass_fields__}


async def forget(tx: Tx, instance_id: UUID) -> None:
    """What opens those of an instance that is no more. Where its snapshots lie is still known."""
    await store.unseal(tx, instance_id)


async def reseal(tx: Tx, vault: Vault) -> int:
    """With the newest key, what an older one sealed; how many there were."""
    resealed = 0
    for row in await store.sealed(tx):
        if row.sealed is not None and not vault.is_newest(row.sealed):
            place = sealed_place(row.id)
            row.sealed = vault.seal(vault.open(row.sealed, place), place)
            resealed += 1
    return resealed


def sealed_place(restic_id: UUID) -> str:
    return f"restic_repositories:{restic_id}:sealed"


def _tried(blobs: S3Blobs, password: str) -> None:
    """Blocking. restic leaves alone what lies among its locks and has no id for a name."""
    restic_reading.opened(blobs, password)
    try:
        blobs.put(PROBE, [])
    except errors.StoreRefused as error:
        raise CantWrite(f"These keys may read this restic repository, and not write there: {error.message}") from None
    with contextlib.suppress(errors.SnapError):  # who may not delete leaves it, once
        blobs.delete(PROBE)


def _refused(error: errors.SnapError) -> Invalid:
    """By the field that is to be mended."""
    if any(f"({word})" in error.message for word in OF_BUCKETS):
        error = errors.Missing(error.message, "Check the bucket's name in the address.")
    keys = isinstance(error, errors.StoreRefused)
    name = "password" if isinstance(error, errors.KeyNeeded) else "access_key" if keys else "address"
    hint = "Try again, or check the address." if isinstance(error, errors.StoreAway) else error.hint
    return Invalid.field(f"restic.{name}", error.message, code=REFUSED.get(type(error)), hint=hint or None)
