"""Work with a deadline on machines that may be lost: the deadline is met whatever they do, by the cheapest way."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.fleet.rules.availability import CLASSES, Outlook
from dumont.fleet.rules.expectation import expected
from dumont.fleet.rules.recovery import ON_DEMAND, Decision, Place, Running, Situation, decide, plan_for
from dumont.fleet.rules.recovery_plan import Plan

Ups = Callable[[int, Situation], list[bool]]
GRACE = 1e-6


def a_place(name: str = "a", price: str = "0.33", **more: object) -> Place:
    return replace(Place(name, Decimal(price), True, 2.0), **more)  # type: ignore[arg-type]


def a_situation(*places: Place, work: float = 10, left: float = 14, overhead: float = 0.2, **more: object) -> Situation:
    found = Situation(work, left, overhead, Decimal(1), places or (a_place(),))
    return replace(found, **more)  # type: ignore[arg-type]


class Life:
    """Lives the decisions through; shares nothing with the replay of the bench."""

    def __init__(self, start: Situation, ups: Ups, keep_plan: bool = True) -> None:
        self.at, self.ups, self.keep_plan = start, ups, keep_plan
        self.plan: Plan | None = None
        self.decisions: list[Decision] = []

    def until_done(self) -> "Life":
        for step in count():
            if self.at.work_hours <= 1e-9 or self.at.left_hours <= -1:
                return self
            self._see(self.ups(step, self.at))
            decision = decide(self.at, self.plan)
            self.decisions.append(decision)
            self.plan = decision.plan if self.keep_plan else None
            self._go(decision)
        raise AssertionError

    @property
    def met(self) -> bool:
        return self.at.work_hours <= 1e-9 and self.at.left_hours >= -GRACE

    def _see(self, ups: list[bool]) -> None:
        places = tuple(replace(place, available=up) for place, up in zip(self.at.places, ups, strict=True))
        running = self.at.running
        there = {place.name for place in places if place.available} | {ON_DEMAND}
        self.at = replace(self.at, places=places, running=running if running and running.place in there else None)

    def _go(self, decision: Decision) -> None:
        step, running = self.at.again_hours, self.at.running
        if decision.action == "wait":
            self.at = replace(self.at, left_hours=self.at.left_hours - step, running=None)
            return
        place = decision.place or ON_DEMAND
        warming = running.warming_hours if running and running.place == place else self.at.overhead_hours
        used = min(step, warming + self.at.work_hours)
        warmed = min(warming, used)
        self.at = replace(
            self.at,
            work_hours=self.at.work_hours - (used - warmed),
            left_hours=self.at.left_hours - used,
            running=Running(place, warming - warmed),
        )


jobs = st.builds(
    lambda work, overhead, slack, step: (work, overhead, work + overhead + slack, step),
    st.floats(0.5, 12),
    st.sampled_from([0.0, 0.02, 0.1, 0.5]),
    st.floats(0, 6),
    st.sampled_from([0.05, 0.25, 0.7]),
)
LONG_PLAN = plan_for(a_situation(work=0.5, left=30))
STEADY, SHAKY = Outlook((0.02,) * CLASSES), Outlook((1.0,) * CLASSES, (1.0,) * CLASSES)
outlooks = st.sampled_from([Outlook(), Outlook((0.0,) * CLASSES, (9.0,) * CLASSES), STEADY, SHAKY])


class TestDeadline:
    @settings(max_examples=25, deadline=None)
    @given(jobs, outlooks, st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
    def test_is_met_whatever_the_places_do(
        self, job: tuple[float, float, float, float], outlook: Outlook, ups: list[tuple[bool, bool]]
    ) -> None:
        """Also when the plan was made with an outlook that has nothing to do with what comes."""
        work, overhead, left, step = job
        places = (a_place("a", outlook=outlook), a_place("b", "0.5", outlook=outlook))
        start = a_situation(*places, work=work, left=left, overhead=overhead, again_hours=step, together=outlook)
        assert Life(start, lambda index, _at: list(ups[index % len(ups)])).until_done().met

    @pytest.mark.parametrize("overhead", [0.05, 0.2, 1.0])
    @pytest.mark.parametrize("slack", [0.0, 0.3, 2.5, 9.0])
    def test_is_met_against_a_place_that_lures_and_leaves(self, overhead: float, slack: float) -> None:
        """It's there whenever the work is elsewhere, and gone just before its changeover is done."""

        def ups(_step: int, at: Situation) -> list[bool]:
            return [at.running is None or at.running.place == ON_DEMAND or at.running.warming_hours > at.again_hours]

        sure = Outlook((0.01,) * CLASSES, (5.0,) * CLASSES)
        start = a_situation(a_place(outlook=sure), work=6, left=6 + overhead + slack, overhead=overhead)
        life = Life(start, ups).until_done()
        assert life.met
        assert any(decision.action == "spot" for decision in life.decisions) == (slack >= 0.3)

    def test_is_met_by_plans_that_are_made_anew_each_time(self) -> None:
        start = a_situation(work=3, left=4, again_hours=0.25)
        assert Life(start, lambda step, _at: [step % 3 != 2], keep_plan=False).until_done().met

    def test_keeps_going_on_spot_where_on_demand_would_come_too_late(self) -> None:
        late = a_situation(work=5, left=5.1, running=Running("a"))
        assert decide(late).action == "spot"
        assert decide(replace(late, running=None)).action == "on_demand"

    def test_stays_where_it_runs_when_there_is_no_time_to_move(self) -> None:
        """The other place would be cheaper, but its changeover would cost the deadline."""
        places = a_place("a", "0.60"), a_place("b", "0.10")
        for left in (5.1, 5.21):
            asked = a_situation(*places, work=5, left=left, together=Outlook(), running=Running("a"))
            assert decide(asked).place == "a"

    def test_is_given_to_on_demand_at_the_latest_start(self) -> None:
        away = a_place(available=False, outlook=Outlook(returns=(9.0,) * CLASSES))
        assert decide(a_situation(away, work=10, left=12)).action == "wait"
        last = decide(a_situation(away, work=10, left=10.29))
        assert last.action == "on_demand"
        assert last.reason == (
            "On demand: with 10.0 h of work ahead the deadline leaves no time to wait or to be interrupted. "
            "Expected to the end: 10.20."
        )


