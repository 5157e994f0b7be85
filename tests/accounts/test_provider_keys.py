"""Credentials of providers: sealed in the table, shown by their ending, revealed to jobs only."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from dumont.accounts import provider_keys
from dumont.accounts.tables import ProviderKey
from dumont.basics.errors import Unavailable
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock

SECRET = "sk-live-0123456789-abcd"


async def keep(person: Person, **fields: str) -> dict[str, object]:
    kept: dict[str, object] = await person.does("PUT", "/provider-keys/vast", {"fields": fields})
    return kept


class TestProviderKeys:
    async def test_show_their_ending_and_never_come_back(self, ada: Person) -> None:
        kept = await keep(ada, api_key=SECRET, pin="1234")
        assert kept["fields"] == {"api_key": "…abcd", "pin": "…"}
        assert (await ada.gets("/provider-keys"))["items"] == [kept]

    async def test_are_sealed_in_the_table(self, ada: Person, db: Db) -> None:
        await keep(ada, api_key=SECRET)
        async with db.begin() as tx:
            row = (await tx.execute(select(ProviderKey))).scalar_one()
        assert row.sealed.startswith("v1.")
        assert SECRET not in row.sealed

    async def test_are_revealed_to_who_speaks_with_the_provider(self, ada: Person, db: Db, vault: Vault) -> None:
        await keep(ada, api_key="older")
        await keep(ada, token=SECRET)
        me = UUID(await ada.id())
        async with db.begin() as tx:
            assert await provider_keys.reveal(tx, vault, me, "vast") == {"token": SECRET}
            assert await provider_keys.reveal(tx, vault, me, "aws") == {}

    async def test_of_the_house_are_those_that_an_administrator_set_last(
        self, ada: Person, admin: Person, db: Db, vault: Vault, clock: FakeClock
    ) -> None:
        async def of_the_house() -> dict[str, str]:
            async with db.begin() as tx:
                return await provider_keys.of_an_admin(tx, vault, "vast")

        await keep(ada, api_key="a user's own")
        assert await of_the_house() == {}
        clock.advance(seconds=1)
        await keep(admin, api_key="first")
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "admin"})
        assert await of_the_house() == {"api_key": "first"}
        clock.advance(seconds=1)
        await keep(ada, api_key="last")
        assert await of_the_house() == {"api_key": "last"}
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "user"})
        assert await of_the_house() == {"api_key": "first"}

    async def test_do_not_open_in_another_place(self, ada: Person, admin: Person, db: Db, vault: Vault) -> None:
        await keep(ada, api_key=SECRET)
        thief = UUID(await admin.id())
        async with db.begin() as tx:
            await tx.execute(update(ProviderKey).values(user_id=thief))
            with pytest.raises(Unavailable):
                await provider_keys.reveal(tx, vault, thief, "vast")

    async def test_are_sealed_anew_under_a_new_key(self, ada: Person, db: Db) -> None:
        old, new = new_key(), new_key()
        me = UUID(await ada.id())
        place = f"provider_keys:{me}:vast:api_key"
        await keep(ada, api_key="x")
        async with db.begin() as tx:
            await tx.execute(update(ProviderKey).values(sealed=Vault([old]).seal(SECRET, place)))
            assert await provider_keys.reseal(tx, Vault([new, old])) == 1
            assert await provider_keys.reseal(tx, Vault([new, old])) == 0
            assert await provider_keys.reveal(tx, Vault([new]), me, "vast") == {"api_key": SECRET}

    async def test_are_forgotten_on_request(self, ada: Person) -> None:
        await keep(ada, api_key=SECRET)
        await ada.does("DELETE", "/provider-keys/vast")
        assert (await ada.asks("DELETE", "/provider-keys/vast")).status_code == 404
        assert (await ada.gets("/provider-keys"))["items"] == []

    @pytest.mark.parametrize(
        ("provider", "fields", "wrong"),
        [
            ("Vast!", {"a": "b"}, "provider"),
            ("vast", {}, "fields"),
            ("vast", {"a b": "c"}, "fields"),
            ("vast", {"a": ""}, "fields"),
        ],
    )
    async def test_name_what_is_wrong(self, ada: Person, provider: str, fields: dict[str, str], wrong: str) -> None:
        answer = await ada.asks("PUT", f"/provider-keys/{provider}", {"fields": fields})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith(wrong)
