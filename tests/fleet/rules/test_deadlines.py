"""Work with a deadline: hours are counted so that none counts twice, and no place can make it late."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.fleet.rules.course import Course, Decided
from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.places import Aim, Known, PlaceKnown, Way, nearest, past_of, situation
from dumont.fleet.rules.recovery import ON_DEMAND, Situation, decide
from dumont.fleet.rules.recovery_plan import Plan
from dumont.fleet.rules.seen import CourseSeen, Limits, RaceSeen, RentalSeen, Seen
from dumont.fleet.rules.states import State
from dumont.fleet.rules.steps import AskWay, EndCourse, Move, StartRace, TurnAway
from tests.fakes.clock import START

LIMITS = Limits()
CHANGEOVER, SAVES, AGAIN = 0.15, 0.2, 0.1


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def a_place(name: str = "a", price: str = "0.33", *, up: bool = True, **more: object) -> PlaceKnown:
    return PlaceKnown(name, Decimal(price), up, at(-5), **more)  # type: ignore[arg-type]


def known(*places: PlaceKnown) -> Known:
    return Known(
        places=places, on_demand_hour=Decimal(1), changeover_hours=CHANGEOVER, save_hours=SAVES, again_hours=AGAIN
    )


def a_situation(course: Course, way: Way, *places: PlaceKnown, hours: float = 0.0, work: float = 10) -> Situation:
    return situation(known(*places), course, Aim(work, at(20)), way, at(hours))


class TestCourse:
    def test_counts_hours_while_it_runs(self) -> None:
        course = Course().moved("running", at(1))
        assert course.done(at(3)) == pytest.approx(2)
        assert course.moved("hibernating", at(3)).done(at(9)) == pytest.approx(2)

    def test_has_what_was_saved_when_its_machine_is_lost(self) -> None:
        course = Course().moved("running", at(0)).saved(at(1.5)).moved("interrupted", at(2))
        assert course.done(at(5)) == pytest.approx(1.5)
        again = course.moved("running", at(6)).moved("interrupted", at(7))
        assert again.done(at(7)) == pytest.approx(1.5)

    def test_holds_no_more_in_a_snapshot_than_was_done_when_it_was_begun(self) -> None:
        asleep = Course().moved("running", at(0)).moved("hibernating", at(2))
        assert asleep.saved(at(1.75)).kept_hours == pytest.approx(1.75)
        assert asleep.saved(at(2.01)).kept_hours == pytest.approx(2)

    def test_takes_the_word_of_who_runs_the_work(self) -> None:
        course = Course().moved("running", at(0)).saved(at(2)).reported(1.0, at(3))
        assert course.done(at(4)) == pytest.approx(2)
        assert course.moved("interrupted", at(4)).done(at(4)) == pytest.approx(1)

    def test_counts_no_more_once_it_is_over(self) -> None:
        over = Course().moved("running", at(0)).ends("finished", at(2))
        assert not over.open
        assert over.done(at(9)) == pytest.approx(2)
        assert over.opened_again(at(9), running=True).done(at(10)) == pytest.approx(3)


class TestSituation:
    def test_counts_what_a_loss_would_cost_into_the_overhead(self) -> None:
        running = Course().moved("running", at(0)).saved(at(0.5))
        on_spot = Way(place="a", since=at(0), ready=True)
        assert a_situation(running, on_spot, a_place(), hours=0.6).overhead_hours == pytest.approx(CHANGEOVER + SAVES)
        late = a_situation(running, on_spot, a_place(), hours=1.5)
        assert late.overhead_hours == pytest.approx(CHANGEOVER + 1.0)
        assert late.work_hours == pytest.approx(8.5)

    def test_has_the_place_that_it_is_on(self) -> None:
        course = Course().moved("running", at(0))
        found = a_situation(course, Way(place="a", since=at(0), ready=True), a_place(up=False), hours=7)
        assert found.places[0].available
        assert found.places[0].age_hours == pytest.approx(7)
        assert found.running is not None
        assert found.running.warming_hours == 0

    def test_counts_a_machine_that_is_long_on_its_way_for_nothing(self) -> None:
        soon = a_situation(Course(), Way(place="a", since=at(0)), a_place(), hours=0.1)
        assert soon.running is not None
        assert soon.running.warming_hours == pytest.approx(CHANGEOVER + SAVES - 0.1)
        assert a_situation(Course(), Way(place="a", since=at(0)), a_place(), hours=1).running is None

    def test_learns_from_hours_and_from_machines_that_were_taken_away(self) -> None:
        hours = [(at(hour), hour not in (-3, -2)) for hour in range(-6, 0)]
        past = past_of(a_place(hours=hours, losses=[at(-5.5)]), at(0))
        assert [(round(change.hours_ago, 2), change.up) for change in past] == [
            (6.0, True),
            (5.5, False),
            (5.4, True),
            (3.0, False),
            (1.0, True),
        ]
        calm = a_situation(Course(), Way(), a_place(hours=[(at(-100), True)]))
        wild = a_situation(Course(), Way(), a_place(hours=[(at(-100), True)], losses=[at(-n) for n in range(1, 40)]))
        assert wild.places[0].outlook.life_hours(0.3) < calm.places[0].outlook.life_hours(0.3)

    def test_loses_a_place_no_more_seldom_than_its_machines_are_taken_away(self) -> None:
        steady = [(at(-100), True)]
        calm = a_situation(Course(), Way(), a_place(hours=steady)).places[0].outlook
        known_of = a_situation(Course(), Way(), a_place(hours=steady, rates=[0.2, 0.4])).places[0].outlook
        assert min(calm.losses) == pytest.approx(0.05)
        assert min(known_of.losses) == pytest.approx(0.35)
        assert known_of.returns == calm.returns

    def test_keeps_few_places_and_always_its_own(self) -> None:
        many = [a_place(str(number), f"0.{number:02}") for number in range(1, 30)]
        found = [place.name for place in nearest([*many, a_place("gone", "0.01", up=False)], "29")]
        assert found == ["29", "1", "2", "3", "4", "5", "6", "7"]

    def test_guesses_on_demand_where_none_is_known(self) -> None:
        found = situation(
            Known(places=[a_place()], on_demand_hour=None, changeover_hours=None, save_hours=0.1, again_hours=0.1),
            Course(),
            Aim(1, at(5)),
            Way(),
            at(0),
        )
        assert found.price_on_demand == Decimal(1)


def a_machine(*, spot: bool = True, place: str = "a") -> RentalSeen:
    return RentalSeen(
        id=UUID(int=1),
        role="primary",
        wanted="held",
        stage="ready",
        provider="vast",
        created_at=at(0),
        spot=spot,
        place=place,
    )


def seen(state: State, action: str | None, **more: object) -> Seen:
    values = {
        "deadline_at": at(20),
        "work_hours": 10,
        "done_hours": 1,
        "why": "So it is.",
        "ask_at": at(1),
        "place": "a",
    }
    of_course = CourseSeen(**{**values, "action": action, **more.pop("course", {})})  # type: ignore[arg-type, dict-item]
    values = {"state": state, "state_since": at(-1), "wish": "running", "course": of_course, "snapshot_at": at(0)}
    return Seen(**{**values, **more})  # type: ignore[arg-type]


def a_race() -> RaceSeen:
    return RaceSeen(
        id=UUID(int=2), state="running", batch=1, rounds_max=1, round_seconds=90, round=1, round_began_at=at(0)
    )


class TestSteps:
    def test_asks_when_nothing_was_decided_and_when_it_is_time(self) -> None:
        assert isinstance(next_step(seen("hibernated", None), at(0), LIMITS).act, AskWay)
        assert isinstance(next_step(seen("hibernated", "wait"), at(1), LIMITS).act, AskWay)

    def test_waits_asleep_until_it_is_asked_again(self) -> None:
        lost = next_step(seen("interrupted", "wait"), at(0), LIMITS)
        assert lost.act == Move("hibernated", "So it is.", lets_go="unused")
        soon = seen("hibernated", "wait", course={"ask_at": at(0.01)})
        step = next_step(soon, at(0), LIMITS)
        assert (step.act, step.look_at) == (None, at(0.01))

    def test_wakes_when_it_is_to_go_on(self) -> None:
        assert isinstance(next_step(seen("hibernated", "spot"), at(0), LIMITS).act, Move)
        assert isinstance(next_step(seen("waking", "on_demand"), at(0), LIMITS).act, StartRace)

    def test_leaves_a_machine_of_the_other_kind_or_place_and_no_other(self) -> None:
        def leaves(action: str, machine: RentalSeen) -> bool:
            act = next_step(seen("running", action, primary=machine, awake_since=at(0)), at(0), LIMITS).act
            return isinstance(act, Move) and act.to == "hibernating"

        assert not leaves("spot", a_machine())
        assert leaves("spot", a_machine(place="b"))
        assert leaves("spot", a_machine(spot=False))
        assert leaves("on_demand", a_machine())
        assert not leaves("on_demand", a_machine(spot=False))

    def test_turns_away_from_a_race_for_spot_that_there_is_no_time_for(self) -> None:
        racing = seen("waking", "on_demand", race=a_race(), course={"races_for": "spot"})
        assert isinstance(next_step(racing, at(0), LIMITS).act, TurnAway)

    def test_asks_nothing_while_a_machine_on_demand_is_on_its_way(self) -> None:
        racing = seen("waking", None, race=a_race(), course={"races_for": "on_demand"})
        assert not isinstance(next_step(racing, at(5), LIMITS).act, AskWay | TurnAway)

    def test_ends_by_its_hours_or_its_deadline_wherever_it_is(self) -> None:
        done = seen("running", "spot", primary=a_machine(), course={"done_hours": 10})
        assert next_step(done, at(0), LIMITS).act == EndCourse("counted")
        assert next_step(seen("hibernated", None, wish="hibernated"), at(20), LIMITS).act == EndCourse("missed")

    def test_leaves_the_instance_alone_that_its_owner_has_put_to_sleep(self) -> None:
        assert next_step(seen("hibernated", None, wish="hibernated", released=True), at(0), LIMITS).act is None


class Replay:
    """Asks at each moment at which the product would, in a world that takes machines away when it likes."""

    def __init__(self, work: float, slack: float) -> None:
        self.aim = Aim(work, at(work + CHANGEOVER + SAVES + slack))
        self.course, self.way, self.now = Course(), Way(), 0.0
        self.plan: Plan | None = None
        self.first_on_demand: float | None = None

    def lives(self, ups: list[bool]) -> None:
        for number in range(2000):
            up = ups[number % len(ups)]
            self._lose(up)
            if self.course.done(at(self.now)) >= self.aim.work_hours - 1e-6:
                return
            self._ask(up)
            self._pass(AGAIN)
        raise AssertionError("it never ends")

    def _lose(self, up: bool) -> None:
        if not up and self.way.place == "a":
            self.course, self.way = self.course.moved("interrupted", at(self.now)), Way()

    def _ask(self, up: bool) -> None:
        asked = situation(known(a_place(up=up)), self.course, self.aim, self.way, at(self.now))
        found = decide(asked, self.plan)
        self.plan = found.plan
        self.latest = self.now + asked.free_hours + (0 if self.way.ready else SAVES)
        place = None if found.action == "wait" else found.place or ON_DEMAND
        if place != self.way.place:
            self.course = self.course.moved("hibernating", at(self.now)).saved(at(self.now))
            self.way = Way() if place is None else Way(place=place, since=at(self.now))
        if place == ON_DEMAND and self.first_on_demand is None:
            self.first_on_demand = self.now
            assert self.now <= self.latest + 1e-6

    def _pass(self, hours: float) -> None:
        end = self.now + hours
        if self.way.since is not None and not self.way.ready:
            ready = (self.way.since - START) / timedelta(hours=1) + CHANGEOVER
            if ready <= end:
                self.way = Way(place=self.way.place, since=at(ready), ready=True)
                self.course = self.course.moved("running", at(ready))
        if self.way.ready and number_of(end) != number_of(self.now):
            self.course = self.course.saved(at(end))
        self.now = end
        whole = self.aim.work_hours - self.course.done(at(end))
        if whole <= 0 and self.way.ready:
            self.finished = end + whole


def number_of(hours: float) -> int:
    """Of the snapshot: one each time that the rhythm comes round."""
    return int(hours / SAVES + 1e-6)


class TestDeadline:
    @settings(max_examples=25, deadline=None)
    @given(
        work=st.sampled_from([0.5, 1.0, 2.5]),
        slack=st.sampled_from([0.0, 0.05, 0.3, 1.0, 3.0]),
        ups=st.lists(st.booleans(), min_size=1, max_size=12),
    )
    def test_is_met_whatever_the_places_do(self, work: float, slack: float, ups: list[bool]) -> None:
        replay = Replay(work, slack)
        replay.lives(ups)
        assert at(replay.finished) <= replay.aim.deadline_at + timedelta(seconds=1)


def test_a_decision_is_kept_as_json() -> None:
    decided = Decided(
        action="spot",
        place="a",
        why="So.",
        at=at(0),
        ask_at=at(1),
        latest_at=at(2),
        overhead_hours=0.2,
        on_demand_hour=Decimal("1.50"),
        costs={"spot": Decimal("0.33")},
    )
    course = Course().refuses("b", at(0)).decides(decided).races()
    assert Course.model_validate_json(course.model_dump_json()) == course
    assert course.wants == ("spot", "a")