class TestChoice:
    @settings(max_examples=40, deadline=None)
    @given(jobs, st.tuples(st.booleans(), st.booleans(), st.booleans()), st.floats(0, 30))
    def test_is_never_a_place_that_is_not_there(
        self, job: tuple[float, float, float, float], ups: tuple[bool, bool, bool], age: float
    ) -> None:
        work, _, left, step = job
        places = [a_place(name, available=up, age_hours=age) for name, up in zip("abc", ups, strict=True)]
        found = decide(a_situation(*places, work=work, left=left, again_hours=step, together=Outlook()), LONG_PLAN)
        assert found.plan is LONG_PLAN
        assert (found.action == "spot") == (found.place is not None)
        assert found.place in {None, *(place.name for place in places if place.available)}
        assert found.reason
        assert found.expected_cost >= 0

    def test_is_on_demand_where_nobody_sells_spot(self) -> None:
        nobody = replace(a_situation(work=10, left=10.2), places=())
        assert decide(nobody).action == "on_demand"
        assert decide(nobody).expected_cost == Decimal("10.20")

    def test_is_on_demand_where_spot_is_dearer(self) -> None:
        assert decide(a_situation(a_place(price="1.20"))).action == "on_demand"

    def test_is_the_cheapest_of_places_that_last_alike(self) -> None:
        found = decide(a_situation(a_place("a", "0.40"), a_place("b", "0.30"), together=Outlook()))
        assert found.place == "b"

    def test_is_the_place_that_lasts_of_those_that_cost_alike(self) -> None:
        places = a_place("a", outlook=SHAKY), a_place("b", outlook=STEADY)
        assert decide(a_situation(*places, together=Outlook())).place == "b"

    def test_stays_where_it_runs_though_another_is_a_little_cheaper(self) -> None:
        places = a_place("a", "0.34"), a_place("b", "0.33")
        assert decide(a_situation(*places, together=Outlook(), running=Running("a"))).place == "a"

    def test_is_the_same_when_asked_again(self) -> None:
        asked = a_situation(running=Running(ON_DEMAND))
        first = decide(asked)
        assert decide(asked, first.plan).chosen == first.chosen
        assert decide(asked, first.plan).plan is first.plan

    def test_makes_a_plan_anew_that_was_for_other_prices_or_more_slack(self) -> None:
        asked = a_situation()
        plan = plan_for(asked)
        for other in (a_situation(a_place(price="0.5")), a_situation(left=20), a_situation(overhead=0.3)):
            assert decide(other, plan).plan is not plan

    def test_waits_for_a_place_that_comes_back_soon_where_there_is_time(self) -> None:
        soon = a_place(available=False, outlook=Outlook((0.05,) * CLASSES, (4.0,) * CLASSES))
        assert decide(a_situation(soon, left=30)).action == "wait"

    def test_does_not_wait_for_one_that_never_does(self) -> None:
        never = a_place(available=False, outlook=Outlook((0.05,) * CLASSES, (1e-6,) * CLASSES))
        assert decide(a_situation(never, left=12)).action == "on_demand"

    @settings(deadline=None)
    @given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
    def test_leaves_on_demand_only_for_a_machine_old_enough(self, one: float, other: float) -> None:
        """If it's worth it for a younger one, then for an older one."""
        younger, older = sorted((one, other))
        asked = [a_situation(a_place(age_hours=age), left=12, running=Running(ON_DEMAND)) for age in (younger, older)]
        took = [decide(each, LONG_PLAN).action == "spot" for each in asked]
        assert took[1] or not took[0]


