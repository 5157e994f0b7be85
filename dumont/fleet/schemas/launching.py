"""What is asked for at a launch, and what is answered: the plan of a dry run, or the instance that is on its way."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from dumont.basics.errors import Invalid
from dumont.fleet.launching.launch import UntilAction, Wish
from dumont.fleet.rules.states import StandbyKind
from dumont.fleet.rules.wanted import HibernationChange, HibernationWish, Port, RaceWish, StandbyWish, Wanted
from dumont.fleet.schemas.courses import CoursePlan
from dumont.fleet.schemas.fields import Answer, Count, Fault, MachineId, Price, ProviderName
from dumont.fleet.schemas.instances import Instance
from dumont.fleet.schemas.operations import Operation
from dumont.market.schemas.search import OfferFilters
from dumont.platform.http.bodies import RequestBody
from dumont.platform.http.fields import PRINTABLE, Moment
from dumont.snapshots.restic import Place

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
InstanceName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
EnvValue = Annotated[Text, StringConstraints(max_length=20_000)]
PublicKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=5000, pattern=PRINTABLE)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=1000)]
MaxPrice = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=15, decimal_places=9)]


class ResticWish(RequestBody):
    """A restic repository of yours in a bucket. What opens it is kept sealed, and not shown again."""

    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=PRINTABLE)] = Field(
        description="As restic has it, with `restic:` before it.",
        examples=["restic:s3:https://s3.example.com/backups/box"],
    )
    password: Secret = Field(description="Of the repository.", examples=["correct horse battery staple"])
    access_key: Secret = Field(description="Of the bucket.", examples=["AKIAIOSFODNN7EXAMPLE"])
    secret_key: Secret = Field(examples=["wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"])
    region: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="Of the bucket, where it is Amazon's and not us-east-1.", examples=["eu-central-1"]
    )

    def place(self) -> Place:
        return Place(
            address=self.address,
            region=self.region,
            password=self.password.get_secret_value(),
            access_key=self.access_key.get_secret_value(),
            secret_key=self.secret_key.get_secret_value(),
        )


class ResticLaunch(ResticWish):
    restore_from: Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)] | None = Field(
        None,
        description="Begins with this snapshot, which restic made before: `latest`, or its id (8 letters or more).",
        examples=["latest"],
    )


class InstanceWish(RequestBody):
    """Everything has a default: `{"filters": {"model": ["RTX 4090"]}}` is enough."""

    name: InstanceName | None = Field(
        None,
        description="Lower-case letters, digits and hyphens; for `ssh NAME`. Null invents one.",
        examples=["llama"],
    )
    team_id: UUID | None = Field(None, description="Owned by this team of yours.", examples=[None])
    offer_id: UUID | None = Field(
        None, description="Races for this offer first; the others must fit the filters.", examples=[None]
    )
    filters: OfferFilters = Field(
        default_factory=OfferFilters, description="As `GET /offers` takes them.", examples=[{"model": ["RTX 4090"]}]
    )
    image: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTABLE)] = Field(
        "", description="Container image; empty is the house's own.", examples=["pytorch/pytorch"]
    )
    disk_gb: float = Field(50, gt=0, le=100_000, allow_inf_nan=False)
    env: Annotated[dict[EnvName, EnvValue], Field(max_length=100)] = Field(
        default_factory=dict, description="Kept sealed, and not shown again.", examples=[{"HF_HOME": "/workspace/hf"}]
    )
    ports: Annotated[list[Port], Field(max_length=50)] = Field([], description="Besides 22.", examples=[[8888]])
    ssh_keys: Annotated[list[PublicKey], Field(max_length=50)] = Field(
        [],
        description="Public keys that may log in, as in `authorized_keys`.",
        examples=[["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmSOCUP5TLvPvMy4vAaq4QNR9pJHs5yLOc4/BlfZyPb ada"]],
    )
    onstart: Text = Field(
        "", max_length=20_000, description="Run after each start, with the workspace in place.", examples=["nvidia-smi"]
    )
    run: Text = Field(
        "",
        max_length=20_000,
        description="Run behind `onstart` after each start, if that ends with 0, and waited for by nobody: the "
        "instance tells how it is, and how it ended. A run that fails ends no machine.",
        examples=["python train.py"],
    )
    workspace: Text = Field(
        "", max_length=1000, description="Folder that is kept; empty is the machine's usual one.", examples=[""]
    )
    restic: ResticLaunch | None = Field(
        None, description="Keeps the workspace in a restic repository of yours, by the program `restic`."
    )
    race: RaceWish = Field(default_factory=RaceWish, examples=[{"machines": 3}])
    hibernation: HibernationWish = Field(default_factory=HibernationWish, examples=[{"idle_seconds": 300}])
    standby: StandbyWish = Field(default_factory=StandbyWish, examples=[{"enabled": False}])
    max_price_hour: MaxPrice | None = Field(
        None, description="The most that one machine may cost, without its disk.", examples=["0.6"]
    )
    spot: bool = Field(False, description="Takes machines that may be interrupted, at their lower price.")
    spread: bool = Field(True, description="Whether other providers and regions than the best offer's may race, too.")
    ttl_seconds: float | None = Field(
        None, ge=60, le=31_536_000, description="Ends so long after the launch; or say `until`.", examples=[None]
    )
    until: Moment | None = Field(None, description="Ends at this moment.", examples=[None])
    until_action: UntilAction = Field("hibernate", description="What ends it.")
    deadline: Moment | None = Field(
        None,
        description="The work must be done by then, by the cheapest way: on spot, on demand, or waiting. Needs `spot` "
        "and `work_hours`.",
        examples=[None],
    )
    work_hours: float | None = Field(
        None, gt=0, le=87600, description="Hours of machine time that the work takes undisturbed.", examples=[None]
    )
    dry_run: bool = Field(False, description="Rents nothing; answers with what would be done, and what it would cost.")

    def wish(self, now: datetime) -> Wish:
        """As the use case takes it: what was not said is not in the filters."""
        same = set(Wanted.model_fields) - {"filters", "restic"}
        wanted = {name: getattr(self, name) for name in same}
        return Wish(
            name=self.name,
            team_id=self.team_id,
            wanted=Wanted(
                **wanted, filters=self.filters.model_dump(mode="json", exclude_unset=True, exclude_none=True)
            ),
            restic=self.restic.place() if self.restic else None,
            restore_from=self.restic.restore_from or None if self.restic else None,
            env=self.env,
            hibernation=self.hibernation,
            until_at=self.until or (now + timedelta(seconds=self.ttl_seconds) if self.ttl_seconds else None),
            until_action=self.until_action,
            both_ends=self.until is not None and self.ttl_seconds is not None,
        )


class Candidate(Answer):
    """A machine that would race."""

    offer_id: UUID
    round: int = Field(description="In which it would start.", examples=[1])
    provider: ProviderName
    machine_id: MachineId
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    vram_gb: float = Field(examples=[24.0])
    region: str | None = Field(examples=["Sweden, SE"])
    spot: bool
    price_hour: Price = Field(description="Of the machine with the disk that was asked for.")
    least_cost: Price | None = Field(
        description="Paid in any case, where hours are sold ahead; null where only what was used is paid."
    )
    effective_price_hour: Price | None = Field(description="What an hour of useful work costs, all in.")
    reliability_score: float | None = Field(description="0 to 100; null where too little is known.", examples=[91.4])
    boot_seconds_p50: float | None = Field(description="As learned; null where nothing is.", examples=[38.0])
    boot_seconds_p95: float | None = Field(examples=[82.0])
    boots: Count = Field(description="From which that was learned.")
    doubts: list[str] = Field(
        description="Why one might think twice, in sentences.", examples=[["Of 13 attempts with it 62% succeeded."]]
    )


class LaunchWarning(Answer):
    code: str = Field(examples=["blacklisted_left_out"])
    message: str = Field(examples=["2 offers are left out because their machines are blacklisted."])
    hint: str | None = Field(examples=[None])
    count: int | None = Field(examples=[2])


class RaceCost(Answer):
    """What the losers of the race are expected to cost."""

    expected: Price
    at_most: Price = Field(description="If every round is run in vain, to its last second.")
    expected_seconds: float | None = Field(description="Until the first machine is ready.", examples=[31.0])
    p95_seconds: float | None = Field(examples=[64.0])
    how: str = Field(
        description="How it was worked out, in words.",
        examples=["4 losers of 31 s each at their own price; machines that cost nothing while they boot are left out."],
    )


class LaunchPrices(Answer):
    hour: Price = Field(description="Of the machine that is most likely to win.")
    hour_min: Price
    hour_max: Price
    day: Price = Field(description="24 hours awake.")
    day_hibernating: Price = Field(
        description="With `busy_hours` of use, asleep for the rest; the snapshot's storage included."
    )
    busy_hours: float = Field(description="That `day_hibernating` assumes.", examples=[8.0])
    month: Price = Field(description="730 hours awake.")
    month_hibernating: Price


class SecondPlan(Answer):
    """The second machine that there would be, as was said or as is usual; in none of the other figures."""

    kind: StandbyKind
    provider: ProviderName
    price_hour: Price | None = Field(description="With its disk, while there is one; null where no machine fits now.")


class LaunchPlan(Answer):
    """What a launch would do now. Offers change by the minute: it promises nothing."""

    name: str = Field(examples=["llama"])
    candidates: list[Candidate] = Field(description="In the order in which they would be started.")
    machines: int = Field(description="That start at once.", examples=[5])
    rounds: int = Field(examples=[3])
    round_seconds: float = Field(examples=[90.0])
    fitting: Count = Field(description="Offers that fit, racing or not.")
    race: RaceCost | None = Field(description="Null where no machine fits.")
    prices: LaunchPrices | None
    standby: SecondPlan | None
    course: CoursePlan | None = Field(description="With a deadline: what to expect of the whole work.")
    warnings: list[LaunchWarning]
    can_launch: bool
    stopped: Fault | None = Field(description="What a launch would be refused with; null where it can be launched.")
    as_of: datetime


class Launched(Answer):
    """Of a dry run the plan alone; else the instance and its operation."""

    dry_run: bool
    instance: Instance | None
    operation: Operation | None
    plan: LaunchPlan | None
    warnings: list[LaunchWarning] = Field(description="Of the plan, whether or not it was launched.")


class InstanceChange(RequestBody):
    """What is left out stays as it is, also within `hibernation`, `race` and `standby`."""

    name: InstanceName | None = Field(None, examples=["llama"])
    hibernation: HibernationChange | None = Field(
        None, description="What it sets otherwise than the settings.", examples=[{"idle_seconds": 600}]
    )
    standby: StandbyWish | None = Field(None, examples=[{"enabled": True}])
    race: RaceWish | None = Field(
        None, description="For the next race; null within it takes the setting.", examples=[{"machines": 3}]
    )
    ssh_keys: Annotated[list[PublicKey], Field(max_length=50)] | None = Field(
        None, description="From the next start on.", examples=[None]
    )
    onstart: Annotated[Text, StringConstraints(max_length=20_000)] | None = Field(None, examples=[None])
    run: Annotated[Text, StringConstraints(max_length=20_000)] | None = Field(
        None, description="From the next start on; empty for nothing.", examples=[None]
    )
    max_price_hour: MaxPrice | None = Field(
        None, description="For the next machine; null for no limit.", examples=["0.6"]
    )
    spot: bool | None = None
    restic: ResticWish | None = Field(
        None,
        description="From the next snapshot on; null for our own store. With the address that it has, for new keys.",
    )
    deadline: Moment | None = Field(
        None,
        description="The work must be done by then; null, with null `work_hours`, for no deadline.",
        examples=[None],
    )
    work_hours: float | None = Field(
        None, gt=0, le=87600, description="Of the whole work; what is done stays done.", examples=[20]
    )
    until: Moment | None = Field(None, description="Null takes it away.", examples=[None])
    until_action: UntilAction | None = None
    keep_awake_until: Moment | None = Field(None, description="Null lets it sleep again.", examples=[None])

    def given(self) -> dict[str, Any]:
        """What was said, null included."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return said | ({"restic": self.restic.place()} if self.restic is not None else {})


class KeepAwake(RequestBody):
    """One of the two; `{"seconds": 0}` lets it sleep again."""

    seconds: float | None = Field(None, ge=0, le=2_592_000, description="From now on.", examples=[3600])
    until: Moment | None = Field(None, examples=[None])

    def moment(self, now: datetime) -> datetime | None:
        if (self.seconds is None) == (self.until is None):
            raise Invalid.field("seconds", "or `until` is wanted, and not both")
        return self.until or now + timedelta(seconds=self.seconds or 0)
