"""What a search of the market asks for: one checked value, whatever door or spelling it came by."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from dumont.basics.errors import FieldFault, Invalid
from dumont.market.rules.effective_price import DISK_GB, HOURS, SNAPSHOT_GB, Terms

SORTS = ("price", "effective_price", "g_score", "reliability", "vram", "tflops_per_dollar")
LIMIT_DEFAULT, LIMIT_MAX = 50, 500
NUMBER_MAX = 1e12
RANGES = (("min_vram", "max_vram"), ("min_price", "max_price"), ("min_gpus", "max_gpus"))
AMOUNTS = (
    *("min_vram", "max_vram", "min_price", "max_price", "gpu_count", "min_gpus", "max_gpus", "min_reliability"),
    *("min_inet_down", "min_inet_up", "min_cpu_cores", "min_ram_gb", "min_disk_gb", "cuda_min", "min_score"),
    *("disk_gb", "snapshot_gb"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """None asks for nothing. An offer that does not tell a figure never fits a minimum or maximum of it."""

    models: frozenset[str] | None = None
    """Canonical names; the empty set fits nothing, as when only unknown models were asked for."""
    unknown_models: tuple[str, ...] = ()
    """As they were asked for; the answer suggests names that are near."""
    providers: frozenset[str] | None = None
    min_vram: float | None = None
    """GB of one GPU."""
    max_vram: float | None = None
    min_price: Decimal | None = None
    """Of the whole machine an hour: on demand, or the spot price where `spot` is asked for."""
    max_price: Decimal | None = None
    gpu_count: int | None = None
    min_gpus: int | None = None
    max_gpus: int | None = None
    regions: frozenset[str] | None = None
    """A cloud's own region, the beginning of one (`us-east`), or a place that `places` knows (`EU`, `Germany`)."""
    countries: frozenset[str] | None = None
    """Two capital letters."""
    min_reliability: float | None = None
    """0 to 1: our own score where there is one, else what the cloud claims."""
    min_inet_down: float | None = None
    min_inet_up: float | None = None
    min_cpu_cores: float | None = None
    min_ram_gb: float | None = None
    min_disk_gb: float | None = None
    cuda_min: float | None = None
    verified: bool | None = None
    spot: bool | None = None
    """True: only what has a spot price, and prices are that. False: only what can be had on demand."""
    available_only: bool = True
    include_blacklisted: bool = False
    min_score: float | None = None
    """0 to 100: hides machines whose score is known to be lower (a user's preference)."""
    kept_out: frozenset[str] = frozenset()
    """Machines, as `provider:machine_id`, that count as blacklisted for whoever asks, and for nobody else."""
    disk_gb: float = DISK_GB
    """With `snapshot_gb` and `hours`, what the effective price is calculated for."""
    snapshot_gb: float = SNAPSHOT_GB
    hours: float = HOURS
    sort: str = "price"
    descending: bool = False
    limit: int = LIMIT_DEFAULT
    cursor: str | None = None

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            said = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
            raise Invalid(said, faults=faults)

    @property
    def terms(self) -> Terms:
        return Terms(disk_gb=self.disk_gb, snapshot_gb=self.snapshot_gb, hours=self.hours)

    @property
    def gpus_from(self) -> int:
        """Machines without GPU are shown to those who ask for them."""
        if self.gpu_count is not None:
            return self.gpu_count
        return self.min_gpus if self.min_gpus is not None else 1

    @property
    def gpus_to(self) -> int | None:
        return self.gpu_count if self.gpu_count is not None else self.max_gpus


def sort_named(text: str) -> tuple[str, bool]:
    """A sort as a client writes it, `-` in front for descending: the field and whether it descends."""
    name = text.removeprefix("-")
    if name not in SORTS:
        raise Invalid.field("sort", f"must be one of {', '.join(SORTS)}, with - in front for descending")
    return name, text.startswith("-")


def _faults(query: Query) -> Iterator[FieldFault]:
    for name in AMOUNTS:
        value = getattr(query, name)
        if value is not None and not (isfinite(value) and 0 <= value <= NUMBER_MAX):
            negative = isfinite(value) and value < 0
            yield FieldFault(name, "must not be negative" if negative else "must be a number below 1e12")
    for low, high in RANGES:
        lowest, highest = getattr(query, low), getattr(query, high)
        both = lowest is not None and highest is not None and isfinite(lowest) and isfinite(highest)
        if both and lowest > highest:
            yield FieldFault(low, f"is above {high}: {lowest} > {highest}")
    yield from _counts(query)
    yield from _limits(query)


def _counts(query: Query) -> Iterator[FieldFault]:
    """An exact count must be one that the range allows."""
    count, least, most = query.gpu_count, query.min_gpus, query.max_gpus
    if count is not None and least is not None and count < least:
        yield FieldFault("gpu_count", f"is below min_gpus: {count} < {least}")
    if count is not None and most is not None and count > most:
        yield FieldFault("gpu_count", f"is above max_gpus: {count} > {most}")


def _limits(query: Query) -> Iterator[FieldFault]:
    if query.min_reliability is not None and query.min_reliability > 1:
        yield FieldFault("min_reliability", "must be between 0 and 1")
    if query.min_score is not None and query.min_score > 100:
        yield FieldFault("min_score", "must be between 0 and 100")
    if not (isfinite(query.hours) and 0 < query.hours <= NUMBER_MAX):
        yield FieldFault("hours", "must be above 0")
    if query.sort not in SORTS:
        yield FieldFault("sort", f"must be one of {', '.join(SORTS)}")
    if not 1 <= query.limit <= LIMIT_MAX:
        yield FieldFault("limit", f"must be between 1 and {LIMIT_MAX}")
