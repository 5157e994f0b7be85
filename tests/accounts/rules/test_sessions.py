"""What a refresh token seen again means."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dumont.accounts.rules.sessions import GRACE, Verdict, judge_spent

NOW = datetime(2026, 1, 5, tzinfo=UTC)
AGES = st.timedeltas(min_value=-GRACE, max_value=timedelta(days=400))


class TestJudgeSpent:
    @given(AGES)
    def test_lets_go_on_within_the_grace_and_not_after(self, age: timedelta) -> None:
        expected = Verdict.GO_ON if age <= GRACE else Verdict.STOLEN
        assert judge_spent(NOW - age, alive=True, now=NOW) is expected

    @given(st.none() | AGES.map(lambda age: NOW - age))
    def test_says_no_more_about_a_session_that_is_over(self, spent_at: datetime | None) -> None:
        assert judge_spent(spent_at, alive=False, now=NOW) is Verdict.ENDED
