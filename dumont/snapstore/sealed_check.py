"""Checks an encrypted repository as far as that takes no key: names are hashes of what is stored, sealed as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from dumont.snapstore import hashing
from dumont.snapstore.blobs import Blobs, Found
from dumont.snapstore.check import CheckReport, Part, Problem
from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.model import pack_object, snapshot_object
from dumont.snapstore.pack import sealed_table
from dumont.snapstore.track import Track

AT_ONCE = 16
Needs = Mapping[str, "Mapping[str, int] | None"]
"""By snapshot, the sizes of its packs by name, as its writer has told; None where nobody has."""


def check_sealed(blobs: Blobs, needs: Needs, track: Track, *, tables: bool, part: Part | None = None) -> CheckReport:
    """Indexes and manifests whole, packs by presence and size; with `tables` the table of each pack too, or of those of
    a part. Of the frames in between nothing can be known without the key."""
    track.stage("list")
    packs = {found.name: found for found in blobs.list("packs/")}
    manifests = list(blobs.list("snapshots/"))
    whole = [*manifests, *blobs.list("index/")]
    problems = [*_not_there(needs, {found.name for found in manifests}), *_lacking(needs, packs)]
    track.stage("read")
    to_read = [found for name, found in packs.items() if tables and (part is None or part.has(name))]
    track.expect(len(whole) + len(to_read), 0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found_wrong = [*pool.map(lambda found: _other(blobs, found, track), whole)]
        found_wrong += pool.map(lambda found: _bad_table(blobs, found, track), to_read)
    problems += [problem for problem in found_wrong if problem]
    read = sum(found.size for found in whole)
    return CheckReport(len(manifests), len(packs), 0, read, 0, problems)


def _not_there(needs: Needs, there: set[str]) -> Iterator[Problem]:
    for name in sorted(needs):
        if snapshot_object(name) not in there:
            yield Problem(snapshot_object(name), "is missing")


def _lacking(needs: Needs, packs: Mapping[str, Found]) -> Iterator[Problem]:
    users: dict[tuple[str, int], int] = {}
    for its in needs.values():
        for pack in (its or {}).items():
            users[pack] = users.get(pack, 0) + 1
    for (name, size), count in sorted(users.items()):
        found = packs.get(pack_object(name))
        if found is None or found.size != size:
            what = "is missing" if found is None else f"has {found.size} bytes instead of {size}"
            yield Problem(pack_object(name), f"{what}; snapshots that need it: {count}")


def _other(blobs: Blobs, found: Found, track: Track) -> Problem | None:
    track.add(files=1)
    try:
        if hashing.digest(blobs.get(found.name)).hex() == found.name.rpartition("/")[2]:
            return None
    except Missing:  # deleted meanwhile
        return None
    return Problem(found.name, "is damaged")


def _bad_table(blobs: Blobs, found: Found, track: Track) -> Problem | None:
    track.add(files=1)
    try:
        sealed_table(found, lambda start, length: blobs.get(found.name, start, length))
    except Missing:
        return None
    except Damaged as error:
        return Problem(found.name, error.message)
    return None
