"""Which snapshots to keep: the newest ones, and the last of each hour, day, week and month, of each tree apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Callable, NamedTuple


class Policy(NamedTuple):
    """How many of each; nothing said keeps everything."""

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    @property
    def keeps_all(self) -> bool:
        return not any(self)


class Dated(NamedTuple):
    name: str
    time: datetime
    """Aware."""
    label: str = ""
    pinned: bool = False
    """Kept whatever the policy says."""
    place: str = ""
    """Where it lay: folders of one label are different things, too."""


SPANS: dict[str, Callable[[datetime], str]] = {
    "hourly": lambda time: time.strftime("%Y-%m-%d %H"),
    "daily": lambda time: time.strftime("%Y-%m-%d"),
    "weekly": lambda time: time.strftime("%G-%V"),
    "monthly": lambda time: time.strftime("%Y-%m"),
}


def keep(snapshots: Iterable[Dated], policy: Policy) -> dict[str, list[str]]:
    """Names of those to keep, with the reasons; the newest of each label and place is always one of them."""
    groups: dict[tuple[str, str], list[Dated]] = {}
    for one in snapshots:
        groups.setdefault((one.label, one.place), []).append(one)
    kept: dict[str, list[str]] = {}
    for group in groups.values():
        kept.update(_kept(sorted(group, key=lambda one: (one.time, one.name), reverse=True), policy))
    return kept


def _kept(newest_first: list[Dated], policy: Policy) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for number, one in enumerate(newest_first):
        reasons = ["pinned"] if one.pinned else []
        if policy.keeps_all or number < max(1, policy.last):
            reasons.append("last")
        if reasons:
            kept[one.name] = reasons
    for span, of in SPANS.items():
        for one in _newest_of_each(newest_first, of)[: getattr(policy, span)]:
            kept.setdefault(one.name, []).append(span)
    return kept


def _newest_of_each(newest_first: list[Dated], of: Callable[[datetime], str]) -> list[Dated]:
    first: dict[str, Dated] = {}
    for one in newest_first:
        first.setdefault(of(one.time), one)
    return list(first.values())
