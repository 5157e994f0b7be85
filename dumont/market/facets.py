"""Counts what one could choose: for each GPU, cloud and country how many offers would fit, all else as it is asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from dumont.market.following import Market, View
from dumont.market.mine import NOBODYS, Mine
from dumont.market.rules.query import Query
from dumont.market.search import query_of


async def facets(market: Market, given: Mapping[str, Any], now: datetime, mine: Mine = NOBODYS) -> dict[str, Any]:
    """A choice is counted as if nothing of its own kind were chosen yet, so that others can be added to it."""
    query = mine.narrowed(query_of(given, mine.usual))
    view = await market.view()
    return {
        "models": _counted(view, replace(query, models=None), "gpu_name", now),
        "providers": _counted(view, replace(query, providers=None), "provider", now),
        "countries": _counted(view, replace(query, countries=None), "country", now),
    }


def _counted(view: View, query: Query, column: str, now: datetime) -> list[dict[str, Any]]:
    rows = view.shelf.find_all(query, now, stale_seconds=view.stale_seconds)
    counts = np.bincount(view.shelf.column(column)[rows])
    texts = view.shelf.texts(column)
    found = [(texts[code], int(counts[code])) for code in np.flatnonzero(counts)]
    named = sorted((-count, text) for text, count in found if text is not None)
    return [{"value": text, "offers": -count} for count, text in named]
