"""A second reader of snapshot repositories in folders, written from FORMAT.md alone to prove that it is enough."""

import base64
import json
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import zstandard
from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

CIPHERS: dict[str, type[AESGCM | ChaCha20Poly1305]] = {"aes-256-gcm": AESGCM, "chacha20-poly1305": ChaCha20Poly1305}
CHUNK_MAX, HEADER_MAX, HOLE = 8 << 20, 1 << 20, 0xFFFFFFFF
FILE, FOLDER, SYMLINK, HARDLINK = range(4)
ROW = struct.Struct("<32sIIB")
Row = tuple[bytes, int, int, int]  # id, stored length, raw length, codec


class Refused(Exception):
    """Something here is not as the format says."""


def need(truth: object, what: str) -> None:
    if not truth:
        raise Refused(what)


class Reader:
    """One repository: `Reader(folder, passphrase).snapshots()`, then `.restore(name, target)`."""

    def __init__(self, folder: Path, passphrase: str | None = None) -> None:
        self.folder = folder
        config = _understood(json.loads((folder / "config").read_bytes()))
        self.opened: Callable[[bytes, str], bytes] = lambda sealed, _purpose: sealed
        self.chunk_id: Callable[[bytes], bytes] = lambda data: blake3(data).digest()
        if config["encryption"] is not None:
            self._unlock(config["encryption"], passphrase or "")
        self.rows_of, self.data_of = lru_cache(64)(self._rows_of), lru_cache(16)(self._data_of)

    def snapshots(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and headers, oldest first."""
        found = [(name, self.manifest(name).header) for name in self._names("snapshots")]
        return sorted(found, key=lambda one: (one[1]["time"], one[0]))

    def manifest(self, name: str) -> "Manifest":
        return Manifest(self._named("snapshots/" + name), self.opened)

    def hot(self, label: str) -> list[bytes]:
        sealed = (self.folder / "hot" / blake3(label.encode()).hexdigest()).read_bytes()
        return self.opened(sealed, "hot").split(b"\0")[:-1]

    def restore(self, name: str, target: Path) -> None:
        manifest = self.manifest(name)
        manifest.check()
        Restored(self, manifest, target).write()

    def chunk(self, manifest: "Manifest", number: int) -> bytes:
        row, pack, size, offset = manifest.chunk(number)
        if not self._pack(pack).exists():
            return self.data_of(*self._elsewhere(row[0]))
        need(self._pack(pack).stat().st_size == size, "a pack of another size")
        return self.data_of(pack, offset, row)

    def _unlock(self, how: dict[str, Any], passphrase: str) -> None:
        need(how["cipher"] in CIPHERS and how["kdf"] == "argon2id", "an unknown cipher or kdf")
        cipher, salt, wrapped = CIPHERS[how["cipher"]], base64.b64decode(how["salt"]), base64.b64decode(how["wrapped"])
        costs = {"iterations": how["time"], "lanes": how["lanes"], "memory_cost": how["memory_kib"]}
        key = Argon2id(salt=salt, length=32, **costs).derive(passphrase.encode())
        master = _opener(cipher(key))(wrapped, "key")
        seal = blake3(master, derive_key_context="dumont snapstore 2026 seal").digest()
        naming = blake3(master, derive_key_context="dumont snapstore 2026 name").digest()
        self.opened = _opener(cipher(seal))
        self.chunk_id = lambda data: blake3(data, key=naming).digest()

    def _names(self, room: str) -> list[str]:
        place = self.folder / room
        return sorted(one.name for one in place.glob("*") if re.fullmatch("[0-9a-f]{64}", one.name))

    def _named(self, name: str) -> bytes:
        data = (self.folder / name).read_bytes()
        need(blake3(data).hexdigest() == name[-64:], f"{name} is not what its name says")
        return data

    def _pack(self, name: str) -> Path:
        return self.folder / "packs" / name[:2] / name

    def _rows_of(self, name: str) -> dict[int, Row]:
        """The table of a pack: its rows by the places of their frames."""
        data = self._pack(name).read_bytes()
        start = len(data) - 12 - int.from_bytes(data[-12:-8], "little")
        need(data[:8] == b"DPACK1\r\n" and data[-8:] == b"DPEND1\r\n" and start >= 8, "not a pack")
        need(len(data) <= 64 << 20 and blake3(data[start:-12]).hexdigest() == name, "not the pack of this name")
        placed = _placed(self.opened(data[start:-12], "table"))
        need(sum(row[1] for _, row in placed) == start - 8, "frames that don't fill the pack")
        return dict(placed)

    def _elsewhere(self, chunk_id: bytes) -> tuple[str, int, Row]:
        """Where else a chunk lies whose pack is gone, as the indexes tell."""
        for index in self._names("index"):
            data = self._named("index/" + index)
            need(data[:8] == b"DINDX1\r\n", "not an index")
            for name, rows in _packs_of_index(self.opened(data[8:], "index")):
                for offset, row in rows:
                    if row[0] == chunk_id and self._pack(name).exists():
                        return name, offset, row
        raise Refused("a chunk is nowhere")

    def _data_of(self, pack: str, offset: int, row: Row) -> bytes:
        need(self.rows_of(pack).get(offset) == row, "the pack's table tells another frame")
        with self._pack(pack).open("rb") as file:
            file.seek(offset)
            data = decoded(self.opened(file.read(row[1]), "frame"), row[3], row[2])
        need(self.chunk_id(data) == row[0], "a chunk is not what its id says")
        return data


def _understood(header: dict[str, Any]) -> dict[str, Any]:
    need(header["format"] <= 1, f"format {header['format']} is newer than this reader")
    need(not header["needs"], f"this reader doesn't know {header['needs']}")
    return header


def _opener(cipher: AESGCM | ChaCha20Poly1305) -> Callable[[bytes, str], bytes]:
    def opened(sealed: bytes, purpose: str) -> bytes:
        try:
            return cipher.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Refused(f"not sealed by this key as {purpose}") from error

    return opened


def _placed(table: bytes) -> list[tuple[int, Row]]:
    need(len(table) % ROW.size == 0, "half a row")
    rows = list(ROW.iter_unpack(table))
    return list(zip(accumulate((row[1] for row in rows), initial=8), rows, strict=False))


def _packs_of_index(data: bytes) -> Iterator[tuple[str, list[tuple[int, Row]]]]:
    (count,), at = struct.unpack_from("<I", data), 4
    for _ in range(count):
        name, _size, frames = struct.unpack_from("<32sQI", data, at)
        end = at + 44 + frames * ROW.size
        need(end <= len(data), "half an index")
        yield name.hex(), _placed(data[at + 44 : end])
        at = end
    need(at == len(data), "more than the index tells")


def decoded(payload: bytes, codec: int, raw: int) -> bytes:
    need(codec < len(DECODERS) and 0 < raw <= CHUNK_MAX, "an unknown codec, or a chunk of no lawful size")
    try:
        data = DECODERS[codec](payload, raw)
    except (struct.error, zlib.error, zstandard.ZstdError, IndexError, StopIteration) as error:
        raise Refused(f"a damaged frame: {error}") from error
    need(len(data) == raw, "a frame of another length")
    return data


def _zstd(payload: bytes, raw: int) -> bytes:
    need(zstandard.frame_content_size(payload) in (-1, raw), "a frame that says another length")
    return zstandard.ZstdDecompressor().decompress(payload, max_output_size=raw, allow_extra_data=False)


def _deflate(payload: bytes, raw: int) -> bytes:
    stream = zlib.decompressobj(-15)
    data = stream.decompress(payload, raw + 1)
    need(stream.eof and not stream.unused_data, "a stream that doesn't end where it should")
    return data


def _fill(payload: bytes, raw: int) -> bytes:
    need(len(payload) == 1, "more than one byte to fill with")
    return payload * raw


def _planes(payload: bytes, raw: int) -> bytes:
    stride = payload[0]
    need(stride in (2, 4, 8), "an unknown stride")
    count, rest = divmod(raw, stride)
    data, at = bytearray(raw), 1
    for plane in range(stride):
        mode, length = struct.unpack_from("<BI", payload, at)
        part = payload[at + 5 : at + 5 + length]
        at += 5 + length
        need(mode in (0, 1, 2) and len(part) == length, "half a plane")
        values = (lambda part, _n: part, _fill, _rans)[mode](part, count)
        need(len(values) == count, "a plane of another length")
        data[plane : count * stride : stride] = values
    need(len(payload) == at + rest, "planes that don't end where they should")
    data[count * stride :] = payload[at:]
    return bytes(data)


def _rans(data: bytes, count: int) -> bytes:
    present = [v for v in range(256) if data[v // 8] >> v % 8 & 1]
    freqs = struct.unpack_from(f"<{len(present)}H", data, 32)
    need(sum(freqs) == 4096 and all(1 <= freq <= 4095 for freq in freqs), "frequencies that can't be")
    slots = [(v, freq, place) for v, freq in zip(present, freqs, strict=True) for place in range(freq)]
    states = list(struct.unpack_from("<32I", data, 32 + 2 * len(present)))
    words, out = struct.iter_unpack("<H", data[160 + 2 * len(present) :]), bytearray(count)
    need(min(states) >= 65536, "a state out of range")
    for i in range(count):
        x = states[i & 31]
        out[i], freq, place = slots[x & 4095]
        x = freq * (x >> 12) + place
        states[i & 31] = x if x >= 65536 else x << 16 | next(words)[0]
    need(next(words, None) is None and set(states) == {65536}, "states that don't end where they began")
    return bytes(out)


DECODERS: tuple[Callable[[bytes, int], bytes], ...] = (lambda payload, _raw: payload, _zstd, _deflate, _planes, _fill)

COLUMNS = {  # of each thing, with the letters of struct; z is for strings with a zero byte behind
    "entry": "path:z kind:B mode:I uid:I gid:I mtime:q ctime:q inode:Q size:Q pieces:I",
    "link": "link:z",
    "same": "same:I",
    "attribute": "xattr_entry:I xattr_name:z xattr_length:I",
    "byte": "xattr_value:B",
    "piece": "piece_chunk:I piece_offset:I piece_length:Q",
    "chunk": "chunk_id:32s chunk_pack:I chunk_offset:I chunk_stored:I chunk_raw:I chunk_codec:B",
    "pack": "pack_name:32s pack_size:Q",
}
LETTERS = dict(one.split(":") for columns in COLUMNS.values() for one in columns.split())


class Manifest:
    """One snapshot: its header and its columns."""

    def __init__(self, data: bytes, opened: Callable[[bytes, str], bytes]) -> None:
        need(data[:8] == b"DSNAP1\r\n", "not a manifest")
        at = 12 + int.from_bytes(data[8:12], "little")
        self.header = _understood(json.loads(opened(data[12:at], "header")))
        self.column: dict[str, list[Any]] = {name: [] for name in LETTERS}
        for name, codec, stored, raw in self.header["columns"]:
            part = data[at : at + stored]
            at += stored
            if name in LETTERS:
                self.column[name] = _column(opened(part, "column"), codec, raw, LETTERS[name])
        need(at == len(data), "columns that don't fill the manifest")
        self.count = {thing: len(self.column[columns.partition(":")[0]]) for thing, columns in COLUMNS.items()}

    def check(self) -> None:
        """Everything that can be refused before a byte is written."""
        column, count = self.column, self.count
        for thing, columns in COLUMNS.items():
            for name in (one.partition(":")[0] for one in columns.split()):
                need(len(column[name]) == count[thing], f"columns whose lengths disagree: {name}")
        self._check_paths()
        self._check_kinds()
        self._check_pieces()
        self._check_chunks()
        need(max(column["xattr_entry"], default=-1) < count["entry"], "an attribute of nothing")
        need(sum(column["xattr_length"]) == count["byte"], "attributes that don't sum up")

    def pieces(self, start: int, count: int) -> list[tuple[int, int, int]]:
        names = ("piece_chunk", "piece_offset", "piece_length")
        return list(zip(*(self.column[name][start : start + count] for name in names), strict=True))

    def chunk(self, number: int) -> tuple[Row, str, int, int]:
        """Its row, the name and the size of its pack, and its place in there."""
        names = ("id", "stored", "raw", "codec", "pack", "offset")
        identity, stored, raw, codec, pack, offset = (self.column["chunk_" + name][number] for name in names)
        need(pack < self.count["pack"], "a pack that isn't there")
        name, size = self.column["pack_name"][pack].hex(), self.column["pack_size"][pack]
        return (identity, stored, raw, codec), name, size, offset

    def xattrs(self, entry: int) -> Iterator[tuple[bytes, bytes]]:
        names, lengths, at = self.column["xattr_name"], self.column["xattr_length"], 0
        for of, name, length in zip(self.column["xattr_entry"], names, lengths, strict=True):
            if of == entry:
                yield name, bytes(self.column["xattr_value"][at : at + length])
            at += length

    def _check_paths(self) -> None:
        before: dict[bytes, int] = {}
        paths = self.column["path"]
        for path, kind in zip(paths, self.column["kind"], strict=True):
            need(path not in before and (path or kind == FOLDER), "two equal paths, or a root that is no folder")
            if path:
                lawful = all(0 < len(part) < 256 and part not in (b".", b"..") for part in path.split(b"/"))
                need(lawful and len(path) <= 65536, f"no lawful path: {path!r}")
                need(before.get(path.rpartition(b"/")[0]) == FOLDER, f"no folder around {path!r}")
            before[path] = kind
        need(paths == sorted(paths, key=lambda path: path.split(b"/") if path else []), "paths out of order")

    def _check_kinds(self) -> None:
        kinds, modes, links, same = (self.column[name] for name in ("kind", "mode", "link", "same"))
        need(max(kinds, default=0) <= HARDLINK and max(modes, default=0) <= 0o7777, "an unknown kind or mode")
        need(kinds.count(SYMLINK) == len(links) and all(0 < len(one) < 65536 for one in links), "links that don't fit")
        hard = [i for i, kind in enumerate(kinds) if kind == HARDLINK]
        need(len(hard) == len(same), "hard links that don't fit")
        for i, first in zip(hard, same, strict=True):
            need(first < i and kinds[first] == FILE, "a hard link to anything but an earlier file")

    def _check_pieces(self) -> None:
        column, at = self.column, 0
        for kind, count, size in zip(column["kind"], column["pieces"], column["size"], strict=True):
            need(kind == FILE or (count == 0 and size == 0), "content of what is no file")
            need(sum(column["piece_length"][at : at + count]) == size, "pieces that don't sum up")
            at += count
        need(at == self.count["piece"], "pieces of no file")
        for chunk, offset, length in self.pieces(0, at):
            need(length > 0 and (chunk == HOLE or chunk < self.count["chunk"]), "a piece of nothing")
            need(offset <= (0 if chunk == HOLE else column["chunk_raw"][chunk] - length), "a piece out of its chunk")

    def _check_chunks(self) -> None:
        for number in range(self.count["chunk"]):
            (_, stored, raw, codec), _, size, offset = self.chunk(number)
            need(offset >= 8 and offset + stored <= size - 12, "a chunk outside of its pack")
            need(0 < raw <= CHUNK_MAX and codec < len(DECODERS), "a chunk that can't be")


def _column(part: bytes, codec: str, raw: int, letter: str) -> list[Any]:
    need(codec in ("raw", "deflate"), "a column of an unknown codec")
    data = part if codec == "raw" else _deflate(part, raw)
    need(len(data) == raw, "a column of another length")
    if letter == "z":
        need(not data or data[-1] == 0, "no zero byte behind the last")
        return data.split(b"\0")[:-1]
    need(len(data) % struct.calcsize("<" + letter) == 0, "half a number")
    return [value for (value,) in struct.iter_unpack("<" + letter, data)]


class Restored:
    """A tree as it is written: into a folder that is new or empty, following no symbolic link below it."""

    def __init__(self, reader: Reader, manifest: Manifest, target: Path) -> None:
        self.reader, self.manifest, self.column = reader, manifest, manifest.column
        target.mkdir(exist_ok=True)
        need(not any(target.iterdir()), "the target is not empty")
        self.root = os.open(target, os.O_RDONLY | os.O_DIRECTORY)

    def write(self) -> None:
        paths, kinds, links, same = (self.column[name] for name in ("path", "kind", "link", "same"))
        link, first, at = iter(links), iter(same), 0
        for path, kind, count in zip(paths, kinds, self.column["pieces"], strict=True):
            with self._around(path) as (folder, name):
                if kind == FILE:
                    self._file(folder, name, self.manifest.pieces(at, count))
                elif kind == SYMLINK:
                    os.symlink(next(link), name, dir_fd=folder)
                elif kind == HARDLINK:
                    self._hard_link(folder, name, paths[next(first)])
                elif path:
                    os.mkdir(name, 0o700, dir_fd=folder)
            at += count
        for i in reversed(range(len(paths))):  # what is in a folder before the folder
            if kinds[i] != HARDLINK:
                self._dress(i)
        os.close(self.root)

    @contextmanager
    def _around(self, path: bytes) -> Iterator[tuple[int, bytes]]:
        """The folder around a path, opened part by part, and the name in it."""
        *above, name = path.split(b"/")
        folder = os.dup(self.root)
        try:
            for part in above:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder, name or b"."
        finally:
            os.close(folder)

    def _file(self, folder: int, name: bytes, pieces: list[tuple[int, int, int]]) -> None:
        new = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        with os.fdopen(new, "wb") as file:
            for chunk, offset, length in pieces:
                if chunk == HOLE:
                    file.seek(length, os.SEEK_CUR)
                else:
                    file.write(self.reader.chunk(self.manifest, chunk)[offset : offset + length])
            file.truncate()

    def _hard_link(self, folder: int, name: bytes, same: bytes) -> None:
        with self._around(same) as (other, first):
            os.link(first, name, src_dir_fd=other, dst_dir_fd=folder, follow_symlinks=False)

    def _dress(self, i: int) -> None:
        value = {name: self.column[name][i] for name in ("kind", "mode", "uid", "gid", "mtime")}
        with self._around(self.column["path"][i]) as (folder, name):
            if os.geteuid() == 0:
                os.chown(name, value["uid"], value["gid"], dir_fd=folder, follow_symlinks=False)
            for key, data in self.manifest.xattrs(i):
                os.setxattr(b"/proc/self/fd/%d/%s" % (folder, name), key, data, follow_symlinks=False)
            if value["kind"] != SYMLINK:
                os.chmod(name, value["mode"], dir_fd=folder)
            os.utime(name, ns=(value["mtime"], value["mtime"]), dir_fd=folder, follow_symlinks=False)
