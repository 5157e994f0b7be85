"""Reads files out of a snapshot: each frame is checked, a folder comes as a tar stream."""

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dumont.snapshots.folders import Entry, NoContent
from dumont.snapshots.objects import range_of
from dumont.snapshots.trees import Tree
from dumont.snapstore.contents import unfolded
from dumont.snapstore.model import HOLE, Kind, Manifest, Piece, pack_object

READ_AT_ONCE = 8 << 20
ZEROS = bytes(1 << 20)
NANOSECONDS = 10**9


class Span(NamedTuple):
    """Frames that lie side by side in one pack, and the pieces made of them."""

    pack: int
    start: int
    length: int
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class File:
    """What is sent: a name for whoever saves it, its length where that is known, its bytes from `start` to `end`."""

    name: bytes
    length: int | None
    chunks: Iterator[bytes]
    etag: str = ""
    start: int = 0
    end: int = 0

    @property
    def whole(self) -> bool:
        return self.length is None or self.end - self.start == self.length


@dataclass(frozen=True, slots=True)
class Wanted:
    """As the headers `Range` and `If-Range` say."""

    range: str | None = None
    if_range: str | None = None


def opened(tree: Tree, entry: Entry, wanted: Wanted = Wanted()) -> File:
    """Blocking, as its chunks are: the first one is read here, so that a store that is away is told of in time."""
    manifest, starts = tree.manifest, tree.manifest.first_pieces()
    refuse_link(tree, entry)
    if manifest.kind[entry.number] == Kind.FOLDER:
        name = (entry.name or b"snapshot") + b".tar"
        return File(name, None, _begun(_tar(tree, entry, starts)))
    source = manifest.same.get(entry.number, entry.number)
    size, pieces = manifest.size[source], _pieces(manifest, source, starts)
    etag = _etag(manifest, size, pieces)
    asked = wanted.range if wanted.if_range in (None, etag) else None
    start, end = range_of(asked, size)
    chunks = _begun(_read(tree, pieces if end - start == size else _between(pieces, start, end)))
    return File(entry.name, size, chunks, etag, start, end)


def size_of(tree: Tree, entry: Entry) -> int:
    return tree.manifest.size[tree.manifest.same.get(entry.number, entry.number)]


def refuse_link(tree: Tree, entry: Entry) -> None:
    if tree.manifest.kind[entry.number] == Kind.SYMLINK:
        raise NoContent("A link has no content.", hint="Download what it points at.")


def _etag(manifest: Manifest, size: int, pieces: Sequence[Piece]) -> str:
    """Of the content, by the chunks that it is made of: the same in every snapshot that has it in the same ones."""
    said = hashlib.sha256(str(size).encode())
    for piece in pieces:
        identity = b"hole" if piece.chunk == HOLE else manifest.id_of(piece.chunk)
        said.update(identity + f" {piece.offset} {piece.length};".encode())
    return f'"{said.hexdigest()[:32]}"'


def _between(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """What of them makes these bytes of the file; nothing else is read."""
    found, at = [], 0
    for piece in pieces:
        skip, past = max(0, start - at), max(0, at + piece.length - end)
        if skip + past < piece.length:
            found.append(Piece(piece.chunk, piece.offset + skip, piece.length - skip - past))
        at += piece.length
    return found


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from chunks

    return all_of_them()


def _pieces(manifest: Manifest, entry: int, starts: Sequence[int]) -> list[Piece]:
    return [
        Piece(manifest.piece_chunk[number], manifest.piece_offset[number], manifest.piece_length[number])
        for number in range(starts[entry], starts[entry + 1])
    ]


def _read(tree: Tree, pieces: Sequence[Piece]) -> Iterator[bytes]:
    for span in _spans(tree.manifest, pieces):
        if span.pack == HOLE:
            yield from _zeros(span.length)
        else:
            yield from _unfolded(tree, span)


def _spans(manifest: Manifest, pieces: Sequence[Piece]) -> Iterator[Span]:
    """Neighbours are fetched together."""
    open_one: Span | None = None
    for piece in pieces:
        if piece.chunk == HOLE:
            if open_one is not None:
                yield open_one
            open_one = None
            yield Span(HOLE, 0, piece.length, [])
            continue
        pack, start = manifest.chunk_pack[piece.chunk], manifest.chunk_offset[piece.chunk]
        end = start + manifest.chunk_stored[piece.chunk]
        beside = open_one is not None and open_one.pack == pack and start == open_one.start + open_one.length
        if open_one is not None and beside and end - open_one.start <= READ_AT_ONCE:
            open_one = Span(pack, open_one.start, end - open_one.start, [*open_one.pieces, piece])
            continue
        if open_one is not None:
            yield open_one
        open_one = Span(pack, start, end - start, [piece])
    if open_one is not None:
        yield open_one


def _unfolded(tree: Tree, span: Span) -> Iterator[bytes]:
    manifest, repository = tree.manifest, tree.repository
    data = memoryview(repository.blobs.get(pack_object(manifest.pack_names[span.pack].hex()), span.start, span.length))
    for piece in span.pieces:
        at = manifest.chunk_offset[piece.chunk] - span.start
        frame = data[at : at + manifest.chunk_stored[piece.chunk]]
        chunk = unfolded(repository.sealer, manifest, piece.chunk, frame)
        yield bytes(chunk[piece.offset : piece.offset + piece.length])


def _zeros(length: int) -> Iterator[bytes]:
    while length > 0:
        yield ZEROS[: min(length, len(ZEROS))]
        length -= len(ZEROS)


def _tar(tree: Tree, folder: Entry, starts: Sequence[int]) -> Iterator[bytes]:
    manifest, above = tree.manifest, len(folder.path.rpartition(b"/")[0])
    for number in range(folder.number, folder.end):
        path = manifest.paths[number][above:].lstrip(b"/")
        if not path:
            continue
        info = _header(manifest, number, path, inside=(folder.number, folder.end), above=above)
        yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        if info.type == tarfile.REGTYPE:
            yield from _read(tree, _pieces(manifest, manifest.same.get(number, number), starts))
            yield bytes(-info.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _header(manifest: Manifest, number: int, path: bytes, *, inside: tuple[int, int], above: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(_text(path))
    info.mode, info.uid, info.gid = manifest.mode[number], manifest.uid[number], manifest.gid[number]
    info.mtime = manifest.mtime[number] / NANOSECONDS
    kind, source = manifest.kind[number], manifest.same.get(number, number)
    if kind == Kind.FOLDER:
        info.type = tarfile.DIRTYPE
    elif kind == Kind.SYMLINK:
        info.type, info.linkname = tarfile.SYMTYPE, _text(manifest.links[number])
    elif kind == Kind.HARDLINK and inside[0] <= source < inside[1]:
        info.type, info.linkname = tarfile.LNKTYPE, _text(manifest.paths[source][above:].lstrip(b"/"))
    else:
        info.size = manifest.size[source]
    return info


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
