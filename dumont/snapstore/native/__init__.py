"""The compiled half of the engine, where it was built: loaded by ctypes, and never needed."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Union

from dumont.snapstore.native import library as library_file
from dumont.snapstore.native.library import FILE, open_library
from dumont.snapstore.native.matching import Rows, State, aligned, judged, matched
from dumont.snapstore.native.memory import Lent
from dumont.snapstore.native.sound import Chunks, Entries, Pieces, what_is_wrong
from dumont.snapstore.native.system_zstd import system_zstd
from dumont.snapstore.native.tree import Tree
from dumont.snapstore.native.wanting import Lists, want

Buffer = Union[bytes, bytearray, memoryview]
PLAIN, AVX2, AVX512 = 0, 1, 2
GOOD, DAMAGED, OTHER_NAME, NOT_HERE = 0, 1, 2, 3
"""Why `decode_frames` stopped; the last: only Python can read this one."""
NO_CODEC = 255
"""What `encode_frames` says of a chunk that only Python can compress."""
_ZSTD_FUNCTIONS = (
    "ZSTD_createCCtx",
    "ZSTD_createDCtx",
    "ZSTD_CCtx_setParameter",
    "ZSTD_compress2",
    "ZSTD_decompressDCtx",
    "ZSTD_isError",
    "ZSTD_freeCCtx",
    "ZSTD_freeDCtx",
)


def load() -> Native | None:
    """The library, or nothing where it was not built; whoever asks has another way."""
    if not _loaded:
        library = open_library(Path(__file__).parent / FILE)
        _loaded.append(None if library is None else Native(library))
    return _loaded[0]


def why_not() -> str:
    """Why there is no library; nothing where there is."""
    return library_file.why_not(Path(__file__).parent / FILE)


class Probe(NamedTuple):
    fill: bool
    bits: tuple[float, ...]
    """Bits for each byte as one stream, and in planes of stride 2, 4 and 8; of a sample."""


class Frames(NamedTuple):
    """Frames in one buffer, in columns, and where each shall be decoded to."""

    at: array[int]
    """`Q`, as `places`; lengths are `I`."""
    stored: array[int]
    raw: array[int]
    codecs: Buffer
    places: array[int]
    names: Buffer | None = None
    """What each is held against: 32 bytes of hash, end to end."""


class Native(Tree):
    """Everything that is done for many at once, without the interpreter's lock."""

    def __init__(self, library: ctypes.CDLL) -> None:
        super().__init__(library)
        self.blake3 = Blake3(library)
        self.has_zstd = self._lend_zstd()

    def level(self, most: int = AVX512) -> int:
        """Chooses what the processor may be asked for, at most, and says what it can."""
        return int(self._library.dumont_level(most))

    def cuts(self, data: Buffer, gear: Sequence[int], params: Sequence[int], *, first: bool = False) -> list[int]:
        """The ends of chunks; `chunker.cuts` is what you want."""
        lent, table = Lent(data), (ctypes.c_uint64 * 256)(*gear)
        ends = (ctypes.c_uint64 * (1 if first else lent.size // params[0] + 1))()
        found = self._library.dumont_cuts(lent.address, lent.size, table, *params, ends, len(ends))
        return list(ends[:found])

    def matched(self, now: Rows, before: Rows) -> array[int]:
        """Where each entry of a tree stood before, if it is unchanged; `before.unchanged` is what you want."""
        return matched(self._library, now, before)

    def aligned(self, now: Sequence[bytes], before: Sequence[bytes]) -> array[int]:
        """For each path, in the order of manifests, its number among the others; or -1."""
        return aligned(self._library, now, before)

    def judged(self, wanted: State, seen: State, entries: array[int], at: array[int], *, owners: bool) -> bytearray:
        """What to do about each of these entries; `survey` is what you want."""
        return judged(self._library, wanted, seen, entries, at, owners=owners)

    def want(self, files: array[int], starts: array[int], pieces: Pieces, into: Lists) -> None:
        """What a restore waits for; `plan.Uses` is what you want."""
        want(self._library, files, starts, pieces, into)

    def unsound(self, entries: Entries, pieces: Pieces, chunks: Chunks, pack_sizes: array[int]) -> str:
        """What a manifest must not ask for, and does; `soundness.refuse_unsound` is what you want."""
        return what_is_wrong(self._library, entries, pieces, chunks, pack_sizes)

    def crc32c(self, data: Buffer, before: int = 0) -> int:
        lent = Lent(data)
        return int(self._library.dumont_crc32c(before, lent.address, lent.size))

    def names(self, data: Buffer, begins: array[int], sizes: array[int], key: bytes | None = None) -> bytes:
        """The hashes of ranges of one buffer (arrays of `Q`), end to end; keyed ones with a key."""
        lent, out = Lent(data), ctypes.create_string_buffer(32 * len(begins))
        _same(len(begins), sizes)
        if any(begin + size > lent.size for begin, size in zip(begins, sizes)):
            raise ValueError("a range ends behind the buffer")
        self._library.dumont_blake3_each(
            lent.address, len(begins), _address(begins, "Q"), _address(sizes, "Q"), _key(key), out
        )
        return out.raw

    def probe(self, data: Buffer) -> Probe:
        lent, found = Lent(data), (ctypes.c_uint32 * 5)()
        self._library.dumont_probe(lent.address, lent.size, found)
        return Probe(bool(found[0]), tuple(bits / 1024 for bits in found[1:]))

    def planes_encode(self, data: Buffer, stride: int) -> bytes:
        lent = Lent(data)
        room = ctypes.create_string_buffer(self.room(lent.size))
        made = self._library.dumont_planes_encode(lent.address, lent.size, stride, room, len(room))
        if not made:
            raise MemoryError("no room to work in")
        return room.raw[:made]

    def planes_decode(self, payload: Buffer, out: memoryview) -> bool:
        """Fills `out`; says whether the payload was sound."""
        lent, target = Lent(payload), Lent(out, writable=True)
        return bool(self._library.dumont_planes_decode(lent.address, lent.size, target.address, target.size))

    def room(self, size: int) -> int:
        """What a chunk of this size needs while it is coded."""
        return int(self._library.dumont_room(size))

    def encode_frames(
        self,
        data: Buffer,
        begins: array[int],
        sizes: array[int],
        out: memoryview,
        places: array[int],
        *,
        hint: int = 0,
        quality: int = 2,
    ) -> tuple[array[int], bytearray]:
        """Stored lengths (`I`) and codecs of ranges of one buffer. Each payload lies at its place in `out`, with
        `room(size)` bytes up to the next place (there is one more of these than ranges); a raw one's is the data."""
        lent, target, count = Lent(data), Lent(out, writable=True), len(begins)
        _same(count, sizes)
        _same(count + 1, places)
        for i in range(count):
            if begins[i] + sizes[i] > lent.size or places[i + 1] > target.size or places[i] > places[i + 1]:
                raise ValueError("a range ends behind the buffer, or a place behind the room")
            if not 0 < sizes[i] <= 1 << 30:
                raise ValueError("a chunk has to have a length")
        stored, codecs = array("I", bytes(4 * count)), bytearray(count)
        lent_codecs = Lent(codecs, writable=True)
        self._library.dumont_encode_frames(
            lent.address,
            count,
            _address(begins, "Q"),
            _address(sizes, "Q"),
            hint,
            quality,
            target.address,
            _address(places, "Q"),
            _address(stored, "I"),
            lent_codecs.address,
        )
        return stored, codecs

    def decode_frames(
        self, buffer: Buffer, frames: Frames, out: memoryview, *, key: bytes | None = None, first: int = 0
    ) -> tuple[int, int]:
        """From frame `first` on. The number of the first that is not good and why, or the count and `GOOD`."""
        source, target, kinds = Lent(buffer), Lent(out, writable=True), Lent(frames.codecs)
        count, why = len(frames.at), ctypes.c_int(0)
        for column in (frames.stored, frames.raw, frames.places):
            _same(count, column)
        names = None if frames.names is None else Lent(frames.names)
        if kinds.size != count or (names is not None and names.size != 32 * count):
            raise ValueError("columns of different lengths")
        stopped = self._library.dumont_decode_frames(
            source.address,
            source.size,
            first,
            count,
            _address(frames.at, "Q"),
            _address(frames.stored, "I"),
            _address(frames.raw, "I"),
            kinds.address,
            target.address,
            target.size,
            _address(frames.places, "Q"),
            None if names is None else names.address,
            _key(key),
            ctypes.byref(why),
        )
        return int(stopped), why.value

    def _lend_zstd(self) -> bool:
        system = system_zstd()
        if system is None or not all(hasattr(system, name) for name in _ZSTD_FUNCTIONS):
            return False
        functions = [ctypes.cast(getattr(system, name), ctypes.c_void_p).value for name in _ZSTD_FUNCTIONS]
        self._library.dumont_zstd((ctypes.c_void_p * len(functions))(*functions))
        self._system_zstd = system  # lives as long as its functions may be called
        return True


class Blake3:
    """One of the ways of `hashing`."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def digest(self, data: Buffer) -> bytes:
        return self._made(data, None)

    def keyed(self, key: bytes, data: Buffer) -> bytes:
        return self._made(data, _key(key))

    def derive(self, context: str, key: bytes) -> bytes:
        words, out = context.encode(), ctypes.create_string_buffer(32)
        self._library.dumont_blake3_derive(words, len(words), bytes(key), len(key), out)
        return out.raw

    def hasher(self) -> Hasher:
        return Hasher(self._library)

    def _made(self, data: Buffer, key: bytes | None) -> bytes:
        out = ctypes.create_string_buffer(32)
        if isinstance(data, bytes):
            self._library.dumont_blake3(data, len(data), key, out)
        else:
            lent = Lent(data)
            self._library.dumont_blake3(lent.address, lent.size, key, out)
        return out.raw


class Hasher:
    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._state = ctypes.create_string_buffer(library.dumont_hasher_size() + 8)
        library.dumont_hasher_start(self._state)

    def update(self, data: Buffer) -> None:
        lent = Lent(data)
        self._library.dumont_hasher_update(self._state, lent.address, lent.size)

    def digest(self) -> bytes:
        out = ctypes.create_string_buffer(32)
        self._library.dumont_hasher_digest(self._state, out)
        return out.raw


def _key(key: bytes | None) -> bytes | None:
    if key is not None and len(key) != 32:
        raise ValueError("a key has 32 bytes")
    return key


def _same(count: int, column: array[int]) -> None:
    if len(column) != count:
        raise ValueError("columns of different lengths")


def _address(column: array[int], kind: str) -> int:
    if column.typecode != kind:
        raise ValueError(f"a column of {kind} was wanted, and one of {column.typecode} came")
    return column.buffer_info()[0]


_loaded: list[Native | None] = []
