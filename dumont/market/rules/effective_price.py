"""What an hour of useful work costs, part by part: being slow to start, failing and being interrupted included."""

from dataclasses import dataclass

DISK_GB, SNAPSHOT_GB, HOURS = 50.0, 10.0, 24.0
"""What is assumed of a renter who does not say: the disk asked for, what is brought in, hours of work in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a renter wants of the machine."""

    disk_gb: float = DISK_GB
    snapshot_gb: float = SNAPSHOT_GB
    hours: float = HOURS