class TestCost:
    def test_is_spot_alone_where_nothing_is_lost(self) -> None:
        sure = a_place(outlook=Outlook(losses=(0.0,) * CLASSES))
        assert float(decide(a_situation(sure)).expected_cost) == pytest.approx(0.33 * 10.2, abs=0.02)

    def test_falls_with_time_and_rises_with_work_price_and_overhead(self) -> None:
        cost = [decide(a_situation(left=left)).expected_cost for left in (11, 12, 14, 20, 40)]
        assert cost == sorted(cost, reverse=True)
        for rising in (
            [a_situation(work=work) for work in (4, 8, 12)],
            [a_situation(a_place(price=price)) for price in ("0.1", "0.3", "0.6", "0.9")],
            [a_situation(overhead=overhead) for overhead in (0.0, 0.1, 0.3)],
        ):
            cost = [decide(each).expected_cost for each in rising]
            assert cost == sorted(cost)

    def test_is_never_more_than_going_on_demand_at_once(self) -> None:
        for up in (True, False):
            for left in (10.2, 11, 14, 30):
                cost = decide(a_situation(a_place(available=up), left=left)).expected_cost
                assert float(cost) <= 10.2 * 1.01

    def test_is_told_in_the_price_that_was_given(self) -> None:
        one, dear = a_situation(), a_situation(a_place(price="3.30"), price_on_demand=Decimal(10))
        assert decide(dear).expected_cost == pytest.approx(decide(one).expected_cost * 10, rel=Decimal("0.01"))


class TestExpected:
    def test_agrees_with_the_plan_and_meets_the_deadline(self) -> None:
        asked = a_situation(work=48, left=60)
        found = expected(asked)
        assert float(found.cost) == pytest.approx(float(decide(asked).expected_cost), rel=0.08)
        assert found.cost_low < found.cost < found.cost_high
        assert found.cost < found.cost_on_demand
        assert found.finished_hours.high <= 60 + GRACE
        assert found.interruptions.low <= found.interruptions.mean <= found.interruptions.high

    def test_is_certain_where_nothing_is_lost(self) -> None:
        found = expected(a_situation(a_place(outlook=Outlook(losses=(0.0,) * CLASSES))))
        assert found.start == "spot"
        assert found.interruptions.high == 0
        assert float(found.cost_high) == pytest.approx(0.33 * 10.2, abs=0.01)
        assert "no interruption" in found.words

    def test_answers_the_same_question_the_same_way(self) -> None:
        assert expected(a_situation(), seed=4) == expected(a_situation(), seed=4)

    def test_is_all_on_demand_where_spot_is_dearer(self) -> None:
        found = expected(a_situation(a_place(price="1.20")))
        assert (found.start, found.on_demand_share) == ("on_demand", 1.0)
        assert found.cost == found.cost_on_demand
