"""Makes the manifest of what was seen, what was read, and what was taken from the snapshot before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dumont.snapstore.backup.before import OldPieces
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.reading import Read
from dumont.snapstore.model import HOLE, Header, Kind, Manifest, Piece
from dumont.snapstore.scan import Seen, Tree, attributes


class Made(NamedTuple):
    """What an attempt found out about the tree."""

    tree: Tree
    read: Read
    chunk_of: Mapping[int, int]
    old: Mapping[int, OldPieces]
    """Of unchanged files."""


def assembled(header: Header, made: Made, book: Book) -> Manifest:
    manifest = Manifest(header)
    place_of: dict[int, int] = {}
    for number, seen in enumerate(made.tree.entries):
        if number in made.read.gone or (seen.kind == Kind.HARDLINK and seen.same_as not in place_of):
            continue
        entry = place_of[number] = len(manifest.paths)
        _add(manifest, seen)
        if seen.kind == Kind.SYMLINK:
            manifest.links[entry] = seen.link
        elif seen.kind == Kind.HARDLINK:
            manifest.same[entry] = place_of[seen.same_as]
        else:
            its = attributes(os.path.join(made.tree.root, seen.path))
            if its:
                manifest.xattrs[entry] = its
        _add_pieces(manifest, _pieces(number, made, book))
    book.fill(manifest)
    return manifest


def _add(manifest: Manifest, seen: Seen) -> None:
    manifest.paths.append(seen.path)
    manifest.kind.append(seen.kind)
    manifest.mode.append(seen.mode)
    manifest.uid.append(seen.uid)
    manifest.gid.append(seen.gid)
    manifest.mtime.append(seen.mtime)
    manifest.ctime.append(seen.ctime)
    manifest.inode.append(seen.inode)


def _pieces(number: int, made: Made, book: Book) -> Iterable[Piece]:
    old = made.old.get(number)
    if old is not None:
        for chunk, piece in old:
            yield piece if chunk is None else piece._replace(chunk=book.claim(chunk)[0])
        return
    for part in made.read.parts.get(number, ()):
        yield Piece(HOLE if part.job == HOLE else made.chunk_of[part.job], part.offset, part.length)


def _add_pieces(manifest: Manifest, pieces: Iterable[Piece]) -> None:
    count = size = 0
    for piece in pieces:
        manifest.piece_chunk.append(piece.chunk)
        manifest.piece_offset.append(piece.offset)
        manifest.piece_length.append(piece.length)
        count += 1
        size += piece.length
    manifest.pieces.append(count)
    manifest.size.append(size)
