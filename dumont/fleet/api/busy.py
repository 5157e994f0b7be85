"""The doors to how busy an instance is: why it is awake, and its figures over time."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from dumont.fleet.agents import utilisation
from dumont.fleet.api.parts import FleetRead
from dumont.fleet.instances import why_awake
from dumont.fleet.schemas.busy import RuleShown, SignalShown, Snooze, UtilisationSeries, WhyAwake
from dumont.fleet.schemas.fields import InstancePath
from dumont.fleet.store.minutes import Step
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/instances/{instance_id}", tags=["instances"], route_class=Door)

From = Annotated[AwareDatetime | None, Query(alias="from", description="Six hours before the end, if not said.")]
To = Annotated[AwareDatetime | None, Query(alias="to", description="Now, if not said.")]
StepSeconds = Annotated[
    int | None,
    Query(alias="step", ge=60, le=86400, multiple_of=60, description="Seconds; as fits the window, if not said."),
]
COLUMNS = {
    "gpu_percent": "gpu",
    "gpu_percent_max": "gpu_max",
    "gpu_memory_percent": "gpu_memory",
    "gpu_temperature_max": "temperature_max",
    "gpu_power_watts": "power_watts",
    "cpu_percent": "cpu",
    "ram_percent": "ram",
    "disk_percent": "disk_max",
    "net_in_mbps": "net_in",
    "net_out_mbps": "net_out",
}


@router.get("/why-awake", summary="Show why an instance is awake", responses=problems(404))
async def show_why_awake(instance_id: InstancePath, work: FleetRead) -> WhyAwake:
    """Each signal, its limit, how long it has been quiet, and what happens next if everything stays as it is."""
    found = await why_awake.explain(work, instance_id)
    instance = found.instance
    return WhyAwake(
        instance_id=instance.id,
        name=instance.name,
        state=instance.state,
        why=found.verdict.why,
        summary=found.summary,
        signals=[SignalShown.model_validate(each) for each in found.signals],
        heard_at=found.heard_at,
        used_at=found.used_at,
        armed=found.armed,
        next=found.next,
        next_at=found.next_at,
        hibernates_at=found.hibernates_at,
        keep_awake_until=instance.keep_awake_until,
        rule=RuleShown.model_validate(found.rule),
        snooze=Snooze(
            url=f"/api/v1/instances/{instance.id}/keep-awake", page=f"/instances/{instance.id}?keep-awake=3600"
        ),
    )


@router.get("/metrics", summary="Show how busy an instance was", responses=problems(404))
async def show_instance_metrics(
    instance_id: InstancePath, work: FleetRead, *, since: From = None, until: To = None, step: StepSeconds = None
) -> UtilisationSeries:
    """Minutes are kept for 30 days. A step in which nothing was heard is a gap."""
    found = await utilisation.series(work, instance_id, since, until, step)
    width = timedelta(seconds=found.step_seconds)
    columns = {name: [_value(each, field) for each in found.steps] for name, field in COLUMNS.items()}
    return UtilisationSeries.model_validate(
        {
            "from": found.since,
            "to": found.until,
            "step_seconds": found.step_seconds,
            "at": [found.since + place * width for place in range(len(found.steps))],
            "samples": [each.samples if each else 0 for each in found.steps],
            **columns,
        }
    )


def _value(step: Step | None, field: str) -> float | None:
    value = getattr(step, field) if step else None
    return None if value is None else round(value, 2)
