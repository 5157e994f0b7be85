"""Who syncs a cloud just now: a claim with a lease, taken when the cloud is due, and written off with the outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dumont.platform.db import Tx, raw
from dumont.platform.jobs.rows import write_json


@dataclass(frozen=True, slots=True)
class Claim:
    """`id` is told to nobody else: whoever writes has to show it."""

    provider: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Held:
    """The cloud's row, locked by whoever holds its claim."""

    revision: int
    seen_at: datetime | None
    started_at: datetime | None
    offers: int
    failures: int
    shrunken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    now: datetime
    next_at: datetime
    revision: int
    whole: bool
    shrunken: int
    offers: int
    report: dict[str, Any]
    doubt: tuple[str, str] | None = None
    """Code and words of what was wrong with an answer that was of use all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    now: datetime
    next_at: datetime
    code: str
    message: str
    report: dict[str, Any]


async def enrol(tx: Tx, names: Iterable[str], now: datetime) -> None:
    """Clouds that are new to this database; they are due at once."""
    await (await raw(tx)).execute(_ENROL, list(names), now)


async def take(tx: Tx, claim: Claim, now: datetime, until: datetime, *, early: bool) -> bool:
    """Whether it is ours now: nobody else has it, and it is due, or wanted `early`."""
    return bool(await (await raw(tx)).fetchval(_TAKE, claim.provider, claim.id, now, until, early))


async def next_look(tx: Tx, provider: str) -> datetime:
    """When there may be something to do: it is due, or the claim of another is over."""
    found: datetime = await (await raw(tx)).fetchval(_NEXT_LOOK, provider)
    return found


async def renew(tx: Tx, claim: Claim, until: datetime) -> bool:
    return bool(await (await raw(tx)).fetchval(_RENEW, claim.provider, claim.id, until))


async def release(tx: Tx, claim: Claim) -> None:
    await (await raw(tx)).execute(_RELEASE, claim.provider, claim.id)


async def hold(tx: Tx, claim: Claim) -> Held | None:
    """Locks the row until the end of the transaction; None if the claim is another's by now."""
    record = await (await raw(tx)).fetchrow(_HOLD, claim.provider, claim.id)
    return Held(*record) if record else None


async def succeed(tx: Tx, claim: Claim, end: Success) -> None:
    code, message = end.doubt or (None, None)
    given = (
        end.now,
        end.next_at,
        end.revision,
        end.whole,
        end.shrunken,
        write_json(end.report),
        code,
        message,
        end.offers,
    )
    await (await raw(tx)).execute(_SUCCEED, claim.provider, claim.id, *given)


async def fail(tx: Tx, claim: Claim, end: Failed) -> None:
    given = (end.now, end.next_at, end.code, end.message, write_json(end.report))
    await (await raw(tx)).execute(_FAIL, claim.provider, claim.id, *given)


async def put_off(tx: Tx, provider: str, next_at: datetime) -> None:
    """Of a cloud that can't be asked: without a key, or switched off."""
    await (await raw(tx)).execute(_PUT_OFF, provider, next_at)


_ENROL = """
    INSERT INTO market_providers (name, generation, revision, offers, next_at, failures, shrunken)
    SELECT name, 1, 0, 0, $2, 0, 0 FROM unnest($1::text[]) AS new(name)
    WHERE NOT EXISTS (SELECT FROM market_providers AS known WHERE known.name = new.name)
    ON CONFLICT DO NOTHING
"""

_TAKE = """
    UPDATE market_providers SET claim = $2, claimed_until = $4, last_started_at = $3
    WHERE name = $1 AND (next_at <= $3 OR $5) AND (claimed_until IS NULL OR claimed_until <= $3)
    RETURNING true
"""

_NEXT_LOOK = "SELECT greatest(next_at, claimed_until) FROM market_providers WHERE name = $1"

_RENEW = "UPDATE market_providers SET claimed_until = $3 WHERE name = $1 AND claim = $2 RETURNING true"

_RELEASE = "UPDATE market_providers SET claim = NULL, claimed_until = NULL WHERE name = $1 AND claim = $2"

_HOLD = """
    SELECT revision, seen_at, last_started_at, offers, failures, shrunken
    FROM market_providers WHERE name = $1 AND claim = $2 FOR UPDATE
"""

_SUCCEED = """
    UPDATE market_providers SET
        claim = NULL, claimed_until = NULL, last_finished_at = $3, next_at = $4, revision = $5,
        seen_at = $3, last_complete_at = CASE WHEN $6 THEN $3 ELSE last_complete_at END, shrunken = $7,
        last_report = $8, failures = 0, last_error_code = $9, last_error = $10,
        last_error_at = CASE WHEN $9::text IS NULL THEN NULL ELSE $3 END, offers = $11
    WHERE name = $1 AND claim = $2
"""

_FAIL = """
    UPDATE market_providers SET
        claim = NULL, claimed_until = NULL, last_finished_at = $3, next_at = $4, failures = failures + 1,
        last_error_code = $5, last_error = $6, last_error_at = $3, last_report = $7
    WHERE name = $1 AND claim = $2
"""

_PUT_OFF = "UPDATE market_providers SET next_at = $2 WHERE name = $1 AND next_at < $2"
