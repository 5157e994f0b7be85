"""A workspace to measure snapshots by: the same bytes for the same size and seed, of the kinds that users have."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng

FULL_GB = 7.1
MB = 1_000_000
BLOCK = 32 * MB
"""Larger files are written in pieces of this size, so that little memory is used."""


@dataclass(frozen=True)
class Share:
    """A folder: how many files, how many bytes, at full size."""

    folder: str
    files: int
    megabytes: float
    whole_files: bool = False
    """Few large files: a smaller tree has smaller ones, not fewer."""


SHARES = (
    Share("env", 39_100, 2_070),
    Share("models", 5, 2_250, whole_files=True),
    Share("half", 1, 500, whole_files=True),
    Share("ckpt", 1, 250, whole_files=True),
    Share("text", 8, 1_000, whole_files=True),
    Share("images", 8_280, 800),
    Share("code", 6_260, 140),
    Share("logs", 1, 90, whole_files=True),
)


def build(root: Path, gigabytes: float, seed: int = 2026) -> None:
    """The tree, below a folder that is not there yet."""
    scale = gigabytes / FULL_GB
    for number, share in enumerate(SHARES):
        chance = default_rng([seed, number])
        folder = root / share.folder
        folder.mkdir(parents=True)
        files = share.files if share.whole_files else max(8, round(share.files * scale))
        MAKERS[share.folder](folder, files, int(share.megabytes * MB * scale), chance)


def change(root: Path, gigabytes: float, seed: int = 2027) -> None:
    """About two of a hundred bytes: overwritten, appended, inserted, edited and new."""
    scale, chance = gigabytes / FULL_GB, default_rng(seed)
    with (root / "half" / "model.safetensors").open("r+b") as file:
        file.seek(int(100 * MB * scale) & ~1)
        file.write(halves(chance, int(32 * MB * scale)))
    texts = sorted((root / "text").iterdir())
    with texts[0].open("ab") as file:
        file.write(prose(chance, int(30 * MB * scale)))
    _insert(texts[1], prose(chance, int(5 * MB * scale)))
    with (root / "logs" / "train.log").open("ab") as file:
        file.write(log_lines(chance, int(2 * MB * scale)))
    sources = sorted((root / "env").rglob("*.py"))
    for place in chance.choice(len(sources), max(2, round(400 * scale)), replace=False):
        with sources[place].open("ab") as file:
            file.write(b"\n# edited\n" + source(chance, 200))
    for number in range(max(2, round(300 * scale))):
        (root / "images" / f"new-{number:05}.jpg").write_bytes(picture(chance, 97_000))


def hot_paths(root: Path, gigabytes: float) -> list[bytes]:
    """What a start of the user's process opens: some hundred modules and libraries, a hundredth of the tree."""
    room, found = int(110 * MB * gigabytes / FULL_GB), []
    for path in sorted((root / "env").rglob("*"))[::7]:
        if path.is_file() and room > 0:
            room -= path.stat().st_size
            found.append(str(path.relative_to(root)).encode())
    return found


