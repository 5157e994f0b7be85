"""Objects of a store in a folder, as files: sent by ranges, taken whole or not at all."""

import asyncio
import fcntl
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from dumont.basics.errors import Conflict, Invalid, NotFound, Unavailable
from dumont.snapstore.blobs import checksum
from dumont.snapstore.blobs.local import HALF

AT_ONCE = 1 << 20
SENT = 256 << 10
"""Larger pieces are gone from the processor's cache when they are sent."""
TURN = 4 << 20
NOWAIT = getattr(os, "RWF_NOWAIT", 0)
RANGE = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")


class WrittenAlready(Conflict):
    code = "object_stands"
    hint = "It is never written over."


class NoSuchRange(Invalid):
    code = "range_not_there"


class Part(NamedTuple):
    """Some bytes of an object; `end` is behind the last."""

    file: BinaryIO
    start: int
    end: int
    size: int
    modified: float

    @property
    def whole(self) -> bool:
        return self.start == 0 and self.end == self.size

    async def chunks(self) -> AsyncIterator[memoryview | bytes]:
        """What lies in memory is taken at once, as a thread costs more than that; what does not is waited for in one.
        Closes the file in the end, whatever that is."""
        with self.file as file:
            at = self.start
            while at < self.end:
                chunk: memoryview | bytes = _in_memory(file.fileno(), at, min(SENT, self.end - at))
                if not chunk:
                    chunk = await asyncio.to_thread(os.pread, file.fileno(), min(AT_ONCE, self.end - at), at)
                if not chunk:
                    return
                at += len(chunk)
                yield chunk
                if at // TURN > (at - len(chunk)) // TURN:  # a fast reader must not keep all others waiting
                    await asyncio.sleep(0)


def opened(path: Path, wanted: str | None) -> Part:
    """Blocking. `wanted` is what the header `Range` says."""
    try:
        file = path.open("rb", buffering=0)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound("There is no such object.", code="object_missing") from None
    known = os.fstat(file.fileno())
    try:
        return Part(file, *range_of(wanted, known.st_size), known.st_size, known.st_mtime)
    except NoSuchRange:
        file.close()
        raise


def _in_memory(handle: int, at: int, size: int) -> memoryview:
    """Nothing where it would have to be waited for, or where that can't be known."""
    if not NOWAIT:
        return memoryview(b"")
    room = bytearray(size)
    try:
        return memoryview(room)[: os.preadv(handle, [room], at, NOWAIT)]
    except OSError:  # not there now, or a file system that doesn't know how to say so
        return memoryview(b"")


async def take(
    path: Path, size: int, body: AsyncIterator[bytes], *, once: bool, headers: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Written beside its place and moved there when all of it has come, with the checksum that the headers tell: a
    reader never sees half of it."""
    half = path.with_name(f"{HALF}{secrets.token_hex(8)}")
    file = await asyncio.to_thread(_begun, half)
    try:
        await _fill(file, size, body, *checksum.asked(headers))
        await asyncio.to_thread(_finish, file, half, path, once)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unavailable(f"The object could not be kept: {why}.", code="store_refused") from error
    finally:
        file.close()
        with suppress(OSError):
            half.unlink()


def delete(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _fill(
    file: BinaryIO, size: int, body: AsyncIterator[bytes], counter: Callable[[bytearray, int], int], told: str | None
) -> None:
    came, waiting, crc = 0, bytearray(), 0

    def keep(data: bytearray) -> int:
        _write(file, data)
        return counter(data, crc) if told is not None else 0

    async for chunk in body:
        came += len(chunk)
        if came > size:
            break
        waiting += chunk
        if len(waiting) >= AT_ONCE:
            crc = await asyncio.to_thread(keep, waiting)
            waiting = bytearray()
    if came != size:
        raise Invalid(f"The object has not the {size} bytes for which this address is.", code="wrong_size")
    crc = await asyncio.to_thread(keep, waiting)
    if told is not None and not checksum.is_so(told, crc):
        raise Invalid("The object has changed on its way.", code="wrong_checksum")


def range_of(wanted: str | None, size: int) -> tuple[int, int]:
    """Of what has this size, by the header `Range`: all of it where that asks for nothing that is understood."""
    found = RANGE.fullmatch(wanted.strip()) if wanted else None
    if found is None or found[1] is found[2] is None:
        return 0, size
    if found[1] is None:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    if start >= end:
        raise NoSuchRange(f"The object has {size} bytes.")
    return start, end


def _begun(half: Path) -> BinaryIO:
    _make(half.parent)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)  # by which others know that its writer lives
    return os.fdopen(handle, "wb", buffering=0)


def _write(file: BinaryIO, data: bytearray) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _finish(file: BinaryIO, half: Path, path: Path, once: bool) -> None:
    os.fsync(file.fileno())
    if not once:
        half.replace(path)
    else:
        try:
            path.hardlink_to(half)
        except FileExistsError:
            if not _equal(path, half):
                raise WrittenAlready("This object is there already, and is another one.") from None
    _sync(path.parent)


def _equal(one: Path, other: Path) -> bool:
    with one.open("rb", buffering=0) as its, other.open("rb", buffering=0) as ours:
        if os.fstat(its.fileno()).st_size != os.fstat(ours.fileno()).st_size:
            return False
        while block := ours.read(AT_ONCE):
            if its.read(AT_ONCE) != block:
                return False
    return True


def _make(folder: Path) -> None:
    """So that it stands a power failure: what is written into it later could not be found else."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
