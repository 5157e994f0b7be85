"""Shows scores that were calculated ahead: the best first, one of them, and the days that it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dumont.basics.errors import Conflict
from dumont.basics.machine_key import MachineKey
from dumont.basics.page import Page
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.reliability.machines import UnknownMachine
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.rules.score import WINDOW_DAYS, first_day
from dumont.reliability.store import days as days_store
from dumont.reliability.store import ranking
from dumont.reliability.store.ranking import Wanted
from dumont.reliability.tables import ReliabilityDay, ReliabilityMachine

FIELDS = (
    *("provider", "machine_id", "score", "score_low", "score_high", "uptime_percentage", "interruption_rate"),
    *("average_rating", "ratings", "days", "rentals", "interruptions", "total", "succeeded"),
)
MOMENTS = ("data_until", "calculated_at")


class Ambiguous(Conflict):
    code = "ambiguous_machine"


@dataclass(frozen=True, slots=True)
class Read:
    facts: dict[str, Any]
    """Of one machine, by the names of its columns; moments in the words of ISO."""
    up_to_date: bool = True


async def listed(work: Work, wanted: Wanted) -> Page[Read]:
    found = await ranking.page(work.tx, wanted)
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    return Page([Read(_facts(machine)) for machine in shown], ranking.place_of(shown[-1]) if more else None)


async def one(work: Work, memory: ScoreMemory, name: str) -> Read:
    machine = await meant(work, name)

    async def read() -> dict[str, Any]:
        found = await ranking.one(work.tx, machine)
        if found is None:
            raise UnknownMachine(f"Nothing is known of {machine}.")
        return _facts(found)

    facts = await memory.of(machine, read)
    return Read(facts, memory.up_to_date)


async def history(work: Work, name: str) -> tuple[MachineKey, list[tuple[date, ReliabilityDay | None]]]:
    """Each day of the window, today last; None for one on which nobody saw the machine."""
    machine = await meant(work, name)
    first = first_day(work.now)
    found = {row.day: row for row in await days_store.of(work.tx, machine, first, work.now.date())}
    if not found and await ranking.one(work.tx, machine) is None:
        raise UnknownMachine(f"Nothing is known of {machine}.")
    return machine, [(day, found.get(day)) for day in _days(first)]


async def meant(work: Work, name: str) -> MachineKey:
    """`vast:12345`, or an id alone where only one machine has it."""
    provider, colon, machine_id = name.partition(":")
    if colon and provider in registry.NAMES:
        return MachineKey(provider, machine_id)
    found = await ranking.called(work.tx, name)
    if not found:
        raise UnknownMachine(f"Nothing is known of {name}.")
    if len(found) > 1:
        keys = ", ".join(map(str, found))
        raise Ambiguous(f"{len(found)} machines are called {name}.", hint=f"Say which: {keys}.")
    return found[0]


def _days(first: date) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range(WINDOW_DAYS)]


def _facts(machine: ReliabilityMachine) -> dict[str, Any]:
    moments = {name: getattr(machine, name) for name in MOMENTS}
    return {
        **{name: getattr(machine, name) for name in FIELDS},
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }
