"""SQL of accounts at clouds, and of the claims under which their machines are listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRental
from dumont.fleet.tables.rentals import MOVING
from dumont.platform import waking
from dumont.platform.db import Tx, raw

DUE = "fleet.accounts"
"""The word by which those are woken who list machines."""
COLUMNS = ("id", "provider", "user_id", "sealed", "fingerprint", "created_at", "list_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one listing; `error_code` is None where there was an answer."""

    began: datetime
    list_at: datetime
    complete: bool = False
    machines: int = 0
    strangers: int = 0
    error_code: str | None = None
    error: str | None = None
    rehomed: bool = False
    """Machines were found that another account of the same cloud had."""


async def put(tx: Tx, account: FleetAccount) -> FleetAccount:
    """The one that is there already, if it is: one for each cloud, user and set of credentials."""
    values = {name: getattr(account, name) for name in COLUMNS}
    whose = ["provider", "user_id", "fingerprint"]
    await tx.execute(insert(FleetAccount).values(values).on_conflict_do_nothing(index_elements=whose))
    await wake(tx)
    same_user = FleetAccount.user_id.is_not_distinct_from(account.user_id)
    same = (FleetAccount.provider == account.provider, same_user, FleetAccount.fingerprint == account.fingerprint)
    return (await tx.execute(select(FleetAccount).where(*same))).scalar_one()


def due_at(often: str) -> str:
    """When a row is due, in SQL; `often` stands for the seconds after which it is where something starts or ends."""
    return _DUE.format(often=often)


async def remember(tx: Tx, account_id: UUID, sealed: str, now: datetime) -> None:
    await tx.execute(update(FleetAccount).where(FleetAccount.id == account_id).values(sealed=sealed, list_at=now))
    await wake(tx)


async def wake(tx: Tx) -> None:
    """The machines of one are to be listed as soon as this is committed."""
    await waking.wake(tx, DUE)


async def one(tx: Tx, account_id: UUID) -> FleetAccount:
    return (await tx.execute(select(FleetAccount).where(FleetAccount.id == account_id))).scalar_one()


async def instances_at(tx: Tx, account_id: UUID) -> Sequence[FleetInstance]:
    """That have a machine there which may live, in the order in which they are locked."""
    live = (FleetRental.account_id == account_id, FleetRental.stage != "ended", FleetRental.attempted_at.is_not(None))
    query = select(FleetInstance).where(FleetInstance.id.in_(select(FleetRental.instance_id).where(*live)))
    return (await tx.execute(query.order_by(FleetInstance.id))).scalars().all()


async def take(tx: Tx, claim: UUID, now: datetime, until: datetime, *, often: float, limit: int) -> list[FleetAccount]:
    """Those that are due: by their own time, or, where something starts or ends, every `often` seconds."""
    taken = await (await raw(tx)).fetch(_TAKE, claim, now, until, often, limit)
    found = select(FleetAccount).where(FleetAccount.id.in_([row["id"] for row in taken])).order_by(FleetAccount.id)
    return list((await tx.execute(found.execution_options(populate_existing=True))).scalars())


async def next_look(tx: Tx, often: float) -> datetime | None:
    """When the next one is due, or may be free."""
    found: datetime | None = await (await raw(tx)).fetchval(_NEXT_LOOK, often)
    return found


async def renew(tx: Tx, claim: UUID, until: datetime) -> None:
    await (await raw(tx)).execute(_RENEW, claim, until)


async def release(tx: Tx, claim: UUID) -> None:
    await (await raw(tx)).execute(_RELEASE, claim)


async def finish(tx: Tx, taken: FleetAccount, claim: UUID, outcome: Outcome) -> bool:
    """Gives the claim back with what came of it, and stays due if somebody has asked since it was taken; False if it
    was another's by now."""
    given = (outcome.began, outcome.list_at, outcome.complete, outcome.machines, outcome.strangers)
    told = (outcome.error_code, outcome.error)
    return bool(await (await raw(tx)).fetchval(_FINISH, taken.id, claim, *given, *told, taken.list_at))


async def forget(tx: Tx, account_id: UUID, claim: UUID) -> None:
    """Its credentials: nothing of ours is there, and their owner has taken them away."""
    await (await raw(tx)).execute(_FORGET, account_id, claim)


_DUE = f"""
    CASE WHEN failures = 0 AND EXISTS (
        SELECT FROM fleet_rentals WHERE account_id = fleet_accounts.id AND ({MOVING})
    ) THEN least(list_at, listed_at + make_interval(secs => {{often}})) ELSE list_at END
"""

_TAKE = f"""
    UPDATE fleet_accounts SET claim = $1, claimed_until = $3
    WHERE id IN (
        SELECT id FROM fleet_accounts
        WHERE (claimed_until IS NULL OR claimed_until <= $2) AND sealed <> '' AND {_DUE.format(often="$4")} <= $2
        ORDER BY list_at LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""  # noqa: S608 - our own words

_NEXT_LOOK = f"""
    SELECT min(greatest({_DUE.format(often="$1")}, claimed_until)) FROM fleet_accounts WHERE sealed <> ''
"""  # noqa: S608 - our own words

_RENEW = "UPDATE fleet_accounts SET claimed_until = $2 WHERE claim = $1"

_RELEASE = "UPDATE fleet_accounts SET claim = NULL, claimed_until = NULL WHERE claim = $1"

_FINISH = """
    UPDATE fleet_accounts SET
        claim = NULL, claimed_until = NULL, list_at = CASE WHEN list_at = $10 THEN $4 ELSE least(list_at, $4) END,
        error_code = $8, error = $9,
        failures = CASE WHEN $8::text IS NULL THEN 0 ELSE failures + 1 END,
        listed_at = CASE WHEN $8::text IS NULL THEN $3 ELSE listed_at END,
        complete_at = CASE WHEN $5 THEN $3 ELSE complete_at END,
        machines = CASE WHEN $8::text IS NULL THEN $6 ELSE machines END,
        strangers = CASE WHEN $8::text IS NULL THEN $7 ELSE strangers END
    WHERE id = $1 AND claim = $2 RETURNING true
"""

_FORGET = "UPDATE fleet_accounts SET sealed = '' WHERE id = $1 AND claim = $2"
