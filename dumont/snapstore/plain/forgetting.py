"""What a policy keeps and what it lets go, tree by tree, so that who asks sees why before anything is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dumont.snapstore.model import Header
from dumont.snapstore.plain import meant, rows, text
from dumont.snapstore.plain.meant import Tree
from dumont.snapstore.repository import WHOLE, Repository
from dumont.snapstore.retention import Dated, Policy, keep
from dumont.snapstore.surroundings import moment_of

HEAD = ("label", "folder", "snapshot", "time", "verdict")
UNREADABLE = "can't be read"


class Verdict(NamedTuple):
    """Of one snapshot: it stays for these reasons, or goes for want of any."""

    name: str
    time: str
    reasons: Sequence[str]


class Group(NamedTuple):
    """The rules count in each of these apart."""

    tree: Tree
    verdicts: list[Verdict]


def groups(found: Repository, policy: Policy) -> list[Group]:
    """The newest first. What can't be read stays whatever the policy says."""
    listed = found.listed(WHOLE)
    kept = keep([_dated(one.name, one.header) for one in listed if one.header and not one.error], policy)
    made: dict[tuple[str, str], Group] = {}
    for one in reversed(listed):
        tree = meant.tree_of(one.header) if one.header else Tree("", "", "")
        reasons = [UNREADABLE] if one.error else kept.get(one.name, [])
        group = made.setdefault(tree.key, Group(tree, []))
        group.verdicts.append(Verdict(one.name, one.header.time if one.header else "", reasons))
    return sorted(made.values(), key=lambda group: group.tree.key)


def going(found: Sequence[Group]) -> list[str]:
    """The oldest first, of each tree."""
    return [one.name for group in found for one in reversed(group.verdicts) if not one.reasons]


def facts_of(found: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {
            **group.tree._asdict(),
            "kept": [one._asdict() for one in group.verdicts if one.reasons],
            "forgotten": [one.name for one in group.verdicts if not one.reasons],
        }
        for group in found
    ]


def rows_of(found: Sequence[Group], policy: Policy) -> list[rows.Row]:
    return [_row(group.tree, one, policy) for group in found for one in group.verdicts]


def _row(tree: Tree, one: Verdict, policy: Policy) -> rows.Row:
    said = f"stays: {', '.join(one.reasons)}" if one.reasons else f"goes: {_none_of(policy)}"
    return (tree.label, tree.place, one.name[: rows.SHORT], text.moment(one.time), said)


def _none_of(policy: Policy) -> str:
    asked = [f"{count} {span}" for span, count in policy._asdict().items() if count]
    return f"not among {', '.join(asked)}"


def _dated(name: str, header: Header) -> Dated:
    tree = meant.tree_of(header)
    return Dated(name, moment_of(header.time), tree.label, place=tree.place)
