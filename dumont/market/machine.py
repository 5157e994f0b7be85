"""Shows one offer with everything that is known of it and its machine."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from dumont.basics.errors import NotFound, Unavailable
from dumont.basics.gpu import gpus
from dumont.market import experience
from dumont.market.following import Market, View
from dumont.market.mine import Mine
from dumont.market.money import price, prices
from dumont.market.rules.query import Query
from dumont.market.rules.trend import HOURLY
from dumont.market.store import history
from dumont.market.store.hours import ModelHour, hours_of
from dumont.platform.work import Work
from dumont.reliability.memory import ScoreMemory

MODEL_HISTORY = timedelta(days=7)
PRICE_HISTORY = timedelta(days=90)
SIMILAR = 6
NO_HISTORY = "The database does not answer: past prices are missing."


async def show(work: Work, market: Market, memory: ScoreMemory, offer_id: UUID, mine: Mine) -> dict[str, Any]:
    view = await market.view()
    row = view.shelf.row_of(offer_id)
    if row is None:
        raise NotFound("There is no such offer.", hint="It may have gone: search again.")
    (offer,) = mine.marked([view.shelf.offer(row, work.now, stale_seconds=view.stale_seconds)])
    known = await experience.of(work, memory, offer["provider"], offer["machine_id"])
    past = await _past(work, view, offer) | ({} if mine.known else {"reliability": mine.told(view)})
    return (
        offer
        | past
        | {"machine": _machine(work, view, offer, mine) | {"known": known}, "gpu": facts(offer["gpu_name"])}
        | {"similar": _similar(work, view, offer, mine)}
    )


def facts(name: str | None) -> dict[str, Any] | None:
    gpu = gpus().get(name or "")
    if gpu is None:
        return None
    return {
        "name": gpu.name,
        "vendor": gpu.vendor,
        "architecture": gpu.architecture,
        "vram_gb": gpu.memory_gb,
        "tflops": gpu.fp16_tflops,
        "fp32_tflops": gpu.fp32_tflops,
        "bandwidth_gbs": gpu.bandwidth_gbs,
        "tdp_watts": gpu.tdp_watts,
        "verified": gpu.verified,
    }


def _machine(work: Work, view: View, offer: dict[str, Any], mine: Mine) -> dict[str, Any]:
    rows = view.shelf.rows_of_machine(offer["provider"], offer["machine_id"])
    offers = mine.marked(view.shelf.offers(rows, work.now, stale_seconds=view.stale_seconds))
    others = [other for other in offers if other["id"] != offer["id"]]
    return {"key": f"{offer['provider']}:{offer['machine_id']}", "offers": others}


def _similar(work: Work, view: View, offer: dict[str, Any], mine: Mine) -> list[dict[str, Any]]:
    """As many of the same GPU on other machines."""
    if offer["gpu_name"] is None:
        return []
    query = Query(models=frozenset({offer["gpu_name"]}), gpu_count=offer["gpu_count"], limit=10 * SIMILAR)
    found = view.shelf.find(mine.careful(query), work.now, stale_seconds=view.stale_seconds)
    here = set(view.shelf.rows_of_machine(offer["provider"], offer["machine_id"]).tolist())
    rows = [row for row in found.rows.tolist() if row not in here][:SIMILAR]
    return view.shelf.offers(rows, work.now, stale_seconds=view.stale_seconds)


async def _past(work: Work, view: View, offer: dict[str, Any]) -> dict[str, Any]:
    """Without the database, an offer is still worth showing."""
    try:
        changes = await history.prices_of(work.tx, UUID(offer["id"]), work.now - PRICE_HISTORY)
        names = [offer["gpu_name"]] if offer["gpu_name"] else []
        hours = await hours_of(work.tx, names, work.now - MODEL_HISTORY) if names else []
    except Unavailable:
        known = {"available": False, "note": view.note or NO_HISTORY}
        return {"price_history": [], "history": [], "reliability": known}
    return {
        "price_history": [
            {"at": at.at, "price_hour": price(at.price_micros), "spot_price_hour": price(at.spot_price_micros)}
            for at in changes
        ],
        "history": [hour_of(hour) for hour in hours if hour.provider == offer["provider"]],
        "reliability": view.reliability,
    }


def hour_of(hour: ModelHour) -> dict[str, Any]:
    told = asdict(hour)
    return {"hour": hour.hour, "count": hour.count, **prices(told, *HOURLY)}
