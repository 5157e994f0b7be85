"""The machine types of the clouds whose API tells no price: what is in each, and what each region's list asks for it.

One table a cloud, `machine_types_<cloud>.csv` beside this file, in US dollars an hour for the whole machine without
disk. An empty price means that the type is not sold that way there, or that its price is not known. The lists:

- `aws`: Linux, on demand, of July 2026 for us-east-1. us-east-2 and us-west-2 share that list. Spot prices come from
  the API.
- `gcp`: of March 2025. The one- to four-GPU parts of an A3 are sold as spot machines only.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import groupby


@dataclass(frozen=True, slots=True)
class ListPrice:
    on_demand: Decimal | None
    spot: Decimal | None


@dataclass(frozen=True, slots=True)
class MachineType:
    name: str
    gpu_name: str | None
    """Canonical; None for a machine without GPU."""
    gpu_count: int
    cpu_cores: float
    ram_gb: float
    prices: Mapping[str, ListPrice]
    """By region."""

    def price(self, region: str, *, spot: bool) -> Decimal | None:
        price = self.prices.get(region)
        if price is None:
            return None
        return price.spot if spot else price.on_demand


@cache
def machine_types(cloud: str) -> Mapping[str, MachineType]:
    """All known ones of this cloud by name."""
    text = files("dumont.basics").joinpath(f"machine_types_{cloud}.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {name: _machine_type(name, list(regions)) for name, regions in groupby(rows, key=lambda row: row["type"])}


def _machine_type(name: str, rows: list[dict[str, str]]) -> MachineType:
    return MachineType(
        name=name,
        gpu_name=rows[0]["gpu_name"] or None,
        gpu_count=int(rows[0]["gpu_count"]),
        cpu_cores=float(rows[0]["cpu_cores"]),
        ram_gb=float(rows[0]["ram_gb"]),
        prices=dict(_prices(rows)),
    )


def _prices(rows: Iterable[dict[str, str]]) -> Iterable[tuple[str, ListPrice]]:
    for row in rows:
        yield row["region"], ListPrice(_money(row["on_demand_hour"]), _money(row["spot_hour"]))


def _money(text: str) -> Decimal | None:
    return Decimal(text) if text else None
