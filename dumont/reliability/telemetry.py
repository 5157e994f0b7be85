"""Sums what machines tell of themselves in memory, so that the database is given one row a machine a day.

    telemetry = run.part(Telemetry)
    telemetry.seen(key, Seen(at=now, seconds=60, up=True, gpu_temperature=64, gpu_utilisation=0.9))
    telemetry.ended(key, now, interrupted=False)
    ...
    await days.add(work, telemetry.drained())        # every few minutes, and when the process ends

What is drained and then not committed is given back by `telemetry.put_back(...)`, and told with the next.
"""

from collections.abc import Iterable
from datetime import date, datetime

from dumont.basics.machine_key import MachineKey
from dumont.reliability.rules.day import Day, Seen, by_days


class Telemetry:
    """Of one process. Not for threads."""

    def __init__(self) -> None:
        self._days: dict[tuple[MachineKey, date], Day] = {}

    def seen(self, machine: MachineKey, seen: Seen) -> None:
        for day, part in by_days(seen):
            self._of(machine, day, part.at).see(part)

    def ended(self, machine: MachineKey, at: datetime, *, interrupted: bool) -> None:
        """A rental is over; `interrupted` where the machine or its cloud ended it."""
        self._of(machine, at.date(), at).end(at, interrupted=interrupted)

    def booted(self, machine: MachineKey, at: datetime, seconds: float) -> None:
        self._of(machine, at.date(), at).boot(at, seconds)

    def drained(self) -> list[Day]:
        """Everything since the last time; from here on it is the caller's to keep."""
        days, self._days = self._days, {}
        return list(days.values())

    def put_back(self, days: Iterable[Day]) -> None:
        for day in days:
            known = self._days.setdefault((day.machine, day.day), day)
            if known is not day:
                known.add(day)

    def _of(self, machine: MachineKey, day: date, at: datetime) -> Day:
        known = self._days.get((machine, day))
        if known is None:
            known = self._days[machine, day] = Day(machine, day, at)
        return known
