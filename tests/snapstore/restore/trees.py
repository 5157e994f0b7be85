"""Trees in memory and on the disk, and what is to be told of either so that they can be compared."""

from __future__ import annotations

import os
import random
import stat
from pathlib import Path

from dumont.snapstore.model import Kind
from tests.build.snapstore import MTIME, Node, folder, hard_link, symlink

Look = tuple[str, int, int, bytes]


def mixed(seed: int = 1, files: int = 60) -> dict[bytes, Node | bytes]:
    """A bit of everything that trees have."""
    chance = random.Random(seed)
    tree: dict[bytes, Node | bytes] = {
        b"": folder(0o750),
        b"code": folder(),
        b"code/deep": folder(0o500),
        b"code/deep/empty": b"",
        b"code/odd \xff\nname": Node(content=b"odd", mode=0o4711, mtime=MTIME + 1),
        b"code/twin": hard_link(b"code/odd \xff\nname"),
        b"empty folder": folder(0o700, MTIME - 5),
        b"link": symlink(b"/etc/passwd"),
        b"loop": symlink(b"loop"),
        b"models": folder(),
        b"models/large": Node(content=chance.randbytes(900_000)),
        b"models/sparse": Node(content=chance.randbytes(70_000), holes={0: 1 << 20, 40_000: 1 << 20, 70_000: 5000}),
        b"models/zeros": Node(holes={0: 3 << 20}),
        b"models/text": Node(content=b"all work and no play " * 20_000),
    }
    for number in range(files):
        tree[b"code/file %d" % number] = chance.randbytes(chance.randrange(1, 9000))
    return tree


def drawn(tree: dict[bytes, Node | bytes]) -> dict[bytes, Look]:
    """What a restore must make of it."""
    nodes = {path: Node(content=node) if isinstance(node, bytes) else node for path, node in tree.items()}
    return {path: _drawn(nodes[nodes[path].same] if nodes[path].same else nodes[path]) for path in nodes}


def seen(root: Path) -> dict[bytes, Look]:
    """What is there."""
    found = {b"": _seen(root)}
    for above, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(above) / name
            found[os.fsencode(path.relative_to(root))] = _seen(path)
    return found


def content(node: Node) -> bytes:
    made, place = [], 0
    for at, length in sorted(node.holes.items()):
        made += [node.content[place:at], bytes(length)]
        place = at
    return b"".join([*made, node.content[place:]])


def _drawn(node: Node) -> Look:
    if node.kind == Kind.SYMLINK:
        return "link", 0o777, node.mtime, node.link
    if node.kind == Kind.FOLDER:
        return "folder", node.mode, node.mtime, b""
    return "file", node.mode, node.mtime, content(node)


def _seen(path: Path) -> Look:
    known = path.lstat()
    mode = stat.S_IMODE(known.st_mode)
    if stat.S_ISLNK(known.st_mode):
        return "link", mode, known.st_mtime_ns, os.fsencode(path.readlink())
    if stat.S_ISDIR(known.st_mode):
        return "folder", mode, known.st_mtime_ns, b""
    return "file", mode, known.st_mtime_ns, path.read_bytes()


def damage(path: Path) -> None:
    """So that size and time don't tell."""
    known = path.stat()
    with path.open("r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
