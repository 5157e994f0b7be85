"""In what order ranges are fetched."""

from hypothesis import given
from hypothesis import strategies as st

from dumont.snapstore.restore.plan import STRANDS, Job, woven


def job(number: int) -> Job:
    return Job(number, 0, 1, ())


class TestWoven:
    @given(st.integers(0, 500))
    def test_has_each_job_once(self, count: int) -> None:
        assert sorted(woven([job(number) for number in range(count)])) == [job(number) for number in range(count)]

    def test_begins_at_many_places(self) -> None:
        found = [each.pack for each in woven([job(number) for number in range(10 * STRANDS)])]
        assert found[:STRANDS] == [10 * number for number in range(STRANDS)]
        assert found[STRANDS] == 1
