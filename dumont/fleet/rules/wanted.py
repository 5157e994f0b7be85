"""What is asked for at a launch, in the form in which it is kept: the door's schema and the row's column are this."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Port = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""The database keeps no NUL."""
Word = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


USUAL_FOLDER = "/workspace"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RaceWish(_Part):
    """Null takes the setting."""

    model_config = _example(machines=5, rounds=3, seconds=90)

    machines: int | None = Field(None, ge=1, le=20, description="Machines that start at once.")
    rounds: int | None = Field(None, ge=1, le=10, description="Batches at most.")
    seconds: float | None = Field(None, ge=1, le=3600, description="Time that a batch has.")


class _HibernationLimits(_Part):
    gpu_percent: float | None = Field(None, ge=0, le=100, description="All GPUs below it are idle.")
    idle_seconds: float | None = Field(None, ge=1, le=86400, description="Idle for so long, it hibernates.")
    grace_seconds: float | None = Field(None, ge=0, le=86400, description="Never so soon after a start or a wake.")
    warn_seconds: float | None = Field(None, ge=0, le=3600, description="Told so long before.")
    release_seconds: float | None = Field(None, ge=0, le=2592000, description="Asleep for so long, all is given back.")
    cpu_percent: float | None = Field(None, ge=0, le=100, description="Above it, the processors are busy.")
    network_mbps: float | None = Field(None, ge=0, le=1e6, description="Above it, the network is busy.")


class HibernationWish(_HibernationLimits):
    """Null takes the setting."""

    model_config = _example(enabled=True, idle_seconds=300)

    enabled: bool = Field(True, description="False keeps the instance awake until somebody says otherwise.")
    dry_run: bool = Field(False, description="Only tells when it would hibernate.")
    sessions: bool = Field(True, description="A login over SSH, or an open notebook, counts as busy.")
    processes: tuple[Word, ...] = Field((), max_length=20, description="Busy while one of this name runs.")


class HibernationChange(_HibernationLimits):
    """What is left out stays as it is; null takes back what was said of it before."""

    model_config = _example(idle_seconds=600)

    enabled: bool | None = Field(None, description="False keeps the instance awake until somebody says otherwise.")
    dry_run: bool | None = Field(None, description="Only tells when it would hibernate.")
    sessions: bool | None = Field(None, description="A login over SSH, or an open notebook, counts as busy.")
    processes: tuple[Word, ...] | None = Field(None, max_length=20, description="Busy while one of this name runs.")


class StandbyWish(_Part):
    model_config = _example(enabled=True, kind="cpu", provider="gcp", machine_type="e2-medium", sync_seconds=60)

    enabled: bool = Field(False, description="Whether a second machine holds a copy of the workspace.")
    kind: Literal["cpu", "gpu"] = Field("cpu", description="`gpu` is a warm pool: a second machine like the first.")
    provider: Word | None = Field(None, description="Null takes the setting.")
    machine_type: Word | None = Field(None, description="Such as `e2-medium`; null takes the setting.")
    sync_seconds: int | None = Field(None, ge=5, le=86400, description="Between two copies.")


class ResticPlace(_Part):
    """A restic repository of the user's own, without what opens it."""

    model_config = _example(address="restic:s3:https://s3.example.com/backups/box", region="", restore_from=None)

    address: Text = Field(max_length=1000)
    region: Text = Field("", max_length=40)
    restore_from: Text | None = Field(None, description="The snapshot that it began with: `latest`, or an id.")


class Wanted(_Part):
    """All but the environment, which is kept sealed, and the name."""

    model_config = _example(filters={"model": ["RTX 4090"]}, disk_gb=50, max_price_hour="0.6")

    offer_id: UUID | None = Field(None, description="Races for this offer first; the others must fit the filters.")
    filters: dict[str, Any] = Field(default_factory=dict, description="As `GET /offers` takes them.")
    image: Text = Field("", max_length=500, description="Container image; empty is the house's own.")
    disk_gb: float = Field(50, gt=0, le=100_000)
    ports: tuple[Port, ...] = Field((), max_length=50)
    ssh_keys: tuple[Text, ...] = Field((), max_length=50, description="Public keys that may log in.")
    onstart: Text = Field("", max_length=20_000, description="Run after each start, with the workspace in place.")
    run: Text = Field("", max_length=20_000, description="Run behind `onstart`; how it ends is told.")
    workspace: Text = Field("", max_length=1000, description="Folder that is kept; empty is the machine's usual one.")
    restic: ResticPlace | None = Field(None, description="Where its workspace is kept, if not in our own store.")
    race: RaceWish = RaceWish()
    standby: StandbyWish = StandbyWish()
    max_price_hour: Decimal | None = Field(None, gt=0, le=100_000)
    spot: bool = Field(False, description="Takes machines that may be interrupted, at their lower price.")
    spread: bool = Field(True, description="Whether other providers and regions than the best offer's may race, too.")
    deadline: datetime | None = Field(None, description="The work must be done by then: decides about spot.")
    work_hours: float | None = Field(None, gt=0, le=87600, description="How long the work takes undisturbed.")
