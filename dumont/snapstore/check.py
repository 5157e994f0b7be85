"""Looks whether everything is there and is what it says, and names the files that damage touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore import codec
from dumont.snapstore.blobs import Found
from dumont.snapstore.damage import touched
from dumont.snapstore.errors import Cancelled, Damaged, Missing, SnapError, StoreAway
from dumont.snapstore.index import Learned, learn
from dumont.snapstore.model import Manifest, pack_object
from dumont.snapstore.pack import BEGIN, PackTable, sealed_table, unsealed_table
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track

AT_ONCE = 4
"""Packs that are held in memory together."""


class Part(NamedTuple):
    """Of the packs, by their names, which are as good as chance: each is in one part."""

    number: int
    of: int

    def has(self, pack: str) -> bool:
        return int(pack.rpartition("/")[2][:8], 16) % self.of == self.number


@dataclass(frozen=True)
class Problem:
    """Something wrong with one object."""

    object: str
    what: str
    files: Mapping[str, list[bytes]] = field(default_factory=dict)
    """Which files of which snapshot it touches."""


@dataclass(frozen=True)
class CheckReport:
    snapshots: int
    packs: int
    chunks: int
    bytes_read: int
    orphans: int
    """Packs that no index tells of: left by a writer that was stopped; the next one uses them."""
    problems: list[Problem]

    @property
    def sound(self) -> bool:
        return not self.problems


def check(repository: Repository, read_data: bool, track: Track, part: Part | None = None) -> CheckReport:
    """Fast: manifests, indexes, presence and sizes. With `read_data` every byte of every pack, or of those of a part.
    Others may write meanwhile, and the packs of a snapshot that they end are younger than the list of packs."""
    track.stage("list")
    learned = learn(repository.blobs, repository.sealer)
    packs = {found.name: found for found in repository.blobs.list("packs/")}
    problems = [
        Problem("index/" + name, "is damaged; the next pruning puts a new one in its place") for name in learned.damaged
    ]
    track.stage("snapshots")
    manifests: list[Manifest] = []
    for name in repository.names():
        track.check()
        try:
            manifests.append(repository.load(name))
        except (StoreAway, Cancelled):  # which is no damage
            raise
        except SnapError as error:
            problems.append(Problem("snapshots/" + name, error.message))
    wrong = _wrong_sizes(manifests, packs)
    if wrong:
        wrong = _wrong_sizes(manifests, {found.name: found for found in repository.blobs.list("packs/")})
    bad: dict[str, frozenset[bytes]] = {}
    to_read = {name: found for name, found in packs.items() if read_data and (part is None or part.has(name))}
    if to_read:
        track.stage("read")
        wrong, bad = _read_all(repository, learned, to_read, wrong, track)
    problems += _told(manifests, learned, wrong, bad)
    read = sum(found.size for found in to_read.values())
    return CheckReport(len(manifests), len(packs), len(learned.known), read, len(learned.orphans), problems)


def _wrong_sizes(manifests: list[Manifest], packs: Mapping[str, Found]) -> dict[str, str]:
    """What is wrong with packs that manifests name."""
    wrong: dict[str, str] = {}
    for manifest in manifests:
        for name, size in zip(manifest.pack_names, manifest.pack_sizes):
            found = packs.get(pack_object(name.hex()))
            if found is None:
                wrong[name.hex()] = "is missing"
            elif found.size != size:
                wrong[name.hex()] = f"has {found.size} bytes instead of {size}"
    return wrong


def _read_all(
    repository: Repository, learned: Learned, packs: Mapping[str, Found], wrong: dict[str, str], track: Track
) -> tuple[dict[str, str], dict[str, frozenset[bytes]]]:
    """With the ids of the chunks that are bad in packs that are there and not whole."""
    named = {name.rpartition("/")[2]: found for name, found in packs.items()}
    track.expect(len(named), sum(found.size for found in named.values()))
    bad: dict[str, frozenset[bytes]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {name: pool.submit(_bad_chunks, repository, found, learned, track) for name, found in named.items()}
        for name, job in jobs.items():
            try:
                chunks = job.result()
            except (Damaged, Missing) as error:
                wrong.setdefault(name, error.message)
                continue
            if chunks is not None:
                bad[name] = chunks
            track.add(files=1, size=named[name].size)
    return wrong, bad


def _bad_chunks(repository: Repository, found: Found, learned: Learned, track: Track) -> frozenset[bytes] | None:
    """Reads it once, the table with the rest. None where it is whole; some may be wrong around its chunks only."""
    track.check()
    name = found.name.rpartition("/")[2]
    data = memoryview(repository.blobs.get(found.name))
    found, whole = found._replace(size=len(data)), data[: len(BEGIN)] == BEGIN
    try:
        sealed = sealed_table(found, lambda start, length: data[start : start + length])
        table = unsealed_table(found, sealed, repository.sealer)
    except Damaged:  # its frames may be whole all the same, where an index tells of them
        told = learned.known.packs.get(name) or next((one for one in learned.lacking if one.name == name), None)
        if told is None:
            raise
        table, whole = told, False
    bad = frozenset(_bad(repository, table, data))
    return bad if bad or not whole else None


def _bad(repository: Repository, table: PackTable, data: memoryview) -> Iterator[bytes]:
    for frame, offset in zip(table.frames, table.offsets()):
        try:
            payload = repository.sealer.unseal(data[offset : offset + frame.stored], "frame")
            chunk = codec.decode(frame.codec, payload, frame.raw)
            if repository.sealer.id_of(chunk) != frame.id:
                yield frame.id
        except Damaged:
            yield frame.id


def _told(
    manifests: list[Manifest], learned: Learned, wrong: Mapping[str, str], bad: Mapping[str, frozenset[bytes]]
) -> Iterator[Problem]:
    lost_packs = frozenset(wrong)
    for name in sorted({*wrong, *bad}):
        gone, ids = name in wrong, bad.get(name, frozenset())
        files = {}
        for manifest in manifests:
            chunks = [
                chunk
                for chunk, pack in enumerate(manifest.chunk_pack)
                if manifest.pack_names[pack].hex() == name and (gone or manifest.id_of(chunk) in ids)
            ]
            lost = [chunk for chunk in chunks if not _elsewhere(manifest.id_of(chunk), name, learned, lost_packs)]
            paths = touched(manifest, lost)
            if paths:
                files[manifest.name] = paths
        damaged = f"has {len(ids)} damaged chunks" if ids else "is damaged around its chunks, which are whole"
        what = wrong.get(name, damaged)
        yield Problem(pack_object(name), what, files)


def _elsewhere(chunk: bytes, pack: str, learned: Learned, lost: frozenset[str]) -> bool:
    place = learned.known.place(chunk)
    return place is not None and place.pack != pack and place.pack not in lost
