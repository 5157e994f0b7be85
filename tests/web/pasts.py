"""Machines of the simulated clouds with a past: a good one, a bad one, a new one, and one that failed too often."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from dumont.basics.machine_key import MachineKey
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Work
from dumont.reliability import attempts, days, scoring
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.rules.day import Day
from dumont.reliability.rules.outcomes import TYPES
from tests.web.clouds import offers
from tests.web.people import Account, Installation

HOURS_20 = 20 * 3600.0
UNSEEN = (9, 10, 11, 19)
"""Days ago on which nobody rented the good machine."""


@dataclass(frozen=True)
class Lived:
    """The good one has 30 days and was rented by Ada, Bruno and Chiara; the new one has 3; the bad one scores low, and
    nobody has seen it since the day before yesterday."""

    good: MachineKey
    bad: MachineKey
    new: MachineKey
    blocked: MachineKey
    gpu: str
    """Of the good one, by which its offers are found."""


def give_past(installation: Installation) -> Lived:
    found = offers(installation, "provider=vast&min_score=0&limit=50")
    single = {offer["machine_id"]: offer for offer in found if offer["gpu_count"] > 0}
    good, bad, new, blocked = [MachineKey("vast", machine) for machine in list(single)[:4]]
    lived = Lived(good, bad, new, blocked, single[good.machine_id]["gpu_name"])
    people = [_id(installation, who) for who in (installation.ada, installation.bruno, installation.chiara)]
    asyncio.run(_live(installation.database_url, lived, people))
    return lived


def rented_by(installation: Installation, machine: MachineKey, who: Account) -> None:
    """It worked for them, so they may rate it."""

    user_id = _id(installation, who)

    async def rent(work: Work) -> None:
        await attempts.record(work, Attempt(machine, "deploy", Succeeded(boot_seconds=33), user_id=user_id))

    asyncio.run(_at_work(installation.database_url, rent))


def _id(installation: Installation, who: Account) -> UUID:
    return UUID(installation.does(who, "GET", "/auth/me")["id"])


async def _live(url: str, lived: Lived, people: Sequence[UUID]) -> None:
    async def happen(work: Work) -> None:
        await attempts.record_all(work, [*_tries(work.now, lived, people)])
        await days.add(work, [*_days(work.now, lived)])
        await scoring.refresh_priors(work)
        await scoring.score(work, [lived.good, lived.bad, lived.new])

    await _at_work(url, happen)


async def _at_work(url: str, do: Callable[[Work], Awaitable[None]]) -> None:
    settings = Settings(database_url=url)
    engine = make_engine(url, settings, name="past")
    try:
        async with make_db(engine).begin() as tx:
            await do(Work(tx, datetime.now(UTC), Random(), SYSTEM, _keep_quiet, settings))
    finally:
        await engine.dispose()


async def _keep_quiet(_event: Event) -> None:
    """The past is told to nobody: it is over."""


def _tries(now: datetime, lived: Lived, people: Sequence[UUID]) -> list[Attempt]:
    tries = [
        Attempt(
            lived.good,
            TYPES[number % 3],
            Succeeded(boot_seconds=25.0 + number * number % 47),
            user_id=people[number % 3],
            at=now - timedelta(days=number, hours=1),
        )
        for number in range(1, 25)
    ]
    tries.append(Attempt(lived.good, "deploy", Failed("ssh_failed", "no answer on port 22", 300), at=_ago(now, 4.5)))
    tries.append(Attempt(lived.good, "deploy", Failed("offer_gone", "rented by somebody else", 2), at=_ago(now, 3)))
    for number in range(6):
        worked = number % 2 == 0
        outcome = Succeeded(boot_seconds=140) if worked else Failed("network", "the image came too slowly", 90)
        tries.append(Attempt(lived.bad, "deploy", outcome, at=_ago(now, 12 - number)))
    tries.append(Attempt(lived.new, "deploy", Succeeded(boot_seconds=61), at=_ago(now, 2)))
    failed = Failed("gpu_not_ready", "", 80)
    return [*tries, *[Attempt(lived.blocked, "deploy", failed, at=_ago(now, 0.3 - number / 10)) for number in range(3)]]


def _days(now: datetime, lived: Lived) -> list[Day]:
    def day(machine: MachineKey, age: int, up: float, *, rentals: int = 2, lost: int = 0) -> Day:
        at = now - timedelta(days=age)
        return Day(machine, at.date(), at, HOURS_20, HOURS_20 * up, rentals, lost, 1, 61.0, 0.8)

    good = [
        day(lived.good, age, 0.97 if age == 14 else 1 - age % 4 / 1000, lost=1 if age in (5, 14) else 0)
        for age in range(30)
        if age not in UNSEEN
    ]
    bad = [day(lived.bad, age, 0.55, lost=2) for age in range(2, 22)]
    new = [day(lived.new, age, 1.0) for age in range(3)]
    return [*good, *bad, *new]


def _ago(now: datetime, days_ago: float) -> datetime:
    return now - timedelta(days=days_ago)
