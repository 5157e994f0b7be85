"""Ids: version 7, and sorted by the time they were made."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics import ids

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


class TestNew:
    @given(now=MOMENTS, seed=st.integers())
    def test_is_a_uuid_of_version_7(self, now: datetime, seed: int) -> None:
        made = ids.new(now, Random(seed))
        assert (made.version, made.variant) == (7, "specified in RFC 4122")

    @given(now=MOMENTS, later_milliseconds=st.integers(1, 10**9), seed=st.integers())
    def test_sorts_by_time(self, now: datetime, later_milliseconds: int, seed: int) -> None:
        random = Random(seed)
        earlier = ids.new(now, random)
        later = ids.new(now + timedelta(milliseconds=later_milliseconds + 1), random)
        assert earlier < later
        assert str(earlier) < str(later)

    @given(now=MOMENTS)
    def test_says_when_it_was_made(self, now: datetime) -> None:
        written = (ids.new(now, Random(1)).int >> 80) / 1000
        assert abs(written - now.timestamp()) < 0.002

    def test_differs_within_one_moment(self) -> None:
        now, random = datetime(2026, 1, 5, tzinfo=UTC), Random(1)
        assert len({ids.new(now, random) for _ in range(10_000)}) == 10_000


class TestRead:
    def test_takes_what_was_written(self) -> None:
        made = ids.new(datetime(2026, 1, 5, tzinfo=UTC), Random(1))
        assert ids.read(str(made)) == made

    @pytest.mark.parametrize("text", ["", "42", "not-an-id", "0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b6"])
    def test_is_none_for_what_is_no_id(self, text: str) -> None:
        assert ids.read(text) is None
