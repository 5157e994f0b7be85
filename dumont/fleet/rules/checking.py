"""Judges whether a machine is the one that was sold, by what its agent found on it.

Only what is plainly otherwise is held against it: an agent that could not look, and a cloud that did not promise, say
nothing. Speeds are of a short probe, so only a small part of what was promised is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dumont.basics.gpu import named
from dumont.reliability.rules.outcomes import Reason

NETWORK_SHARE, NETWORK_MBPS = 0.02, 1.0
"""Slower than this share of what was promised, and than that: the line is none."""
DISK_MBPS = 10.0

Fault = tuple[Reason, str]


class Sold(Protocol):
    """What was promised; None is nothing."""

    @property
    def gpu_name(self) -> str | None: ...
    @property
    def gpu_count(self) -> int: ...
    @property
    def driver(self) -> str | None: ...
    @property
    def cuda_max(self) -> float | None: ...
    @property
    def inet_down_mbps(self) -> float | None: ...


def fault_of(facts: Mapping[str, Any], listed: Sold) -> Fault | None:
    return _gpus(facts.get("gpus"), listed) or _driver(facts, listed) or _speeds(facts, listed)


def _gpus(seen: Sequence[str] | None, listed: Sold) -> Fault | None:
    if seen is None or listed.gpu_count == 0:
        return None
    if len(seen) < listed.gpu_count:
        return "gpu_not_ready", f"{len(seen)} of {listed.gpu_count} GPUs are to be seen."
    for name in seen:
        known = named(name)
        if listed.gpu_name and known and all(gpu.name != listed.gpu_name for gpu in known):
            return "hardware_error", f"There is a {name} where a {listed.gpu_name} was sold."
    return None


def _driver(facts: Mapping[str, Any], listed: Sold) -> Fault | None:
    driver, cuda = _version(facts.get("driver")), _version(facts.get("cuda_max"))
    if driver and (sold := _version(listed.driver)) and driver[0] < sold[0]:
        return "driver_mismatch", f"The driver is {facts['driver']}, and {listed.driver} was promised."
    if cuda and listed.cuda_max is not None and cuda < _version(str(listed.cuda_max)):
        return "driver_mismatch", f"It can CUDA {facts['cuda_max']}, and {listed.cuda_max} was promised."
    return None


def _speeds(facts: Mapping[str, Any], listed: Sold) -> Fault | None:
    network, disk = facts.get("net_down_mbps"), facts.get("disk_write_mbps")
    least = min(NETWORK_MBPS, NETWORK_SHARE * (listed.inet_down_mbps or 0))
    if network is not None and network < least:
        return "network", f"Its line has {network:g} Mbps, and {listed.inet_down_mbps:g} were promised."
    if disk is not None and disk < DISK_MBPS:
        return "hardware_error", f"Its disk takes {disk:g} MB/s."
    return None


def _version(text: str | None) -> tuple[int, ...]:
    """What does not read as a version is not compared."""
    parts = [*(text or "").strip().split("."), "0"][:2]
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()
