"""SQL of how busy an instance was: whole minutes, and the one that is running."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from dumont.fleet.rules.sums import FIGURES, GREATEST
from dumont.platform.db import Tx, raw


class Step(NamedTuple):
    """Means and greatest values; percent, watts, degrees and Mbit/s."""

    samples: int
    gpu: float | None
    gpu_max: float | None
    gpu_memory: float | None
    temperature_max: float | None
    power_watts: float | None
    cpu: float
    ram: float
    disk_max: float
    net_in: float
    net_out: float


async def steps(tx: Tx, instance_id: UUID, span: tuple[datetime, datetime], step_seconds: int) -> dict[int, Step]:
    """By their place from the beginning of the span; those that nothing was heard in are missing.

    Where a second machine tells of itself in the same minute, the one with GPUs speaks for the instance.
    """
    rows = await (await raw(tx)).fetch(_STEPS, instance_id, *span, float(step_seconds))
    return {row[0]: Step(*row[1:]) for row in rows}


def _more() -> str:
    return ", ".join(f"{'max' if each in GREATEST else 'sum'}({each}) AS {each}" for each in FIGURES)


def _running() -> str:
    return ", ".join(
        f"nullif(sums[{n}], '-Infinity')" if figure == "temperature_max" else f"sums[{n}]"
        for n, figure in enumerate(FIGURES, 1)
    )


_STEPS = f"""
    WITH known AS (
        SELECT minute, rental_id, {", ".join(FIGURES)} FROM fleet_minutes
        WHERE instance_id = $1 AND minute >= $2 AND minute < $3
        UNION ALL
        SELECT minute, rental_id, {_running()} FROM fleet_beats
        WHERE instance_id = $1 AND minute >= $2 AND minute < $3
    ), whole AS (
        SELECT minute, rental_id, {_more()} FROM known GROUP BY minute, rental_id
    ), speaking AS (
        SELECT DISTINCT ON (minute) * FROM whole ORDER BY minute, gpu_samples > 0 DESC, samples DESC
    ), step AS (
        SELECT floor(extract(epoch FROM minute - $2) / $4)::int AS place, {_more()} FROM speaking GROUP BY 1
    )
    SELECT place, samples::int, gpu_sum / nullif(gpu_samples, 0), CASE WHEN gpu_samples > 0 THEN gpu_max END,
        gpu_memory_sum / nullif(gpu_samples, 0), temperature_max,
        CASE WHEN gpu_samples > 0 THEN power_sum / samples END,
        cpu_sum / samples, ram_sum / samples, disk_max, net_in_sum / samples, net_out_sum / samples
    FROM step WHERE samples > 0
"""  # noqa: S608 - plain names of ours
