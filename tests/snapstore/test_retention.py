"""What retention keeps: checked by a slow reading of the rule, for any past."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.snapstore.retention import SPANS, Dated, Policy, keep

START = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
HOURLY = [Dated(f"{hour:04}", START + timedelta(hours=hour)) for hour in range(24 * 40)]
PASTS = st.lists(
    st.builds(
        Dated,
        st.uuids().map(str),
        st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2026, 12, 31)).map(  # noqa: DTZ001
            lambda time: time.replace(tzinfo=UTC)
        ),
        st.sampled_from(["a", "b"]),
        st.booleans(),
        st.sampled_from(["", "c"]),
    ),
    max_size=30,
    unique_by=lambda one: one.name,
)
POLICIES = st.builds(Policy, *(st.integers(0, 4) for _ in range(5)))


class TestKeep:
    @pytest.mark.parametrize(
        ("policy", "count"),
        [
            (Policy(last=3), 3),
            (Policy(hourly=5), 5),
            (Policy(daily=7), 7),
            (Policy(weekly=2), 2),
            (Policy(monthly=3), 3),
            (Policy(daily=99), 41),
            (Policy(), len(HOURLY)),
        ],
    )
    def test_holds_so_many_of_each(self, policy: Policy, count: int) -> None:
        assert len(keep(HOURLY, policy)) == count

    def test_counts_the_same_snapshot_for_each_span_it_ends(self) -> None:
        kept = keep(HOURLY, Policy(last=1, hourly=1, daily=1, weekly=1, monthly=1))
        assert kept == {HOURLY[-1].name: ["last", "hourly", "daily", "weekly", "monthly"]}

    def test_looks_at_each_label_apart(self) -> None:
        both = [one._replace(label=label, name=label + one.name) for one in HOURLY[:3] for label in "ab"]
        assert sorted(keep(both, Policy(last=1))) == ["a0002", "b0002"]

    def test_looks_at_each_place_apart(self) -> None:
        both = [one._replace(place=place, name=place + one.name) for one in HOURLY[:3] for place in "ab"]
        assert sorted(keep(both, Policy(last=1))) == ["a0002", "b0002"]

    def test_never_gives_up_the_newest_or_a_pinned_one(self) -> None:
        past = [one._replace(pinned=number == 0) for number, one in enumerate(HOURLY)]
        assert keep(past, Policy(monthly=1)).keys() == {past[0].name, past[-1].name}

    @given(PASTS, POLICIES)
    def test_is_what_the_rule_says(self, past: list[Dated], policy: Policy) -> None:
        assert keep(past, policy).keys() == {one.name for one in past if _is_kept(one, past, policy)}


def _is_kept(one: Dated, past: list[Dated], policy: Policy) -> bool:
    alike = [other for other in past if (other.label, other.place) == (one.label, one.place)]
    newer = [other for other in alike if (other.time, other.name) > (one.time, one.name)]
    if policy.keeps_all or one.pinned or len(newer) < max(1, policy.last):
        return True
    return any(
        of(one.time) not in spans and len(spans) < getattr(policy, span)
        for span, of in SPANS.items()
        for spans in [{of(other.time) for other in newer}]
    )
