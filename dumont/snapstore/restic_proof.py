"""Proves that a snapshot of restic's is whole: read by its objects, from itself down to the packs of each chunk."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.restic_reading import AT_ONCE, Reading, Saved, in_parallel
from dumont.snapstore.track import Track

ONE_BY_ONE_MAX = 64
SPAN_MOST, GAP_MOST = 8 << 20, 64 << 10
DEEPEST = 4000
AGAIN = "Make the snapshot again: what is in the repository is not sent twice."


class Proof(NamedTuple):
    saved: Saved
    files: int
    bytes: int
    """Of the tree."""
    raw_bytes: int
    """Of its chunks, each counted once."""
    stored_bytes: int
    packs: int
    folder: str
    """Where in the snapshot the saved folder lies: empty for its root, as in what we make."""


class Spot(NamedTuple):
    pack: str
    offset: int
    length: int
    raw_length: int
    """0 where it is not compressed."""


class _Counted(NamedTuple):
    files: int
    bytes: int
    chunks: set[str]


def prove(found: Reading, name: str, track: Track) -> Proof:
    """Raises `Missing` or `Damaged`, with what is wrong. All trees are read and held against their names; of the
    chunks that they tell, each must be in an index, and its pack in the store with its size. The chunks themselves are
    not read, as with a snapshot of our own."""
    track.stage("proof")
    saved = found.saved(name)
    trees = _Trees(found, _tree_spots(found))
    counted = trees.walk(saved.tree, track)
    sizes, raw, stored = _packs_of(found, counted.chunks, {spot.pack for spot in trees.spots_read})
    _there(found, sizes)
    folder = trees.folder(saved)
    return Proof(saved, counted.files, counted.bytes, raw, stored + trees.stored, len(sizes), folder)


def _tree_spots(found: Reading) -> dict[str, Spot]:
    """Of trees alone: chunks are many more, and are looked for when it is known which."""
    return {blob["id"]: _spot(pack.id, blob) for pack in found.packs() for blob in pack.blobs if blob["type"] == "tree"}


def _spot(pack: str, blob: Mapping[str, Any]) -> Spot:
    return Spot(pack, int(blob["offset"]), int(blob["length"]), int(blob.get("uncompressed_length") or 0))


class _Trees:
    def __init__(self, found: Reading, spots: Mapping[str, Spot]) -> None:
        self._found = found
        self._spots = spots
        self.spots_read: set[Spot] = set()

    @property
    def stored(self) -> int:
        return sum(spot.length for spot in self.spots_read)

    def walk(self, root: str, track: Track) -> _Counted:
        """Level by level. A folder that is there twice is read once and counted twice."""
        files = size = depth = 0
        chunks: set[str] = set()
        level: Mapping[str, int] = {root: 1}
        while level and (depth := depth + 1) < DEEPEST:
            track.check()
            below: dict[str, int] = defaultdict(int)
            for name, nodes in self._read(level):
                for node in nodes:
                    if node.get("type") == "dir":
                        below[str(node.get("subtree"))] += level[name]
                    elif node.get("type") == "file":
                        files, size = files + level[name], size + level[name] * int(node.get("size") or 0)
                        chunks.update(node.get("content") or ())
            level = below
        return _Counted(files, size, chunks)

    def folder(self, saved: Saved) -> str:
        """Whoever saves `/home/ada/box` gets a tree with all of these folders in it, one within the other."""
        if len(saved.paths) != 1 or not saved.paths[0].startswith("/"):
            return ""
        name = saved.tree
        for part in saved.paths[0].strip("/").split("/"):
            ((_, nodes),) = self._read([name])
            inside = next((node for node in nodes if node.get("name") == part and node.get("type") == "dir"), None)
            if inside is None or len(nodes) != 1:
                return ""
            name = str(inside.get("subtree"))
        return saved.paths[0].rstrip("/")

    def _read(self, names: Iterable[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Neighbours in one pack are fetched together."""
        wanted = {name: self._spots.get(name) for name in names}
        lacking = [name for name, spot in wanted.items() if spot is None]
        if lacking:
            raise Missing(f"{len(lacking)} folders of this snapshot are in no index of the restic repository.", AGAIN)
        spots = sorted(((spot, name) for name, spot in wanted.items() if spot is not None), key=lambda each: each[0])
        self.spots_read.update(spot for spot, _name in spots)
        for part in in_parallel(self._fetched, _spans(spots)):
            yield from part

    def _fetched(self, span: list[tuple[Spot, str]]) -> list[tuple[str, list[dict[str, Any]]]]:
        first, last = span[0][0], span[-1][0]
        name = f"data/{first.pack[:2]}/{first.pack}"
        data = self._found.blobs.get(name, first.offset, last.offset + last.length - first.offset)
        made = []
        for spot, tree in span:
            at = spot.offset - first.offset
            plain = self._found.unsealed(data[at : at + spot.length], spot.raw_length)
            if hashlib.sha256(plain).hexdigest() != tree:
                raise Damaged("A folder of this snapshot is not what it is named by in the restic repository.")
            made.append((tree, list(json.loads(plain).get("nodes") or ())))
        return made


def _spans(spots: Iterable[tuple[Spot, str]]) -> Iterator[list[tuple[Spot, str]]]:
    span: list[tuple[Spot, str]] = []
    for spot, name in spots:
        if span:
            first, last = span[0][0], span[-1][0]
            near = spot.pack == last.pack and spot.offset - last.offset - last.length <= GAP_MOST
            if not near or spot.offset + spot.length - first.offset > SPAN_MOST:
                yield span
                span = []
        span.append((spot, name))
    if span:
        yield span


def _packs_of(found: Reading, chunks: set[str], packs: set[str]) -> tuple[dict[str, int], int, int]:
    """Sizes of the packs that hold these chunks, or are among `packs`; and the chunks' own bytes, raw and stored."""
    left, sizes, raw, stored = set(chunks), dict[str, int](), 0, 0
    for pack in found.packs():
        here = [blob for blob in pack.blobs if blob["type"] == "data" and blob["id"] in left]
        left.difference_update(blob["id"] for blob in here)
        stored += sum(int(blob["length"]) for blob in here)
        raw += sum(int(blob.get("uncompressed_length") or int(blob["length"]) - 32) for blob in here)
        if here or pack.id in packs:
            sizes[pack.id] = pack.size
    if left:
        raise Missing(f"{len(left)} chunks of this snapshot are in no index of the restic repository.", AGAIN)
    return sizes, raw, stored


def _there(found: Reading, sizes: Mapping[str, int]) -> None:
    if len(sizes) > ONE_BY_ONE_MAX:
        seen = {each.name.rpartition("/")[2]: each.size for each in found.blobs.list("data/")}
    else:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            looked = pool.map(lambda pack: found.blobs.find(f"data/{pack[:2]}/{pack}"), sizes)
            seen = {pack: each.size for pack, each in zip(sizes, looked) if each is not None}
    lacking = [pack for pack, size in sizes.items() if seen.get(pack) != size]
    if lacking:
        message = f"{len(lacking)} of {len(sizes)} packs are not in the restic repository, or not of their size."
        raise Missing(message, "Run `restic check`, then make the snapshot again.")
