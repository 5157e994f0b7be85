"""Takes stars from those who rented a machine, and tells how many there are."""

from dataclasses import dataclass

from dumont.basics.errors import NotAllowed
from dumont.basics.machine_key import MachineKey
from dumont.platform.work import Work
from dumont.reliability.events import Rated
from dumont.reliability.machines import UnknownMachine
from dumont.reliability.rules.score import RATING_MAX, RATING_MIN
from dumont.reliability.store import ratings as store
from dumont.reliability.store.ratings import Given
from dumont.reliability.tables import ReliabilityRating


class NotRented(NotAllowed):
    code = "not_rented"
    hint = "Only those who had a machine that worked for them know what it is worth."


@dataclass(frozen=True, slots=True)
class Aggregate:
    machine: MachineKey
    average: float | None
    count: int
    own: ReliabilityRating | None = None
    by_stars: dict[int, int] | None = None


async def rate(work: Work, machine: MachineKey, stars: int, comment: str | None) -> Aggregate:
    """In place of the caller's rating before, if there was one."""
    given = Given(user_id=work.caller.me, machine=machine, rating=stars, comment=comment, at=work.now)
    found = await store.rate(work.tx, given)
    if found.outcome == "unknown":
        raise UnknownMachine(f"Nothing is known of {machine}.")
    if found.outcome == "not_rented" or found.average is None or found.ratings is None:
        raise NotRented(f"You have not rented {machine}.")
    told = Rated(
        provider=machine.provider,
        machine_id=machine.machine_id,
        average_rating=found.average,
        ratings=found.ratings,
    )
    await work.publish(told)
    return Aggregate(machine, found.average, found.ratings)


async def of(work: Work, machine: MachineKey) -> Aggregate:
    """Of all who rated it, and the caller's own."""
    counted = await store.by_stars(work.tx, machine)
    own = await store.own(work.tx, work.caller.user_id, machine) if work.caller.user_id else None
    count = sum(counted.values())
    average = sum(stars * number for stars, number in counted.items()) / count if count else None
    by_stars = {stars: counted.get(stars, 0) for stars in range(RATING_MIN, RATING_MAX + 1)}
    return Aggregate(machine, average, count, own, by_stars)