def _env(folder: Path, files: int, size: int, chance: Generator) -> None:
    """Nine of ten files are sources, but libraries hold most of the bytes."""
    libraries = max(2, files // 60)
    library_bytes, left = int(size * 0.72) // libraries, files - libraries
    for number in range(libraries):
        package = folder / f"package-{number % 97:02}" / "lib"
        package.mkdir(parents=True, exist_ok=True)
        (package / f"lib{number:04}.so").write_bytes(machine_code(chance, library_bytes))
    sizes = np.maximum(chance.lognormal(8.6, 1.3, left), 40)
    sizes *= size * 0.28 / sizes.sum()
    for number, its in enumerate(sizes.astype(int)):
        package = folder / f"package-{number % 97:02}" / f"part_{number % 1213 // 97}"
        package.mkdir(parents=True, exist_ok=True)
        (package / f"module_{number:05}.py").write_bytes(source(chance, int(its)))


def _models(folder: Path, files: int, size: int, chance: Generator) -> None:
    for number in range(files):
        _safetensors(folder / f"model-{number:05}-of-{files:05}.safetensors", size // files, "BF16", brains, chance)


def _half(folder: Path, _files: int, size: int, chance: Generator) -> None:
    _safetensors(folder / "model.safetensors", size, "F16", halves, chance)


def _ckpt(folder: Path, _files: int, size: int, chance: Generator) -> None:
    _safetensors(folder / "optimizer.safetensors", size, "F32", singles, chance)


def _text(folder: Path, files: int, size: int, chance: Generator) -> None:
    for number in range(files):
        _write(folder / f"part-{number}.jsonl", size // files, prose, chance)


def _images(folder: Path, files: int, size: int, chance: Generator) -> None:
    for number in range(files):
        batch = folder / f"{number // 500:03}"
        batch.mkdir(exist_ok=True)
        (batch / f"{number:06}.jpg").write_bytes(picture(chance, size // files))


def _code(folder: Path, files: int, size: int, chance: Generator) -> None:
    for number in range(files):
        part = folder / f"module{number // 60:03}"
        part.mkdir(exist_ok=True)
        (part / f"file{number:05}.ts").write_bytes(source(chance, size // files))


def _logs(folder: Path, _files: int, size: int, chance: Generator) -> None:
    _write(folder / "train.log", size, log_lines, chance)


MAKERS: dict[str, Callable[[Path, int, int, Generator], None]] = {
    "env": _env,
    "models": _models,
    "half": _half,
    "ckpt": _ckpt,
    "text": _text,
    "images": _images,
    "code": _code,
    "logs": _logs,
}


def brains(chance: Generator, count: int) -> bytes:
    """bf16, as weights of a trained model are spread; `count` of them."""
    wide = chance.standard_normal(count, dtype=np.float32) * np.float32(0.02)
    return (wide.view(np.uint32) >> 16).astype(np.uint16).tobytes()


def halves(chance: Generator, count: int) -> bytes:
    return (chance.standard_normal(count, dtype=np.float32) * np.float32(0.02)).astype(np.float16).tobytes()


def singles(chance: Generator, count: int) -> bytes:
    return (chance.standard_normal(count, dtype=np.float32) * np.float32(0.02)).tobytes()


def picture(chance: Generator, size: int) -> bytes:
    """What can't be made smaller, behind a head as pictures have it."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + chance.bytes(max(1, size - 11))


_LETTERS = np.frombuffer(b"etaoinshrdlucmfwypvbgkjqxz" + b"etaoinshrdl" * 2, dtype="S1")
_WORDS = sorted({default_rng(seed).choice(_LETTERS, 2 + seed % 9).tobytes() for seed in range(5000)})
_CALLS = default_rng(7).bytes(4096)


def prose(chance: Generator, size: int) -> bytes:
    """Lines of JSON with words as often as words are."""
    words = _drawn(chance, max(1, size // 6), 1.12)
    text = b" ".join(words)
    lines = [
        b'{"id": %d, "text": "%s", "score": 0.%03d}' % (place, text[place : place + 420], place % 997)
        for place in range(0, len(text), 420)
    ]
    return (b"\n".join(lines) + b"\n")[:size]


def source(chance: Generator, size: int) -> bytes:
    words = iter(_drawn(chance, max(8, size // 5), 1.09))
    lines, made = [], 0
    for first in words:
        rest = [next(words, b"value") for _ in range(4)]
        indent = b"    " * (len(first) % 4)
        line = indent + _SHAPES[len(rest[0]) % len(_SHAPES)] % (first, *rest[:3])
        lines.append(line)
        made += len(line) + 1
        if made >= size:
            break
    return (b"\n".join(lines) + b"\n").ljust(size, b"#")[:size]


_SHAPES = (
    b"def %s(self, %s: int, %s: str) -> %s:",
    b"return self.%s(%s, %s=%s)",
    b"%s = [%s for %s in %s]",
    b"if %s.%s is None and %s > len(%s):",
    b'raise ValueError(f"%s {%s} %s: {%s}")',
    b"from %s.%s import %s, %s",
    b"# %s %s the %s of %s",
)


def log_lines(chance: Generator, size: int) -> bytes:
    count = size // 78 + 1
    losses, speeds = chance.random(count), chance.integers(900, 1100, count)
    lines = [
        b"2026-01-%02d 12:%02d:%02d INFO trainer step=%07d loss=%.5f tokens_per_second=%d"
        % (1 + step // 80_000, step // 60 % 60, step % 60, step, loss, speed)
        for step, (loss, speed) in enumerate(zip(losses, speeds, strict=True))
    ]
    return (b"\n".join(lines) + b"\n")[:size]


def machine_code(chance: Generator, size: int) -> bytes:
    """Instructions that come again and again with other operands, tables, names, and zeros between."""
    made = bytearray()
    while len(made) < size:
        kind = int(chance.integers(0, 10))
        if kind < 7:
            made += _instructions(chance, 60_000)
        elif kind < 9:
            made += b"\0".join(_drawn(chance, 3000, 1.3))
        else:
            table = np.cumsum(chance.integers(0, 48, 4000)).astype(np.uint32) + int(chance.integers(0, 1 << 24))
            made += table.tobytes() + bytes(int(chance.integers(64, 4096)))
    return bytes(made[:size])


def _instructions(chance: Generator, size: int) -> bytes:
    count = size // 5
    starts = chance.zipf(1.5, count) % 1000 * 4
    operands = np.minimum(chance.zipf(2.2, count), 255)
    lengths = 2 + (starts >> 2) % 5
    return b"".join(
        _CALLS[start : start + length] + bytes((operand,))
        for start, length, operand in zip(starts.tolist(), lengths.tolist(), operands.tolist(), strict=True)
    )


def _drawn(chance: Generator, count: int, slope: float) -> list[bytes]:
    picks = (chance.zipf(slope, count) - 1) % len(_WORDS)
    return [_WORDS[pick] for pick in picks.tolist()]


def _safetensors(path: Path, size: int, dtype: str, make: Callable[[Generator, int], bytes], chance: Generator) -> None:
    width = {"BF16": 2, "F16": 2, "F32": 4}[dtype]
    count = size // width
    head = json.dumps({"weight": {"dtype": dtype, "shape": [count], "data_offsets": [0, count * width]}}).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for begin in range(0, count, BLOCK // width):
            file.write(make(chance, min(BLOCK // width, count - begin)))


def _write(path: Path, size: int, make: Callable[[Generator, int], bytes], chance: Generator) -> None:
    with path.open("wb") as file:
        left = size
        while left > 0:
            piece = make(chance, min(left, BLOCK))
            file.write(piece)
            left -= len(piece)


def _insert(path: Path, data: bytes) -> None:
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + data + whole[middle:])


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("root", type=Path)
    asked.add_argument("--gb", type=float, default=FULL_GB)
    given = asked.parse_args()
    build(given.root, given.gb)
