"""What this computer has: cores, memory, disk, and GPUs as their driver tells them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dumont.basics.gpu import NOT_A_WHOLE_GPU, canonical

GIB = 1024**3
NVIDIA = ("--query-gpu=index,name,memory.total,driver_version,mig.mode.current", "--format=csv,noheader,nounits")
NVIDIA_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Card:
    index: int
    name: str | None
    """Canonical; None for one that the facts table does not know."""
    memory_gb: float
    driver: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Computer:
    cores: int
    ram_gb: float
    disk_free_gb: float
    cards: Sequence[Card]


def look(folder: Path) -> Computer:
    """`folder` says which disk is meant."""
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = shutil.disk_usage(folder).free
    return Computer(_cores(), round(ram / GIB, 1), round(free / GIB, 1), cards())


def cards(program: str | None = None) -> Sequence[Card]:
    """Nothing where there is no driver, or where it does not answer."""
    program = program or shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        told = subprocess.run(  # noqa: S603 - the driver's own program, without input of others
            [program, *NVIDIA], capture_output=True, text=True, timeout=NVIDIA_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return [card for line in told.stdout.splitlines() if (card := _card(line))]


def _cores() -> int:
    """Those that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _card(line: str) -> Card | None:
    try:
        index, name, memory, driver, mig = (part.strip() for part in line.split(","))
        memory_gb = float(memory) / 1024
    except ValueError:
        return None
    gpu = canonical(name, memory_gb)
    whole = mig != "Enabled" and not NOT_A_WHOLE_GPU.search(name)
    return Card(int(index), gpu.name if gpu else None, gpu.memory_gb if gpu else round(memory_gb, 1), driver, whole)
