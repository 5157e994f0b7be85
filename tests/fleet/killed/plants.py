"""Mistakes that can be planted into a worker, which the judge must catch."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from dumont.fleet.rentals import creating, ending, leasing, orphans, sweeping
from dumont.fleet.rentals.altering import altered, end
from dumont.fleet.rentals.turns import Turn
from dumont.fleet.rules import sighting
from dumont.fleet.rules.sighting import Known, Sight


def nothing() -> None:
    """The worker as it is."""


def create_without_intent() -> None:
    """Whoever comes after it knows of no call, and makes another. Nobody sweeps, which would hide it."""

    async def forgetful(_turn: Turn) -> bool:
        return True

    async def sweeps_nothing(*_given: Any) -> None:
        return

    vars(creating)["_attempt"] = forgetful
    vars(orphans)["destroy"] = sweeps_nothing
    _forget_lost_answers()


def _forget_lost_answers() -> None:
    """A machine whose id was never told is not known again by its label."""

    def blind(known: Known, *given: Any) -> Sight:
        return sighting.seen(known, *given) if known.provider_machine_id else None

    vars(sweeping)["sighting"] = SimpleNamespace(seen=blind, missing=sighting.missing)


def end_before_asking() -> None:
    """The rental has ended when the machine has not."""

    async def hasty(turn: Turn) -> None:
        async with altered(turn.means, turn.rental, turn.guard) as change:
            if change is not None:
                end(change, "destroyed")
        await turn.adapter().destroy(turn.rental.provider_machine_id or "")

    vars(ending)["destroy"] = hasty


def act_after_sleep() -> None:
    """A worker that was frozen does not ask whether its lease is over."""

    def sure(_lease: Any) -> bool:
        return True

    leasing.Lease.sure = sure  # type: ignore[assignment, method-assign]


PLANTS: Mapping[str, Callable[[], None]] = {
    plant.__name__: plant for plant in (nothing, create_without_intent, end_before_asking, act_after_sleep)
}
