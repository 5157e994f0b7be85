"""SQL of listings: what is known of an account's rentals in one statement, and what has changed of them in another."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from dumont.fleet.rules.sighting import Facts, Known
from dumont.fleet.store import rentals
from dumont.platform.db import Tx, raw

COLUMNS = ", ".join([*Known._fields[:-1], "addresses::text"])


async def live(tx: Tx, account_id: UUID) -> dict[UUID, Known]:
    return _read(await (await raw(tx)).fetch(_LIVE, account_id))


async def by_id(tx: Tx, rental_ids: Iterable[UUID]) -> dict[UUID, Known]:
    """Whatever has become of them, and whosever account they are of."""
    return _read(await (await raw(tx)).fetch(_BY_ID, list(rental_ids)))


async def taken(tx: Tx, provider: str, machine_ids: Sequence[str]) -> set[str]:
    """Those of the cloud's own ids that some rental has, or had."""
    return {row[0] for row in await (await raw(tx)).fetch(_TAKEN, provider, list(machine_ids))}


async def write(tx: Tx, claim: UUID, facts: Sequence[Facts], now: datetime) -> None:
    """Nothing is written under a claim that is another's by now."""
    if facts:
        columns = zip(*[_row(each) for each in facts], strict=True)
        await (await raw(tx)).execute(_WRITE, claim, now, *[list(column) for column in columns])
        if any(each.reachable for each in facts):
            await rentals.wake(tx)


async def rehome(tx: Tx, rental_ids: Sequence[UUID], account_id: UUID, now: datetime) -> None:
    """To the account in whose list they were found, where their own one's key is refused."""
    if rental_ids:
        await (await raw(tx)).execute(_REHOME, rental_ids, account_id, now)
        await rentals.wake(tx)


async def quiet_since(tx: Tx, account_id: UUID) -> datetime | None:
    """When the last machine of this account ended; None while there is one, or where there never was."""
    found: datetime | None = await (await raw(tx)).fetchval(_QUIET, account_id)
    return found


def _read(rows: Iterable[asyncpg.Record]) -> dict[UUID, Known]:
    """Addresses are the last column."""
    return {row[0]: Known._make([*row[:-1], orjson.loads(row[-1])]) for row in map(tuple, rows)}


def _row(facts: Facts) -> tuple[object, ...]:
    addresses = orjson.dumps(facts.addresses).decode()
    return (
        facts.id,
        facts.raw_state,
        addresses,
        facts.seen_at,
        facts.absences,
        facts.absent_since,
        facts.reachable,
    )


_LIVE = f"SELECT {COLUMNS} FROM fleet_rentals WHERE account_id = $1 AND stage <> 'ended'"  # noqa: S608 - our own words

_BY_ID = f"SELECT {COLUMNS} FROM fleet_rentals WHERE id = ANY($1::uuid[])"  # noqa: S608 - our own words

_TAKEN = "SELECT provider_machine_id FROM fleet_rentals WHERE provider = $1 AND provider_machine_id = ANY($2::text[])"

_WRITE = """
    UPDATE fleet_rentals AS rental SET
        raw_state = fresh.raw_state, addresses = fresh.addresses::jsonb, seen_at = fresh.seen_at,
        absences = fresh.absences, absent_since = fresh.absent_since,
        look_at = CASE WHEN fresh.reachable THEN least(look_at, $2) ELSE look_at END
    FROM (
        SELECT * FROM unnest(
            $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::int[], $8::timestamptz[], $9::bool[]
        ) AS given (id, raw_state, addresses, seen_at, absences, absent_since, reachable) ORDER BY id
    ) AS fresh
    WHERE rental.id = fresh.id AND stage <> 'ended'
        AND EXISTS (SELECT FROM fleet_accounts AS account WHERE account.id = rental.account_id AND account.claim = $1)
"""

_REHOME = """
    UPDATE fleet_rentals AS rental SET account_id = $2, look_at = least(look_at, $3) FROM fleet_accounts AS old
    WHERE rental.id = ANY($1::uuid[]) AND stage <> 'ended'
        AND old.id = rental.account_id AND old.error_code = 'bad_credentials'
"""

_QUIET = """
    SELECT CASE WHEN bool_and(stage = 'ended') THEN max(ended_at) END FROM fleet_rentals WHERE account_id = $1
"""
