"""What this machine has to be fast with, and what each part that it lacks would gain; measured here, in a moment."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import random
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dumont.snapstore import chunker, hashing, native, pure_blake3
from dumont.snapstore.codec import planes, pure_zstd, zstd
from dumont.snapstore.gains_sample import FRAME, LENGTH

HEAD = ("part", "by", "speed", "against", "what it means")
SECONDS = 0.008
"""For each measurement; there are some ten."""
BIG, SMALL = 1 << 20, 16 << 10


class Part(NamedTuple):
    """One kind of work, by what it is done here, and by what it could be."""

    name: str
    by: str
    fast: bool
    """Whether it is done by compiled code."""
    rate: float | None
    """Bytes a second, as it is done here."""
    other: float | None
    """Where it is fast: by plain Python. Where it isn't: what compiled code of like kind does on this machine."""
    other_is: str
    hint: str

    @property
    def gain(self) -> float | None:
        """How many times as fast it is, or about would be."""
        if not self.rate or not self.other:
            return None
        return self.rate / self.other if self.fast else self.other / self.rate


def look() -> list[Part]:
    chance = random.Random(1)  # noqa: S311 -- bytes to measure with
    noise = chance.getrandbits(8 * BIG).to_bytes(BIG, "little")
    return [_hashing(noise), _zstd(), _floats(chance), _cutting(noise), _sealing(noise), *_copying(), _direct()]


def rows(found: Sequence[Part]) -> list[tuple[str, ...]]:
    return [(part.name, part.by, _rate(part.rate), _against(part), _meaning(part)) for part in found]


def _hashing(noise: bytes) -> Part:
    by = hashing.use()
    fast = by != "pure"
    now = _measured(lambda: hashing.digest(noise), BIG)
    other = _measured(lambda: pure_blake3.digest(noise[: 16 * SMALL]), 16 * SMALL) if fast else _sha256(noise)
    return Part("BLAKE3", by, fast, now, other, _other(fast, "SHA-256 by OpenSSL"), "pip install blake3")


def _zstd() -> Part:
    by = zstd.use()
    fast = by != "pure"
    frame = base64.b85decode(FRAME)
    out = memoryview(bytearray(LENGTH))
    now = _measured(lambda: zstd.decompress_into(frame, out), LENGTH)
    other = _measured(lambda: pure_zstd.decompress(frame, LENGTH), LENGTH) if fast else _deflate(frame)
    return Part("Zstandard", by, fast, now, other, _other(fast, "deflate by zlib"), "apt-get install libzstd1")


def _floats(chance: random.Random) -> Part:
    """Half of the bytes of a weight are exponents, which there are few of; the others are noise."""
    weights = bytearray(chance.getrandbits(8 * SMALL).to_bytes(SMALL, "little"))
    weights[1::2] = bytes(chance.choices((58, 59, 60, 61, 187, 188, 189), k=SMALL // 2))
    library = native.load()
    payload = planes.encode(bytes(weights), 2)
    out = memoryview(bytearray(SMALL))
    plain = _measured(lambda: planes.decode(payload, out), SMALL)
    if library is None:
        other = _deflate(bytes(weights))
        return Part("planes of floats", "pure", False, plain, other, _other(False, "deflate by zlib"), _COMPILED)
    loaded = library
    now = _measured(lambda: loaded.planes_decode(payload, out), SMALL)
    return Part("planes of floats", "native", True, now, plain, _other(True, ""), "")


def _cutting(noise: bytes) -> Part:
    fast = native.load() is not None
    now = _measured(lambda: chunker.cuts(noise), BIG)
    other = _measured(lambda: zlib.crc32(noise), BIG)
    if fast:
        return Part("cutting", "native", True, now, None, "", "")
    return Part("cutting", "pure", False, now, other, _other(False, "CRC-32 by zlib"), _COMPILED)


def _sealing(noise: bytes) -> Part:
    if importlib.util.find_spec("cryptography") is None:
        return Part("encryption", "nothing", False, None, None, "", "pip install cryptography")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    now = _measured(lambda: cipher.encrypt(nonce, noise, None), BIG)
    return Part("encryption", "cryptography", True, now, None, "", "")


def _copying() -> list[Part]:
    """Many small files in one call, or one by one in Python."""
    library = native.load()
    by = "native" if library is not None and library.has_files else "pure"
    count, size = 40, 4096
    content = bytes(size)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for number in range(count):
            with open(os.path.join(folder, str(number)), "wb") as file:
                file.write(content)
        rate = count * size / (time.perf_counter() - began)
    return [Part("small files", by, by == "native", None if by == "native" else rate, None, "", _COMPILED)]


def _direct() -> Part:
    """Whether files can be written past the page cache, where the system keeps its temporary ones."""
    flag = getattr(os, "O_DIRECT", 0)
    works = False
    if flag:
        with tempfile.NamedTemporaryFile() as file:
            try:
                os.close(os.open(file.name, os.O_WRONLY | flag))
                works = True
            except OSError:
                works = False
    return Part(
        "O_DIRECT", "kernel" if works else "nothing", works, None, None, "", "Restore to a disk, not to memory."
    )


_COMPILED = "a file with the library for this platform, or a C compiler"


def _other(fast: bool, yardstick: str) -> str:
    return "plain Python" if fast else yardstick


def _sha256(noise: bytes) -> float:
    return _measured(lambda: hashlib.sha256(noise).digest(), BIG)


def _deflate(data: bytes) -> float:
    raw = (data * (1 + SMALL // len(data)))[:SMALL]
    packed = zlib.compress(raw, 1)
    return _measured(lambda: zlib.decompress(packed), SMALL)


def _measured(work: Callable[[], object], size: int) -> float:
    """Bytes a second: the best of a few, as others work here too."""
    best, spent, runs = float("inf"), 0.0, 0
    while spent < SECONDS or runs < 2:
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        best, spent, runs = min(best, took), spent + took, runs + 1
    return size / best if best else float("inf")


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate / 1e6:,.0f} MB/s" if rate >= 1e7 else f"{rate / 1e6:.2f} MB/s"


def _against(part: Part) -> str:
    return f"{_rate(part.other)}, {part.other_is}" if part.other else ""


def _meaning(part: Part) -> str:
    if part.fast:
        return f"{part.gain:,.0f}× plain Python" if part.gain else "as it should be"
    if part.by == "nothing":
        return f"not there. {part.hint}"
    return (f"about {part.gain:,.0f}× to gain: " if part.gain else "something to gain: ") + part.hint
