"""Looks at a tree: columns in the order of manifests, without what is ignored and what can't be kept."""

from __future__ import annotations

import errno
import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, NamedTuple

from dumont.snapstore import native
from dumont.snapstore.errors import BadRequest
from dumont.snapstore.ignore import FILE_NAME, Judge, in_folder
from dumont.snapstore.model import Kind
from dumont.snapstore.native.tree import Scanned
from dumont.snapstore.surroundings import cores
from dumont.snapstore.track import Track
from dumont.snapstore.walk import OTHER, walked

XATTR_KINDS = (b"user.", b"security.capability", b"system.posix_acl")
GONE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.ESTALE))
"""Why what was there can't be read: it is no file any more, or nothing at all."""


class Note(NamedTuple):
    """Something that a person should know of."""

    path: bytes
    what: str
    unread: bool = False
    """It is there, could not be read, and lacks in the snapshot."""


@dataclass
class Tree:
    """Columns have a row for each entry; the first is the root, whose path is empty."""

    root: bytes
    paths: list[bytes]
    kind: bytearray
    mode: array[int]
    uid: array[int]
    gid: array[int]
    mtime: array[int]
    ctime: array[int]
    inode: array[int]
    size: array[int]
    """Of files; else 0."""
    blocks: array[int]
    xattrs: bytes
    """0 where it was seen to have no attributes; of others that is not known."""
    links: dict[int, bytes] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    """Hard links: entry -> the one that was seen first."""
    notes: list[Note] = field(default_factory=list)
    ignored: int = 0

    def __len__(self) -> int:
        return len(self.paths)

    def files(self) -> list[int]:
        return list(compress(range(len(self.kind)), map(int(Kind.FILE).__eq__, self.kind)))


def scan(root: bytes, track: Track, judge: Judge | None = None, skipped: Sequence[bytes] = ()) -> Tree:
    """Raises `BadRequest` where the root is no folder; what can't be looked at becomes a note."""
    place, folder = opened(root)
    judge = judge or Judge()
    judge.enter(in_folder(place, b""))
    try:
        library = native.load()
        if library is None or not library.has_files:
            found, ignored = walked(place, track, judge)
        else:
            found = library.scan(folder, xattrs=False, skipped=skipped, threads=cores())
            found, ignored = _without_ignored(place, found, judge)
    finally:
        os.close(folder)
    track.check()
    return _kept(place, found, ignored)


def opened(root: bytes) -> tuple[bytes, int]:
    """Where it really lies, and its descriptor."""
    place = os.path.realpath(root)
    try:
        return place, os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError as error:
        raise BadRequest(f"{os.fsdecode(root)} is no folder.", "Name a folder.") from error
    except OSError as error:
        raise BadRequest(f"{os.fsdecode(root)} can't be read: {error.strerror}.", "Name a folder.") from error


def _without_ignored(root: bytes, found: Scanned, judge: Judge) -> tuple[Scanned, int]:
    """The library looks at everything; rules are asked behind it."""
    names = [path[path.rfind(b"/") + 1 :] for path in found.paths]
    suspects = None if FILE_NAME in names else judge.suspects(names)
    if suspects is not None:  # there is one set of rules for the whole tree, and few names that may fit it
        return _without_few(found, suspects, judge)
    with_rules = {path[: -len(FILE_NAME) - 1] for path in found.paths if path.endswith(b"/" + FILE_NAME)}
    keep, count, gone, ignores = bytearray(b"\1") * len(found.paths), 0, b"", judge.ignores
    for entry, (path, kind) in enumerate(zip(found.paths, found.kinds)):
        if not entry:
            continue
        if gone and path.startswith(gone):
            keep[entry] = 0
        elif ignores(path, kind == Kind.FOLDER):
            keep[entry], count = 0, count + 1
            gone = path + b"/" if kind == Kind.FOLDER else gone
        elif path in with_rules:
            judge.enter(in_folder(root, path))
    return (found if not count else chosen(found, keep)), count


def _without_few(found: Scanned, suspects: Sequence[int], judge: Judge) -> tuple[Scanned, int]:
    keep, count, behind, paths = bytearray(b"\1") * len(found.paths), 0, 1, found.paths
    for entry in suspects:
        is_folder = found.kinds[entry] == Kind.FOLDER
        if entry < behind or not judge.ignores(paths[entry], is_folder):
            continue
        keep[entry], count, behind = 0, count + 1, entry + 1
        while is_folder and behind < len(paths) and paths[behind].startswith(paths[entry] + b"/"):
            keep[behind] = 0
            behind += 1
    return (found if not count else chosen(found, keep)), count


def chosen(found: Scanned, keep: bytearray) -> Scanned:
    """The rows that shall be kept."""
    is_link = [flag for flag, kind in zip(keep, found.kinds) if kind == Kind.SYMLINK]
    told = {name: _chosen(getattr(found, name), keep) for name in Scanned._fields}
    return Scanned(**{**told, "targets": list(compress(found.targets, is_link))})


def _chosen(column: Any, keep: bytearray) -> Any:
    if isinstance(column, array):
        return array(column.typecode, compress(column, keep))
    return type(column)(compress(column, keep))


def _kept(root: bytes, found: Scanned, ignored: int) -> Tree:
    notes = [
        Note(path, "left out: sockets, pipes and devices are not kept")
        for path, kind in zip(found.paths, found.kinds)
        if kind == OTHER
    ]
    if any(found.errors):
        told = zip(found.paths, found.errors)
        notes += [Note(path, f"not read: {os.strerror(error)}", error not in GONE) for path, error in told if error]
    if OTHER in found.kinds or b"" in found.targets:
        found = chosen(found, _of_use(found))
    tree = Tree(
        root,
        found.paths,
        bytearray(found.kinds),
        *(found.modes, found.uids, found.gids, found.mtimes, found.ctimes, found.inodes, found.sizes, found.blocks),
        found.xattrs,
        notes=notes,
        ignored=ignored,
    )
    tree.links = dict(zip(compress(range(len(tree)), map(Kind.SYMLINK.__eq__, tree.kind)), found.targets))
    _tie(tree, found)
    return tree


def _of_use(found: Scanned) -> bytearray:
    """Not what can't be kept, and no links that went away before they could be read."""
    keep, targets = bytearray(kind != OTHER for kind in found.kinds), iter(found.targets)
    for entry, kind in enumerate(found.kinds):
        if kind == Kind.SYMLINK:
            keep[entry] = bool(next(targets))
    return keep


def _tie(tree: Tree, found: Scanned) -> None:
    """Names of one file: all but the first are hard links."""
    first: dict[tuple[int, int], int] = {}
    several = [entry for entry, names in enumerate(found.links) if names > 1]
    if len(set(map(found.inodes.__getitem__, several))) == len(several):  # the other names lie elsewhere
        return
    for entry in several:
        if tree.kind[entry] == Kind.FILE:
            before = first.setdefault((found.devices[entry], found.inodes[entry]), entry)
            if before != entry:
                tree.kind[entry], tree.size[entry], tree.same[entry] = Kind.HARDLINK, 0, before


def attributes(path: bytes) -> list[tuple[bytes, bytes]]:
    """The extended ones that mean something elsewhere; where the system has none, none."""
    if not hasattr(os, "listxattr"):
        return []
    try:
        names = [os.fsencode(name) for name in os.listxattr(path, follow_symlinks=False)]
        wanted = sorted(name for name in names if name.startswith(XATTR_KINDS))
        return [(name, os.getxattr(path, name, follow_symlinks=False)) for name in wanted]
    except OSError:
        return []
