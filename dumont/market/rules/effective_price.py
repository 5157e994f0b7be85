"""What an hour of useful work costs, part by part: being slow to start, failing and being interrupted included.

Let a renter hold a machine for `hours` of useful work in one go (H), with a disk of `disk_gb` and a snapshot of
`snapshot_gb` brought in at the start and taken out at the end. All parts are dollars for one useful hour:

    compute       the price an hour
    disk          disk_gb · price of a GB-month / 730
    rate          compute + disk: what every hour costs in which the machine is held, useful or not
    bandwidth     (rate · fetch + snapshot_gb · egress price) / H      fetch = snapshot_gb · 8000 / Mbps / 3600
    boot          rate · boot / H
    failure       rate · lost_tries · 10 min / H                       lost_tries = p / (1 - p) before one succeeds
    interruption  rate · a · (7.5 min + boot + fetch + lost_tries · 10 min)

and their sum is the effective price. p is how often a rental never becomes useful; 10 minutes are paid until that is
noticed. a is how many interruptions an hour has; each costs the work since the last save, which is half of 15 minutes
on average, and a new start. What experience does not know yet is assumed, on purpose alike for all:

    p = 5 %, boot = 3 min, line = 500 Mbps, storage and egress = free where the cloud names no price
    a = (1 - what the cloud claims of the machine's reliability) / 4 h, as an outage takes about four hours to mend;
        where the cloud claims nothing, as if it claimed 0.98
    at a spot price, another interruption every 20 hours comes on top, known or not: it is the market's own
"""

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]
Micros: TypeAlias = npt.NDArray[np.int64]

DISK_GB, SNAPSHOT_GB, HOURS = 50.0, 10.0, 24.0
"""What is assumed of a renter who does not say."""
HOURS_A_MONTH = 730.0
SAVE_EVERY_HOURS, NOTICE_HOURS, REPAIR_HOURS = 0.25, 1 / 6, 4.0
BOOT_SECONDS, FAILURE_RATE, INET_DOWN_MBPS, CLAIM = 180.0, 0.05, 500.0, 0.98
SPOT_INTERRUPTIONS_HOUR = 1 / 20
FAILURE_RATE_MAX, INTERRUPTIONS_HOUR_MAX = 0.95, 10.0
MICROS_MAX = 10**12 - 1
"""A million dollars an hour: a number still, where experience says that a machine is never of any use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a renter wants of the machine."""

    disk_gb: float = DISK_GB
    snapshot_gb: float = SNAPSHOT_GB
    hours: float = HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of one offer or of many; NaN is "not known"."""

    price_hour: Numbers
    storage_price_gb_month: Numbers
    egress_price_gb: Numbers
    inet_down_mbps: Numbers
    claim: Numbers
    """The cloud's, of the machine's reliability, 0 to 1."""
    boot_seconds: Numbers
    failure_rate: Numbers
    interruption_rate_hour: Numbers


@dataclass(frozen=True, slots=True)
class Parts:
    """In millionths of a dollar for an hour; they add up to the total exactly (up to its limit). Only where `known`
    do they mean anything: an offer without this kind of price has no effective one."""

    compute: Micros
    disk: Micros
    bandwidth: Micros
    boot: Micros
    failure: Micros
    interruption: Micros
    known: npt.NDArray[np.bool_]

    @property
    def total(self) -> Micros:
        total: Micros = self.compute + self.disk + self.bandwidth + self.boot + self.failure + self.interruption
        return np.minimum(total, MICROS_MAX)


PARTS = tuple(field.name for field in fields(Parts) if field.name != "known")


def parts(facts: Facts, terms: Terms, *, spot: bool = False) -> Parts:
    """`facts.price_hour` is the spot price where `spot`."""
    known = ~np.isnan(facts.price_hour)
    compute = np.nan_to_num(facts.price_hour)
    disk = terms.disk_gb * np.nan_to_num(facts.storage_price_gb_month) / HOURS_A_MONTH
    rate = compute + disk
    fetch = terms.snapshot_gb * 8000 / np.maximum(_known(facts.inet_down_mbps, INET_DOWN_MBPS), 1) / 3600
    boot = _known(facts.boot_seconds, BOOT_SECONDS) / 3600
    failing = np.minimum(_known(facts.failure_rate, FAILURE_RATE), FAILURE_RATE_MAX)
    wasted = failing / (1 - failing) * NOTICE_HOURS
    each = SAVE_EVERY_HOURS / 2 + boot + fetch + wasted
    return Parts(
        compute=_micros(compute),
        disk=_micros(disk),
        bandwidth=_micros((rate * fetch + terms.snapshot_gb * np.nan_to_num(facts.egress_price_gb)) / terms.hours),
        boot=_micros(rate * boot / terms.hours),
        failure=_micros(rate * wasted / terms.hours),
        interruption=_micros(rate * _interruptions(facts, spot=spot) * each),
        known=known,
    )


def _interruptions(facts: Facts, *, spot: bool) -> Numbers:
    assumed = (1 - _known(facts.claim, CLAIM)) / REPAIR_HOURS
    own = np.where(np.isnan(facts.interruption_rate_hour), assumed, facts.interruption_rate_hour)
    return np.minimum(own, INTERRUPTIONS_HOUR_MAX) + (SPOT_INTERRUPTIONS_HOUR if spot else 0.0)


def _known(values: Numbers, otherwise: float) -> Numbers:
    return np.where(np.isnan(values), otherwise, values)


def _micros(dollars: Numbers) -> Micros:
    return np.minimum(np.rint(dollars * 1e6), MICROS_MAX).astype(np.int64)
