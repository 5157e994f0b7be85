"""How busy an instance is, as it is shown: its newest heartbeat, and a line of the last half hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dumont.fleet.listing import SPARK_MINUTES, Shown, first_minute
from dumont.fleet.schemas.instances import Utilisation


def utilisation(shown: Shown, now: datetime) -> Utilisation:
    beat = shown.beat
    sample: Mapping[str, Any] = beat.sample if beat else {}
    known = {each.minute: each for each in shown.minutes}
    first = first_minute(now)
    line = [known.get(first + timedelta(minutes=number)) for number in range(SPARK_MINUTES)]
    gpus = sample.get("gpus") or []
    return Utilisation(
        at=beat.received_at if beat else None,
        gpu_percent=_mean([gpu.get("utilisation") for gpu in gpus]),
        gpu_memory_percent=_mean([_share(gpu, "memory_used_mb", "memory_total_mb") for gpu in gpus]),
        cpu_percent=_rounded(sample.get("cpu_percent")),
        ram_percent=_share(sample, "ram_used_mb", "ram_total_mb"),
        disk_percent=_share(sample, "disk_used_gb", "disk_total_gb"),
        idle_since=beat.quiet_since if beat else None,
        gpu=[_rounded(minute.gpu_percent) if minute else None for minute in line],
        cpu=[_rounded(minute.cpu_percent) if minute else None for minute in line],
    )


def _mean(values: list[float | None]) -> float | None:
    """Of all of them: where one is not known, neither is the mean."""
    known = [value for value in values if value is not None]
    return _rounded(sum(known) / len(known)) if known and len(known) == len(values) else None


def _share(of: Mapping[str, Any], used: str, total: str) -> float | None:
    if of.get(used) is None or not of.get(total):
        return None
    return _rounded(100 * of[used] / of[total])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(min(100.0, max(0.0, value)), 1)
