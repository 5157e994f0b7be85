"""GPUs as `nvidia-smi` tells them, where the driver's library can't be called."""

from __future__ import annotations

import shutil
import subprocess

from dumont.agent.sampling.nvml import Gpu

PROGRAM = "nvidia-smi"
FIELDS = "index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"
SECONDS = 10


def gpus(program: str | None = None) -> list[Gpu]:
    """Nothing where there is no such program; raises where it fails."""
    return [gpu for line in _told(FIELDS, program) if (gpu := _gpu(line))]


def driver(program: str | None = None) -> str | None:
    return next(iter(_told("driver_version", program)), "").strip() or None


def _told(fields: str, program: str | None) -> list[str]:
    program = program or shutil.which(PROGRAM)
    if program is None:
        return []
    command = [program, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    told = subprocess.run(  # noqa: S603 - the driver's own program, without input of others
        command, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return told.stdout.splitlines()


def _gpu(line: str) -> Gpu | None:
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != len(FIELDS.split(",")) or not parts[0].isdigit():
        return None
    busy, used, there, warmth, power = (_number(part) for part in parts[2:])
    return Gpu(int(parts[0]), parts[1], busy, used, there, warmth, power)


def _number(said: str) -> float | None:
    """`[N/A]` and the like are not known."""
    try:
        return float(said)
    except ValueError:
        return None
