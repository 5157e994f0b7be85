"""What agents are to do: put here by the instance's steps, handed out with the answers to heartbeats, ended by acks.

    command_id = await commands.put(work, vault, rental, "snapshot", {"server": ..., "grant": ...}, expires=until)
    ...
    found = (await commands.of(work.tx, [command_id]))[command_id]
    found.state, found.percent, found.result, found.error_code

The word that ends a command is the first one, whatever comes later; its arguments are forgotten with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from dumont.agent import protocol
from dumont.basics import ids
from dumont.fleet.events import CommandPut
from dumont.fleet.rules.states import CommandKind, CommandState
from dumont.fleet.store import commands as store
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetCommand, FleetRental
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

OPEN: frozenset[CommandState] = frozenset({"queued", "sent", "running"})
EXPIRES_SECONDS = 3600.0
RUNNING_SECONDS = 600.0
"""Each word of one that runs puts its end off by so much."""
FOR_GOOD = 100 * 365 * 86_400.0
"""Of what is over when its agent says so, or its machine is gone, and not before."""
UNREADABLE = "unreadable"
"""Stands in a result for what could not be kept, and says why."""


@dataclass(frozen=True, slots=True)
class Command:
    """How far one is."""

    id: UUID
    rental_id: UUID
    kind: CommandKind
    state: CommandState
    percent: float | None
    result: Mapping[str, Any]
    error_code: str | None
    error_message: str | None
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


async def put(
    work: Work,
    vault: Vault,
    rental: FleetRental,
    kind: CommandKind,
    args: Mapping[str, Any],
    *,
    expires: datetime | None = None,
) -> UUID:
    """Handed out with the answer to the rental's next heartbeat, for which the agent is called.

    Not begun by `expires`, it has failed.
    """
    identity = ids.new(work.now, work.random)
    work.tx.add(
        FleetCommand(
            id=identity,
            rental_id=rental.id,
            instance_id=rental.instance_id,
            kind=kind,
            args_sealed=vault.seal(orjson.dumps(dict(args)).decode(), place(identity)),
            state="queued",
            created_at=work.now,
            expires_at=expires or work.now + timedelta(seconds=EXPIRES_SECONDS),
        )
    )
    await work.tx.flush()
    await work.publish(CommandPut(rental_id=rental.id))
    return identity


async def of(tx: Tx, command_ids: Iterable[UUID | None]) -> dict[UUID, Command]:
    """Those that are known; None among the ids is passed over."""
    found = await store.of(tx, [each for each in command_ids if each is not None])
    return {row.id: _command(row) for row in found}


async def withdraw(work: Work, rental_ids: Sequence[UUID], why: str) -> None:
    """Ends whatever is open for these rentals: nobody waits for it any more."""
    await store.fail_open(work.tx, rental_ids, work.now, "withdrawn", why)


async def withdraw_one(work: Work, command_id: UUID, why: str) -> None:
    await store.fail_one(work.tx, command_id, work.now, "withdrawn", why)


async def forget_lost_runs(work: Work, rental_id: UUID, told: Iterable[str]) -> None:
    """Those that their agent had begun, and of which it now, telling all that it knows, says nothing."""
    known = [identity for identity in map(ids.read, told) if identity is not None]
    whose = await store.fail_lost_runs(work.tx, rental_id, known, work.now)
    await instances.poke(work.tx, sorted(whose), work.now)


async def handed_out(work: Work, vault: Vault, rental_id: UUID) -> list[protocol.Command]:
    """The open ones in the order in which they were put, opened; from now on they count as sent."""
    rows = await store.open_of(work.tx, rental_id, work.now)
    await store.sent(work.tx, [row.id for row in rows if row.state == "queued"], work.now)
    return [
        protocol.Command(id=str(row.id), kind=row.kind, args=orjson.loads(vault.open(row.args_sealed, place(row.id))))
        for row in rows
    ]


async def acknowledge(work: Work, rental_id: UUID, acks: Sequence[protocol.Acknowledgement]) -> list[UUID]:
    """Words about commands of this rental, again and in any order; the instance is poked when one has ended. Which ones
    these words have ended."""
    ended: list[UUID] = []
    whose: set[UUID] = set()
    for ack in acks:
        identity = ids.read(ack["id"])
        if identity is None:
            continue
        if ack["state"] == "running":
            until = work.now + timedelta(seconds=RUNNING_SECONDS)
            await store.running(work.tx, (identity, rental_id), ack["percent"], ack["result"], until=until)
        else:
            instance_id = await store.end(work.tx, (identity, rental_id), _end(ack), work.now)
            if instance_id is not None:
                ended.append(identity)
                whose.add(instance_id)
    await instances.poke(work.tx, sorted(whose), work.now)
    return ended


def _end(ack: protocol.Acknowledgement) -> store.End:
    if ack["state"] == "done":
        return store.End("done", ack["result"], None, None)
    return store.End("failed", ack["result"], ack["error_code"] or "failed", ack["error_message"])


def _command(row: FleetCommand) -> Command:
    percent = row.result.get("percent") if row.state in OPEN else None
    return Command(
        row.id,
        row.rental_id,
        row.kind,
        row.state,
        percent,
        row.result,
        row.error_code,
        row.error_message,
        row.created_at,
        row.sent_at,
        row.ended_at,
        row.expires_at,
    )


def place(identity: UUID) -> str:
    return f"fleet_commands:{identity}:args"
