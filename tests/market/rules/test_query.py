"""A query is checked whatever door it came by, and a fault names the field."""

from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest

from dumont.basics.errors import Invalid
from dumont.market.rules.query import AMOUNTS, Query, sort_named

FAULTY: list[tuple[dict[str, Any], str]] = [
    *(({name: -1}, name) for name in AMOUNTS),
    *(({name: nan}, name) for name in ("min_vram", "disk_gb", "min_inet_down")),
    ({"max_vram": inf}, "max_vram"),
    ({"min_price": Decimal(2), "max_price": Decimal(1)}, "min_price"),
    ({"min_price": Decimal("NaN")}, "min_price"),
    ({"min_gpus": 8, "max_gpus": 1}, "min_gpus"),
    ({"gpu_count": 2, "min_gpus": 4}, "gpu_count"),
    ({"gpu_count": 8, "max_gpus": 4}, "gpu_count"),
    ({"min_vram": 80, "max_vram": 24}, "min_vram"),
    ({"min_reliability": 1.01}, "min_reliability"),
    ({"min_score": 101}, "min_score"),
    ({"hours": 0}, "hours"),
    ({"hours": nan}, "hours"),
    ({"sort": "beauty"}, "sort"),
    ({"limit": 0}, "limit"),
    ({"limit": 501}, "limit"),
]


class TestQuery:
    @pytest.mark.parametrize(("fields", "named"), FAULTY)
    def test_names_the_field_that_is_wrong(self, fields: dict[str, Any], named: str) -> None:
        with pytest.raises(Invalid) as refused:
            Query(**fields)
        assert [fault.field for fault in refused.value.faults] == [named]

    def test_names_all_of_them_at_once(self) -> None:
        with pytest.raises(Invalid) as refused:
            Query(limit=0, sort="x", min_vram=-1)
        assert {fault.field for fault in refused.value.faults} == {"limit", "sort", "min_vram"}


class TestSortNamed:
    def test_reads_a_minus_as_descending(self) -> None:
        assert [sort_named("price"), sort_named("-g_score")] == [("price", False), ("g_score", True)]

    @pytest.mark.parametrize("text", ["", "-", "--price", "prices", "PRICE"])
    def test_refuses_what_is_no_order(self, text: str) -> None:
        with pytest.raises(Invalid) as refused:
            sort_named(text)
        assert [fault.field for fault in refused.value.faults] == ["sort"]
