"""Addresses that save one thing out of a snapshot, once and within a minute: a browser that saves by itself sends no
token along. What is in the address is worth nothing afterwards, and is known here by its hash alone."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from dumont.accounts.rules import tokens
from dumont.basics.errors import NotAllowed
from dumont.platform.work import Work
from dumont.snapshots import looking
from dumont.snapshots.looking import Place
from dumont.snapshots.store import downloads as store
from dumont.snapshots.store import snapshots
from dumont.snapshots.tables import SnapshotDownload

GOOD_FOR = timedelta(minutes=1)


class TicketOver(NotAllowed):
    code = "address_over"
    hint = "It is good once, and for a minute. Ask for another one."


class Ticket(NamedTuple):
    text: str
    expires_at: datetime


class Meant(NamedTuple):
    place: Place
    path: str


async def lend(work: Work, snapshot_id: UUID, path: str) -> Ticket:
    """To whoever may look into this snapshot."""
    await looking.places(work, snapshot_id)
    ticket = Ticket(tokens.new_token(), work.now + GOOD_FOR)
    row = SnapshotDownload(hash=tokens.digest(ticket.text), snapshot_id=snapshot_id, path=path)
    row.expires_at = ticket.expires_at
    await store.add(work.tx, row)
    return ticket


async def redeem(work: Work, text: str) -> Meant:
    """From then on it is over, whatever becomes of what it was for."""
    found = await store.take(work.tx, tokens.digest(text), work.now)
    snapshot = await snapshots.one(work.tx, found.snapshot_id) if found is not None else None
    if found is None or snapshot is None:
        raise TicketOver("This address is over, or was never one.")
    return Meant(looking.place_of(snapshot), found.path)
