"""The shelf itself: all offers in columns, never changed; what is new makes another shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.market.rules.query import Query
from dumont.market.shelf.row import Mark
from dumont.market.trust import Trust

Rows = npt.NDArray[np.intp]
"""Places of offers on one shelf; on another shelf they mean others."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Offers that fit, and are not shown."""

    unavailable: int = 0
    blacklisted: int = 0
    below_threshold: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    rows: Rows
    """Of this page, in order."""
    total: int
    """Of all pages."""
    hidden: Hidden
    next: str | None = None
    """The cursor of the next page; None on the last one."""


class Shelf:
    marks: Mapping[str, Mark]

    @staticmethod
    def empty() -> "Shelf": ...

    @staticmethod
    def build(
        rows: Sequence[Sequence[Any]], marks: Mapping[str, Mark], trust: Mapping[str, Trust] | None = None
    ) -> "Shelf":
        """Of everything, offers that have gone included. Rows are `Row` or records in its order."""
        ...

    def merged(self, rows: Sequence[Sequence[Any]], marks: Mapping[str, Mark]) -> "Shelf":
        """With these rows new or changed, of any providers, and these marks set; takes O(all), for a thread."""
        ...

    def replaced(self, provider: str, rows: Sequence[Sequence[Any]], mark: Mark) -> "Shelf":
        """With exactly these rows of one provider (its generation has changed)."""
        ...

    def trusted(self, machines: Mapping[str, Trust]) -> "Shelf":
        """With what has been learned of machines, by `provider:machine_id`."""
        ...

    def __len__(self) -> int: ...

    def find(self, query: Query, now: datetime, *, stale_seconds: float = 900) -> Found:
        """One page, and how many there are in all. The last sight of a provider longer ago than `stale_seconds`
        makes its offers unavailable."""
        ...

    def find_all(self, query: Query, now: datetime, *, stale_seconds: float = 900) -> Rows:
        """Every offer that fits, in order; `limit` and `cursor` are not looked at."""
        ...

    def row_of(self, offer_id: "str | UUID") -> int | None: ...

    def rows_of_machine(self, provider: str, machine_id: str) -> Rows: ...

    def offers(
        self, rows: Sequence[int] | Rows, now: datetime, query: Query | None = None, *, stale_seconds: float = 900
    ) -> list[dict[str, Any]]:
        """Ready for JSON; effective prices are for the terms of the query, and for spot where it asks for spot."""
        ...

    def offer(self, row: int, now: datetime, query: Query | None = None, *, stale_seconds: float = 900) -> dict[str, Any]: ...

    def ages(self, now: datetime) -> dict[str, float | None]:
        """Seconds since each provider's offers were seen; None where they never were."""
        ...
