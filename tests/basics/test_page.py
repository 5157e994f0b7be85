"""Pages: a cursor leads back to where it was made, and anything else is told to be none of ours."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics.errors import Invalid
from dumont.basics.page import cut, read_cursor, write_cursor

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def written(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class TestCut:
    def test_shows_the_limit_and_leads_on_after_the_last_one_shown(self) -> None:
        keys = [(NOON - timedelta(seconds=age), uuid4()) for age in range(3)]
        page = cut(keys, 2, lambda key: key)
        assert page.items == keys[:2]
        assert read_cursor(page.next_cursor) == keys[1]

    def test_ends_where_there_is_no_more(self) -> None:
        assert cut([(NOON, uuid4())] * 2, 2, lambda key: key).next_cursor is None
        assert cut([], 2, lambda key: key).next_cursor is None


class TestCursor:
    @given(
        moment=st.datetimes(
            min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
            max_value=datetime(9998, 1, 1),  # noqa: DTZ001
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))]),
        ),
        identity=st.uuids(),
    )
    def test_is_read_as_it_was_written(self, moment: datetime, identity: UUID) -> None:
        read = read_cursor(write_cursor((moment, identity)))
        assert read == (moment, identity)
        assert read[0].utcoffset() == timedelta(0)

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_may_be_left_out(self, nothing: str | None) -> None:
        assert read_cursor(nothing) is None

    @given(text=st.text(min_size=1))
    def test_is_refused_if_it_is_no_cursor(self, text: str) -> None:
        self._refused(text)

    @given(value=JSON)
    def test_is_refused_if_it_holds_something_else(self, value: object) -> None:
        self._refused(written(value))

    @given(moment=JSON, identity=JSON)
    def test_is_refused_if_its_two_parts_are_something_else(self, moment: object, identity: object) -> None:
        self._refused(written([moment, identity]))

    @pytest.mark.parametrize(
        "cursor",
        [
            written(["0001-01-01T00:00:00+14:00", str(uuid4())]),
            written(["9999-12-31T23:59:59-14:00", str(uuid4())]),
            written(["2026-01-05T12:00:00", str(uuid4())]),
            base64.urlsafe_b64encode(b"[" * 20_000).decode(),
            base64.urlsafe_b64encode(b"9" * 20_000).decode(),
        ],
        ids=["before time", "after time", "no zone", "deep", "long"],
    )
    def test_is_refused_if_somebody_wrote_it_with_malice(self, cursor: str) -> None:
        self._refused(cursor)

    def _refused(self, cursor: str) -> None:
        with pytest.raises(Invalid) as refused:
            read_cursor(cursor)
        assert [fault.field for fault in refused.value.faults] == ["cursor"]
