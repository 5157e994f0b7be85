"""Snapshots made by hand: packs and a manifest of what a test says, without the writer that honest ones come from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from dumont.snapstore import codec, index, repository
from dumont.snapstore.model import HOLE, Frame, Header, Kind, Manifest
from dumont.snapstore.pack import PackBuilder, PackTable, put_pack
from dumont.snapstore.repository import Repository
from tests.fakes.blobs import MemoryBlobs

MTIME = 1_700_000_000_123_456_789


@dataclass
class Node:
    """One entry of a tree."""

    kind: int = Kind.FILE
    content: bytes = b""
    holes: dict[int, int] = field(default_factory=dict)
    """Where the content is interrupted, and for how many bytes."""
    link: bytes = b""
    same: bytes = b""
    mode: int = 0o644
    mtime: int = MTIME
    uid: int = field(default_factory=os.getuid)
    gid: int = field(default_factory=os.getgid)
    xattrs: list[tuple[bytes, bytes]] = field(default_factory=list)


def folder(mode: int = 0o755, mtime: int = MTIME) -> Node:
    return Node(Kind.FOLDER, mode=mode, mtime=mtime)


def symlink(target: bytes) -> Node:
    return Node(Kind.SYMLINK, link=target, mode=0o777)


def hard_link(to: bytes) -> Node:
    return Node(Kind.HARDLINK, same=to)


def fresh(passphrase: str | None = None) -> Repository:
    return repository.create(MemoryBlobs(), passphrase)


def snapshot(made: Repository, tree: dict[bytes, Node | bytes], *, chunk: int = 64 << 10, pack: int = 1 << 20) -> str:
    """Puts it, with an index, and returns its name. Files up to a chunk's length are joined."""
    return made.put(manifest(made, tree, chunk=chunk, pack=pack))


def manifest(
    made: Repository, tree: dict[bytes, Node | bytes], *, chunk: int = 64 << 10, pack: int = 1 << 20
) -> Manifest:
    nodes = {path: Node(content=node) if isinstance(node, bytes) else node for path, node in tree.items()}
    nodes.setdefault(b"", folder())
    built = Manifest(Header(time="2026-01-31T12:00:00Z", label="box"))
    chunks = _Chunks(made, built, pack)
    order = sorted(nodes, key=lambda path: path.replace(b"/", b"\0"))
    pieces = _pieces([(path, nodes[path]) for path in order], chunk, chunks)
    for entry, path in enumerate(order):
        _add(built, path, nodes[path], pieces.get(path, []))
        if nodes[path].kind == Kind.HARDLINK:
            built.same[entry] = order.index(nodes[path].same)
    chunks.finish()
    return built


def _add(built: Manifest, path: bytes, node: Node, pieces: list[tuple[int, int, int]]) -> None:
    entry = len(built.paths)
    built.paths.append(path)
    built.kind.append(node.kind)
    built.mode.append(node.mode)
    built.uid.append(node.uid)
    built.gid.append(node.gid)
    built.mtime.append(node.mtime)
    built.ctime.append(node.mtime)
    built.inode.append(entry + 1)
    built.size.append(sum(length for _chunk, _offset, length in pieces))
    built.pieces.append(len(pieces))
    for number, offset, length in pieces:
        built.piece_chunk.append(number)
        built.piece_offset.append(offset)
        built.piece_length.append(length)
    if node.kind == Kind.SYMLINK:
        built.links[entry] = node.link
    if node.xattrs:
        built.xattrs[entry] = node.xattrs


def _pieces(
    nodes: Iterable[tuple[bytes, Node]], chunk: int, chunks: _Chunks
) -> dict[bytes, list[tuple[int, int, int]]]:
    found: dict[bytes, list[tuple[int, int, int]]] = {}
    bundle: list[tuple[bytes, bytes]] = []
    for path, node in nodes:
        if node.kind != Kind.FILE:
            continue
        if not node.holes and 0 < len(node.content) <= chunk // 2:
            bundle.append((path, node.content))
            if sum(len(content) for _path, content in bundle) >= chunk:
                _close(bundle, found, chunks)
        else:
            found[path] = _large(node, chunk, chunks)
    _close(bundle, found, chunks)
    return found


def _close(bundle: list[tuple[bytes, bytes]], found: dict[bytes, list[tuple[int, int, int]]], chunks: _Chunks) -> None:
    if not bundle:
        return
    number = chunks.add(b"".join(content for _path, content in bundle))
    offset = 0
    for path, content in bundle:
        found[path] = [(number, offset, len(content))]
        offset += len(content)
    bundle.clear()


def _large(node: Node, chunk: int, chunks: _Chunks) -> list[tuple[int, int, int]]:
    made: list[tuple[int, int, int]] = []
    ends = sorted({*node.holes, *range(chunk, len(node.content), chunk), len(node.content)})
    begin = 0
    for end in ends:
        if end > begin:
            made.append((chunks.add(node.content[begin:end]), 0, end - begin))
        if end in node.holes:
            made.append((HOLE, 0, node.holes[end]))
        begin = end
    return made


class _Chunks:
    """Packs as they fill."""

    def __init__(self, made: Repository, built: Manifest, limit: int) -> None:
        self._made, self._built, self._limit = made, built, limit
        self._known: dict[bytes, int] = {}
        self._pack = PackBuilder(made.sealer)
        self._tables: list[PackTable] = []

    def add(self, data: bytes) -> int:
        name = self._made.sealer.id_of(data)
        if name in self._known:
            return self._known[name]
        number, payload = codec.encode(data)
        sealed = self._made.sealer.seal(payload, "frame")
        built = self._built
        built.chunk_ids += name
        built.chunk_pack.append(len(self._tables))
        built.chunk_offset.append(self._pack.add(Frame(name, len(sealed), len(data), number), sealed))
        built.chunk_stored.append(len(sealed))
        built.chunk_raw.append(len(data))
        built.chunk_codec.append(number)
        self._known[name] = len(built.chunk_raw) - 1
        if self._pack.size >= self._limit:
            self._put()
        return self._known[name]

    def finish(self) -> None:
        if len(self._pack):
            self._put()
        if self._tables:
            index.put_index(self._made.blobs, self._made.sealer, self._tables)

    def _put(self) -> None:
        table, parts = self._pack.finish()
        put_pack(self._made.blobs, table, parts)
        self._tables.append(table)
        self._built.pack_names.append(bytes.fromhex(table.name))
        self._built.pack_sizes.append(table.size)
        self._pack = PackBuilder(self._made.sealer)
