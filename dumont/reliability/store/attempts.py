"""Records attempts by one call of a function of the database, and reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from sqlalchemy import select, text

from dumont.basics.machine_key import MachineKey
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first
from dumont.reliability.rules.blacklist import Kind
from dumont.reliability.tables import ReliabilityAttempt

Outcome = Literal["added", "renewed", "replaced", "kept"]


@dataclass(frozen=True, slots=True)
class EntryWritten:
    """The entry that stands now, and what was done to it: nothing, if a stronger one stood already."""

    outcome: Outcome
    id: UUID
    kind: Kind
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    recorded: bool
    """False for an attempt with an id that was recorded before."""
    total: int
    succeeded: int
    consecutive_failures: int
    entry: EntryWritten | None
    """What this attempt did to the blacklist; None where it had nothing to say."""


async def record(tx: Tx, attempts: Sequence[Mapping[str, Any]], limits: Mapping[str, Any]) -> list[Recorded]:
    """One after the other, in this order, in one round trip."""
    given = {"attempts": orjson.dumps(list(attempts), default=str).decode(), "limits": orjson.dumps(limits).decode()}
    return [_recorded(row) for row in await tx.execute(_RECORD, given)]


async def page(tx: Tx, machine: MachineKey, after: Key | None, limit: int) -> Sequence[ReliabilityAttempt]:
    query = select(ReliabilityAttempt).where(
        ReliabilityAttempt.provider == machine.provider, ReliabilityAttempt.machine_id == machine.machine_id
    )
    query = newest_first(query, ReliabilityAttempt.at, ReliabilityAttempt.id, after, limit)
    return (await tx.execute(query)).scalars().all()


def _recorded(row: Any) -> Recorded:
    entry = None
    if row.outcome is not None:
        entry = EntryWritten(cast(Outcome, row.outcome), row.entry_id, cast(Kind, row.kind), row.reason, row.expires_at)
    return Recorded(row.recorded, row.total, row.succeeded, row.consecutive_failures, entry)


# `OFFSET 0` keeps the function from being called for another order than the one that is given.
_RECORD = text(
    """
    SELECT done.* FROM (
        SELECT value, ordinality FROM jsonb_array_elements(CAST(:attempts AS jsonb)) WITH ORDINALITY
        ORDER BY ordinality OFFSET 0
    ) AS given, LATERAL reliability_record(given.value, CAST(:limits AS jsonb)) AS done
    """
)
