"""How long a place stays up or down, learned from what was seen of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.fleet.rules.availability import (
    AGES,
    CLASSES,
    HALF_LIFE_HOURS,
    USUAL,
    USUAL_HOURS,
    Change,
    Outlook,
    drift,
    learned,
    phase,
    together,
)

rates = st.lists(st.floats(0.0, 5.0), min_size=CLASSES, max_size=CLASSES).map(tuple)


class TestLearned:
    def test_takes_the_usual_for_what_nobody_has_seen(self) -> None:
        assert learned([]) == Outlook()

    def test_counts_ends_by_the_age_at_which_they_came(self) -> None:
        """Up for 2 h and lost, down for 0.1 h and back: seen so lately that it hardly fades."""
        found = learned([Change(2.2, True), Change(0.2, False), Change(0.1, True)])
        assert found.losses[2] == pytest.approx((USUAL[2] * USUAL_HOURS + 1) / (USUAL_HOURS + 1), rel=0.03)
        assert found.losses[0] == pytest.approx(USUAL[0] * USUAL_HOURS / (USUAL_HOURS + 0.35), rel=0.03)
        assert found.losses[3] == pytest.approx(USUAL[3])
        assert found.returns[0] == pytest.approx((USUAL[0] * USUAL_HOURS + 1) / (USUAL_HOURS + 0.1), rel=0.03)

    def test_counts_no_end_for_a_stretch_that_still_lasts(self) -> None:
        assert all(after <= before for after, before in zip(learned([Change(50, True)]).losses, USUAL, strict=True))

    def test_counts_half_what_is_one_half_life_ago(self) -> None:
        now, then = ([Change(ago + 0.1, True), Change(ago, False)] for ago in (0.0, HALF_LIFE_HOURS))
        weights = [learned(past).losses[0] - USUAL[0] for past in (now, then)]
        assert weights[1] / weights[0] == pytest.approx(0.5, rel=0.03)


class TestTogether:
    def test_is_up_while_one_of_them_is(self) -> None:
        one = [Change(9, True), Change(5, False), Change(2, True)]
        other = [Change(9, False), Change(6, True), Change(3, False)]
        assert together([one, other]) == (Change(9, True), Change(3, False), Change(2, True))

    def test_does_not_go_down_where_one_hands_over_to_the_other(self) -> None:
        assert together([[Change(9, True), Change(5, False)], [Change(9, False), Change(5, True)]]) == (
            Change(9, True),
        )


class TestOutlook:
    @settings(max_examples=25, deadline=None)
    @given(rates, st.floats(0, 10))
    def test_integrates_the_chance_of_still_being_there(self, losses: tuple[float, ...], age: float) -> None:
        losses = (*losses[:-1], losses[-1] + 0.5)
        ages = age + (np.arange(40_000) + 0.5) / 1000
        rate = np.array(losses)[np.searchsorted(AGES, ages, side="right")]
        still = np.exp(-(np.cumsum(rate) - rate / 2) / 1000)
        assert Outlook(losses=losses).life_hours(age) == pytest.approx(still.sum() / 1000, rel=0.01)
        assert Outlook(losses=losses).life_hours(age, 3) == pytest.approx(still[:3000].sum() / 1000, rel=0.01)

    def test_stays_longer_the_longer_it_has_stayed(self) -> None:
        lives = [Outlook().life_hours(age) for age in (0.0, 0.5, 2.0, 8.0)]
        assert lives == sorted(lives)

    def test_stays_for_ever_where_nothing_was_ever_lost(self) -> None:
        assert Outlook(losses=(0.0,) * CLASSES).life_hours(0) > 1e5


class TestDrift:
    @given(rates, rates, st.floats(0.01, 24))
    def test_goes_somewhere_for_certain(
        self, losses: tuple[float, ...], returns: tuple[float, ...], hours: float
    ) -> None:
        moves, lasting = drift(Outlook(losses, returns), hours)
        assert moves.sum(1) == pytest.approx(np.ones(2 * CLASSES))
        assert moves.min() > -1e-9
        assert (lasting <= moves[:CLASSES, :CLASSES] + 1e-9).all()

    def test_lasts_by_the_chance_that_its_rate_says(self) -> None:
        _, lasting = drift(Outlook(losses=(0.3,) * CLASSES), 2.0)
        assert lasting.sum(1) == pytest.approx(np.full(CLASSES, np.exp(-0.6)), rel=0.01)

    def test_knows_phases_by_age(self) -> None:
        assert [phase(True, age) for age in (0, 0.25, 3.9, 100)] == [0, 1, 2, 3]
        assert [phase(False, age) for age in (0, 0.25, 3.9, 100)] == [4, 5, 6, 7]
