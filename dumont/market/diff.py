"""Compares a cloud's answer with what is known of it: what to write, what is missing, what can't be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dumont.market.content import Unfit, digest_of, row_of
from dumont.market.store.writing import Row
from dumont.providers.port import Catalogue


@dataclass(slots=True)
class Difference:
    fetched: int = 0
    """How many different offers there were in the answer, those that can't be kept left out."""
    changed: list[Row] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Known, and not in the answer."""
    missed_now: list[str] = field(default_factory=list)
    """Of those, the ones that the answer before still had."""
    skipped: int = 0
    """Twice in one answer, or not fit to be kept."""
    unfit: str | None = None
    """Why the first of those was not."""


def compare(provider: str, catalogue: Catalogue, known: Mapping[str, int | None]) -> Difference:
    """Takes a second for 100,000 offers, so it is to be called in a thread."""
    found, met = Difference(), set[str]()
    for listed in catalogue.offers:
        identity = listed.provider_offer_id
        if identity in met:
            found.skipped += 1
            continue
        try:
            digest = digest_of(listed)
            if digest != known.get(identity):
                found.changed.append(row_of(provider, listed, digest))
            found.fetched += 1
        except (Unfit, AttributeError, TypeError, ValueError, ArithmeticError) as error:
            found.skipped += 1
            found.unfit = found.unfit or f"{type(error).__name__}: {error}"
        met.add(identity)
    found.missing = [identity for identity in known if identity not in met]
    found.missed_now = [identity for identity in found.missing if known[identity] is not None]
    return found
