"""A lease that ran out, which somebody who slept would like to go on with."""

from types import SimpleNamespace

import pytest

from dumont.fleet.rentals import leasing
from dumont.fleet.rentals.leasing import Lease

SECONDS = 30.0


class Ticks:
    """The computer's own clock, which goes on while a process sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    made = Ticks()
    monkeypatch.setattr(leasing, "time", SimpleNamespace(monotonic=made.monotonic))
    return made


class TestLease:
    def test_lasts_longer_when_it_was_renewed_in_time(self, ticks: Ticks) -> None:
        lease = Lease(SECONDS)
        ticks.now += SECONDS / 2
        lease.renewed(ticks.now)
        ticks.now += SECONDS / 2
        assert lease.sure()

    def test_that_ran_out_during_a_sleep_is_not_renewed(self, ticks: Ticks) -> None:
        """By the time that this one wakes, another may have what was claimed, and have settled what was in doubt."""
        lease = Lease(SECONDS)
        ticks.now += SECONDS + 1
        lease.renewed(ticks.now)
        assert not lease.sure()

    def test_that_ran_out_while_the_database_was_asked_is_not_renewed(self, ticks: Ticks) -> None:
        lease = Lease(SECONDS)
        asked_at = ticks.now + SECONDS - 1
        ticks.now = asked_at + 2
        lease.renewed(asked_at)
        assert not lease.sure()
