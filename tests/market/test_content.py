"""What is kept of an offer, and how a change of it is noticed."""

import subprocess
import sys
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from dumont.market.content import digest_of
from dumont.market.diff import compare
from dumont.providers.port import Listed
from tests.build.market import catalogue, listed, many

OTHER: dict[str, Any] = {"verified": False, "available": False, "gpu_count": 2}
PROGRAM = """
from dumont.market.content import digest_of
from tests.build.market import listed
print(digest_of(listed()))
"""


class TestDigest:
    @pytest.mark.parametrize("name", [field.name for field in fields(Listed)])
    def test_tells_a_change_of_any_field(self, name: str) -> None:
        now = getattr(listed(), name)
        other = OTHER.get(name, f"{now}x" if isinstance(now, str) else now + type(now)(1) if now else 1)
        assert digest_of(replace(listed(), **{name: other})) != digest_of(listed())

    def test_is_the_same_in_every_process(self) -> None:
        other = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
        assert other.stdout == f"{digest_of(listed())}\n"

    def test_fits_into_a_column(self) -> None:
        assert all(-(2**63) <= digest_of(each) < 2**63 for each in many(200))


class TestCompare:
    def test_finds_what_is_new_what_changed_and_what_is_missing(self) -> None:
        known = {each.provider_offer_id: digest_of(each) for each in many(4)}
        answer = catalogue([listed("0"), listed("1", region="x"), listed("9")])
        found = compare("vast", answer, {**known, "3": None})
        assert [row.provider_offer_id for row in found.changed] == ["1", "9"]
        assert (found.missing, found.missed_now, found.fetched) == (["2", "3"], ["2"], 3)

    def test_writes_again_what_the_answer_before_lacked(self) -> None:
        assert len(compare("vast", catalogue([listed("0")]), {"0": None}).changed) == 1

    def test_rounds_prices_to_the_even_millionth(self) -> None:
        prices = [Decimal("0.0000005"), Decimal("0.0000015"), Decimal("12.345678")]
        offers = [listed(str(price), price_hour=price) for price in prices]
        assert [row.price_micros for row in compare("vast", catalogue(offers), {}).changed] == [0, 2, 12_345_678]

    def test_gives_a_card_the_memory_that_it_is_sold_with(self) -> None:
        driver_says = listed(gpu_name="RTX 4090", vram_gb=23.99)
        assert [row.vram_gb for row in compare("vast", catalogue([driver_says]), {}).changed] == [24]

    @pytest.mark.parametrize("count", [1, 3])
    def test_takes_the_first_of_the_same_id(self, count: int) -> None:
        offers = [listed("1", ram_gb=1.0), *[listed("1", ram_gb=2.0)] * count]
        found = compare("vast", catalogue(offers), {})
        assert ([row.ram_gb for row in found.changed], found.skipped) == ([1.0], count)
