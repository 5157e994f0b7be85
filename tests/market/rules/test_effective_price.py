"""The effective price: the formula of its file done by hand, and what must hold whatever the figures are."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.market.rules import effective_price
from dumont.market.rules.effective_price import PARTS, Facts, Terms

NAMES = (
    *("price_hour", "storage_price_gb_month", "egress_price_gb", "inet_down_mbps", "claim"),
    *("boot_seconds", "failure_rate", "interruption_rate_hour"),
)
KNOWN = {"price_hour": 0.4, "storage_price_gb_month": 0.146, "egress_price_gb": 0.02, "inet_down_mbps": 1000.0}
LIMITS = (200.0, 1.0, 1.0, 10_000.0, 1.0, 3600.0, 1.0, 5.0)
OFFERS = st.lists(st.tuples(*(st.floats(0, most) | st.just(nan) for most in LIMITS)), min_size=1, max_size=8)
TERMS = st.builds(
    Terms, disk_gb=st.floats(0, 2000), snapshot_gb=st.floats(0, 500), hours=st.floats(0.1, 1000, exclude_min=True)
)


def facts(*offers: dict[str, float]) -> Facts:
    return Facts(**{name: np.array([offer.get(name, nan) for offer in offers]) for name in NAMES})


def by_hand(offer: dict[str, float], terms: Terms, *, spot: bool) -> dict[str, float]:
    """In dollars, one offer at a time, without numpy."""

    def known(name: str, otherwise: float) -> float:
        value = offer.get(name, nan)
        return otherwise if isnan(value) else value

    price = offer["price_hour"]
    disk = terms.disk_gb * known("storage_price_gb_month", 0) / 730
    rate = price + disk
    fetch = terms.snapshot_gb * 8000 / max(known("inet_down_mbps", 500), 1) / 3600
    boot = known("boot_seconds", 180) / 3600
    fails = min(known("failure_rate", 0.05), 0.95)
    wasted = fails / (1 - fails) / 6
    interruptions = known("interruption_rate_hour", (1 - known("claim", 0.98)) / 4)
    interruptions = min(interruptions, 10) + (0.05 if spot else 0)
    return {
        "compute": price,
        "disk": disk,
        "bandwidth": (rate * fetch + terms.snapshot_gb * known("egress_price_gb", 0)) / terms.hours,
        "boot": rate * boot / terms.hours,
        "failure": rate * wasted / terms.hours,
        "interruption": rate * interruptions * (0.125 + boot + fetch + wasted),
    }


class TestParts:
    @settings(max_examples=50)
    @given(OFFERS, TERMS, st.booleans())
    def test_are_those_of_the_formula(self, drawn: list[tuple[float, ...]], terms: Terms, spot: bool) -> None:
        offers = [dict(zip(NAMES, figures, strict=True)) for figures in drawn]
        made = effective_price.parts(facts(*offers), terms, spot=spot)
        for at, offer in enumerate(offers):
            assert made.known[at] != isnan(offer["price_hour"])
            if made.known[at]:
                highest = effective_price.MICROS_MAX / 1e6
                wanted = {name: min(part, highest) for name, part in by_hand(offer, terms, spot=spot).items()}
                shown = {name: getattr(made, name)[at] / 1e6 for name in PARTS}
                assert shown == pytest.approx(wanted, abs=1e-6, rel=1e-9)
                added = sum(getattr(made, name)[at] for name in PARTS)
                assert made.total[at] == min(added, effective_price.MICROS_MAX)

    def test_are_these_for_an_offer_of_which_little_is_known(self) -> None:
        """0.40 and 0.01 of disk; 80 s of download, 180 s of boot, 31.6 s wasted; an interruption every 200 hours."""
        made = effective_price.parts(facts(KNOWN), Terms(), spot=False)
        assert {name: int(getattr(made, name)[0]) for name in PARTS} == {
            "compute": 400_000,
            "disk": 10_000,
            "bandwidth": 8_713,
            "boot": 854,
            "failure": 150,
            "interruption": 422,
        }

    def test_grow_with_every_trouble_and_shrink_with_the_hours(self) -> None:
        trouble = {"boot_seconds": 900.0, "failure_rate": 0.5, "interruption_rate_hour": 0.2}
        worse = [{**KNOWN, name: value} for name, value in trouble.items()]
        totals = effective_price.parts(facts(KNOWN, *worse), Terms()).total
        assert all(totals[0] < other for other in totals[1:])
        assert effective_price.parts(facts(KNOWN), Terms(hours=1)).total[0] > totals[0]
        assert effective_price.parts(facts(KNOWN), Terms(), spot=True).total[0] > totals[0]

    def test_stay_finite_for_a_machine_that_always_fails(self) -> None:
        hopeless = {**KNOWN, "price_hour": 900_000.0, "failure_rate": 1.0, "interruption_rate_hour": 1e9}
        total = effective_price.parts(facts(hopeless), Terms(hours=0.1)).total[0]
        assert total == effective_price.MICROS_MAX
