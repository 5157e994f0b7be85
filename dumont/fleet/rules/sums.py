"""What one look at a machine adds to its minute: sums and greatest values, so that minutes can be added to hours."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FIGURES = (
    "samples",
    "gpu_samples",
    "gpu_sum",
    "gpu_max",
    "gpu_memory_sum",
    "temperature_max",
    "power_sum",
    "cpu_sum",
    "ram_sum",
    "disk_max",
    "net_in_sum",
    "net_out_sum",
)
"""The columns of `fleet_minutes`. Where a machine does not tell, a sum is given nothing."""
GREATEST = frozenset({"gpu_max", "temperature_max", "disk_max"})
NONE = -math.inf
"""Of a greatest value of nothing."""


def of(sample: Mapping[str, Any]) -> list[float]:
    gpus = [gpu for gpu in sample["gpus"] if gpu.get("utilisation") is not None]
    busy = [float(gpu["utilisation"]) for gpu in gpus]
    heat = [gpu["temperature_c"] for gpu in sample["gpus"] if gpu.get("temperature_c") is not None]
    memory = [_percent(gpu, "memory_used_mb", "memory_total_mb") for gpu in gpus]
    return [
        1.0,
        1.0 if gpus else 0.0,
        sum(busy) / len(busy) if busy else 0.0,
        max(busy, default=0.0),
        sum(memory) / len(memory) if memory else 0.0,
        max(heat, default=NONE),
        sum(gpu.get("power_w") or 0.0 for gpu in gpus),
        sample.get("cpu_percent") or 0.0,
        _percent(sample, "ram_used_mb", "ram_total_mb"),
        _percent(sample, "disk_used_gb", "disk_total_gb"),
        sample.get("net_in_mbps") or 0.0,
        sample.get("net_out_mbps") or 0.0,
    ]


def added(parts: Iterable[Sequence[float]]) -> list[float]:
    columns = zip(FIGURES, zip(*parts, strict=True), strict=True)
    return [max(column) if name in GREATEST else sum(column) for name, column in columns]


def _percent(of: Mapping[str, Any], used: str, total: str) -> float:
    return 100.0 * (of.get(used) or 0.0) / of[total] if of.get(total) else 0.0
