"""Stars for machines, by those who rented them, many at once; and what accounts prefer."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from dumont.accounts.tables import User
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db, Tx
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from dumont.platform.work import Caller
from dumont.reliability import attempts, ratings
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.events import PreferencesChanged, Rated
from tests.build.accounts import Person
from tests.fakes.clock import START
from tests.fakes.publisher import FakePublisher
from tests.reliability.conftest import WorkFor

KEY = MachineKey("vast", "12345")
RATE = f"/reliability/machines/{KEY}/rate"
RATINGS = f"/reliability/machines/{KEY}/ratings"
PREFERENCES = "/reliability/preferences"
WRITERS = 64


async def rented(db: Db, work_for: WorkFor, person: Person, *, well: bool = True) -> None:
    outcome = Succeeded(boot_seconds=40) if well else Failed("network")
    async with db.begin() as tx:
        await attempts.record(work_for(tx), Attempt(KEY, "deploy", outcome, user_id=UUID(await person.id())))


class TestRate:
    async def test_is_for_those_who_rented_the_machine(
        self, ada: Person, bob: Person, db: Db, work_for: WorkFor
    ) -> None:
        await rented(db, work_for, ada)
        await rented(db, work_for, bob, well=False)
        assert (await ada.does("POST", RATE, {"rating": 4}))["average_rating"] == 4
        answer = await bob.asks("POST", RATE, {"rating": 1})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_rented")

    async def test_replaces_the_rating_before(self, ada: Person, bob: Person, db: Db, work_for: WorkFor) -> None:
        for person in (ada, bob):
            await rented(db, work_for, person)
        await bob.does("POST", RATE, {"rating": 5})
        await ada.does("POST", RATE, {"rating": 1, "comment": "Slow."})
        found = await ada.does("POST", RATE, {"rating": 4})
        assert (found["average_rating"], found["ratings"], found["rating"]) == (4.5, 2, 4)
        shown = await ada.gets(RATINGS)
        assert (shown["average_rating"], shown["ratings"]) == (4.5, 2)
        assert shown["by_stars"] == {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1}
        assert (shown["own"]["rating"], shown["own"]["comment"]) == (4, None)

    async def test_is_seen_at_once_where_it_was_remembered(self, ada: Person, db: Db, work_for: WorkFor) -> None:
        await rented(db, work_for, ada)
        page = f"/reliability/machines/{KEY}"
        assert (await ada.gets(page))["average_rating"] is None
        await ada.does("POST", RATE, {"rating": 3})
        assert (await ada.gets(page))["average_rating"] == 3

    @pytest.mark.parametrize(("rating", "status"), [(0, 422), (1, 200), (5, 200), (6, 422)])
    async def test_takes_one_to_five(self, ada: Person, db: Db, work_for: WorkFor, rating: int, status: int) -> None:
        await rented(db, work_for, ada)
        assert (await ada.asks("POST", RATE, {"rating": rating})).status_code == status

    @pytest.mark.parametrize("rating", [4.5, "4", True, None])
    async def test_takes_whole_numbers(self, ada: Person, rating: Any) -> None:
        assert (await ada.asks("POST", RATE, {"rating": rating})).status_code == 422

    async def test_knows_no_machine_that_nobody_tried(self, ada: Person) -> None:
        assert (await ada.asks("POST", RATE, {"rating": 4})).status_code == 404

    async def test_needs_an_account(self, api: httpx.AsyncClient) -> None:
        assert (await api.post(RATE, json={"rating": 4})).status_code == 401
        assert (await api.get(RATINGS)).json()["own"] is None

    async def test_is_one_to_five_for_the_database_as_well(self, ada: Person, tx: Tx) -> None:
        query = text("INSERT INTO reliability_ratings VALUES (:user, 'vast', '1', :rating, NULL, now())")
        for rating in (0, 6):
            with pytest.raises(IntegrityError):
                async with tx.begin_nested():
                    await tx.execute(query, {"user": UUID(await ada.id()), "rating": rating})


class TestManyAtOnce:
    async def test_lose_no_rating(
        self, fresh_database_url: str, settings: Settings, work_for: WorkFor, published: FakePublisher
    ) -> None:
        """64 people, each twice, over connections of their own."""
        wide = settings.model_copy(update={"database_pool_size": 32})
        engine = make_engine(fresh_database_url, wide, name="raters")
        db, people = make_db(engine), [uuid4() for _ in range(WRITERS)]
        async with db.begin() as tx:
            for number, person in enumerate(people):
                await tx.execute(insert(User).values(**account(number, person)))
            done = Succeeded(boot_seconds=1)
            await attempts.record_all(work_for(tx), [Attempt(KEY, "deploy", done, user_id=each) for each in people])

        async def rate(person: UUID, stars: int) -> None:
            async with db.begin() as tx:
                await ratings.rate(work_for(tx, Caller("user", person)), KEY, stars, None)

        await asyncio.gather(*[rate(person, 1) for person in people])
        final = {person: 1 + number % 5 for number, person in enumerate(people)}
        await asyncio.gather(*[rate(person, stars) for person, stars in final.items()])
        async with db.begin() as tx:
            query = text("SELECT ratings, average_rating FROM reliability_machines")
            count, average = (await tx.execute(query)).one()
        await engine.dispose()
        assert count == WRITERS
        assert average == pytest.approx(sum(final.values()) / WRITERS)
        assert sorted(event.ratings for event in published.of(Rated))[:WRITERS] == list(range(1, WRITERS + 1))


def account(number: int, person: UUID) -> dict[str, Any]:
    return {
        "id": person,
        "email": f"{number}@example.com",
        "name": "Someone",
        "role": "user",
        "password_hash": "none",
        "created_at": START,
    }


class TestPreferences:
    async def test_begin_with_the_defaults(self, ada: Person) -> None:
        expected = {"threshold": 70, "exclude_below_threshold": True, "sort_by_reliability": False}
        assert await ada.gets(PREFERENCES) == expected

    async def test_are_kept_for_each_account(self, ada: Person, bob: Person) -> None:
        wanted = {"threshold": 85, "exclude_below_threshold": False, "sort_by_reliability": True}
        for threshold in (10, 85):
            assert await ada.does("PUT", PREFERENCES, {**wanted, "threshold": threshold})
        assert await ada.gets(PREFERENCES) == wanted
        assert (await bob.gets(PREFERENCES))["threshold"] == 70

    @pytest.mark.parametrize(("threshold", "status"), [(-1, 422), (0, 200), (100, 200), (101, 422), (70.5, 422)])
    async def test_have_a_threshold_from_0_to_100(self, ada: Person, threshold: float, status: int) -> None:
        assert (await ada.asks("PUT", PREFERENCES, {"threshold": threshold})).status_code == status

    async def test_need_an_account(self, api: httpx.AsyncClient) -> None:
        assert (await api.get(PREFERENCES)).status_code == 401


def test_change_of_preferences_is_told_to_its_owner_alone() -> None:
    person = uuid4()
    assert PreferencesChanged(user_id=person).topics() == (f"user:{person}",)
