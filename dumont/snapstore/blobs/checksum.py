"""A checksum of an object that is put, which the store counts too: it takes nothing that changed on its way.

It travels as a header of object stores; where addresses are lent, that header is signed with the address.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping, Sequence

from dumont.snapstore import native
from dumont.snapstore.blobs import Bytes

CRC32, CRC32C = "x-amz-checksum-crc32", "x-amz-checksum-crc32c"


def of(parts: Sequence[Bytes]) -> tuple[str, str]:
    """As a header: CRC-32C where our library counts it, which is ten times quicker; else zlib's CRC-32."""
    library = native.load()
    crc = 0
    if library is None:
        for part in parts:
            crc = zlib.crc32(part, crc)
        return CRC32, _said(crc)
    for part in parts:
        crc = library.crc32c(part, crc)
    return CRC32C, _said(crc)


def asked(headers: Mapping[str, str]) -> tuple[Callable[[Bytes, int], int], str | None]:
    """What counts the checksum of these headers, and what it must be; None where there is none, or none that can be
    counted here."""
    library = native.load()
    if library is not None and CRC32C in headers:
        return library.crc32c, headers[CRC32C]
    return zlib.crc32, headers.get(CRC32)


def is_so(said: str, crc: int) -> bool:
    return said == _said(crc)


def _said(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode()
