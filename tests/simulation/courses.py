"""Judges work with a deadline: that its end is told, that no hour is counted that was lost, and that it was in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dumont.fleet.rules.course import ROUNDING_HOURS, TAKEN_AWAY, Course
from tests.simulation.rows import rows

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

Row = Mapping[str, Any]
SETTLED = timedelta(minutes=1)


async def open_ones(sim: Simulation) -> Sequence[Row]:
    """Work that goes on, or waits to."""
    return [
        {"what": "work of", "id": row["id"], "state": row["state"]}
        for row in await rows(sim.means, _COURSES)
        if row["wish"] == "running" and row["state"] not in ("failed", "destroying", "destroyed") and _is_open(row)
    ]


async def faults(sim: Simulation) -> list[str]:
    found = []
    moves, saves = await rows(sim.means, _MOVES), await rows(sim.means, _SAVES)
    told = {(row["instance_id"], row["outcome"]) for row in await rows(sim.means, _TOLD)}
    for row in await rows(sim.means, _COURSES):
        course, name = Course.model_validate(row["course"]), f"work of {row['id']}"
        most = _hours(_of(row, moves), _of(row, saves), sim.clock.now())
        if course.done(sim.clock.now()) > most + ROUNDING_HOURS:
            found.append(f"{name} counts {course.done_hours:.4f} h, and {most:.4f} are not lost")
        if course.open and _ended_at(row, moves) > row["deadline"] + SETTLED:
            found.append(f"{name} was to be done by {row['deadline']}, and nothing says whether it was")
        if course.outcome is not None and (row["id"], course.outcome) not in told:
            found.append(f"{name} is {course.outcome}, and no event tells it")
        if course.outcome == "counted" and course.done_hours < row["work_hours"] - ROUNDING_HOURS:
            found.append(f"{name} is over after {course.done_hours:.4f} of {row['work_hours']:.4f} h")
        if sim.plan.punctual and course.outcome != "counted":
            found.append(f"{name} is {course.outcome or 'open'}, and nothing was in its way but spot machines")
    found += [f"work of {row['instance_id']} was to wait until it was too late" for row in await rows(sim.means, _LATE)]
    return found


def _hours(moves: Sequence[Row], saves: Sequence[Row], now: datetime) -> float:
    """At most so many are done: those that it ran, without those after the last snapshot before each loss."""
    done, kept = timedelta(0), timedelta(0)
    for begun, ended, to in _spans(moves, now):
        for save in saves:
            if begun <= save["created_at"] <= ended:
                kept = max(kept, done + (save["created_at"] - begun))
        done += ended - begun
        done = min(done, kept) if to in TAKEN_AWAY else done
    return done / timedelta(hours=1)


def _spans(moves: Sequence[Row], now: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """From when to when it ran, and what came then; or stood, which takes no time."""
    since: datetime | None = None
    for move in moves:
        yield since or move["at"], move["at"], move["to_state"]
        since = move["at"] if move["to_state"] == "running" else None
    if since is not None:
        yield since, now, "running"


def _ended_at(row: Row, moves: Sequence[Row]) -> datetime:
    """When it was given up, from when on no deadline is kept."""
    over = ("failed", "destroying", "destroyed")
    found: datetime = next((move["at"] for move in _of(row, moves) if move["to_state"] in over), row["deadline"])
    return found


def _of(row: Row, given: Sequence[Row]) -> list[Row]:
    return [each for each in given if each["instance_id"] == row["id"]]


def _is_open(row: Row) -> bool:
    return row["course"].get("ended_at") is None


_COURSES = """
    SELECT id, state, wish, course, CAST(wanted->>'deadline' AS timestamptz) AS deadline,
        CAST(wanted->>'work_hours' AS float8) AS work_hours
    FROM fleet_instances WHERE course IS NOT NULL
"""
_MOVES = "SELECT instance_id, at, to_state FROM fleet_events WHERE kind = 'moved' ORDER BY at, id"
_SAVES = """
    SELECT instance_id, created_at FROM snapshots WHERE completed_at IS NOT NULL AND instance_id IS NOT NULL
    ORDER BY created_at
"""
_TOLD = """
    SELECT DISTINCT instance_id, details->>'outcome' AS outcome FROM fleet_events WHERE details ? 'outcome'
"""
_LATE = """
    SELECT instance_id FROM fleet_events WHERE kind = 'decision' AND details->>'action' = 'wait'
        AND CAST(details->>'latest_at' AS timestamptz) < CAST(details->>'ask_at' AS timestamptz) - interval '1 second'
"""
