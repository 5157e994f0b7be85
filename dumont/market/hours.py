"""Writes down what each hour of a model costs, at a cloud and in its regions: its price, and that of useful work."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from dumont.market.rules import effective_price
from dumont.market.rules.effective_price import Facts, Numbers, Terms
from dumont.market.store import hours as store
from dumont.market.store.hours import Lines
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
    known = await trust.expected_of(tx, provider) if offers.id else {}
    return await asyncio.to_thread(_worked_out, offers, known)


def _worked_out(offers: store.Facts, known: Mapping[str, Expected]) -> Lines:
    """The effective price grows with the price on a straight line, so two prices tell it for all."""
    facts = _facts(offers, [known.get(machine, NOTHING) for machine in offers.machine_id])
    rest, far = _at(facts, 0.0), _at(facts, FAR)
    return offers.id, ((far - rest) / FAR).tolist(), rest.tolist()


def _at(facts: Facts, price: float) -> Numbers:
    prices = np.full(len(facts.claim), price)
    total: Numbers = effective_price.parts(replace(facts, price_hour=prices), Terms()).total / 1e6
    return total


def _facts(offers: store.Facts, machines: Sequence[Expected]) -> Facts:
    return Facts(
        price_hour=np.empty(0),
        storage_price_gb_month=_numbers(offers.storage_price_gb_month),
        egress_price_gb=_numbers(offers.egress_price_gb),
        inet_down_mbps=_numbers(offers.inet_down_mbps),
        claim=_numbers(offers.claim),
        boot_seconds=_numbers([machine.boot_seconds for machine in machines]),
        failure_rate=_numbers([machine.failure_rate for machine in machines]),
        interruption_rate_hour=_numbers([machine.interruption_rate_hour for machine in machines]),
    )


def _numbers(values: Sequence[float | None]) -> Numbers:
    """What is not told is NaN."""
    return np.array(values, np.float64)
