"""Walks a tree in the order of manifests, and tells of every entry what its folder and its inode know."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore import ignore
from dumont.snapstore.errors import BadRequest
from dumont.snapstore.ignore import Rules
from dumont.snapstore.model import Kind
from dumont.snapstore.track import Track

BLOCK = 512
XATTR_KINDS = (b"user.", b"security.capability", b"system.posix_acl")


class Seen(NamedTuple):
    """An entry as it lies on the disk."""

    path: bytes
    kind: int
    mode: int
    uid: int
    gid: int
    mtime: int
    ctime: int
    inode: int
    size: int
    blocks: int
    link: bytes = b""
    same_as: int = -1
    """Of a hard link: the number of the entry that was seen first."""


class Note(NamedTuple):
    """Something that a person should know of."""

    path: bytes
    what: str


class Child(NamedTuple):
    path: bytes
    entry: os.DirEntry[bytes]
    seen: os.stat_result


@dataclass
class Tree:
    root: bytes
    entries: list[Seen] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    ignored: int = 0


def scan(root: bytes, track: Track, rules: Sequence[Rules] = ()) -> Tree:
    """Raises `BadRequest` where the root is no folder; what can't be looked at becomes a note."""
    tree = Tree(os.path.realpath(root))
    try:
        seen = os.stat(tree.root)
    except OSError as error:
        raise BadRequest(f"{os.fsdecode(root)} can't be read: {error.strerror}.", "Name a folder.") from error
    if not stat.S_ISDIR(seen.st_mode):
        raise BadRequest(f"{os.fsdecode(root)} is no folder.", "Name a folder.")
    tree.entries.append(_folder(b"", seen))
    _walk(tree, track, _with_own_rules(tree, b"", rules), {})
    return tree


def _walk(tree: Tree, track: Track, rules: Sequence[Rules], first_seen: dict[tuple[int, int], int]) -> None:
    """Without recursion, as trees may be deeper than Python likes."""
    open_folders = [(_children(tree, b""), rules)]
    while open_folders:
        children, layers = open_folders[-1]
        child = next(children, None)
        if child is None:
            open_folders.pop()
            continue
        path, seen = child.path, child.seen
        if ignore.is_ignored(path, stat.S_ISDIR(seen.st_mode), layers):
            tree.ignored += 1
        elif stat.S_ISDIR(seen.st_mode):
            tree.entries.append(_folder(path, seen))
            track.check()
            deeper = _with_own_rules(tree, path, layers)
            open_folders.append((_children(tree, path), deeper))
        else:
            _add(tree, child, first_seen)


def _children(tree: Tree, path: bytes) -> Iterator[Child]:
    prefix = path + b"/" if path else b""
    try:
        with os.scandir(os.path.join(tree.root, path)) as found:
            children = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        tree.notes.append(Note(path, f"not read: {error.strerror}"))
        return
    for entry in children:
        try:
            seen = entry.stat(follow_symlinks=False)
        except OSError as error:
            tree.notes.append(Note(prefix + entry.name, f"not read: {error.strerror}"))
        else:
            yield Child(prefix + entry.name, entry, seen)


def _with_own_rules(tree: Tree, path: bytes, layers: Sequence[Rules]) -> Sequence[Rules]:
    return [*layers, *own_rules(tree.root, path)]


def own_rules(root: bytes, path: bytes) -> list[Rules]:
    """What the folder's own file says, if it has one."""
    try:
        with open(os.path.join(root, path, ignore.FILE_NAME), "rb") as file:
            lines = file.read(ignore.MOST_RULES_BYTES).split(b"\n")
    except OSError:
        return []
    return [ignore.rules_of(lines, path + b"/" if path else b"")]


def _add(tree: Tree, child: Child, first_seen: dict[tuple[int, int], int]) -> None:
    path, entry, seen = child
    mode = seen.st_mode
    if stat.S_ISLNK(mode):
        try:
            tree.entries.append(_entry(path, Kind.SYMLINK, seen, link=os.readlink(entry.path)))
        except OSError as error:
            tree.notes.append(Note(path, f"not read: {error.strerror}"))
    elif stat.S_ISREG(mode):
        inode = (seen.st_dev, seen.st_ino)
        if seen.st_nlink > 1 and inode in first_seen:
            tree.entries.append(_entry(path, Kind.HARDLINK, seen, same_as=first_seen[inode]))
            return
        if seen.st_nlink > 1:
            first_seen[inode] = len(tree.entries)
        tree.entries.append(_entry(path, Kind.FILE, seen))
    else:
        tree.notes.append(Note(path, "left out: sockets, pipes and devices are not kept"))


def _folder(path: bytes, seen: os.stat_result) -> Seen:
    return _entry(path, Kind.FOLDER, seen)


def _entry(path: bytes, kind: int, seen: os.stat_result, link: bytes = b"", same_as: int = -1) -> Seen:
    return Seen(
        path,
        kind,
        stat.S_IMODE(seen.st_mode),
        seen.st_uid,
        seen.st_gid,
        seen.st_mtime_ns,
        seen.st_ctime_ns,
        seen.st_ino,
        seen.st_size if kind == Kind.FILE else 0,
        seen.st_blocks,
        link,
        same_as,
    )


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
