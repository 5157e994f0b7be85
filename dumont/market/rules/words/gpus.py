"""GPUs by name, memory and count in one word: `H100:80GB:1..8`, `A100,H100:2`, `24GB..:4`."""

import re
from collections.abc import Sequence
from decimal import Decimal

from dumont.basics.gpu import MEMORY_TOLERANCE, Gpu, gpus, named
from dumont.market.rules.words.asked import Asked, number, refused

MEMORY = re.compile(r"(?i)^([0-9]+(?:\.[0-9]+)?)?(?:gb|gib|g)?(\.\.)?([0-9]+(?:\.[0-9]+)?)?(?:gb|gib|g)?$")
COUNT = re.compile(r"^([0-9]*)(\.\.)?([0-9]*)$")
UNIT = re.compile(r"(?i)[0-9.](gb|gib|g)(\.\.|$)")
VENDORS = {"nvidia": "NVIDIA", "amd": "AMD"}
Range = tuple[Decimal | None, Decimal | None]


def put(asked: Asked, text: str) -> None:
    """Parts in any order: what ends in GB is memory, what is a number is a count, the rest are names."""
    names: list[str] = []
    memory: Range = (None, None)
    for part in text.split(":"):
        if not part:
            continue
        if UNIT.search(part):
            memory = memory_range(part, text)
        elif COUNT.match(part):
            put_count(asked, part, text)
        else:
            names += [name for name in part.split(",") if name]
    if names:
        _put_names(asked, names, memory)
    else:
        _put_memory(asked, memory, text)


def memory_range(text: str, said: str) -> Range:
    """`80GB` is just that, `24GB..` at least, `..48GB` at most."""
    found = MEMORY.match(text)
    if not found or not (found[1] or found[3]):
        raise refused(said, f"has a memory that is not understood: {text}", "Write 24GB, 24GB.. or 24GB..48GB.")
    low, dots, high = found.groups()
    least = number(low, said) if low else None
    most = number(high, said) if high else None
    return (least, most) if dots else (least, least)


def put_count(asked: Asked, text: str, said: str) -> None:
    """`8` is just that, `1..8` a range, `2..` at least."""
    found = COUNT.match(text)
    if not found or not (found[1] or found[3]):
        raise refused(said, "has a count that is not understood", "Write 2, 2.. or 1..8.")
    low, dots, high = found.groups()
    if not dots:
        asked.put("gpu_count", int(number(text, said)), said)
        return
    if low:
        asked.put("min_gpus", int(number(low, said)), said)
    if high:
        asked.put("max_gpus", int(number(high, said)), said)


def _put_names(asked: Asked, names: Sequence[str], memory: Range) -> None:
    """A vendor alone is all that it makes; beside names it only says whose they are."""
    vendors = {VENDORS[name.lower()] for name in names if name.lower() in VENDORS}
    models = [name for name in names if name.lower() not in VENDORS]
    if not models:
        _put_fitting(asked, " ".join(names), [gpu for gpu in gpus().values() if gpu.vendor in vendors], memory)
    for name in models:
        meant = named(name)
        theirs = [gpu for gpu in meant if not vendors or gpu.vendor in vendors]
        if theirs:
            _put_fitting(asked, name, theirs, memory)
        elif meant:
            asked.nobodys(f"{' '.join(sorted(vendors))} {name}")
        else:
            asked.model(name)


def _put_fitting(asked: Asked, name: str, meant: Sequence[Gpu], memory: Range) -> None:
    """A GPU is known by its name and its memory: of an H100 with 80 GB there are two, not three."""
    fitting = [gpu.name for gpu in meant if _within(gpu.memory_gb, memory)]
    if fitting:
        asked.add("models", fitting)
    else:
        asked.model(f"{name} {_written(memory)}")


def _put_memory(asked: Asked, memory: Range, said: str) -> None:
    least, most = memory
    if least is not None:
        asked.put("min_vram", float(least), said)
    if most is not None:
        asked.put("max_vram", float(most), said)


def _within(gigabytes: int, memory: Range) -> bool:
    least, most = memory
    slack = MEMORY_TOLERANCE * gigabytes
    return (least is None or gigabytes + slack >= least) and (most is None or gigabytes - slack <= most)


def _written(memory: Range) -> str:
    least, most = memory
    return f"{least}GB" if least == most else f"{least or ''}..{most or ''}GB"
