"""The law of the blacklist, without a database: when a failure blocks, and to which moment an entry counts."""

from datetime import timedelta

import pytest

from dumont.reliability.rules.blacklist import KINDS, Counted, Kind, active, decide, stronger
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.outcomes import REASONS, Reason
from tests.fakes.clock import START


class TestDecide:
    @pytest.mark.parametrize(
        ("counted", "reason", "kind"),
        [
            (Counted(20, 17, 3), "network", "automatic"),
            (Counted(20, 18, 2), "network", None),
            (Counted(100, 29, 1), "network", "automatic"),
            (Counted(100, 30, 1), "network", None),
            (Counted(2, 0, 2), "network", None),
            (Counted(20, 19, 1), "boot_timeout", "temporary"),
            (Counted(20, 17, 3), "boot_timeout", "automatic"),
            (Counted(100, 10, 0), None, None),
            (Counted(100, 10, 9), "offer_gone", None),
        ],
    )
    def test_knows_the_kind(self, counted: Counted, reason: Reason | None, kind: Kind | None) -> None:
        decision = decide(counted, reason, START, Limits())
        assert (decision and decision.kind) == kind

    def test_knows_how_long(self) -> None:
        for reason, until in (("network", timedelta(days=7)), ("hardware_error", timedelta(hours=24))):
            counted = Counted(20, 17, 3) if reason == "network" else Counted(20, 19, 1)
            decision = decide(counted, next(each for each in REASONS if each == reason), START, Limits())
            assert decision is not None
            assert decision.until == START + until


class TestActive:
    @pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (-0.000001, True), (0, False), (1, False)])
    def test_ends_to_the_moment(self, seconds: float, counts: bool) -> None:
        assert active(START, START + timedelta(seconds=seconds)) == counts

    def test_has_no_end_without_one(self) -> None:
        assert active(None, START + timedelta(days=10_000))
        assert not active(None, START, ended=True)


def test_manual_outdoes_automatic_which_outdoes_temporary() -> None:
    assert [kind for kind in KINDS if stronger("manual", kind)] == ["temporary", "automatic"]
    assert [kind for kind in KINDS if stronger("automatic", kind)] == ["temporary"]
    assert [kind for kind in KINDS if stronger("temporary", kind)] == []
