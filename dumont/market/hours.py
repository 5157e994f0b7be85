"""Writes down what each hour of a model costs, at a cloud and in its regions: its price, and that of useful work."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from dumont.market.rules import effective_price
from dumont.market.rules.effective_price import Numbers, Terms
from dumont.market.store import hours as store
from dumont.market.store.hours import Facts, Lines
from dumont.platform.db import Tx
from dumont.reliability import trust
from dumont.reliability.trust import Expected

NOTHING = Expected(None, None, None)
FAR = 1000.0
"""Dollars an hour: far enough from nothing that rounding is lost in it."""


async def write_now(tx: Tx, provider: str, hour: datetime) -> None:
    """Of what is available now, by what is known of its machines now."""
    await store.write_now(tx, provider, hour, await _lines(tx, provider))


async def write_then(tx: Tx, provider: str, since: datetime, until: datetime) -> None:
    """Of the prices that were, as if of each machine had been known what is known now."""
    await store.write_then(tx, provider, (since, until), await _lines(tx, provider))


async def _lines(tx: Tx, provider: str) -> Lines:
    offers = await store.facts_of(tx, provider)
    known = await trust.expected_of(tx, provider) if offers else {}
    return await asyncio.to_thread(_worked_out, offers, known)


def _worked_out(offers: Sequence[Facts], known: Mapping[str, Expected]) -> Lines:
    """The effective price grows with the price on a straight line, so two prices tell it for all."""
    machines = [known.get(offer.machine_id, NOTHING) for offer in offers]

    def at(price: float) -> Numbers:
        facts = effective_price.Facts(
            price_hour=np.full(len(offers), price),
            storage_price_gb_month=_numbers(offer.storage_price_gb_month for offer in offers),
            egress_price_gb=_numbers(offer.egress_price_gb for offer in offers),
            inet_down_mbps=_numbers(offer.inet_down_mbps for offer in offers),
            claim=_numbers(offer.claim for offer in offers),
            boot_seconds=_numbers(machine.boot_seconds for machine in machines),
            failure_rate=_numbers(machine.failure_rate for machine in machines),
            interruption_rate_hour=_numbers(machine.interruption_rate_hour for machine in machines),
        )
        total: Numbers = effective_price.parts(facts, Terms()).total / 1e6
        return total

    rest, far = at(0), at(FAR)
    return [offer.id for offer in offers], ((far - rest) / FAR).tolist(), rest.tolist()


def _numbers(values: Iterable[Any]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], np.float64)
