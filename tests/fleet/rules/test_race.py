"""Who wins a race, who is out of it, and when more machines start."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.rules.race import Hope, Verdict, expected_cost, judge, waiting_seconds
from dumont.fleet.rules.seen import RaceSeen, RentalSeen

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def entrant(number: int, **given: Any) -> RentalSeen:
    values: dict[str, Any] = {"role": "racer", "wanted": "held", "stage": "booting", "provider": "vast", "round": 1}
    return RentalSeen(id=UUID(int=number), **{**values, "created_at": START, **given})


def race(*entrants: RentalSeen, **given: Any) -> RaceSeen:
    values: dict[str, Any] = {"state": "running", "batch": 5, "rounds_max": 3, "round_seconds": 90.0, "round": 1}
    return RaceSeen(id=UUID(int=99), entrants=entrants, **{**values, "round_began_at": START, **given})


def ready(number: int, seconds: float) -> RentalSeen:
    return entrant(number, stage="ready", ready_at=after(seconds))


class TestJudge:
    def test_begins_with_a_round(self) -> None:
        assert judge(race(round=0, round_began_at=None), START) == Verdict("round")

    def test_gives_it_to_whoever_was_of_use_first(self) -> None:
        assert judge(race(entrant(1), ready(2, 30), ready(3, 29)), after(31)) == Verdict("won", (UUID(int=3),))

    def test_gives_it_to_nobody_who_was_taken_away_meanwhile(self) -> None:
        gone = entrant(1, stage="ready", ready_at=after(5), seen_state="failed")
        assert judge(race(gone, entrant(2)), after(6)) == Verdict("drop", (UUID(int=1),))

    def test_drops_who_is_too_late_and_then_starts_the_next_round(self) -> None:
        late = race(entrant(1), entrant(2, created_at=after(1)))
        assert judge(late, after(90)) == Verdict("drop", (UUID(int=1),))
        given_up = race(entrant(1, wanted="gone"), entrant(2, stage="ended", wanted="gone"))
        assert judge(given_up, after(91)) == Verdict("round")

    def test_is_lost_after_the_last_round(self) -> None:
        assert judge(race(entrant(1, stage="ended", wanted="gone"), round=3), after(91)) == Verdict("lost")

    def test_waits_no_longer_than_the_round(self) -> None:
        verdict = judge(race(entrant(1), round=3), after(10))
        assert verdict == Verdict("wait", until=after(90))

    def test_starts_the_next_round_early_where_machines_are_long_overdue(self) -> None:
        boots = {UUID(int=number): (15.0, 0.02) for number in (1, 2, 3)}
        overdue = race(entrant(1), entrant(2), entrant(3), boots=boots)
        assert judge(overdue, after(23)).kind == "wait"
        assert judge(overdue, after(60)) == Verdict("round")

    def test_waits_for_machines_that_nobody_knows(self) -> None:
        assert judge(race(entrant(1), entrant(2)), after(80)).kind == "wait"

    @pytest.mark.parametrize("seed", range(200))
    def test_always_has_a_verdict_in_finite_time(self, seed: int) -> None:
        random = Random(seed)
        entrants = [
            entrant(
                number,
                stage=random.choice(["intended", "creating", "booting", "running", "ready", "ending", "ended"]),
                wanted=random.choice(["held", "gone"]),
                ready_at=random.choice([None, after(20)]),
                seen_state=random.choice([None, "running", "failed"]),
                created_at=after(random.choice([0, 10, 40])),
            )
            for number in range(random.randrange(4))
        ]
        boots = {each.id: random.choice([(None, None), (20.0, 0.2)]) for each in entrants}
        found = race(*entrants, round=random.randrange(4), boots=boots)
        now = after(random.choice([0, 30, 89, 90, 300]))
        verdict = judge(found, now)
        if verdict.kind == "wait":
            assert verdict.until is not None
            assert verdict.until > now
        if verdict.kind == "round":
            assert found.round < found.rounds_max


class TestHope:
    def test_fades_with_time(self) -> None:
        dead = [Hope(waited, 20.0, 0.1).dead for waited in (0, 10, 20, 40, 80)]
        assert dead == sorted(dead)
        assert dead[0] == pytest.approx(0.1)
        assert dead[-1] > 0.9

    def test_is_better_with_more_machines(self) -> None:
        one = waiting_seconds([Hope(40, 20)], 50)
        assert waiting_seconds([Hope(40, 20)] * 5, 50) < one


class TestExpectedCost:
    def test_is_that_of_all_but_one_until_the_fastest_comes(self) -> None:
        entrants = [(Decimal("3.6"), 10.0, 0.1), (Decimal("3.6"), 60.0, 0.1), (Decimal("3.6"), None, None)]
        assert expected_cost(entrants) == Decimal("0.020000")

    def test_is_nothing_for_one(self) -> None:
        assert expected_cost([(Decimal(1), 10.0, 0.1)]) == 0
