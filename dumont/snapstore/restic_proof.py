"""Proves that a snapshot of restic's is whole: read by its objects, from itself down to the packs of each chunk."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sized
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.restic_reading import (
    AT_ONCE,
    MOST_TREE,
    Plain,
    Reading,
    Saved,
    in_parallel,
    json_of,
    refuse_dense,
    room_for,
)
from dumont.snapstore.track import Track

ONE_BY_ONE_MAX = 64
SPAN_MOST, GAP_MOST = 8 << 20, 64 << 10
DEEPEST = 4000
MOST_TREES, MOST_CHUNKS, MOST_COUNTED = 4_000_000, 8_000_000, 1 << 62
NODES, JSON = '{"nodes":[', json.JSONDecoder()
"""So begins what restic and its kin write of a folder."""
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


Span = list[tuple[Spot, str]]
"""Neighbours in one pack, with the names of their trees."""


class _Counted(NamedTuple):
    files: int
    bytes: int
    chunks: set[str]


def prove(found: Reading, name: str, track: Track) -> Proof:
    """Raises `Missing` or `Damaged`, with what is wrong. All trees are read and held against their names; of the
    chunks that they tell, each must be in an index, and its pack in the store with its size. The chunks themselves are
    not read, as with a snapshot of our own."""
    track.stage("proof")
    try:
        return _proved(found, name, track)
    except (TypeError, KeyError, ValueError, AttributeError) as error:  # somebody else wrote it, and oddly
        raise Damaged("A part of the restic repository is not what it should be.") from error


def _proved(found: Reading, name: str, track: Track) -> Proof:
    saved = found.saved(name)
    trees = _Trees(found, _tree_spots(found))
    counted = trees.walk(saved.tree, track)
    sizes, raw, stored = _packs_of(found, counted.chunks, {spot.pack for spot in trees.spots_read})
    _there(found, sizes)
    folder = trees.folder(saved)
    proof = Proof(saved, counted.files, counted.bytes, raw, stored + trees.stored, len(sizes), folder)
    if not all(0 <= each < MOST_COUNTED for each in (proof.files, proof.bytes, proof.raw_bytes, proof.stored_bytes)):
        raise Damaged("This snapshot tells of more than there can be.")
    return proof


def _tree_spots(found: Reading) -> dict[str, Spot]:
    """Of trees alone: chunks are many more, and are looked for when it is known which."""
    spots: dict[str, Spot] = {}
    for pack in found.packs():
        spots.update({blob["id"]: _spot(pack.id, blob) for blob in pack.blobs if blob["type"] == "tree"})
        _refuse_many(spots, MOST_TREES)
    return spots


def _spot(pack: str, blob: Mapping[str, Any]) -> Spot:
    spot = Spot(pack, int(blob["offset"]), int(blob["length"]), int(blob.get("uncompressed_length") or 0))
    if not (0 <= spot.offset < MOST_COUNTED and 0 < spot.length <= MOST_TREE and 0 <= spot.raw_length <= MOST_TREE):
        raise Damaged("A folder in the restic repository is larger than any that is read here.")
    return spot


def _refuse_many(things: Sized, most: int) -> None:
    if len(things) > most:
        raise Damaged("The restic repository holds more than is read here.", "Give this workspace one of its own.")


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
                _refuse_many(chunks, MOST_CHUNKS)
            level = below
        return _Counted(files, size, chunks)

    def folder(self, saved: Saved) -> str:
        """Whoever saves `/home/ada/box` gets a tree with all of these folders in it, one within the other."""
        if len(saved.paths) != 1 or not saved.paths[0].startswith("/"):
            return ""
        name = saved.tree
        for part in saved.paths[0].strip("/").split("/"):
            ((_, nodes),) = ((each, list(islice(nodes, 2))) for each, nodes in self._read([name]))
            if len(nodes) != 1 or nodes[0].get("name") != part or nodes[0].get("type") != "dir":
                return ""
            name = str(nodes[0].get("subtree"))
        return saved.paths[0].rstrip("/")

    def _read(self, names: Iterable[str]) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
        """Neighbours in one pack are fetched together; one is unpacked at a time, and good until the next."""
        wanted = {name: self._spots.get(name) for name in names}
        lacking = [name for name, spot in wanted.items() if spot is None]
        if lacking:
            raise Missing(f"{len(lacking)} folders of this snapshot are in no index of the restic repository.", AGAIN)
        spots = sorted(((spot, name) for name, spot in wanted.items() if spot is not None), key=lambda each: each[0])
        self.spots_read.update(spot for spot, _name in spots)
        for span, data in in_parallel(self._fetched, _spans(spots), _length):
            for spot, tree in span:
                at = spot.offset - span[0][0].offset
                with room_for(max(spot.length, spot.raw_length)):
                    yield tree, self._nodes(tree, data[at : at + spot.length], spot.raw_length)

    def _fetched(self, span: Span) -> tuple[Span, bytes]:
        first = span[0][0]
        return span, self._found.blobs.get(f"data/{first.pack[:2]}/{first.pack}", first.offset, _length(span))

    def _nodes(self, tree: str, data: bytes, raw_length: int) -> Iterator[dict[str, Any]]:
        plain = self._found.unsealed(data, raw_length)
        if hashlib.sha256(plain).hexdigest() != tree:
            raise Damaged("A folder of this snapshot is not what it is named by in the restic repository.")
        refuse_dense(plain)
        return _nodes_of(plain)


def _nodes_of(plain: Plain) -> Iterator[dict[str, Any]]:
    """One by one: a folder of many files takes ten times its text when it is read at once."""
    text = str(plain, "utf-8")
    if not text.startswith(NODES):
        yield from json_of(plain).get("nodes") or ()
        return
    at = len(NODES)
    try:
        while text[at : at + 1] != "]":
            node, at = JSON.raw_decode(text, at)
            yield node
            at += text[at : at + 1] == ","
    except RecursionError as error:
        raise Damaged("A folder in the restic repository can't be read.") from error


def _length(span: Span) -> int:
    (first, _), (last, _) = span[0], span[-1]
    return last.offset + last.length - first.offset


def _spans(spots: Iterable[tuple[Spot, str]]) -> Iterator[Span]:
    span: Span = []
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
        listed = ((each.name.rpartition("/")[2], each.size) for each in found.listed("data/"))
        seen = {pack: size for pack, size in listed if pack in sizes}
    else:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            looked = pool.map(lambda pack: found.blobs.find(f"data/{pack[:2]}/{pack}"), sizes)
            seen = {pack: each.size for pack, each in zip(sizes, looked) if each is not None}
    lacking = [pack for pack, size in sizes.items() if seen.get(pack) != size]
    if lacking:
        message = f"{len(lacking)} of {len(sizes)} packs are not in the restic repository, or not of their size."
        raise Missing(message, "Run `restic check`, then make the snapshot again.")
