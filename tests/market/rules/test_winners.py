"""Winners of a comparison, row by row."""

from typing import Any

import pytest

from dumont.market.rules import winners
from dumont.market.rules.winners import Better


class TestBest:
    @pytest.mark.parametrize(
        ("values", "better", "places"),
        [
            (["0.420000", "0.42", "0.5"], "lower", [0, 1]),
            (["0.9", "0.10"], "lower", [1]),
            ([9.5, 10.0, None], "higher", [1]),
            ([True, False, True], "higher", [0, 2]),
            ([None, None], "lower", []),
            (["EU", "US"], "none", []),
        ],
    )
    def test_is_shared_by_equals_and_never_what_is_not_told(
        self, values: list[Any], better: Better, places: list[int]
    ) -> None:
        assert winners.best(values, better) == places


class TestWinner:
    def test_has_the_highest_score(self) -> None:
        assert winners.winner([offer(50, "1"), offer(60, "2"), offer(55, "0.1")]) == 1

    def test_is_the_cheaper_one_of_equal_scores(self) -> None:
        assert winners.winner([offer(60, "1"), offer(60, "0.5"), offer(10, "0.1")]) == 1

    def test_is_nobody_where_all_is_equal(self) -> None:
        assert winners.winner([offer(60, "1"), offer(60, "1")]) is None
        assert winners.winner([offer(None, None), offer(None, None)]) is None


class TestRows:
    def test_leave_out_what_no_offer_tells(self) -> None:
        fields = {line.field: None for line in winners.LINES} | {"vram_gb": 24.0}
        assert [row["field"] for row in winners.rows([fields, {**fields, "vram_gb": None}])] == ["vram_gb"]


def offer(score: float | None, effective: str | None) -> dict[str, Any]:
    return {"g_score": score, "effective_price_hour": effective}
