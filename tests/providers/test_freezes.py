"""Freezes: kept for all processes until a person has looked."""

import pytest

from dumont.platform.db import Db
from dumont.providers.freezing import Freezes, LocalFreezes
from dumont.providers.shared import SharedFreezes
from tests.fakes.clock import FakeClock


@pytest.fixture(params=["local", "shared"])
def freezes(request: pytest.FixtureRequest, db: Db, clock: FakeClock) -> Freezes:
    return SharedFreezes(db, clock) if request.param == "shared" else LocalFreezes(clock)


class TestFreezes:
    async def test_keep_the_first_reason(self, freezes: Freezes, clock: FakeClock) -> None:
        began = clock.now()
        await freezes.freeze("vast", "a list without instances")
        clock.advance(hours=1)
        await freezes.freeze("vast", "something else")
        freeze = await freezes.of("vast")
        assert freeze is not None
        assert (freeze.reason, freeze.since) == ("a list without instances", began)
        assert [each.provider for each in await freezes.all_of_them()] == ["vast"]

    async def test_end_when_a_person_says_so(self, freezes: Freezes) -> None:
        await freezes.freeze("vast", "strange")
        assert await freezes.unfreeze("vast")
        assert await freezes.of("vast") is None
        assert not await freezes.unfreeze("vast")
