"""The GPUs that exist: their canonical names, their facts, and how the names that clouds use become canonical.

The table is `gpus.csv` beside this file. A name alone says too little: clouds call the 40 GB and the 80 GB A100 the
same, so a GPU is known by (name, memory). Less memory than any known variant means a slice of the GPU, and a slice is
never taken for the whole.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files

MEMORY_TOLERANCE = 0.08
"""Drivers report a little less than what is printed on the box, in GiB or in GB."""
NOT_A_WHOLE_GPU = re.compile(r"\bmig\b|\b\d+g\.\d+gb\b|\bvgpu\b|\bslice\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    vendor: str
    architecture: str
    memory_gb: int
    bandwidth_gbs: float
    fp16_tflops: float
    """Dense, with FP32 accumulation."""
    fp32_tflops: float
    tdp_watts: int
    aliases: tuple[str, ...]
    verified: bool
    """False where a figure was derived by rule, or sources disagree."""
    modded: bool = False
    """Not as its maker sells it."""


@cache
def gpus() -> Mapping[str, Gpu]:
    """All of them by canonical name, in the order of the table: the newest and largest first."""
    text = files("dumont.basics").joinpath("gpus.csv").read_text(encoding="utf-8")
    return {row["name"]: _gpu(row) for row in csv.DictReader(text.splitlines())}


def canonical(name: str, memory_gb: float | None = None, *, interface: str = "") -> Gpu | None:
    """The one GPU that a cloud means; None for a slice, for the unknown, and where the name leaves a doubt."""
    if NOT_A_WHOLE_GPU.search(name):
        return None
    known = _known(name)
    fitting = [gpu for gpu in known if memory_gb is None or _same_memory(gpu.memory_gb, memory_gb)]
    if interface and len(fitting) > 1:
        fitting = [gpu for gpu in fitting if interface.lower() in gpu.name.lower()] or fitting
    return fitting[0] if len(fitting) == 1 or (fitting and _plain(fitting[0].name) == _plain(name)) else None


@lru_cache(4096)
def named(name: str) -> tuple[Gpu, ...]:
    """Every GPU that a user may mean by this name: `a100` means four of them, `h100` three, `rtx 3080` two.

    A modded card is only meant by its own name.
    """
    wanted = _plain(name)
    found = dict.fromkeys([*_known(name), *(gpu for gpu in gpus().values() if _begins(gpu, wanted))])
    return tuple(gpu for gpu in found if not gpu.modded or _plain(gpu.name) == wanted)


def nearest(name: str, count: int = 3) -> tuple[str, ...]:
    """The canonical names most like this one, for the answer to a name that nobody knows."""
    wanted = _plain(name)

    def likeness(gpu: Gpu) -> float:
        return max(SequenceMatcher(None, wanted, _plain(text)).ratio() for text in (gpu.name, *gpu.aliases))

    return tuple(gpu.name for gpu in sorted(gpus().values(), key=likeness, reverse=True)[:count])


def _gpu(row: Mapping[str, str]) -> Gpu:
    return Gpu(
        name=row["name"],
        vendor=row["vendor"],
        architecture=row["architecture"],
        memory_gb=int(row["memory_gb"]),
        bandwidth_gbs=float(row["memory_bandwidth_gbps"]),
        fp16_tflops=float(row["fp16_tflops_dense"]),
        fp32_tflops=float(row["fp32_tflops"]),
        tdp_watts=int(row["tdp_w"]),
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        verified=row["status"] == "verified",
        modded=row["status"] == "modded",
    )


def _known(name: str) -> tuple[Gpu, ...]:
    """By the whole name, or by what stands before a colon: clouds write `A100_80GB:SXM4`, and `A100:4` for four."""
    found = _by_alias()
    return found.get(_plain(name)) or found.get(_plain(name.partition(":")[0])) or ()


@cache
def _by_alias() -> Mapping[str, tuple[Gpu, ...]]:
    found: dict[str, dict[str, Gpu]] = {}
    for gpu in gpus().values():
        for text in _spellings(gpu):
            found.setdefault(_plain(text), {})[gpu.name] = gpu
    return {alias: tuple(known.values()) for alias, known in found.items()}


def _spellings(gpu: Gpu) -> Iterable[str]:
    yield gpu.name
    yield re.sub(r" \d+GB\b", "", gpu.name)
    for alias in gpu.aliases:
        yield re.sub(r" \(interface \w+\)", "", alias)
        yield alias.partition(":")[0]


def _begins(gpu: Gpu, wanted: str) -> bool:
    """`4090` means the RTX 4090, and not the 4090 D."""
    texts = (_plain(gpu.name), _plain(gpu.name).removeprefix("rtx").removeprefix("gtx"))
    return bool(wanted) and any(text == wanted or _rest_is_form(text, wanted) for text in texts)


def _rest_is_form(text: str, wanted: str) -> bool:
    return (
        text.startswith(wanted) and re.fullmatch(r"(sxm\d?|pcie|nvl|[1-9]\d{1,2}gb)+", text[len(wanted) :]) is not None
    )


@lru_cache(4096)
def _plain(text: str) -> str:
    """Letters and figures only, and without the maker: `NVIDIA GeForce RTX 4090` and `rtx_4090` are one."""
    small = re.sub(r"[^a-z0-9]", "", text.lower())
    return re.sub(r"^(nvidia|amd)?(geforce|instinct|tesla|quadro)?", "", small) or small


def _same_memory(known_gb: float, given_gb: float) -> bool:
    return abs(known_gb - given_gb) <= MEMORY_TOLERANCE * known_gb
