"""What a machine costs in which state, by cloud; and what is to be done about a rental next."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dumont.fleet.rules import acts, costs
from dumont.fleet.rules.acts import Standing, act
from dumont.fleet.rules.costs import Span

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GPU, DISK = Decimal("0.40"), Decimal("0.01")


def kinds(provider: str, state: str | None) -> set[str]:
    return set(costs.due(provider, state, price_hour=GPU, disk_hour=DISK))


class TestDue:
    @pytest.mark.parametrize(
        ("provider", "state", "expected"),
        [
            ("vast", None, {"disk"}),
            ("vast", "running", {"compute", "disk"}),
            ("vast", "stopped", {"disk"}),
            ("lambda", "running", {"compute"}),
            ("akash", "booting", {"compute"}),
            ("runpod", "booting", set()),
            ("vast", "gone", set()),
        ],
    )
    def test_is_what_the_cloud_counts_in_that_state(self, provider: str, state: str, expected: set[str]) -> None:
        assert kinds(provider, state) == expected

    def test_is_no_disk_where_it_is_in_the_price(self) -> None:
        assert costs.disk_hour("lambda", Decimal("0.1"), 100) == 0
        assert costs.disk_hour("vast", None, 100) == 0
        assert costs.disk_hour("vast", Decimal("0.15"), 48) == Decimal("0.01")


class TestAmount:
    def test_is_the_sum_of_all_stretches(self) -> None:
        spans = [Span("compute", GPU, NOW, NOW + timedelta(minutes=30)), Span("disk", DISK, NOW)]
        assert costs.amount(spans, NOW + timedelta(hours=2)) == Decimal("0.22")

    def test_is_never_negative_when_clocks_differ(self) -> None:
        assert costs.amount([Span("disk", DISK, NOW)], NOW - timedelta(hours=1)) == 0

    def test_holds_hours_that_were_paid_ahead(self) -> None:
        assert costs.paid_until("ionet", NOW, NOW + timedelta(minutes=5)) == NOW + timedelta(hours=1)
        assert costs.paid_until("vast", NOW, NOW + timedelta(minutes=5)) == NOW + timedelta(minutes=5)


def standing(**given: Any) -> Standing:
    usual = {"stage": "ready", "wanted": "held", "attempted": True, "made": True, "heard": True, "reachable": True}
    return Standing(**{**usual, "interrupted": False, "called": False, **given})


class TestAct:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"attempted": False, "made": False, "stage": "intended"}, "create"),
            ({"attempted": False, "made": False, "stage": "intended", "wanted": "gone"}, "drop"),
            ({"made": False, "stage": "creating"}, "wait"),
            ({"made": False, "stage": "creating", "wanted": "gone"}, "wait"),
            ({"wanted": "gone"}, "destroy"),
            ({"wanted": "gone", "stage": "ending"}, "destroy"),
            ({"wanted": "stopped"}, "stop"),
            ({"wanted": "stopped", "stage": "stopped"}, "wait"),
            ({"stage": "stopped"}, "start"),
            ({"stage": "stopped", "interrupted": True}, "wait"),
            ({"stage": "running", "heard": False}, "knock"),
            ({"stage": "booting", "heard": False, "reachable": False}, "wait"),
            ({"stage": "running"}, "greet"),
            ({"stage": "booting"}, "wait"),
            ({"stage": "booting", "called": True}, "greet"),
            ({}, "wait"),
        ],
    )
    def test_is_the_next_thing_to_do(self, given: dict[str, Any], expected: str) -> None:
        assert act(standing(**given)) == expected

    def test_is_asked_for_again_in_growing_pauses(self) -> None:
        assert acts.again_in(NOW, NOW) == timedelta(seconds=15)
        assert acts.again_in(NOW, NOW + timedelta(hours=1)) == timedelta(seconds=60)
        assert acts.pause_of(3) == timedelta(seconds=8)
        assert acts.pause_of(1, asked=30) == timedelta(seconds=30)
        assert acts.pause_of(1000) == timedelta(seconds=60)
