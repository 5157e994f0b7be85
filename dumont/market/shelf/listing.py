"""Offers as small records, by the ten thousand: for whoever goes over everything that fits, not for a page."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from dumont.basics.gpu import gpus
from dumont.market.shelf.columns import NO_PRICE
from dumont.market.shelf.filters import Stock

Array = npt.NDArray[Any]


class Listing(NamedTuple):
    provider: str
    provider_offer_id: str
    region: str | None
    price_hour: float | None
    """For calculations; the exact price is in the offer itself."""
    cpu_cores: float
    """NaN where the cloud does not tell; so are other figures."""
    ram_gb: float
    gpu_count: int
    gpu_name: str | None
    vram_gb: float
    spot_price_hour: float | None
    disk_gb: float
    vendor: str | None
    country: str | None


def listings(stock: Stock, rows: Array) -> list[Listing]:
    """Each record is made once and kept in its column, which goes over to the next shelf with all others."""
    column = stock.columns.listing
    found: list[Any] = column[rows].tolist()
    if None in found:
        missing = rows[np.fromiter((each is None for each in found), np.bool_, len(found))]
        with _uncollected():
            made = _made(stock, missing)
            column[missing] = _objects(made)
        found = made if len(missing) == len(rows) else column[rows].tolist()
    return found


@contextmanager
def _uncollected() -> Iterator[None]:
    """Records refer to nothing that refers back; looking through them as they grow in number is most of the time that
    making them takes. Where two threads are here at once, the second is merely slower."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _made(stock: Stock, rows: Array) -> list[Listing]:
    columns, words = stock.columns, stock.vocabularies
    names = words["gpu_name"].objects()
    models = columns.gpu_name[rows]
    fields = zip(
        words["provider"].objects()[columns.provider[rows]].tolist(),
        columns.provider_offer_id[rows].tolist(),
        words["region"].objects()[columns.region[rows]].tolist(),
        _dollars(columns.price_micros[rows]),
        columns.cpu_cores[rows].tolist(),
        columns.ram_gb[rows].tolist(),
        columns.gpu_count[rows].tolist(),
        names[models].tolist(),
        columns.vram_gb[rows].tolist(),
        _dollars(columns.spot_price_micros[rows]),
        columns.disk_gb[rows].tolist(),
        _vendors(names)[models].tolist(),
        words["country"].objects()[columns.country[rows]].tolist(),
        strict=True,
    )
    return list(map(_record, fields))


_record = partial(cast("Callable[..., Listing]", tuple.__new__), Listing)
"""`Listing._make` without its look at the length, which would be a call of Python for each record."""


def _objects(values: list[Listing]) -> Array:
    """An array of the records themselves, which numpy would else take apart."""
    return np.fromiter(values, object, len(values))


def _dollars(micros: Array) -> list[float | None]:
    dollars: list[float | None] = (micros / 1e6).tolist()
    for at in np.flatnonzero(micros == NO_PRICE).tolist():
        dollars[at] = None
    return dollars


def _vendors(names: Array) -> Array:
    known = (gpus().get(name or "") for name in names)
    return np.array([gpu.vendor if gpu else None for gpu in known], object)
