"""The shelf itself: all offers in columns, never changed; what is new makes another shelf."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from dumont.market.rules.query import Query
from dumont.market.shelf import columns as reading
from dumont.market.shelf.columns import NEVER, TEXTS, Columns, moment
from dumont.market.shelf.experience import Experience
from dumont.market.shelf.filters import Stock
from dumont.market.shelf.listing import Listing, listings
from dumont.market.shelf.orders import Order
from dumont.market.shelf.row import Mark
from dumont.market.shelf.search import Found, Moment, Rows, Searched
from dumont.market.shelf.show import View, offers
from dumont.market.shelf.vocabulary import Vocabulary
from dumont.market.shelf.worth import worth
from dumont.market.trust import Trust

STALE_SECONDS = 900.0
SOON_ASKED = (Order("price"), Order("effective_price"), Order("g_score", descending=True))
"""Orders that are made before anyone asks."""


class Shelf:
    """Making another one takes time that grows with all offers, nearly all of it in numpy: do it in a thread, while
    this one goes on answering."""

    def __init__(self, searched: Searched, marks: Mapping[str, Mark], judged_at: int = NEVER) -> None:
        self._searched = searched
        self._stock = searched.stock
        self._judged_at = judged_at
        self.marks = marks

    @staticmethod
    def empty() -> "Shelf":
        return Shelf.build((), {})

    @staticmethod
    def build(
        rows: Sequence[Sequence[Any]], marks: Mapping[str, Mark], trust: Mapping[str, Trust] | None = None
    ) -> "Shelf":
        """Of everything, offers that have gone included. Rows are `Row`, or records in its order."""
        vocabularies = {name: Vocabulary() for name in TEXTS}
        columns = reading.read(rows, vocabularies)
        known = Experience().learned(trust or {}, vocabularies["machine"])
        return _shelf(columns, vocabularies, known, marks, asked=SOON_ASKED)

    def merged(self, rows: Sequence[Sequence[Any]], marks: Mapping[str, Mark]) -> "Shelf":
        """With these rows new or changed, of any providers, and these marks set."""
        everywhere = {**self.marks, **marks}
        if not rows:
            return Shelf(self._searched, everywhere, self._judged_at)
        new = reading.read(rows, self._stock.vocabularies)
        return self._with(self._stock.columns.with_rows(new), self._searched.known, everywhere)

    def replaced(self, provider: str, rows: Sequence[Sequence[Any]], mark: Mark) -> "Shelf":
        """With exactly these rows of one provider, as when its generation has changed."""
        old = self._stock.columns
        code = self._stock.vocabularies["provider"].number(provider)
        kept = old.at(np.flatnonzero(old.provider != (-1 if code is None else code)))
        columns = kept.with_rows(reading.read(rows, self._stock.vocabularies)) if rows else kept
        return self._with(columns, self._searched.known, {**self.marks, provider: mark})

    def trusted(self, machines: Mapping[str, Trust]) -> "Shelf":
        """With what has been learned of machines, by `provider:machine_id`."""
        if not machines:
            return self
        known = self._searched.known.learned(machines, self._stock.vocabularies["machine"])
        return self._with(self._stock.columns, known, self.marks)

    def outlived(self, now: datetime) -> bool:
        """Whether an entry of the blacklist has ended that still keeps offers out of ranks."""
        until = self._stock.worth.blocked_until
        return self._stock.worth.blocks and bool(((until > self._judged_at) & (until <= moment(now))).any())

    def judged(self, now: datetime) -> "Shelf":
        """With ranks as they are at this moment."""
        return self._with(self._stock.columns, self._searched.known, self.marks, judged_at=moment(now))

    def __len__(self) -> int:
        return len(self._stock.columns)

    def find(self, query: Query, now: datetime, *, stale_seconds: float = STALE_SECONDS) -> Found:
        """One page, and how many there are in all. Offers of a provider that was last seen longer ago than
        `stale_seconds` are not available, nor are single ones that its newer answers lacked for so long."""
        return self._searched.page(query, self._moment(now, stale_seconds))

    def find_all(self, query: Query, now: datetime, *, stale_seconds: float = STALE_SECONDS) -> Rows:
        """Every offer that fits, in order; `limit` and `cursor` are not looked at."""
        return self._searched.everything(query, self._moment(now, stale_seconds))

    def row_of(self, offer_id: UUID) -> int | None:
        return self._stock.columns.place(offer_id)

    def id_of(self, row: int) -> UUID:
        return self._stock.columns.uuid(row)

    def rows_of_machine(self, provider: str, machine_id: str) -> Rows:
        number = self._stock.vocabularies["machine"].number(f"{provider}:{machine_id}")
        return np.flatnonzero(self._stock.columns.machine == (-1 if number is None else number))

    def offers(
        self,
        rows: Sequence[int] | Rows,
        now: datetime,
        query: Query | None = None,
        *,
        stale_seconds: float = STALE_SECONDS,
    ) -> list[dict[str, Any]]:
        """Ready for JSON; effective prices are for the terms of the query, and at spot where it asks for spot."""
        if not len(rows):
            return []
        oldest = now - timedelta(seconds=stale_seconds)
        view = View(now, query or Query(), self.marks, self.stale(now, stale_seconds), oldest)
        return offers(self._stock, self._searched.known, np.asarray(rows, np.int64), view)

    def offer(
        self, row: int, now: datetime, query: Query | None = None, *, stale_seconds: float = STALE_SECONDS
    ) -> dict[str, Any]:
        return self.offers([row], now, query, stale_seconds=stale_seconds)[0]

    def listings(self, rows: Rows) -> list[Listing]:
        """For going over many; `find_all` gives the rows."""
        return listings(self._stock, rows)

    def expected(self, rows: Sequence[int] | Rows) -> list[tuple[float | None, float | None]]:
        """By experience with each offer's machine: the seconds until it is of use, and how often it never is."""
        known, machines = self._searched.known, self._stock.columns.machine[np.asarray(rows, np.int64)]
        figures = (known.figure(name)[machines].tolist() for name in ("boot_seconds", "failure_rate"))
        return [(_known(boot), _known(failing)) for boot, failing in zip(*figures, strict=True)]

    def interruptions(self, rows: Sequence[int] | Rows) -> list[float | None]:
        """By experience with each offer's machine: how often it was taken away, an hour."""
        machines = self._stock.columns.machine[np.asarray(rows, np.int64)]
        return [_known(rate) for rate in self._searched.known.figure("interruption_rate_hour")[machines].tolist()]

    def ages(self, now: datetime) -> dict[str, float | None]:
        """Seconds since each provider's offers were seen; None where they never were."""
        return {
            name: None if mark.seen_at is None else max((now - mark.seen_at).total_seconds(), 0.0)
            for name, mark in self.marks.items()
        }

    def stale(self, now: datetime, stale_seconds: float = STALE_SECONDS) -> frozenset[str]:
        """The providers that were not heard of for too long."""
        oldest = now - timedelta(seconds=stale_seconds)
        providers = (name for name in self._stock.vocabularies["provider"].texts() if name)
        seen = {name: self.marks[name].seen_at if name in self.marks else None for name in providers}
        return frozenset(name for name, at in seen.items() if at is None or at < oldest)

    def blocked(self, now: datetime) -> int:
        """How many offers are of machines that an entry of the blacklist, which still counts, keeps out."""
        worth = self._stock.worth
        return int(np.count_nonzero(worth.blocked_until > moment(now))) if worth.blocks else 0

    def column(self, name: str) -> npt.NDArray[Any]:
        """For figures over many offers: the column itself, read only. Prices are in millionths, -1 for none."""
        found = getattr(self._stock.worth if name in self._stock.worth.__slots__ else self._stock.columns, name)
        view: npt.NDArray[Any] = found.view()
        view.flags.writeable = False
        return view

    def texts(self, name: str) -> list[str | None]:
        """What the codes of a column of text mean: `texts("gpu_name")[column("gpu_name")[row]]`."""
        return self._stock.vocabularies[name].texts()

    @property
    def bytes(self) -> int:
        """Of arrays; texts are not counted."""
        parts = (self._stock.columns, self._stock.worth, self._searched.known, self._searched)
        return sum(part.bytes for part in parts)

    def _moment(self, now: datetime, stale_seconds: float) -> Moment:
        oldest = moment(now) - round(stale_seconds * 1e6)
        return Moment(moment(now), oldest, self._codes(self.stale(now, stale_seconds)))

    def _codes(self, providers: frozenset[str]) -> frozenset[int]:
        numbers = map(self._stock.vocabularies["provider"].number, providers)
        return frozenset(number for number in numbers if number is not None)

    def _with(
        self, columns: Columns, known: Experience, marks: Mapping[str, Mark], judged_at: int | None = None
    ) -> "Shelf":
        at = self._judged_at if judged_at is None else judged_at
        return _shelf(columns, self._stock.vocabularies, known, marks, asked=self._searched.made, judged_at=at)


def _known(figure: float) -> float | None:
    return None if figure != figure else figure  # noqa: PLR0124 - only NaN is not itself


def _shelf(
    columns: Columns,
    vocabularies: Mapping[str, Vocabulary],
    known: Experience,
    marks: Mapping[str, Mark],
    *,
    asked: Sequence[Order],
    judged_at: int = NEVER,
) -> Shelf:
    known = known.grown(len(vocabularies["machine"]))
    made = worth(columns, vocabularies["provider"].texts(), vocabularies["gpu_name"].texts(), known, judged_at)
    searched = Searched(Stock(columns, made, vocabularies), known)
    searched.prepare(asked)
    return Shelf(searched, dict(marks), judged_at)
