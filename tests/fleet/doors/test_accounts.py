"""With whose account a machine is rented: one's own, the house's where that is allowed, or none."""

from collections.abc import Awaitable, Callable
from random import Random
from uuid import UUID

import pytest

from dumont.fleet.rentals import accounts
from dumont.fleet.tables import FleetAccount
from dumont.platform.db import Db, Tx
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Role, Work
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher

Ensure = Callable[..., Awaitable[FleetAccount]]


@pytest.fixture
def ensure(db: Db, parts: Parts, clock: FakeClock, settings: Settings) -> Ensure:
    random = Random(7)

    async def ensured(person: Person, provider: str, *, role: Role = "user", **changed: str) -> FleetAccount:
        async with db.begin() as tx:
            work = await working(tx, person, role, **changed)
            return await accounts.ensure(work, parts.get(Vault), provider)

    async def working(tx: Tx, person: Person, role: Role, **changed: str) -> Work:
        published, now = FakePublisher(), clock.now()
        caller = Caller(role=role, user_id=UUID(await person.id()))
        given = settings.model_copy(update=changed)
        return Work(tx, now, random, caller, lambda event: published.publish(tx, event, now), given)

    return ensured


class TestAccount:
    async def test_is_ones_own_where_there_is_a_key(self, ada: Person, ensure: Ensure) -> None:
        first, again = await ensure(ada, "vast"), await ensure(ada, "vast")
        assert (first.user_id, first.id) == (UUID(await ada.id()), again.id)
        assert "0123456789abcdef0123" not in first.sealed

    async def test_is_another_one_with_another_key(self, ada: Person, ensure: Ensure) -> None:
        before = await ensure(ada, "vast")
        await ada.does("PUT", "/provider-keys/vast", {"fields": {"api_key": "another0123456789abcd"}})
        assert (await ensure(ada, "vast")).id != before.id

    async def test_is_missing_without_a_key(self, eve: Person, ensure: Ensure) -> None:
        with pytest.raises(accounts.NoKey) as refused:
            await ensure(eve, "runpod", fleet_house_accounts="everyone")
        assert "Provider keys" in str(refused.value.hint)

    async def test_of_the_house_is_for_staff_unless_it_is_for_everyone(
        self, ada: Person, eve: Person, ensure: Ensure
    ) -> None:
        """Ada, who came first, is an administrator: her key is the house's."""
        assert ada.email != eve.email
        with pytest.raises(accounts.HouseClosed):
            await ensure(eve, "vast")
        assert (await ensure(eve, "vast", role="operator")).user_id is None
        assert (await ensure(eve, "vast", fleet_house_accounts="everyone")).user_id is None
