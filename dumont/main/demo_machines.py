"""Gives the machines of the demo their invented past, and people who have rented and rated them, by way of reliability.

The people come once there is somebody to see them: the first account of a server becomes its administrator.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from dumont.accounts import signup, unusable
from dumont.accounts.hashing import PasswordHasher
from dumont.basics.clock import Clock
from dumont.basics.machine_key import MachineKey
from dumont.main.invented import NAMES, PEOPLE, Past, past_of
from dumont.market import past as market_past
from dumont.platform.db import Db, Tx
from dumont.platform.events import Event
from dumont.platform.jobs.duties import Duty
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Caller, Work
from dumont.reliability import attempts, days, ratings, scoring

SEED = 1
AT_ONCE = 200
LOOK_AGAIN_SECONDS, DONE_SECONDS = 2.0, 3600.0


def duty(clouds: Sequence[str]) -> Duty:
    """Once, when offers have come; again in an hour, for machines that are new."""

    async def fill(parts: Parts) -> float:
        filled = [await fill_cloud(parts, name) for name in clouds]
        if any(filled):
            await score_all(parts)
        rated = await fill_ratings(parts, clouds)
        return DONE_SECONDS if rated else LOOK_AGAIN_SECONDS

    return Duty("demo.fill_machines", fill)


async def fill_cloud(parts: Parts, name: str) -> int:
    """Some machines in each transaction; cut off anywhere, the next time does what is left."""
    filled = 0
    async with parts.get(Db).begin() as tx:
        known = await market_past.machines_untried(tx, name)
    for place in range(0, len(known), AT_ONCE):
        async with parts.get(Db).begin() as tx:
            work = quiet_work(parts, tx)
            pasts = [past_of(SEED, machine, claim, work.now) for machine, claim in known[place : place + AT_ONCE]]
            filled += await _write(work, pasts)
    return filled


async def score_all(parts: Parts) -> None:
    after: MachineKey | None = None
    async with parts.get(Db).begin() as tx:
        await scoring.refresh_priors(quiet_work(parts, tx))
    while True:
        async with parts.get(Db).begin() as tx:
            after = await scoring.score_batch(quiet_work(parts, tx), after)
        if after is None:
            return


async def fill_ratings(parts: Parts, clouds: Sequence[str]) -> bool:
    """Whether it is done."""
    async with parts.get(Db).begin() as tx:
        if not await signup.any_account_exists(tx):
            return False
        people = dict(zip(PEOPLE, NAMES, strict=True))
        if not await unusable.add(quiet_work(parts, tx), parts.get(PasswordHasher), people):
            return True
        for name in clouds:
            await _rate(quiet_work(parts, tx), name)
    await score_all(parts)
    return True


def quiet_work(parts: Parts, tx: Tx) -> Work:
    """What is long past is no news."""

    async def nobody(_event: Event) -> None:
        return

    return Work(tx, parts.get(Clock).now(), parts.get(Random), SYSTEM, nobody, parts.get(Settings))


async def _write(work: Work, pasts: Sequence[Past]) -> int:
    tried = [attempt for past in pasts for attempt in past.attempts]
    await attempts.record_all(work, tried)
    await days.add(work, [day for past in pasts for day in past.days])
    return len(tried)


async def _rate(work: Work, cloud: str) -> None:
    for machine, claim in await market_past.machines_of(work.tx, cloud):
        for given in past_of(SEED, machine, claim, work.now).ratings:
            theirs = replace(work, caller=Caller("user", given.person), now=given.at)
            await ratings.rate(theirs, machine, given.stars, given.comment)
