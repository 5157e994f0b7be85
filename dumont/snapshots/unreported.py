"""Finds manifests that nobody can have, and that would keep their packs: put by a machine that never told of them, or
of snapshots that were found not to be whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from dumont.snapshots.store.snapshots import Made
from dumont.snapstore.blobs import Blobs, Found
from dumont.snapstore.prune import store_time

SLACK = 3600.0
"""Seconds by which two clocks may go apart in a while."""


class Aged(NamedTuple):
    """By its age, as the store's clock is not ours."""

    name: str
    seconds: float


class Making(NamedTuple):
    """While it was made or could have been, this many seconds ago."""

    begun: float
    over: float


def listed(blobs: Blobs) -> list[Aged]:
    """Blocking."""
    found: Sequence[Found] = list(blobs.list("snapshots/"))
    now = store_time(blobs) if found else 0.0
    return [Aged(each.name.rpartition("/")[2], now - each.modified) for each in found]


def makings(rows: Iterable[Made], now: datetime, grant_seconds: float) -> list[Making]:
    """Of those that are over, until the end of their grants."""
    return [
        Making((now - row.created_at).total_seconds(), (now - row.heard_at).total_seconds() - grant_seconds)
        for row in rows
    ]


def unreported(manifests: Iterable[Aged], named: Iterable[str], made: Sequence[Making], least: float) -> list[str]:
    """Of no snapshot in the book, and so old that no grant by which they could be told of is left; put while a
    snapshot was made here. Others are somebody's who has keys of his own, and stay."""
    known = frozenset(named)
    return [
        one.name
        for one in manifests
        if one.name not in known
        and one.seconds > least
        and any(each.over - SLACK <= one.seconds <= each.begun + SLACK for each in made)
    ]
