"""One machine's day, summed while it happens: what was seen is added, and two sums of one day are one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from dumont.basics.machine_key import MachineKey
from dumont.reliability.rules import boot


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A stretch of rented time that ends at `at`, and whether the machine answered in it."""

    at: datetime
    seconds: float
    up: bool = True
    gpu_temperature: float | None = None
    gpu_utilisation: float | None = None


@dataclass(slots=True)
class Day:
    """Days are those of UTC."""

    machine: MachineKey
    day: date
    data_until: datetime
    observed_seconds: float = 0.0
    uptime_seconds: float = 0.0
    rentals: int = 0
    """That ended, by whoever."""
    interruptions: int = 0
    """Those that the machine or its cloud ended."""
    gpu_samples: int = 0
    gpu_temperature_mean: float | None = None
    gpu_utilisation_mean: float | None = None
    boot_histogram: list[int] = field(default_factory=list)

    def see(self, seen: Seen) -> None:
        self._until(seen.at)
        self.observed_seconds += seen.seconds
        self.uptime_seconds += seen.seconds if seen.up else 0
        if seen.gpu_temperature is not None or seen.gpu_utilisation is not None:
            count = self.gpu_samples
            self.gpu_temperature_mean = _mixed(self.gpu_temperature_mean, count, seen.gpu_temperature, 1)
            self.gpu_utilisation_mean = _mixed(self.gpu_utilisation_mean, count, seen.gpu_utilisation, 1)
            self.gpu_samples += 1

    def end(self, at: datetime, *, interrupted: bool) -> None:
        self._until(at)
        self.rentals += 1
        self.interruptions += int(interrupted)

    def boot(self, at: datetime, seconds: float) -> None:
        self._until(at)
        self.boot_histogram = self.boot_histogram or [0] * boot.BUCKETS
        self.boot_histogram[boot.bucket_of(seconds)] += 1

    def add(self, other: "Day") -> None:
        """Of the same machine and day."""
        for name in ("temperature", "utilisation"):
            mean = f"gpu_{name}_mean"
            mixed = _mixed(getattr(self, mean), self.gpu_samples, getattr(other, mean), other.gpu_samples)
            setattr(self, mean, mixed)
        self._until(other.data_until)
        self.observed_seconds += other.observed_seconds
        self.uptime_seconds += other.uptime_seconds
        self.rentals += other.rentals
        self.interruptions += other.interruptions
        self.gpu_samples += other.gpu_samples
        self.boot_histogram = _summed(self.boot_histogram, other.boot_histogram)

    def _until(self, at: datetime) -> None:
        self.data_until = max(self.data_until, at)


def by_days(seen: Seen) -> Iterator[tuple[date, Seen]]:
    """Cut at midnight, so that each day is given its own seconds."""
    begins = seen.at - timedelta(seconds=seen.seconds)
    while begins < seen.at:
        midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        ends = min(seen.at, midnight)
        yield begins.date(), replace(seen, at=ends, seconds=(ends - begins).total_seconds())
        begins = ends


def _mixed(mean: float | None, count: int, other: float | None, others: int) -> float | None:
    if mean is None or other is None:
        return other if mean is None else mean
    return (mean * count + other * others) / (count + others) if count + others else mean


def _summed(one: Sequence[int], other: Sequence[int]) -> list[int]:
    if not one or not other:
        return list(one or other)
    return [a + b for a, b in zip(one, other, strict=True)]
