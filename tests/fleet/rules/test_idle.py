"""The rule of sleeping: what is unknown is busy, nothing is idle before it was used, and nobody is put off for ever."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.fleet.rules import idle
from dumont.fleet.rules.idle import SIGNALS, Idle, IdleRule, Verdict
from dumont.fleet.rules.wanted import HibernationWish
from dumont.platform.fleet_settings import FleetSettings

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
RULE = IdleRule.of(HibernationWish(), FleetSettings())
SAMPLE = {"gpus": [{"utilisation": 0.0}], "cpu_percent": 0.0, "net_in_mbps": 0.0, "net_out_mbps": 0.0}
QUIET = {**SAMPLE, "sessions": 0, "notebooks": 0, "processes": []}
MAYBE = st.none() | st.floats(0, 1000)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def an_idle(**given: Any) -> Idle:
    usual = Idle(
        rule=RULE,
        silent_seconds=30,
        received_at=ago(5),
        quiet_since=ago(180),
        used_at=ago(600),
        awake_since=ago(3600),
        warned_at=ago(60),
    )
    return replace(usual, **given)


def said(**given: Any) -> Verdict:
    return idle.verdict(an_idle(**given), NOW)


class TestSignals:
    @given(st.lists(MAYBE, min_size=0, max_size=4))
    def test_takes_the_busiest_gpu_and_unknown_for_busy(self, loads: list[float | None]) -> None:
        value = idle.values({**QUIET, "gpus": [{"utilisation": load} for load in loads]})[0]
        quiet = idle.is_quiet(value, RULE.limits()[0])
        assert quiet == (bool(loads) and all(load is not None and load < 5 for load in loads))

    @pytest.mark.parametrize("name", ["cpu_percent", "net_in_mbps", "net_out_mbps", "sessions", "notebooks"])
    def test_counts_what_is_not_known_as_busy(self, name: str) -> None:
        values = idle.values({**QUIET, name: None})
        busy = [s for s, v, limit in zip(SIGNALS, values, RULE.limits(), strict=True) if not idle.is_quiet(v, limit)]
        assert len(busy) == 1
        assert not idle.is_use(values, RULE.limits())

    def test_looks_at_gpus_only_where_some_were_rented(self) -> None:
        values = idle.values({**QUIET, "gpus": []})
        assert not idle.is_quiet(values[0], RULE.limits()[0])
        assert idle.is_quiet(values[0], RULE.limits(gpus=False)[0])

    def test_leaves_out_what_the_instance_leaves_out(self) -> None:
        rule = IdleRule.of(HibernationWish(sessions=False, processes=("train",)), FleetSettings())
        values = idle.values({**QUIET, "sessions": 3, "notebooks": None, "processes": ["train"]})
        busy = [s for s, v, limit in zip(SIGNALS, values, rule.limits(), strict=True) if not idle.is_quiet(v, limit)]
        assert busy == ["process"]

    def test_takes_a_network_for_no_use(self) -> None:
        assert not idle.is_use(idle.values({**QUIET, "net_in_mbps": 900}), RULE.limits())
        assert idle.is_use(idle.values({**QUIET, "cpu_percent": 90}), RULE.limits())

    @given(st.lists(st.lists(st.floats(0, 100) | st.just(math.nan), min_size=6, max_size=6), min_size=1, max_size=5))
    def test_is_as_busy_as_its_busiest_sample(self, samples: list[list[float]]) -> None:
        for place, value in enumerate(idle.worst(samples)):
            column = [sample[place] for sample in samples]
            assert idle.is_quiet(value, 50.0) == all(idle.is_quiet(each, 50.0) for each in column)


class TestVerdict:
    def test_unused_for_an_hour_is_told_of_once(self) -> None:
        unused = {"used_at": None, "warned_at": None}
        assert said(**unused, awake_since=ago(3600)) == Verdict("remind", "unused")
        assert said(**unused, awake_since=ago(3540)) == Verdict("wait", "unused", None, NOW + timedelta(minutes=1))
        assert said(used_at=None, warned_at=ago(60)) == Verdict("wait", "unused")
        kept = said(**unused, keep_awake_until=NOW + timedelta(hours=2))
        assert kept == Verdict("wait", "unused", None, NOW + timedelta(hours=2))
        assert said(**unused, rule=replace(RULE, dry_run=True)) == Verdict("wait", "unused")

    def test_what_cannot_be_saved_does_not_sleep(self) -> None:
        assert said(sealed=True) == Verdict("wait", "sealed")

    def test_sleeps_when_all_was_quiet_for_long_enough(self) -> None:
        assert said().act == "sleep"
        assert said(quiet_since=ago(179)).act == "wait"

    def test_warns_a_minute_before(self) -> None:
        found = said(quiet_since=ago(120), warned_at=None)
        assert (found.act, found.sleeps_at) == ("warn", ago(-60))
        assert said(quiet_since=ago(119), warned_at=None).look_at == ago(-1)

    def test_gives_the_whole_minute_to_whoever_is_warned_late(self) -> None:
        assert said(quiet_since=ago(900), warned_at=None) == Verdict("warn", "quiet", ago(-60))
        assert said(quiet_since=ago(900), warned_at=ago(20)).sleeps_at == ago(-40)

    def test_warns_again_after_it_was_busy(self) -> None:
        assert said(quiet_since=ago(120), warned_at=ago(500)).act == "warn"

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({"received_at": ago(31)}, "unknown"),
            ({"received_at": None}, "unknown"),
            ({"quiet_since": None}, "busy"),
            ({"saving": True}, "saving"),
            ({"used_at": None}, "unused"),
            ({"used_at": ago(3601)}, "unused"),
            ({"rule": replace(RULE, enabled=False)}, "off"),
        ],
    )
    def test_waits_for_news_where_no_clock_is_running(self, given: dict[str, Any], why: str) -> None:
        found = said(**given)
        assert (found.act, found.why, found.sleeps_at, found.look_at) == ("wait", why, None, None)

    def test_remembers_a_use_that_an_earlier_machine_told_of(self) -> None:
        assert said(used_at=None, use_seen_at=ago(3000)).act == "sleep"
        assert said(used_at=None, use_seen_at=ago(4000)).why == "unused"

    def test_lets_the_first_minutes_pass(self) -> None:
        found = said(awake_since=ago(299), used_at=ago(200))
        assert (found.act, found.why, found.sleeps_at) == ("wait", "grace", ago(-1))

    def test_is_kept_awake_until_then(self) -> None:
        found = said(keep_awake_until=ago(-90), warned_at=None)
        assert (found.act, found.why, found.look_at, found.sleeps_at) == ("wait", "kept_awake", ago(-30), ago(-90))

    def test_only_tells_in_a_dry_run_and_only_once(self) -> None:
        dry = replace(RULE, dry_run=True)
        assert said(rule=dry, warned_at=None).act == "tell"
        assert said(rule=dry, warned_at=ago(1)).act == "wait"

    @given(
        st.floats(0, 4000), st.none() | st.floats(0, 4000), st.floats(-4000, 4000), st.booleans(), st.floats(0, 4000)
    )
    def test_comes_to_sleep_if_nothing_happens(
        self, quiet: float, warned: float | None, kept: float, dry: bool, awake: float
    ) -> None:
        """By looking when it says, whatever the times are: and a minute after it has warned at the earliest."""
        found = an_idle(
            rule=replace(RULE, dry_run=dry),
            quiet_since=ago(quiet),
            warned_at=None if warned is None else ago(warned),
            keep_awake_until=ago(kept),
            awake_since=ago(awake),
            used_at=NOW,
        )
        now, verdict = NOW, said()
        for _ in range(6):
            found = replace(found, received_at=now)
            verdict = idle.verdict(found, now)
            if verdict.act in ("sleep", "tell") or (dry and verdict.look_at is None):
                break
            if verdict.act == "warn":
                found = replace(found, warned_at=now)
            else:
                assert verdict.look_at is not None
                assert verdict.look_at > now
                now = verdict.look_at
        assert verdict.act in (("tell", "wait") if dry else ("sleep",))
        if verdict.act == "sleep":
            assert found.warned_at is not None
            assert now - found.warned_at >= timedelta(seconds=60)
