"""All offers as columns, in the order of their ids, so that a place in them settles a tie alike in every process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from dumont.market.shelf.row import FIELDS
from dumont.market.shelf.vocabulary import Vocabulary

Array = npt.NDArray[Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NEVER = np.iinfo(np.int64).min
NO_PRICE = -1
TEXTS = ("provider", "machine", "host_id", "gpu_name", "driver", "region", "country")


@dataclass(frozen=True, slots=True)
class Columns:
    """One array each, all equally long."""

    id: Array
    provider: Array
    provider_offer_id: Array
    machine: Array
    """Of `provider:machine_id`."""
    host_id: Array
    gpu_name: Array
    gpu_count: Array
    vram_gb: Array
    cpu_cores: Array
    ram_gb: Array
    disk_gb: Array
    inet_down_mbps: Array
    inet_up_mbps: Array
    cuda_max: Array
    driver: Array
    region: Array
    country: Array
    price_micros: Array
    spot_price_micros: Array
    storage_price_micros: Array
    egress_price_micros: Array
    provider_reliability: Array
    verified: Array
    available: Array
    first_seen: Array
    last_seen: Array
    gone_at: Array
    listing: Array
    """Records that were asked for once; None for the others."""

    def __len__(self) -> int:
        return len(self.id)

    def uuid(self, row: int) -> UUID:
        return UUID(bytes=self.id[row].ljust(16, b"\0"))

    def place(self, offer_id: UUID) -> int | None:
        """The row of an offer."""
        wanted = id_bytes(offer_id)
        row = int(np.searchsorted(self.id, wanted))
        return row if row < len(self) and self.id[row] == wanted else None

    @property
    def bytes(self) -> int:
        return sum(getattr(self, name).nbytes for name in NAMES)

    def at(self, rows: Array) -> "Columns":
        return Columns(*(getattr(self, name)[rows] for name in NAMES))

    def with_rows(self, new: "Columns") -> "Columns":
        """With these rows in the place of those of the same ids, and the others of them put in."""
        if not len(self):
            return new
        places = np.searchsorted(self.id, new.id)
        known = self.id[np.minimum(places, len(self) - 1)] == new.id
        source = np.insert(np.arange(len(self)), places[~known], len(self) + np.flatnonzero(~known))
        kept = places[known] + np.searchsorted(places[~known], places[known], side="right")
        source[kept] = len(self) + np.flatnonzero(known)
        return Columns(*(np.concatenate((getattr(self, name), getattr(new, name)))[source] for name in NAMES))


NAMES = tuple(field.name for field in fields(Columns))


def read(rows: Sequence[Sequence[Any]], vocabularies: Mapping[str, Vocabulary]) -> Columns:
    """Of rows in the order of `Row`; where an id comes twice, the later one counts."""
    told: dict[str, Sequence[Any]] = dict(
        zip(FIELDS, zip(*rows, strict=True) if rows else [()] * len(FIELDS), strict=True)
    )
    told["machine"] = machine_keys(told["provider"], told["machine_id"])
    told["listing"] = [None] * len(rows)
    made = {name: _made(name, told[name], vocabularies) for name in NAMES}
    return Columns(**made).at(_newest(made["id"]))


def machine_keys(providers: Sequence[str], machine_ids: Sequence[str]) -> list[str]:
    return [f"{provider}:{machine}" for provider, machine in zip(providers, machine_ids, strict=True)]


def moment(at: datetime | None) -> int:
    """In microseconds since 1970."""
    return NEVER if at is None else (at - EPOCH) // MICROSECOND


def id_bytes(offer_id: UUID) -> npt.NDArray[np.bytes_]:
    return np.array(offer_id.bytes, "S16")


def _made(name: str, values: Sequence[Any], vocabularies: Mapping[str, Vocabulary]) -> Array:
    if name in TEXTS:
        return vocabularies[name].encode(values)
    return _MAKERS.get(name, _figures)(values)


def _newest(ids: Array) -> Array:
    """The places of rows in the order of ids, of each id the last."""
    order = np.argsort(ids, kind="stable")
    last = np.ones(len(ids), np.bool_)
    last[:-1] = ids[order[1:]] != ids[order[:-1]]
    return order[last]


def _figures(values: Sequence[float | None]) -> Array:
    return np.array(values, np.float32)


def _counts(values: Sequence[int]) -> Array:
    return np.array(values, np.int32)


def _flags(values: Sequence[bool]) -> Array:
    return np.array(values, np.bool_)


def _prices(values: Sequence[int | None]) -> Array:
    return np.fromiter((NO_PRICE if value is None else value for value in values), np.int64, len(values))


def _moments(values: Sequence[datetime | None]) -> Array:
    return np.fromiter(map(moment, values), np.int64, len(values))


def _objects(values: Sequence[Any]) -> Array:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _ids(values: Sequence[UUID]) -> Array:
    return np.array([value.bytes for value in values], "S16")


_MAKERS: Mapping[str, Callable[[Sequence[Any]], Array]] = {
    "id": _ids,
    "provider_offer_id": _objects,
    "listing": _objects,
    "gpu_count": _counts,
    **dict.fromkeys(("verified", "available"), _flags),
    **dict.fromkeys(("first_seen", "last_seen", "gone_at"), _moments),
    **dict.fromkeys(("price_micros", "spot_price_micros", "storage_price_micros", "egress_price_micros"), _prices),
}
