"""Whom to let race."""

from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.rules.choosing import Candidate, Taste, choose


def candidate(number: int, price: str = "1", boot: float | None = None, **offer: Any) -> Candidate:
    values = {"provider": "vast", "machine_id": f"m{number}", "host_id": f"h{number}", "region": f"r{number}"}
    shown = {"id": str(UUID(int=number)), "price_hour": price, "effective_price_hour": price, **values, **offer}
    return Candidate(shown, boot_seconds=boot)


def machines(chosen: list[Candidate]) -> list[str]:
    return [each.machine for each in chosen]


class TestChoose:
    def test_takes_the_cheapest_first(self) -> None:
        found = choose([candidate(1, "3"), candidate(2, "1"), candidate(3, "2")], Taste(count=2))
        assert machines(found) == ["vast:m2", "vast:m3"]

    def test_never_takes_two_of_one_machine_or_host(self) -> None:
        random = Random(3)
        for _ in range(50):
            many = [
                candidate(
                    number, str(random.randint(1, 9)), machine_id=random.randint(1, 6), host_id=random.randint(1, 5)
                )
                for number in range(30)
            ]
            found = choose(many, Taste(count=20))
            assert len(found) <= 5
            assert len({each.machine for each in found}) == len({each.host for each in found}) == len(found)

    def test_counts_no_host_where_one_is_the_host_of_all(self) -> None:
        here = [candidate(number, provider="local", host_id="here") for number in range(5)]
        assert len(choose(here, Taste(count=3, hosts_count=lambda provider: provider != "local"))) == 3

    def test_takes_nobody_who_is_left_out(self) -> None:
        found = choose([candidate(1), candidate(2)], Taste(count=5, without=frozenset({"vast:m1"})))
        assert machines(found) == ["vast:m2"]

    def test_takes_what_was_refused_just_now_only_where_nothing_else_fits(self) -> None:
        cheap, dear = candidate(1, "1"), candidate(2, "9")
        refused = frozenset({(cheap.id, False)})
        assert machines(choose([cheap, dear], Taste(count=2, refused=refused))) == ["vast:m2"]
        assert machines(choose([cheap], Taste(count=2, refused=refused))) == ["vast:m1"]
        without = frozenset({"vast:m2"})
        assert machines(choose([cheap, dear], Taste(count=2, refused=refused, without=without))) == ["vast:m1"]

    def test_takes_a_refused_spot_machine_on_demand(self) -> None:
        offer = candidate(1)
        assert machines(choose([offer, candidate(2, "9")], Taste(count=1, refused=frozenset({(offer.id, True)})))) == [
            "vast:m1"
        ]

    def test_spreads_over_clouds_and_regions_where_that_costs_little(self) -> None:
        near = [candidate(number, "1.00", region="one") for number in range(3)]
        far = [candidate(9, "1.10", provider="runpod", region="two")]
        assert "runpod:m9" in machines(choose(near + far, Taste(count=2)))
        dear = [candidate(9, "5", provider="runpod", region="two")]
        assert "runpod:m9" not in machines(choose(near + dear, Taste(count=2)))

    def test_stays_in_one_place_where_it_is_to(self) -> None:
        many = [candidate(1, region="one"), candidate(2, "1.1", region="two"), candidate(3, "1.2", region="one")]
        assert machines(choose(many, Taste(count=3, spread=False))) == ["vast:m1", "vast:m3"]

    def test_prefers_whoever_boots_sooner_at_the_same_price(self) -> None:
        found = choose([candidate(1, boot=300), candidate(2, boot=20), candidate(3)], Taste(count=3))
        assert machines(found) == ["vast:m2", "vast:m3", "vast:m1"]

    @pytest.mark.parametrize(
        "taste",
        [
            Taste(count=1, same="vast:m3", first=UUID(int=2)),
            Taste(count=1, first=UUID(int=3)),
            Taste(count=1, near="vast:r3"),
        ],
        ids=["same", "first", "near"],
    )
    def test_prefers_the_machine_from_before_the_named_offer_and_what_is_near(self, taste: Taste) -> None:
        found = choose([candidate(1, "1.0"), candidate(2, "1.1"), candidate(3, "1.2")], taste)
        assert machines(found) == ["vast:m3"]

    def test_pays_the_price_of_the_way_in_which_it_rents(self) -> None:
        offer = candidate(1, spot_price_hour="0.3").offer
        assert Candidate(offer, spot=True).price_hour == Decimal("0.3")
