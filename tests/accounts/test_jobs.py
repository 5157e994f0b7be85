"""Letters go to whom they should, and what is over is forgotten."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from dumont.accounts import jobs
from dumont.accounts.events import AddressTaken, MemberInvited, ResetAsked
from dumont.accounts.jobs import JOBS, LISTENERS
from dumont.platform.db import Db
from dumont.platform.events import Event
from dumont.platform.jobs.port import NoArgs
from dumont.platform.mail import Mail
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.accounts.test_teams import make_team
from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock
from tests.fakes.mail import FakeMail
from tests.fakes.publisher import FakePublisher
from tests.fakes.run import FakeRun


@pytest.fixture
def mail() -> FakeMail:
    return FakeMail()


@pytest.fixture
def run(wire: Callable[[Db], Parts], db: Db, mail: FakeMail, settings: Settings) -> FakeRun:
    parts = wire(db)
    parts.put(Mail, mail)
    parts.put(Settings, settings.model_copy(update={"public_url": "https://dumont.test"}))
    return FakeRun(parts)


async def hear(run: FakeRun, event: Event) -> None:
    for listener in LISTENERS:
        if listener.event is type(event):
            await listener.run(run, event)


class TestResetLink:
    async def test_comes_by_mail_and_lets_in(
        self, client: httpx.AsyncClient, ada: Person, run: FakeRun, mail: FakeMail
    ) -> None:
        await hear(run, ResetAsked(email=ada.email))
        letter = mail.letters[0]
        assert letter.to == ada.email
        token = letter.text.split("https://dumont.test/reset-password#token=")[1].split()[0]
        body = {"token": token, "new_password": "seven green bottles 12"}
        assert (await client.post("/auth/password/reset", json=body)).status_code == 204

    async def test_is_not_made_for_nobody_or_the_disabled(
        self, admin: Person, ada: Person, run: FakeRun, mail: FakeMail
    ) -> None:
        await hear(run, ResetAsked(email="nobody@example.com"))
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"disabled": True})
        await hear(run, ResetAsked(email=ada.email))
        assert mail.letters == []

    async def test_is_not_made_where_there_is_no_mail(self, ada: Person, run: FakeRun, mail: FakeMail, db: Db) -> None:
        mail.configured = False
        await hear(run, ResetAsked(email=ada.email))
        assert await count(db, "password_resets") == 0


class TestOwner:
    async def test_is_told_that_someone_tried_the_address(
        self, client: httpx.AsyncClient, ada: Person, run: FakeRun, mail: FakeMail, published: FakePublisher
    ) -> None:
        body = {"email": ada.email, "name": "Eve", "password": PASSWORD}
        await client.post("/auth/signup", json=body)
        await hear(run, published.of(AddressTaken)[0])
        assert [(letter.to, "Eve" in letter.text) for letter in mail.letters] == [(ada.email, False)]


class TestInvitation:
    async def test_comes_by_mail_unless_it_was_taken_back(
        self, ada: Person, run: FakeRun, mail: FakeMail, published: FakePublisher
    ) -> None:
        path = f"/teams/{await make_team(ada)}/invitations"
        made = await ada.does("POST", path, {"email": "bob@example.com", "role": "member"})
        event = published.of(MemberInvited)[0]
        await hear(run, event)
        assert [letter.to for letter in mail.letters] == ["bob@example.com"]
        assert "Vision lab" in mail.letters[0].subject
        await ada.does("DELETE", f"{path}/{made['id']}")
        await hear(run, event)
        assert len(mail.letters) == 1


class TestPrune:
    async def test_forgets_what_is_long_over_and_keeps_the_rest(
        self, admin: Person, ada: Person, run: FakeRun, clock: FakeClock, db: Db
    ) -> None:
        await admin.does("POST", f"/admin/users/{await ada.id()}/reset-link")
        path = f"/teams/{await make_team(ada)}/invitations"
        await ada.does("POST", path, {"email": "bob@example.com", "role": "member"})
        await ada.does("POST", "/api-keys", {"name": "x", "scopes": ["account:read"]})
        await ada.does("POST", "/auth/logout")
        clock.advance(days=31)
        await Person.signs_in(ada.client, ada.email)
        assert await prune(run) == {"sessions": 1, "invitations": 1}
        left = ("sessions", "password_resets", "team_invitations", "api_keys")
        assert [await count(db, table) for table in left] == [2, 0, 0, 1]
        assert await prune(run) == {"sessions": 0, "invitations": 0}


def test_every_job_has_a_name_of_its_own() -> None:
    names = [job.name for job in JOBS] + [listener.name for listener in LISTENERS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("accounts.") for name in names)


async def prune(run: FakeRun) -> Any:
    return await jobs.JOBS[0].run(run, NoArgs())


async def count(db: Db, table: str) -> int:
    async with db.begin() as tx:
        return int((await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
