"""What a manifest must not ask for: judged whole, before the first byte is written anywhere."""

from __future__ import annotations

from dumont.snapstore import native
from dumont.snapstore.errors import Hostile
from dumont.snapstore.model import HOLE, ID, MAX_CHUNK, MAX_PACK, Kind, Manifest
from dumont.snapstore.native.sound import Chunks, Entries, Pieces

LONGEST_PATH, LONGEST_PART = 65536, 255
FIRST_FRAME = 8


def refuse_unsound(manifest: Manifest) -> None:
    """Raises `Hostile`, saying what."""
    _columns_agree(manifest)
    library = native.load()
    if library is not None:
        _refuse(_unsound(library, manifest))
    else:
        _paths_stay_inside(manifest)
        _entries_make_sense(manifest)
        _pieces_lie_in_chunks(manifest)
        _chunks_lie_in_packs(manifest)
    _others_make_sense(manifest)


def _columns_agree(manifest: Manifest) -> None:
    entries = len(manifest.paths)
    of_entries = (manifest.kind, manifest.mode, manifest.uid, manifest.gid, manifest.mtime, manifest.ctime)
    for column in (*of_entries, manifest.inode, manifest.size, manifest.pieces):
        _require(len(column) == entries, "columns of entries of different length")
    pieces = len(manifest.piece_chunk)
    _require(len(manifest.piece_offset) == pieces == len(manifest.piece_length), "columns of pieces that disagree")
    _require(sum(manifest.pieces) == pieces, "entries with more or fewer pieces than there are")
    chunks = len(manifest.chunk_raw)
    for numbers in (manifest.chunk_pack, manifest.chunk_offset, manifest.chunk_stored, manifest.chunk_codec):
        _require(len(numbers) == chunks, "columns of chunks of different length")
    _require(len(manifest.chunk_ids) == chunks * ID, "chunks without an id")
    packs = manifest.pack_names
    _require(len(packs) == len(manifest.pack_sizes) and all(len(name) == ID for name in packs), "packs without a name")


def _unsound(library: native.Native, manifest: Manifest) -> str:
    """As the functions below, in a hundredth of their time."""
    paths = manifest.paths
    return library.unsound(
        Entries(b"\0".join([*paths, b""]), manifest.kind, manifest.mode, manifest.size, manifest.pieces),
        Pieces(manifest.piece_chunk, manifest.piece_offset, manifest.piece_length),
        Chunks(manifest.chunk_pack, manifest.chunk_offset, manifest.chunk_stored, manifest.chunk_raw),
        manifest.pack_sizes,
    )


def _paths_stay_inside(manifest: Manifest) -> None:
    """Parts are names; parents are folders that come before; so nothing is reached twice, or through a link."""
    if not manifest.paths:
        return
    _require(manifest.paths[0] == b"" and manifest.kind[0] == Kind.FOLDER, "no root that is a folder")
    folders, before = {b""}, b""
    for entry, path in enumerate(manifest.paths):
        if not entry:
            continue
        ordered = path.replace(b"/", b"\0")
        _require(ordered > before, "paths out of order, or one of them twice")
        before = ordered
        parent, _slash, last = path.rpartition(b"/")
        _require(parent in folders, "a path whose parent is no folder")
        _require(last not in (b"", b".", b"..") and len(last) <= LONGEST_PART, "a path that leads elsewhere")
        _require(len(path) <= LONGEST_PATH, "a path that is too long")
        if manifest.kind[entry] == Kind.FOLDER:
            folders.add(path)
    _require(not any(path.startswith(b"/") for path in manifest.paths), "a path from the root of the machine")


def _entries_make_sense(manifest: Manifest) -> None:
    _require(max(manifest.kind, default=0) <= Kind.HARDLINK, "an entry of a kind that there is not")
    _require(max(manifest.mode, default=0) <= 0o7777, "permissions that there are not")


def _pieces_lie_in_chunks(manifest: Manifest) -> None:
    chunk_of, offset_of, length_of, raw = (
        manifest.piece_chunk,
        manifest.piece_offset,
        manifest.piece_length,
        manifest.chunk_raw,
    )
    chunks, piece = len(raw), 0
    for entry, count in enumerate(manifest.pieces):
        size = 0
        for number in range(piece, piece + count):
            chunk, length = chunk_of[number], length_of[number]
            if chunk != HOLE:
                _require(chunk < chunks and offset_of[number] + length <= raw[chunk], "a piece outside of its chunk")
            _require(length > 0, "a piece of nothing")
            size += length
        piece += count
        _require(size == manifest.size[entry], "a file whose pieces don't make its size")
        _require(not count or manifest.kind[entry] == Kind.FILE, "content of what is no file")


def _chunks_lie_in_packs(manifest: Manifest) -> None:
    _require(all(size <= MAX_PACK + (1 << 20) for size in manifest.pack_sizes), "a pack that is too large")
    packs, sizes = len(manifest.pack_names), manifest.pack_sizes
    columns = zip(manifest.chunk_pack, manifest.chunk_offset, manifest.chunk_stored, manifest.chunk_raw)
    for pack, offset, stored, raw in columns:
        _require(0 < raw <= MAX_CHUNK, "a chunk of a size that chunks don't have")
        _require(
            pack < packs and FIRST_FRAME <= offset <= offset + stored <= sizes[pack], "a chunk outside of its pack"
        )


def _others_make_sense(manifest: Manifest) -> None:
    entries = len(manifest.paths)
    for entry, target in manifest.same.items():
        _require(target < entry and manifest.kind[target] == Kind.FILE, "a hard link to what is no earlier file")
    _require(all(entry < entries for entry in manifest.xattrs), "attributes of no entry")
    _require(all(0 < len(link) < LONGEST_PATH for link in manifest.links.values()), "a link to nowhere")


def _refuse(what: str) -> None:
    if what:
        raise Hostile(f"This snapshot is refused: {what}.")


def _require(holds: bool, what: str) -> None:
    if not holds:
        _refuse(what)
