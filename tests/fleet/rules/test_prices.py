"""What a launch is expected to cost, worked out by hand beside it."""

from decimal import Decimal

import pytest

from dumont.fleet.rules.prices import Entrant, prices, race_cost


class TestRaceCost:
    def test_is_what_losers_are_paid_until_the_first_comes(self) -> None:
        entrants = [Entrant(Decimal(2), boot_seconds=36), Entrant(Decimal(4), boot_seconds=72)]
        cost = race_cost(entrants, 2, 90)
        assert cost is not None
        # one of two loses: 3 dollars an hour on average, for the 36 s of the fastest
        assert cost.expected == Decimal("0.030000")
        assert cost.expected_seconds == 36
        assert cost.at_most == Decimal(6) * 90 / 3600

    def test_at_most_is_of_all_rounds(self) -> None:
        cost = race_cost([Entrant(Decimal(1))] * 4, 2, 900)
        assert cost is not None
        assert cost.at_most == 1

    @pytest.mark.parametrize("machines", [1, 2, 5])
    def test_says_how_it_was_worked_out(self, machines: int) -> None:
        cost = race_cost([Entrant(Decimal(1))] * machines, machines, 90)
        assert cost is not None
        assert ("nobody loses" in cost.how) == (machines == 1)
        assert (cost.expected == 0) == (machines == 1)

    def test_is_none_without_machines(self) -> None:
        assert race_cost([], 5, 90) is None


class TestPrices:
    def test_count_the_disk_and_what_sleep_leaves(self) -> None:
        found = prices([Entrant(Decimal("0.9"), Decimal("0.1")), Entrant(Decimal(3))], Decimal("0.0730"), Decimal(100))
        assert found is not None
        assert [found.hour, found.hour_min, found.hour_max, found.day] == [Decimal(each) for each in (1, 1, 3, 24)]
        # 8 busy hours, and a day's share of 100 GB at 7.3 cents: 7.30 dollars a month of 730 / 24 days
        assert found.day_hibernating == pytest.approx(Decimal("8.24"))
