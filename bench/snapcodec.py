"""How short and how quick chunks are coded and hashed, beside zstd's levels and the blake3 package in the same run.

Everything is per CPU second of one thread, in frames of 1 MB, and each figure is the best of three rounds.
"""

import time
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np
from blake3 import blake3
from numpy.random import default_rng

from bench.snapshot import tree
from bench.table import show
from dumont.snapstore import chunker, codec, native
from dumont.snapstore.codec import zstd
from dumont.snapstore.codec.payloads import LEVEL
from dumont.snapstore.native import Frames, Native

FRAME, SIZE, ROUNDS = 1 << 20, 16 << 20, 3
KERNELS = ("plain C", "AVX2", "AVX-512")


def kinds() -> dict[str, bytes]:
    chance = default_rng(5)
    sources = sorted(Path(np.__file__).parent.parent.rglob("*.py"))
    libraries = sorted(Path(np.__file__).parent.parent.rglob("*.so*"))
    return {
        "bf16": tree.brains(chance, SIZE // 2),
        "fp16": tree.halves(chance, SIZE // 2),
        "fp32": tree.singles(chance, SIZE // 4),
        "text": tree.prose(chance, SIZE),
        "sources, real": joined(sources),
        "libraries, real": joined(libraries),
        "libraries, made": tree.machine_code(chance, SIZE),
        "pictures": tree.picture(chance, SIZE),
    }


def joined(paths: list[Path]) -> bytes:
    made = bytearray()
    for path in paths:
        made += path.read_bytes()[: 2 << 20]
        if len(made) >= SIZE:
            break
    return bytes(made[:SIZE])


def best(size: int, work: Callable[[], object]) -> float:
    """GB for each CPU second of this thread."""
    rates = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        rates.append(size / max(time.thread_time() - began, 1e-9) / 1e9)
    return max(rates)


def frames_of(data: bytes) -> list[memoryview]:
    return [memoryview(data)[at : at + FRAME] for at in range(0, len(data), FRAME)]


def codec_row(name: str, data: bytes) -> list[object]:
    frames = frames_of(data)
    coded = [codec.encode(frame) for frame in frames]
    stored = [len(payload) for _, payload in coded]
    buffer, out = b"".join(bytes(payload) for _, payload in coded), memoryview(bytearray(len(data)))
    columns = Frames(
        array("Q", [sum(stored[:i]) for i in range(len(stored))]),
        array("I", stored),
        array("I", [len(frame) for frame in frames]),
        bytes(number for number, _ in coded),
        array("Q", range(0, len(data), FRAME)),
    )
    encoding = best(len(data), lambda: [codec.encode(frame) for frame in frames])
    decoding = best(len(data), lambda: codec.decode_frames(buffer, columns, out))
    if out != data:
        raise SystemExit(f"bench: {name} did not come back as it was")
    used = "/".join(sorted({codec.NAMES[number] for number, _ in coded}))
    return [name, used, len(data) / len(buffer), encoding, decoding]


def zstd_cells(data: bytes, level: int) -> list[object]:
    frames, out = frames_of(data), memoryview(bytearray(FRAME))
    coded = [zstd.compress(frame, level) for frame in frames]
    encoding = best(len(data), lambda: [zstd.compress(frame, level) for frame in frames])
    pairs = list(zip(coded, frames, strict=True))
    decoding = best(len(data), lambda: [zstd.decompress_into(a, out[: len(b)]) for a, b in pairs])
    return [len(data) / sum(map(len, coded)), encoding, decoding]


def cell(figures: list[object]) -> str:
    return " / ".join(f"{figure:.2f}" for figure in figures)


def codecs() -> None:
    rows = []
    for name, data in kinds().items():
        row = codec_row(name, data)
        rows.append([name, row[1], cell(row[2:]), *(cell(zstd_cells(data, level)) for level in (1, 2, 3))])
    show(
        "Codecs: ratio / GB encoded / GB decoded for each CPU second",
        ["kind", "chosen", "ours", "zstd 1", "zstd 2", "zstd 3"],
        rows,
        f"Ours chooses by a probe among raw, fill, planes and zstd {LEVEL}; decoded without the check of the hash.",
    )


def kernels(library: Native) -> None:
    weights = tree.brains(default_rng(5), FRAME // 2)
    noise = default_rng(6).bytes(8 * FRAME)
    rows: list[list[object]] = []
    for number, name in enumerate(KERNELS):
        if library.level(number) != number:
            continue
        rows.append([name, *kernel_rates(library, noise, weights)])
    library.level()
    package = best(len(noise), lambda: [blake3(frame).digest() for frame in frames_of(noise)])
    rows.append(["blake3 package", package, "", "", "", ""])
    names = ["kernels", "BLAKE3", "bf16 encode", "bf16 decode", "cuts", "CRC-32C"]
    show("Kernels: GB for each CPU second", names, rows)


def kernel_rates(library: Native, noise: bytes, weights: bytes) -> list[float]:
    params, table = chunker.Params(), chunker.gear()
    payload, out = library.planes_encode(weights, 2), memoryview(bytearray(FRAME))
    return [
        best(len(noise), lambda: [library.blake3.digest(frame) for frame in frames_of(noise)]),
        best(8 * FRAME, lambda: [library.planes_encode(weights, 2) for _ in range(8)]),
        best(16 * FRAME, lambda: [library.planes_decode(payload, out) for _ in range(16)]),
        best(len(noise), lambda: library.cuts(noise, table, params)),
        best(len(noise), lambda: library.crc32c(noise)),
    ]


def main() -> None:
    library = native.load()
    if library is None:
        show("Kernels", ["kernels"], [["the C library is not built here"]])
    else:
        kernels(library)
    codecs()


if __name__ == "__main__":
    main()
