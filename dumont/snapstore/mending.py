"""Puts one index in the place of many, of damaged ones, and of those that are not there."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from dumont.snapstore.index import Learned, learn, put_index
from dumont.snapstore.model import index_object
from dumont.snapstore.pack import PackTable
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track


class Mended(NamedTuple):
    indexes: int = 0
    """Damaged ones that were replaced."""
    packs: int = 0
    """That no index told of before."""


def mend(repository: Repository, track: Track, doomed: Collection[str] = ()) -> Mended:
    """One index of everything that is there and not doomed. It is put before those are deleted that it stands for, so
    whoever is killed here leaves too many and never too few; and nothing is told of only by what is deleted."""
    track.stage("index")
    blobs, sealer = repository.blobs, repository.sealer
    learned = learn(blobs, sealer)
    strays = {found.name.rpartition("/")[2] for found in learned.orphans}
    unwanted = strays.intersection(doomed)
    told = strays.difference(unwanted).intersection(learned.known.packs)
    if len(learned.names) <= 1 and not learned.damaged and not told and not learned.lacking:
        return Mended()
    packs = [pack for pack in _to_be_told(repository, learned) if pack.name not in unwanted]
    track.check()
    kept = put_index(blobs, sealer, packs) if packs else ""
    for name in learned.names:
        if name != kept:
            blobs.delete(index_object(name))
    return Mended(len(learned.damaged), len(told))


def _to_be_told(repository: Repository, learned: Learned) -> list[PackTable]:
    """Of a pack that was cut off, the beginning may do, and only an index knows what is in it."""
    packs = list(learned.known.packs.values())
    if learned.lacking:
        there = {found.name.rpartition("/")[2] for found in repository.blobs.list("packs/")}
        packs += [pack for pack in learned.lacking if pack.name in there]
    return sorted(packs, key=lambda pack: pack.name)
