"""Many agents at once, and two web processes at one agent: on a database of their own, with real commits."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dumont.fleet.agents.beating import Beats, NoAgent
from dumont.fleet.rentals import agent_tokens
from dumont.fleet.rules.ruling import ruling
from dumont.fleet.store import batches, beats
from dumont.fleet.store.batches import Given
from dumont.platform.db.engine import DatabaseAway, Db, make_db, make_engine
from dumont.platform.settings import Settings
from tests.build import fleet as build
from tests.fakes.clock import FakeClock

NUMBERS = "{0,0,0,0,0,0}"
SUMS = "{1,1,50,50,0,40,90,1,1,1,0,0}"


@pytest.fixture
async def engine_of_own(fresh_database_url: str, settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(fresh_database_url, settings, name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
def own(engine_of_own: AsyncEngine) -> Db:
    return make_db(engine_of_own)


async def agents(db: Db, settings: Settings, clock: FakeClock, count: int) -> dict[bytes, UUID]:
    """Rentals by the hash of their token, each of which has called once."""
    ruled, found = ruling(settings)("{}", True), {}
    async with db.begin() as tx:
        account = await build.an_account(tx, clock.now())
        for _ in range(count):
            instance = await build.an_instance(tx, clock.now())
            rental, token = await build.a_rental(tx, instance, clock.now(), account_id=account.id)
            row = {name: clock.now() for name in ("received_at", "at", "minute")}
            words = {"boot": "b", "seq": 0, "version": "1", "sample": {}, "rule": ruled.name}
            numbers = {"quiet": [None] * 6, "limits": list(ruled.limits), "idle_seconds": 180.0, "sums": [0.0] * 12}
            await beats.begin(tx, {"rental_id": rental.id, "instance_id": instance.id, **row, **words, **numbers})
            found[agent_tokens.digest(token)] = rental.id
    return found


def given(token: bytes, seq: int, sample: str = "{}", at: datetime | None = None) -> Given:
    return (token, "b", seq, "1", at or datetime(2026, 1, 5, tzinfo=UTC), sample, NUMBERS, NUMBERS, SUMS)


class TestBeats:
    async def test_are_few_statements_for_many_agents(
        self, own: Db, settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = await agents(own, settings, clock, 40)
        asked, real = [], batches.take

        async def counted(tx: object, given: list[Given], now: datetime, *, silent: timedelta) -> object:
            asked.append(len(given))
            return await real(tx, given, now, silent=silent)  # type: ignore[arg-type]

        monkeypatch.setattr(batches, "take", counted)
        door = Beats(own, clock, settings)
        heard = await asyncio.gather(*(door.take(given(token, 1)) for token in known))
        assert [each.rental_id for each in heard] == list(known.values())
        assert all(each.written for each in heard)
        assert asked == [40]

    async def test_are_on_disk_when_they_are_answered(self, own: Db, settings: Settings, clock: FakeClock) -> None:
        ((token, rental_id),) = (await agents(own, settings, clock, 1)).items()
        await Beats(own, clock, settings).take(given(token, 7))
        async with own.begin() as tx:
            assert (await beats.of(tx, [rental_id]))[rental_id].seq == 7

    async def test_of_one_agent_are_taken_in_one_after_the_other(
        self, own: Db, settings: Settings, clock: FakeClock
    ) -> None:
        ((token, rental_id),) = (await agents(own, settings, clock, 1)).items()
        door = Beats(own, clock, settings)
        heard = await asyncio.gather(*(door.take(given(token, seq)) for seq in range(1, 6)))
        assert [each.written for each in heard] == [True] * 5
        async with own.begin() as tx:
            assert (await beats.of(tx, [rental_id]))[rental_id].sums[0] == 5

    async def test_count_once_each_whichever_process_takes_them_in(
        self, own: Db, settings: Settings, clock: FakeClock
    ) -> None:
        """Each beat at both processes at once, again and again: as if every answer had been lost."""
        known = await agents(own, settings, clock, 5)
        doors = [Beats(own, clock, settings) for _ in range(2)]
        for seq in range(1, 11):
            await asyncio.gather(*(door.take(given(token, seq)) for door in doors for token in known))
        async with own.begin() as tx:
            found = await beats.of(tx, known.values())
        assert {(beat.seq, beat.sums[0]) for beat in found.values()} == {(10, 10.0)}

    async def test_that_can_not_be_held_spoil_no_others(self, own: Db, settings: Settings, clock: FakeClock) -> None:
        known = await agents(own, settings, clock, 5)
        door, spoilt = Beats(own, clock, settings), list(known)[2]
        asked = (door.take(given(token, 1, '"\\u0000"' if token == spoilt else "{}")) for token in known)
        heard = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(each, Exception) for each in heard] == [False, False, True, False, False]

    async def test_of_strangers_are_refused_beside_the_others(
        self, own: Db, settings: Settings, clock: FakeClock
    ) -> None:
        ((token, _),) = (await agents(own, settings, clock, 1)).items()
        door = Beats(own, clock, settings)
        good, bad = await asyncio.gather(
            door.take(given(token, 1)), door.take(given(b"x" * 32, 1)), return_exceptions=True
        )
        assert isinstance(bad, NoAgent)
        assert not isinstance(good, BaseException)

    async def test_say_that_the_database_is_away_and_go_on_when_it_is_back(
        self, own: Db, settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ((token, _),) = (await agents(own, settings, clock, 1)).items()
        door = Beats(own, clock, settings)

        async def away(*_asked: object, **_more: object) -> object:
            raise ConnectionRefusedError

        with monkeypatch.context() as patch:
            patch.setattr(batches, "take", away)
            with pytest.raises(DatabaseAway):
                await door.take(given(token, 1))
        assert (await door.take(given(token, 1))).written
