"""The body of a request: plain or in Amazon's chunks, to a file, checked against what was said of it."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dumont.simulators.s3.answers import Refused
from dumont.simulators.s3.wire import Request, Wire

CHECKSUM = "x-amz-checksum-"
SMALL = 1 << 20
"""Up to here everything is checked; beyond, only what is cheap."""


@dataclass(frozen=True, slots=True)
class Care:
    """How much of the CPU goes into checking what comes in."""

    md5: bool = True
    """Whether an ETag is the content's MD5."""
    checked_up_to: int = SMALL
    crc32c: Callable[[bytes | memoryview, int], int] | None = None
    """A quick one `(data, crc so far)`, where somebody has it: then bodies of all sizes are checked by it."""


@dataclass(slots=True)
class Saved:
    size: int
    md5: str
    checksums: dict[str, str]


def save(wire: Wire, request: Request, path: Path, care: Care) -> Saved:
    """Raises what Amazon would where the body is not what was said; then the file is gone."""
    trailers: dict[str, str] = {}
    sums = _Sums(_length(request), care)
    try:
        with path.open("wb", buffering=0) as target:
            for piece in body(wire, request, trailers):
                target.write(piece)
                sums.update(piece)
        told = {name: text for name, text in {**request.headers, **trailers}.items() if name.startswith(CHECKSUM)}
        sums.check(request, {name.removeprefix(CHECKSUM): text for name, text in told.items()})
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Saved(sums.size, sums.md5, {k: v for k, v in told.items() if k.removeprefix(CHECKSUM) in SUMS})


def read(wire: Wire, request: Request) -> bytes:
    return b"".join(bytes(piece) for piece in body(wire, request, {}))


def body(wire: Wire, request: Request, trailers: dict[str, str]) -> Iterator[memoryview]:
    """Its pieces; what stands behind the chunks is put into `trailers`."""
    if request.headers.get("expect", "").lower() == "100-continue":
        wire.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    pieces = _plain(wire, request)
    if "aws-chunked" in request.headers.get("content-encoding", "") or request.headers.get(
        "x-amz-content-sha256", ""
    ).startswith("STREAMING-"):
        return _chunks(wire, trailers)
    return pieces


def _plain(wire: Wire, request: Request) -> Iterator[memoryview]:
    if request.headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(wire, {})
    return wire.pieces(int(request.headers.get("content-length", "0")))


def _chunks(wire: Wire, trailers: dict[str, str]) -> Iterator[memoryview]:
    while size := int(wire.line().partition(b";")[0], 16):
        yield from wire.pieces(size)
        wire.line()
    while line := wire.line():
        name, _colon, text = line.decode("latin-1").partition(":")
        trailers[name.strip().lower()] = text.strip()


def _length(request: Request) -> int:
    return int(request.headers.get("x-amz-decoded-content-length") or request.headers.get("content-length", "0"))


class _Sums:
    """Counts while the body goes by."""

    def __init__(self, size: int, care: Care) -> None:
        self.size = 0
        self._care = care
        self._all: bytearray | None = bytearray() if size <= care.checked_up_to else None
        self._md5 = hashlib.md5(usedforsecurity=False) if care.md5 else None
        self._crc32c = 0

    @property
    def md5(self) -> str:
        return self._md5.hexdigest() if self._md5 else ""

    def update(self, piece: memoryview) -> None:
        self.size += len(piece)
        if self._all is not None:
            self._all += piece
        if self._md5:
            self._md5.update(piece)
        if self._care.crc32c:
            self._crc32c = self._care.crc32c(piece, self._crc32c)

    def check(self, request: Request, told: dict[str, str]) -> None:
        digest = request.headers.get("content-md5")
        if digest and self._md5 and base64.b64decode(digest) != self._md5.digest():
            raise Refused(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        for name, text in told.items():
            counted = self._sum(name)
            if counted is not None and base64.b64encode(counted).decode() != text:
                raise Refused(400, "BadDigest", f"The {name.upper()} you specified did not match what we received.")
        sha256 = request.headers.get("x-amz-content-sha256", "")
        if len(sha256) == 64 and self._all is not None and hashlib.sha256(self._all).hexdigest() != sha256:
            raise Refused(400, "XAmzContentSHA256Mismatch", "The provided header does not match what was computed.")

    def _sum(self, name: str) -> bytes | None:
        if name == "crc32c" and self._care.crc32c:
            return self._crc32c.to_bytes(4, "big")
        return SUMS[name](bytes(self._all)) if name in SUMS and self._all is not None else None


def _crc32c(data: bytes) -> int:
    from dumont.simulators.s3.crc32c import crc32c  # numpy takes longer to load than all the rest

    return crc32c(data)


SUMS: dict[str, Callable[[Any], bytes]] = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "crc32c": lambda data: _crc32c(data).to_bytes(4, "big"),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}
