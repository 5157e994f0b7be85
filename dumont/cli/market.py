"""How offers and prices are shown on a screen, by all the verbs of the market."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dumont.cli.screen import Column
from dumont.cli.session import Session

if TYPE_CHECKING:
    from dumont.client.models import KnownFrom, Offer, SearchAnswer

CENTS = 4
"""Figures behind the point: hourly prices of small machines differ in the third."""


def money(price: str | None) -> str:
    """An exact decimal, as people read it; `--json` has all of it."""
    return "-" if price is None else f"{float(price):.{CENTS}f}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}%"


def gpu(offer: "Offer") -> str:
    return f"{offer['gpu_name']} x{offer['gpu_count']}" if offer["gpu_name"] else "no GPU"


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.0f}"


def _trust(offer: "Offer") -> str:
    """Our own score, or what the cloud claims, marked as that."""
    if offer["is_blacklisted"]:
        return "blacklisted"
    if offer["reliability_score"] is not None:
        return f"{offer['reliability_score']:.0f}"
    claimed = offer["provider_reliability"]
    return "-" if claimed is None else f"({claimed * 100:.1f}%)"


OFFERS = [
    Column("gpu", gpu),
    Column("gb", lambda offer: f"{offer['vram_gb']:.0f}", right=True),
    Column("$/h", lambda offer: money(offer["price_hour"]), right=True),
    Column("spot", lambda offer: money(offer["spot_price_hour"]), right=True),
    Column("with disk", lambda offer: money(offer["dph_total"]), right=True),
    Column("effective", lambda offer: money(offer["effective_price_hour"]), right=True),
    Column("g", lambda offer: _score(offer["g_score"]), right=True),
    Column("reliability", _trust, right=True),
    Column("provider", lambda offer: offer["provider"]),
    Column("region", lambda offer: offer["region"] or offer["country"]),
    Column("id", lambda offer: offer["id"]),
]


def show_offers(session: Session, filters: Mapping[str, Any], columns: Sequence[Column], *, limit: int | None) -> None:
    """The pages as one answer in the form of the API's own; what is left out is told beside it."""
    whole = _joined(session.market.search(limit=limit, **filters))
    if whole["items"] or session.screen.as_json or session.screen.quiet:
        session.screen.items(whole, columns)
    if not session.screen.as_json and not session.screen.quiet:
        _tell(session, whole)


def say_unknown(session: Session, what: str, suggested: Sequence[str]) -> None:
    said = f"Nothing fits {what}." if not suggested else f"There is no such GPU. Near to it: {', '.join(suggested)}."
    session.screen.say(said)


def say_behind(session: Session, known: "KnownFrom") -> None:
    if known["note"]:
        session.screen.say(known["note"])


def _joined(pages: "Iterable[SearchAnswer]") -> "SearchAnswer":
    items: list[Offer] = []
    last: SearchAnswer | None = None
    for page in pages:
        items += page["items"]
        last = page
    if last is None:
        raise AssertionError("a search has one page at least")
    return {**last, "items": items}


def _tell(session: Session, answer: "SearchAnswer") -> None:
    if not answer["total"]:
        say_unknown(session, "this search", answer["models_suggested"])
    elif answer["next_cursor"]:
        session.screen.say(f"{len(answer['items'])} of {answer['total']}. There are more: --limit or --all.")
    hidden = [f"{count} {reason.replace('_', ' ')}" for reason, count in answer["hidden"].items() if count]
    if hidden:
        session.screen.say(f"Hidden: {', '.join(hidden)}.")
    old = [cloud["name"] for cloud in answer["providers"] if cloud["stale"] and cloud["offers"]]
    if old:
        session.screen.say(f"Not heard of for long: {', '.join(old)}.")
    say_behind(session, answer["reliability"])
