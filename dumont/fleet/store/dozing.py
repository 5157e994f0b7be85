"""SQL that finds instances whose rule of idleness may be due; the rule itself then says whether it is."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, Float, Interval, and_, cast, func, literal, or_, select

from dumont.fleet.tables import FleetBeat, FleetInstance
from dumont.platform.db import Tx

WARN_MAX = timedelta(hours=1)
"""The longest warning that may be wished for."""


class Usual(NamedTuple):
    """As the settings have it."""

    silent: timedelta
    warn_seconds: float
    grace_seconds: float


async def any_due(tx: Tx, now: datetime, usual: Usual) -> bool:
    query = select(FleetInstance.id).join(FleetBeat, FleetBeat.rental_id == FleetInstance.primary_rental_id)
    return (await tx.execute(query.where(*_due(now, usual)).limit(1))).first() is not None


async def due(tx: Tx, now: datetime, usual: Usual, limit: int) -> list[tuple[FleetInstance, FleetBeat]]:
    """Locked until the end of the transaction; one that somebody thinks about just now is passed over."""
    query = select(FleetInstance, FleetBeat).join(FleetBeat, FleetBeat.rental_id == FleetInstance.primary_rental_id)
    query = query.where(*_due(now, usual)).order_by(FleetBeat.idle_at).limit(limit)
    held = query.with_for_update(of=FleetInstance, skip_locked=True).execution_options(populate_existing=True)
    return [(row[0], row[1]) for row in await tx.execute(held)]


def _due(now: datetime, usual: Usual) -> list[ColumnElement[bool]]:
    """All that must be true, or the verdict would be to wait."""
    warn = _seconds(func.least(FleetBeat.idle_seconds, _given("warn_seconds", usual.warn_seconds)))
    grace = _seconds(_given("grace_seconds", usual.grace_seconds))
    awake = func.coalesce(FleetInstance.awake_since, FleetInstance.created_at)
    warned = and_(FleetInstance.warned_at.is_not(None), FleetInstance.warned_at >= FleetBeat.quiet_since)
    dry = func.coalesce(cast(FleetInstance.hibernation["dry_run"].astext, Boolean), literal(False))
    enabled = func.coalesce(cast(FleetInstance.hibernation["enabled"].astext, Boolean), literal(True))
    soon = FleetBeat.idle_at <= now + timedelta(seconds=usual.warn_seconds)
    return [
        FleetBeat.idle_at <= now + WARN_MAX,  # which the index knows
        or_(soon, FleetInstance.hibernation.has_key("warn_seconds")),  # which sorts most out for little
        FleetBeat.idle_at - warn <= now,
        FleetBeat.received_at >= now - usual.silent,
        FleetInstance.state == "running",
        FleetInstance.wish == "running",
        FleetInstance.look_at > now,
        FleetInstance.saving_id.is_(None),
        enabled,
        or_(FleetInstance.course.is_(None), FleetInstance.course["ended_at"].astext.is_not(None)),
        awake + grace - warn <= now,
        or_(FleetInstance.keep_awake_until.is_(None), FleetInstance.keep_awake_until - warn <= now),
        or_(FleetBeat.used_at >= awake, FleetInstance.use_seen_at >= awake),
        or_(~warned, FleetInstance.warned_at.is_(None), and_(~dry, FleetInstance.warned_at + warn <= now)),
    ]


def _given(name: str, setting: float) -> ColumnElement[float]:
    return func.coalesce(cast(FleetInstance.hibernation[name].astext, Float(53)), setting)


def _seconds(number: ColumnElement[float]) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, 0, number, type_=Interval())
