"""How the fleet's verbs read durations and moments, and say prices, plans and what they wait for."""

from typing import Any, cast

import pytest

from dumont.basics.errors import Conflict, Failure, Invalid, OutOfFunds
from dumont.cli.instances import money, seconds_of, waits_for
from dumont.cli.launch import price, refuse
from dumont.cli.schedule import moment_of, when


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("90s", 90), ("30m", 1800), ("6h", 21600), ("2d", 172_800), ("1h30m", 5400), ("1.5h", 5400), ("0s", 0)],
    )
    def test_is_read(self, text: str, seconds: float) -> None:
        assert seconds_of(text, "--ttl") == seconds

    @pytest.mark.parametrize("text", ["", "6", "h", "6 h", "6hours", "-6h", "1h 30m", "nan", "6h!"])
    def test_is_refused_by_the_name_of_its_option(self, text: str) -> None:
        with pytest.raises(Invalid, match="--ttl"):
            seconds_of(text, "--ttl")


class TestWaitingForFilesThatCannotBeRead:
    def test_says_which_and_how_to_go_on_without(self) -> None:
        lack = {"files": 22, "names": ["model.bin", "run/key"], "agreed": False}
        said = waits_for("llama", cast(Any, {"kind": "destroy", "unread": lack}))
        assert "22 files can't be read, so the machine stays: model.bin, run/key and 20 more." in said
        assert "`dumont rm llama --without-unread`" in said
        assert "goes on" in waits_for("llama", cast(Any, {"kind": "destroy", "unread": {**lack, "agreed": True}}))


class TestMoment:
    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("2026-12-01T08:00", "2026-12-01T08:00:00+01:00"),
            ("2026-12-01T08:00Z", "2026-12-01T08:00Z"),
            ("at eight", "at eight"),
        ],
    )
    def test_is_of_the_zone_that_is_said(self, said: str, read: str) -> None:
        assert moment_of(said, "Europe/Berlin") == read

    def test_of_a_zone_that_is_none_blames_the_zone(self) -> None:
        with pytest.raises(Invalid, match="--timezone 'Mars'"):
            moment_of("2026-12-01T08:00", "Mars")

    @pytest.mark.parametrize("line", ["0 8 * * 1-5", "* * * * * *", "0 8 *"])
    def test_is_no_line_of_cron(self, line: str) -> None:
        assert when(line, "UTC") == {"cron": line, "timezone": "UTC"}


class TestPlan:
    @pytest.mark.parametrize(("code", "kind"), [("over_budget", OutOfFunds), ("nothing_fits", Conflict)])
    def test_that_can_not_be_launched_says_what_a_launch_would(self, code: str, kind: type[Failure]) -> None:
        stopped = {"code": code, "message": "The budget is used up.", "hint": "Raise it."}
        with pytest.raises(kind, match="The budget is used up") as raised:
            refuse(cast(Any, {"stopped": stopped}))
        assert raised.value.hint == "Raise it."

    def test_tells_money_in_short(self) -> None:
        prices = {"hour": "0.000000", "day_hibernating": "0.004932", "busy_hours": 8.0}
        said = price(cast(Any, {"prices": prices, "race": {"expected": "0.000000", "at_most": "0.012500"}}))
        assert said == (
            "About $0.00 an hour, $0.0049 a day with 8 hours of use and a snapshot kept; "
            "the race costs $0.00, $0.0125 at most."
        )


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("0.360000000", "0.36"),
            ("12", "12.00"),
            ("0.000000", "0.00"),
            ("0.000012", "<0.0001"),
            ("1.23456", "1.2345"),
            ("-0.500000", "-0.50"),
            ("-0.000012", ">-0.0001"),
            ("-0.000000", "0.00"),
        ],
    )
    def test_is_short_and_never_nothing_for_something(self, text: str, shown: str) -> None:
        assert money(text) == shown
