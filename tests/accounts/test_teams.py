"""Teams: who may do what, and that an owner is always left."""

import asyncio
from random import Random
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from dumont.accounts import teams
from dumont.accounts.events import MemberInvited
from dumont.accounts.store import teams as store
from dumont.basics.errors import NotFound
from dumont.platform.db import Db
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Work
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.locks import somebody_waits


async def make_team(owner: Person) -> str:
    return str((await owner.does("POST", "/teams", {"name": "Vision lab"}))["id"])


async def add(owner: Person, team: str, person: Person, role: str = "member") -> None:
    await owner.does("POST", f"/teams/{team}/invitations", {"email": person.email, "role": role})
    mine = (await person.gets("/invitations"))["items"][0]
    await person.does("POST", f"/invitations/{mine['id']}/accept")


@pytest.fixture
async def bob(client: httpx.AsyncClient, admin: Person) -> Person:
    return await Person.joins(client, "bob@example.com")


class TestTeam:
    async def test_belongs_to_who_makes_it(self, ada: Person) -> None:
        team = await ada.gets(f"/teams/{await make_team(ada)}")
        assert (team["my_role"], team["member_count"]) == ("owner", 1)
        assert [member["email"] for member in team["members"]] == [ada.email]
        assert [item["id"] for item in (await ada.gets("/teams"))["items"]] == [team["id"]]

    async def test_does_not_exist_for_others(self, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        assert (await bob.asks("GET", f"/teams/{team}")).status_code == 404

    async def test_may_be_renamed_by_admins_and_deleted_by_owners(self, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        await add(ada, team, bob)
        assert (await bob.asks("PATCH", f"/teams/{team}", {"name": "Bob's"})).status_code == 403
        await ada.does("PATCH", f"/teams/{team}/members/{await bob.id()}", {"role": "admin"})
        assert (await bob.does("PATCH", f"/teams/{team}", {"name": "Ours"}))["name"] == "Ours"
        assert (await bob.asks("DELETE", f"/teams/{team}")).status_code == 403
        await ada.does("DELETE", f"/teams/{team}")
        assert (await bob.gets("/teams"))["items"] == []


class TestInvitation:
    async def test_answers_the_same_for_known_and_unknown_addresses(
        self, ada: Person, bob: Person, published: FakePublisher
    ) -> None:
        team = await make_team(ada)
        answers = [
            await ada.asks("POST", f"/teams/{team}/invitations", {"email": email, "role": "member"})
            for email in (bob.email, "nobody@example.com", bob.email)
        ]
        assert [answer.status_code for answer in answers] == [201] * 3
        assert {frozenset(answer.json()) for answer in answers} == {frozenset(answers[0].json())}
        assert len((await ada.gets(f"/teams/{team}"))["invitations"]) == 2
        assert len(published.of(MemberInvited)) == 3

    async def test_waits_for_an_account_to_be_opened(self, client: httpx.AsyncClient, ada: Person) -> None:
        team = await make_team(ada)
        await ada.does("POST", f"/teams/{team}/invitations", {"email": "Late@example.com", "role": "admin"})
        late = await Person.joins(client, "late@example.com")
        found: list[dict[str, Any]] = (await late.gets("/invitations"))["items"]
        assert [(item["team_name"], item["invited_by"]) for item in found] == [("Vision lab", ada.email)]
        await late.does("POST", f"/invitations/{found[0]['id']}/accept")
        assert (await late.gets(f"/teams/{team}"))["my_role"] == "admin"
        assert (await late.asks("POST", f"/invitations/{found[0]['id']}/accept")).status_code == 404

    async def test_can_be_declined_taken_back_and_forgotten(self, ada: Person, bob: Person, clock: FakeClock) -> None:
        team = await make_team(ada)
        for way in ("decline", "withdraw", "wait"):
            path = f"/teams/{team}/invitations"
            made = await ada.does("POST", path, {"email": bob.email, "role": "member"})
            if way == "decline":
                await bob.does("POST", f"/invitations/{made['id']}/decline")
            elif way == "withdraw":
                await ada.does("DELETE", f"{path}/{made['id']}")
            else:
                clock.advance(days=14)
                bob, ada = await self.anew(bob), await self.anew(ada)
            assert (await bob.gets("/invitations"))["items"] == []
            assert (await bob.asks("POST", f"/invitations/{made['id']}/accept")).status_code == 404

    async def test_can_not_raise_someone_above_the_one_who_invites(self, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        await add(ada, team, bob, "admin")
        body = {"email": "eve@example.com", "role": "owner"}
        assert (await bob.asks("POST", f"/teams/{team}/invitations", body)).status_code == 403

    async def test_ends_with_the_right_of_the_one_who_invites(self, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        await add(ada, team, bob, "admin")
        friend = await Person.joins(ada.client, "friend@example.com")
        made = await bob.does("POST", f"/teams/{team}/invitations", {"email": friend.email, "role": "admin"})
        member = f"/teams/{team}/members/{await bob.id()}"
        for change in ({"role": "member"}, None):
            await ada.does("PATCH" if change else "DELETE", member, change)
            refused = await friend.asks("POST", f"/invitations/{made['id']}/accept")
            assert (refused.status_code, refused.json()["code"]) == (404, "inviter_gone")
        assert (await ada.gets(f"/teams/{team}"))["member_count"] == 1

    async def test_leaves_a_member_what_he_is_and_says_so(self, admin: Person, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        await add(ada, team, bob)
        await add(ada, team, bob, "admin")
        assert (await bob.gets(f"/teams/{team}"))["my_role"] == "member"
        assert len((await admin.gets("/admin/audit?action=team.joined"))["items"]) == 1
        line = (await admin.gets("/admin/audit?action=team.already_member"))["items"][0]
        assert (line["actor_email"], line["details"]) == (bob.email, {"role": "member", "invited_as": "admin"})

    @pytest.mark.parametrize("role", ["owner", "member"])
    async def test_of_an_owner_can_not_be_replaced_or_taken_back_by_an_admin(
        self, ada: Person, bob: Person, role: str
    ) -> None:
        team = await make_team(ada)
        await add(ada, team, bob, "admin")
        path, late = f"/teams/{team}/invitations", "late@example.com"
        made = await ada.does("POST", path, {"email": late, "role": role})
        replaced = await bob.asks("POST", path, {"email": late, "role": "member"})
        withdrawn = await bob.asks("DELETE", f"{path}/{made['id']}")
        assert [replaced.status_code, withdrawn.status_code] == [403, 403]
        left = (await ada.gets(f"/teams/{team}"))["invitations"]
        assert [(item["email"], item["role"]) for item in left] == [(late, role)]
        await ada.does("DELETE", f"{path}/{made['id']}")
        again = await bob.does("POST", path, {"email": late, "role": "member"})
        await bob.does("DELETE", f"{path}/{again['id']}")

    async def anew(self, person: Person) -> Person:
        return await Person.signs_in(person.client, person.email)


class TestLastOwner:
    async def test_can_not_leave_or_step_down(self, ada: Person, bob: Person) -> None:
        team = await make_team(ada)
        await add(ada, team, bob)
        me = f"/teams/{team}/members/{await ada.id()}"
        assert (await ada.asks("DELETE", me)).json()["code"] == "last_owner"
        assert (await ada.asks("PATCH", me, {"role": "member"})).json()["code"] == "last_owner"
        await ada.does("PATCH", f"/teams/{team}/members/{await bob.id()}", {"role": "owner"})
        await ada.does("DELETE", me)
        assert (await bob.gets(f"/teams/{team}"))["member_count"] == 1

    async def test_is_left_when_two_owners_leave_at_once(self, crowd: httpx.AsyncClient) -> None:
        ada, bob = await Person.joins(crowd, "ada@example.com"), await Person.joins(crowd, "bob@example.com")
        team = await make_team(ada)
        await add(ada, team, bob, "owner")
        leaving = [(person, f"/teams/{team}/members/{await person.id()}") for person in (ada, bob)]
        answers = await asyncio.gather(*(person.asks("DELETE", path) for person, path in leaving))
        assert sorted(answer.status_code for answer in answers) == [204, 409]


class TestDeleting:
    async def test_is_waited_for_by_whoever_makes_something_that_the_team_is_to_own(
        self, crowd: httpx.AsyncClient, fresh_database_url: str, settings: Settings
    ) -> None:
        """Two transactions: the one that deletes it is not over yet when the other one asks for it."""
        ada = await Person.joins(crowd, "ada@example.com")
        team, me = UUID(await make_team(ada)), Caller("user", UUID(await ada.id()))
        engine = make_engine(fresh_database_url, settings, name="deleting")
        db = make_db(engine)
        async with db.begin() as tx:
            await store.remove(tx, team)
            owning = asyncio.create_task(self._owned(db, me, settings, team))
            await somebody_waits(tx)
        with pytest.raises(NotFound, match="no such team"):
            await owning
        await engine.dispose()

    async def _owned(self, db: Db, caller: Caller, settings: Settings, team: UUID) -> None:
        async with db.begin() as tx:
            work = Work(tx, FakeClock().now(), Random(1), caller, cast(Any, None), settings)
            await teams.my_team_to_own(work, team)
