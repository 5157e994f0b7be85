"""Tells those who keep a copy what is known of machines, and what has changed since they asked the last time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from dumont.basics.errors import Unavailable
from dumont.platform.db import Db, Tx
from dumont.platform.settings import Settings
from dumont.reliability.rules.status import Status, status_of, success_rate
from dumont.reliability.store import changes as store
from dumont.reliability.store.changes import Changed
from dumont.reliability.store.failures import FAILURES
from dumont.reliability.thresholds import limits_of

NOTHING_YET = 0
FAILS_USUALLY, WORTH_ATTEMPTS = 0.05, 10
"""Six starts that went well don't prove that none ever fails: as if ten had been seen before, of any machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Of one machine, for everyone; what one account keeps away from is not in it."""

    status: Status
    """By its attempts alone: an entry of the blacklist comes and goes by its own times."""
    success_rate: float | None
    total_attempts: int
    reliability_score: float | None
    score_low: float | None
    is_blacklisted: bool
    blacklist_reason: str | None
    blacklisted_until: datetime | None
    boot_seconds: float | None
    interruption_rate_hour: float | None
    failure_rate: float | None
    """What to expect of the next start; None for a machine that nobody has tried."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Of the next rental of a machine; None is "not known"."""

    boot_seconds: float | None
    interruption_rate_hour: float | None
    failure_rate: float | None


@dataclass(frozen=True, slots=True)
class Changes:
    machines: Mapping[str, Known] = field(default_factory=dict)
    """By `provider:machine_id`."""
    cursor: str | None = None
    newest: int = 0
    """The last transaction of which something is in it: who has heard of the same one knows the same."""


class MachineFeed:
    def __init__(self, db: Db, settings: Settings) -> None:
        self._db = db
        self._limits = limits_of(settings)

    async def changes(self, since: str | None) -> Changes:
        """All that is known where `since` is None. Raises `Unavailable` for whatever goes wrong with the database."""
        try:
            return await self._changes(since)
        except FAILURES as error:
            raise Unavailable("What is known of machines can't be read.") from error

    async def _changes(self, since: str | None) -> Changes:
        """Mostly one short query, which finds nothing."""
        known_to = int(since) if since else NOTHING_YET
        async with self._db.looking() as tx:
            horizon, anything = await store.horizon(tx, known_to)
        from_start = since is None or horizon < known_to  # another database stands in the place of the one before
        if not from_start and not anything:
            return Changes(cursor=str(horizon))
        machines: dict[str, Known] = {}
        newest = 0
        async with self._db.begin() as tx:
            async for chunk in store.everything(tx) if from_start else store.since(tx, known_to):
                machines.update((f"{row.provider}:{row.machine_id}", self._known(row)) for row in chunk)
                newest = max(newest, *(row.changed_xid for row in chunk))
        return Changes(machines, str(horizon), newest)

    def _known(self, row: Changed) -> Known:
        rate = success_rate(row.succeeded, row.total)
        return Known(
            status=status_of(row.succeeded, row.total, self._limits),
            success_rate=rate,
            total_attempts=row.total,
            reliability_score=row.score,
            score_low=row.score_low,
            is_blacklisted=row.entry_reason is not None,
            blacklist_reason=row.entry_reason,
            blacklisted_until=row.entry_expires_at,
            **asdict(_expected(row)),
        )


async def expected_of(tx: Tx, provider: str) -> dict[str, Expected]:
    """Of the machines of one cloud of which anything is known, by the cloud's own ids."""
    found: dict[str, Expected] = {}
    async for chunk in store.of_cloud(tx, provider):
        found.update((row.machine_id, _expected(row)) for row in chunk)
    return found


def _expected(row: Changed) -> Expected:
    return Expected(
        boot_seconds=row.boot_seconds_sum / row.boot_count if row.boot_count else None,
        interruption_rate_hour=row.interruption_rate_hour,
        failure_rate=_failing(row.total - row.succeeded, row.total) if row.total else None,
    )


def _failing(failed: int, total: int) -> float:
    return (failed + FAILS_USUALLY * WORTH_ATTEMPTS) / (total + WORTH_ATTEMPTS)
