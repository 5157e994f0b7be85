"""Prices as they leave: whole micro-dollars inside, exact decimals outside."""

from collections.abc import Mapping
from typing import Any


def price(micros: int | None) -> str | None:
    return None if micros is None else written(micros)


def written(micros: int) -> str:
    sign, rest = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{rest // 1_000_000}.{rest % 1_000_000:06d}"


def prices(told: Mapping[str, Any], *names: str) -> dict[str, str | None]:
    return {name: price(told[name]) for name in names}
