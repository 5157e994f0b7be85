"""A query in words, so that it can be shown, kept and sent on; reading them again gives the same query."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from dumont.market.rules.query import Query
from dumont.market.rules.words.fields import FIGURES, TERMS

BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")


def write(query: Query) -> str:
    """All but the page: `limit` and `cursor`."""
    return " ".join(_words(query))


def _words(query: Query) -> Iterator[str]:
    if query.models is not None:
        yield f"gpu={_listed([*sorted(query.models), *query.unknown_models])}"
    for name, values in (("provider", query.providers), ("region", query.regions), ("country", query.countries)):
        if values is not None:
            yield f"{name}={_listed(sorted(values))}"
    yield from _figures(query)
    for name, value in (("verified", query.verified), ("spot", query.spot)):
        if value is not None:
            yield f"{name}={_bool(value)}"
    if not query.available_only:
        yield "available=any"
    if query.include_blacklisted:
        yield "blacklisted=shown"
    usual = Query()
    yield from (
        f"{name}={_number(getattr(query, name))}" for name in TERMS if getattr(query, name) != getattr(usual, name)
    )
    if (query.sort, query.descending) != (usual.sort, usual.descending):
        yield f"sort={'-' if query.descending else ''}{query.sort}"


def _figures(query: Query) -> Iterator[str]:
    for name, figure in FIGURES.items():
        for sign, field in ((">=", figure.least), ("<=", figure.most), ("=", figure.exact)):
            value = getattr(query, field) if field else None
            if value is not None:
                yield f"{name}{sign}{_number(value)}"


def _listed(values: Iterable[str]) -> str:
    texts = [text if text and set(text) <= BARE else _quoted(text) for text in values]
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _number(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)
