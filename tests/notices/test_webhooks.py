"""A webhook, from its making over what happens to what its address is sent."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from dumont.accounts.hashing import PasswordHasher
from dumont.fleet.events import IdleSoon, InstanceMoved, KeyRefused, Unused
from dumont.notices import keeping
from dumont.notices.delivering import TRIES, NotDelivered, deliver
from dumont.notices.jobs import LISTENERS
from dumont.notices.tables import Delivery, Webhook
from dumont.notices.telling import ToDeliver
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from tests.build.accounts import Person
from tests.fakes.clock import START
from tests.fakes.hasher import FakeHasher
from tests.fakes.run import FakeRun

WISH: dict[str, Any] = {"name": "chat", "url": "https://hooks.example.com/services/abcd", "topics": ["hibernated"]}


@dataclass
class Receiver:
    """An address on this computer that keeps what it is sent, and answers as it is told."""

    url: str = ""
    status: int = 200
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.heads.append(dict(line.lower().split(": ", 1) for line in head[1:] if line))
        self.bodies.append(await reader.readexactly(int(self.heads[-1]["content-length"])))
        answer = f"HTTP/1.1 {self.status} X\r\nlocation: /elsewhere\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno"
        writer.write(answer.encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def ada(client: httpx.AsyncClient, parts: Parts) -> Person:
    parts.put(PasswordHasher, FakeHasher())
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return await Person.joins(client, "ada@example.com")


@pytest.fixture
async def eve(client: httpx.AsyncClient, ada: Person) -> Person:
    return await Person.joins(client, "eve@example.com")


@pytest.fixture
def at_home(parts: Parts, settings: Settings) -> FakeRun:
    """A run of jobs at an installation that may call its own network."""
    parts.put(Settings, settings.model_copy(update={"webhooks_private_addresses": True}))
    return FakeRun(parts)


def moved(owner_id: str, to: Any = "hibernated") -> InstanceMoved:
    whose = {"owner_id": UUID(owner_id), "instance_id": UUID(int=5), "name": "box"}
    return InstanceMoved(**whose, from_state="hibernating", to_state=to, why="It was idle.", who="idle")


async def hear(run: FakeRun, event: InstanceMoved | IdleSoon | KeyRefused | Unused, cause: int = 1) -> None:
    run.id = UUID(int=cause)
    await next(each for each in LISTENERS if each.event is type(event)).run(run, event)


async def waiting(db: Db) -> list[ToDeliver]:
    async with db.begin() as tx:
        rows = (await tx.execute(select(Delivery).where(Delivery.state == "waiting"))).scalars()
        return [ToDeliver(delivery_id=row.id, webhook_id=row.webhook_id) for row in rows]


async def me(person: Person) -> str:
    return str((await person.gets("/auth/me"))["id"])


class TestKeeping:
    async def test_shows_the_secret_once_and_never_the_address(self, ada: Person) -> None:
        made = await ada.does("POST", "/webhooks", WISH)
        assert made["secret"].startswith("whs_")
        [shown] = (await ada.gets("/webhooks"))["items"]
        assert shown == {name: value for name, value in made.items() if name != "secret"}
        assert (shown["host"], shown["ending"], "services" in json.dumps(shown)) == ("hooks.example.com", "abcd", False)

    async def test_is_changed_and_removed(self, ada: Person) -> None:
        path = f"/webhooks/{(await ada.does('POST', '/webhooks', WISH))['id']}"
        changed = await ada.does("PATCH", path, {"enabled": False, "url": "https://chat.example.org/1234"})
        assert (changed["enabled"], changed["host"], changed["name"]) == (False, "chat.example.org", "chat")
        await ada.does("DELETE", path)
        assert (await ada.gets("/webhooks"))["items"] == []

    @pytest.mark.parametrize("url", ["http://example.com/x", "https://10.0.0.1/x", "https://localhost.:x/"])
    async def test_refuses_an_address_by_its_field(self, ada: Person, url: str) -> None:
        answer = await ada.asks("POST", "/webhooks", {**WISH, "url": url})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "url")

    async def test_is_nobody_elses(self, ada: Person, eve: Person) -> None:
        path = f"/webhooks/{(await ada.does('POST', '/webhooks', WISH))['id']}"
        for method, where in (
            ("PATCH", path),
            ("DELETE", path),
            ("POST", f"{path}/test"),
            ("GET", f"{path}/deliveries"),
        ):
            answer = await eve.asks(method, where, {"enabled": False} if method == "PATCH" else None)
            assert answer.status_code == 404, where

    async def test_is_sealed_anew_with_a_new_key(self, ada: Person, db: Db, parts: Parts) -> None:
        old, new = new_key(), new_key()
        parts.put(Vault, Vault([old]))
        await ada.does("POST", "/webhooks", WISH)
        async with db.begin() as tx:
            both = Vault([new, old])
            assert (await keeping.reseal(tx, both), await keeping.reseal(tx, both)) == (2, 0)
            webhook = (await tx.execute(select(Webhook))).scalar_one()
            assert Vault([new]).open(webhook.url_sealed, keeping.place(webhook.id, "url")) == WISH["url"]


class TestDelivery:
    async def test_is_signed_and_told_once_to_whom_it_concerns(
        self, ada: Person, eve: Person, at_home: FakeRun, db: Db, receiver: Receiver
    ) -> None:
        made = await ada.does("POST", "/webhooks", {**WISH, "url": receiver.url})
        await eve.does("POST", "/webhooks", {**WISH, "url": receiver.url})
        for _ in range(2):
            await hear(at_home, moved(await me(ada)))
        await hear(at_home, moved(await me(ada), to="hibernating"), cause=2)
        [wish] = await waiting(db)
        assert await deliver(at_home, wish) == {"state": "delivered", "status": 200}
        assert await deliver(at_home, wish) == {"state": "over"}
        [content], [head] = receiver.bodies, receiver.heads
        moment = head["dumont-signature"].split(",")[0].removeprefix("t=")
        expected = hmac.new(made["secret"].encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
        assert head["dumont-signature"].endswith(f"v1={expected}")
        told = json.loads(content)
        assert (told["event"], told["text"]) == ("hibernated", "box is hibernated. It was idle.")
        [log] = (await ada.gets(f"/webhooks/{made['id']}/deliveries"))["items"]
        assert (log["state"], log["status"], log["tries"]) == ("delivered", 200, 1)

    async def test_brings_a_link_that_puts_sleep_off(self, ada: Person, at_home: FakeRun, db: Db) -> None:
        await ada.does("POST", "/webhooks", {**WISH, "topics": ["idle_soon"]})
        whose = {"owner_id": UUID(await me(ada)), "instance_id": UUID(int=5), "name": "box"}
        await hear(at_home, IdleSoon(**whose, hibernates_at=START))
        async with db.begin() as tx:
            told = (await tx.execute(select(Delivery.text))).scalar_one()
        assert f"/instances/{UUID(int=5)}?keep-awake=3600" in told

    @pytest.mark.parametrize("topic", ["unused", "key_refused"])
    async def test_tells_of_what_costs_without_use_or_a_key(
        self, ada: Person, at_home: FakeRun, db: Db, topic: str
    ) -> None:
        await ada.does("POST", "/webhooks", {**WISH, "topics": [topic]})
        owner_id = UUID(await me(ada))
        unused = Unused(owner_id=owner_id, instance_id=UUID(int=5), name="box")
        refused = KeyRefused(owner_id=owner_id, provider="vast", of_house=False, names=["box"])
        for event in (unused, refused):
            await hear(at_home, event)
        async with db.begin() as tx:
            assert (await tx.execute(select(Delivery.topic))).scalar_one() == topic

    async def test_reaches_everybody_of_a_team(self, ada: Person, eve: Person, at_home: FakeRun, db: Db) -> None:
        await ada.does("POST", "/webhooks", WISH)
        team = (await ada.does("POST", "/teams", {"name": "Lab"}))["id"]
        await hear(at_home, moved(team))
        assert len(await waiting(db)) == 1

    async def test_is_tried_again_and_dies_at_last(
        self, ada: Person, at_home: FakeRun, db: Db, receiver: Receiver
    ) -> None:
        made = await ada.does("POST", "/webhooks", {**WISH, "url": receiver.url, "form": "slack"})
        sent = await ada.does("POST", f"/webhooks/{made['id']}/test")
        [wish] = await waiting(db)
        receiver.status = 503
        with pytest.raises(NotDelivered):
            await deliver(at_home, wish)
        at_home.attempt = TRIES
        assert (await deliver(at_home, wish))["state"] == "dead"
        [log] = (await ada.gets(f"/webhooks/{made['id']}/deliveries"))["items"]
        assert (log["id"], log["state"], log["tries"], log["status"]) == (sent["id"], "dead", TRIES, 503)
        assert json.loads(receiver.bodies[0]) == {"text": "This is a test of the webhook chat."}

    @pytest.mark.parametrize("status", [302, 404])
    async def test_follows_nothing_and_gives_up_where_it_is_told_to(
        self, ada: Person, at_home: FakeRun, db: Db, receiver: Receiver, status: int
    ) -> None:
        made = await ada.does("POST", "/webhooks", {**WISH, "url": receiver.url})
        await ada.does("POST", f"/webhooks/{made['id']}/test")
        [wish] = await waiting(db)
        receiver.status = status
        if status == 404:
            assert (await deliver(at_home, wish))["state"] == "dead"
        else:
            with pytest.raises(NotDelivered, match="forwarding"):
                await deliver(at_home, wish)
        assert len(receiver.bodies) == 1

    async def test_calls_nothing_within_by_a_name_either(self, ada: Person, parts: Parts, db: Db) -> None:
        """A name that leads within only when it is called: nobody knows before."""
        made = await ada.does("POST", "/webhooks", {**WISH, "url": "https://localhost/hook"})
        await ada.does("POST", f"/webhooks/{made['id']}/test")
        [wish] = await waiting(db)
        assert await deliver(FakeRun(parts), wish) == {"state": "dead", "status": None}
        [log] = (await ada.gets(f"/webhooks/{made['id']}/deliveries"))["items"]
        assert "private network" in log["error"]
