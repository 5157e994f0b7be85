"""Shows machines with what is known of them: one, many, what was tried with one, and the sum over all."""

from collections.abc import Sequence
from dataclasses import dataclass

from dumont.basics.errors import NotFound, Unavailable
from dumont.basics.machine_key import MachineKey
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work
from dumont.reliability.offers import Offered, Offers
from dumont.reliability.rules import boot
from dumont.reliability.rules.status import STATUSES, Status, status_of, success_rate
from dumont.reliability.store import attempts as attempts_store
from dumont.reliability.store import machines as store
from dumont.reliability.store import summary as summary_store
from dumont.reliability.store.machines import Row, Wanted
from dumont.reliability.store.summary import OfDay, OfProvider
from dumont.reliability.tables import ReliabilityAttempt, ReliabilityBlacklist, ReliabilityMachine
from dumont.reliability.thresholds import limits_of

TREND_DAYS = 30


class UnknownMachine(NotFound):
    code = "unknown_machine"
    hint = "Nothing has been tried with it yet."


@dataclass(frozen=True, slots=True)
class Shown:
    """A machine, the entry that keeps it from who asks, and what follows from both."""

    machine: ReliabilityMachine
    entry: ReliabilityBlacklist | None
    status: Status
    boot_seconds_mean: float | None
    boot_seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Detail:
    shown: Shown
    boots: Sequence[boot.Bucket]
    offers: Sequence[Offered]
    offers_known: bool
    """False where the market does not answer."""


@dataclass(frozen=True, slots=True)
class Summary:
    machines: int
    by_status: dict[Status, int]
    attempts: int
    succeeded: int
    providers: Sequence[OfProvider]
    reasons: Sequence[tuple[str, int]]
    trend: Sequence[OfDay]

    @property
    def success_rate(self) -> float | None:
        return success_rate(self.succeeded, self.attempts)


async def listed(work: Work, wanted: Wanted) -> Page[Shown]:
    found = await store.page(work.tx, wanted, limits_of(work.settings), work.now)
    shown, more = found[: wanted.limit], len(found) > wanted.limit
    next_cursor = store.place_of(shown[-1][0], wanted.sort) if more else None
    return Page([_shown(work, row) for row in shown], next_cursor)


async def one(work: Work, machine: MachineKey, offers: Offers) -> Detail:
    row = await _found(work, machine)
    try:
        offered, known = await offers.of(machine), True
    except Unavailable:
        offered, known = (), False
    return Detail(_shown(work, row), boot.distribution(row[0].boot_histogram), offered, known)


async def without_offers(work: Work, machine: MachineKey) -> Shown:
    return _shown(work, await _found(work, machine))


async def attempts(work: Work, machine: MachineKey, cursor: str | None, limit: int) -> Page[ReliabilityAttempt]:
    """Newest first; of a machine that nothing was tried with, none."""
    found = await attempts_store.page(work.tx, machine, read_cursor(cursor), limit)
    return cut(found, limit, lambda attempt: (attempt.at, attempt.id))


async def summary(work: Work) -> Summary:
    counted = await summary_store.by_status(work.tx, limits_of(work.settings), work.now)
    providers = await summary_store.by_provider(work.tx)
    first = summary_store.first_day(work.now, TREND_DAYS)
    return Summary(
        machines=sum(counted.values()),
        by_status={status: counted.get(status, 0) for status in STATUSES},
        attempts=sum(each.attempts for each in providers),
        succeeded=sum(each.succeeded for each in providers),
        providers=providers,
        reasons=await summary_store.reasons(work.tx),
        trend=await summary_store.trend(work.tx, first, work.now),
    )


async def _found(work: Work, machine: MachineKey) -> Row:
    row = await store.one(work.tx, machine, work.caller.user_id, work.now)
    if row is None:
        raise UnknownMachine(f"Nothing is known of {machine}.")
    return row


def _shown(work: Work, row: Row) -> Shown:
    machine, entry = row
    limits = limits_of(work.settings)
    return Shown(
        machine=machine,
        entry=entry,
        status=status_of(machine.succeeded, machine.total, limits, blocked=entry is not None),
        boot_seconds_mean=machine.boot_seconds_sum / machine.boot_count if machine.boot_count else None,
        boot_seconds_p95=boot.quantile(machine.boot_histogram, 0.95),
    )
