"""Hours of a machine that is paid ahead: when more are bought, what proves it, and what happens when it fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from dumont.fleet.rules import budgets, extending
from dumont.fleet.rules.budgets import Limits as Budget
from dumont.fleet.rules.budgets import Spent
from dumont.fleet.rules.extending import Asked, Need
from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.seen import CommandSeen, Limits, RentalSeen, Seen
from dumont.fleet.rules.steps import Move, Save

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LEAD = 2700.0


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def hours(end: float, need: Need | None) -> int:
    return extending.plan(after(end), need, NOW, lead_seconds=LEAD, least_hours=2).hours


class TestPlan:
    @pytest.mark.parametrize(
        ("end", "need", "expected"),
        [
            (46, Need(), 0),
            (45, Need(), 2),
            (1, Need(), 2),
            (0, Need(), 0),
            (44, None, 0),
            (44, Need(until=after(29)), 0),
            (44, Need(until=after(30)), 2),
            (44, Need(leaving=True), 0),
            (15, Need(leaving=True), 2),
        ],
    )
    def test_buys_the_smallest_number_of_hours_in_time_and_only_for_who_needs_it(
        self, end: float, need: Need | None, expected: int
    ) -> None:
        assert hours(end, need) == expected

    @pytest.mark.parametrize("end", [None, *map(after, (-10, 0, 20, 47, 600))])
    def test_always_says_when_to_look_again(self, end: datetime | None) -> None:
        look_at = extending.plan(end, Need(), NOW, lead_seconds=LEAD, least_hours=1).look_at
        assert NOW < look_at <= after(5)

    def test_looks_just_when_it_is_due(self) -> None:
        assert extending.plan(after(47), Need(), NOW, lead_seconds=LEAD, least_hours=1).look_at == after(2)


class TestOutcome:
    @pytest.mark.parametrize(
        ("end", "looked", "expected"),
        [
            (after(104), 0.1, "done"),
            (after(44), 1, "unknown"),
            (after(44), 2, "not_done"),
            (None, 60, "unknown"),
        ],
    )
    def test_is_what_the_end_says_once_it_must_show(self, end: datetime | None, looked: float, expected: str) -> None:
        assert extending.outcome(Asked(after(44), 1, NOW), end, after(looked)) == expected


class TestTold:
    def test_is_a_refusal_at_once_and_a_trouble_that_lasts(self) -> None:
        assert extending.is_told(after(44), NOW, LEAD, firm=True)
        assert not extending.is_told(after(44), NOW, LEAD, firm=False)
        assert extending.is_told(after(22), NOW, LEAD, firm=False)


class TestBudget:
    def test_lasts_as_long_as_what_is_left_of_it_pays(self) -> None:
        spent = Spent(hour=Decimal(2), day=Decimal(10), month=Decimal(10))
        assert budgets.lasts_until(spent, Budget(day=Decimal(13)), NOW) == after(90)
        assert budgets.lasts_until(spent, Budget(day=Decimal(9)), NOW) == NOW
        assert budgets.lasts_until(spent, Budget(month=Decimal(14), day=Decimal(11)), NOW) == after(30)

    def test_lasts_for_ever_where_it_begins_anew_before_it_is_used_up(self) -> None:
        spent = Spent(hour=Decimal(2), day=Decimal(10), month=Decimal(10))
        assert budgets.lasts_until(spent, Budget(day=Decimal(34)), NOW) is None
        assert budgets.lasts_until(replace(spent, hour=Decimal(0)), Budget(day=Decimal(11)), NOW) is None
        assert budgets.lasts_until(spent, Budget(month=Decimal(100_000)), NOW) is None


def running(ends_at: datetime | None, **more: object) -> Seen:
    machine = RentalSeen(
        id=UUID(int=1),
        role="primary",
        wanted="held",
        stage="ready",
        provider="ionet",
        created_at=after(-600),
        beat_at=NOW,
        seen_at=NOW,
        seen_state="running",
        ends_at=ends_at,
    )
    setup = CommandSeen(state="done", created_at=after(-600), rental_id=machine.id)
    known = {"state": "running", "state_since": after(-600), "wish": "running", "awake_since": after(-600)}
    return Seen(**{**known, "primary": machine, "setup": setup, **more})  # type: ignore[arg-type]


class TestMachineWhoseEndIsNear:
    def test_is_saved_and_left_in_time(self) -> None:
        assert next_step(running(after(14)), NOW, Limits()).act == Save(UUID(int=1), "notice")
        saved = next_step(running(after(14), snapshot_at=NOW), NOW, Limits()).act
        assert isinstance(saved, Move)
        assert (saved.to, saved.lets_go) == ("interrupted", "interrupted")

    def test_is_looked_at_when_that_is_so(self) -> None:
        assert next_step(running(after(15.25)), NOW, Limits()).look_at == after(0.25)

    def test_goes_on_once_more_is_paid(self) -> None:
        assert next_step(running(after(75)), NOW, Limits()).act is None
