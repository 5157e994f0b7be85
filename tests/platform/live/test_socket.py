"""The conversation on one socket: who may speak, how long, how much, and with which code it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.errors import NotFound
from dumont.platform.db.engine import Db
from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from dumont.platform.live.topics import TopicRule, Topics, needs
from dumont.platform.work import Caller
from tests.fakes.live import ANNA, Line, Tokens, Writer

MakeHub = Callable[..., Awaitable[Hub]]
QUICK = Limits(hello_seconds=0.05, ping_seconds=0.1, silent_seconds=1)


class TestWatched:
    async def test_is_told_of_topics_that_nobody_subscribed_to(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub(), watched=("notes",)) as line:
            await line.hello()
            await line.heard(type="subscribed", topics=["notes"])
            await writer.write("first")
            await line.noted("first")


class TestHello:
    async def test_must_come_soon(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub(QUICK)) as line:
            assert await line.ended() == (4408, "silent")

    async def test_is_refused_without_a_good_token(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub()) as line:
            await line.say(type="hello", token="nobody")
            assert await line.ended() == (4401, "not_signed_in")
            assert line.messages == []

    async def test_tells_an_expired_token_from_a_bad_one(self, make_hub: MakeHub) -> None:
        tokens = Tokens()
        tokens.ended["anna"] = "token_expired"
        async with Line(await make_hub(), identify=tokens.identify) as line:
            await line.say(type="hello", token="anna")
            assert await line.ended() == (4401, "token_expired")

    async def test_asks_to_come_back_when_nobody_can_be_identified_just_now(self, make_hub: MakeHub) -> None:
        async def away(_token: str, _websocket: object) -> Caller:
            raise ConnectionError("the database is away")

        async with Line(await make_hub(), identify=away) as line:
            await line.say(type="hello", token="anna")
            assert await line.ended() == (1013, "try_again_later")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ('{"type":"subscribe","topics":[]}', "hello_expected"),
            ('{"type":"hello","token":7}', "hello_expected"),
            ("nonsense", "not_json"),
            ("[]", "not_an_object"),
        ],
    )
    async def test_must_come_first_and_be_well_formed(self, make_hub: MakeHub, text: str, reason: str) -> None:
        async with Line(await make_hub()) as line:
            await line.say_raw(text)
            assert await line.ended() == (4400, reason)

    @pytest.mark.parametrize(
        ("origin", "host", "fine"),
        [
            ("https://dumont.test", "dumont.test", True),
            ("https://DUMONT.test", "dumont.test:443", True),
            ("http://dumont.test:8000", "dumont.test:8000", True),
            ("https://friend.test", "dumont.test", True),
            ("http://dumont.test:8001", "dumont.test:8000", False),
            ("https://evil.test", "dumont.test", False),
            ("https://dumont.test.evil.test", "dumont.test", False),
            ("null", "dumont.test", False),
            ("https://[bad", "dumont.test", False),
        ],
    )
    async def test_is_not_heard_from_pages_of_other_sites(
        self, make_hub: MakeHub, origin: str, host: str, fine: bool
    ) -> None:
        headers = {"origin": origin, "host": host}
        async with Line(await make_hub(), headers=headers, origins=("https://friend.test/",)) as line:
            if fine:
                await line.hello()
            else:
                assert (await line.ended())[0] == 4403
                assert not line.accepted


class TestTopics:
    async def test_are_refused_one_by_one(self, make_hub: MakeHub, live_db: Db, writer: Writer) -> None:
        async def own(caller: Caller, thing: str, _tx: AsyncSession) -> bool:
            if thing == "gone":
                raise NotFound("There is no such note.")
            return caller == ANNA and thing == "1"

        topics = Topics([TopicRule("notes:{id}", own), TopicRule("jobs", needs("jobs:read"))], live_db)
        async with Line(await make_hub(), authorise=topics.authorise) as line:
            await line.hello()
            asked = ["notes:1", "notes:2", "notes:gone", "notes:", "notes", "jobs", "jobs:1", "user:1", "me", "x" * 300]
            await line.say(type="subscribe", topics=asked, after=None)
            subscribed = await line.heard(type="subscribed")
            assert subscribed["topics"] == ["notes:1", "me"]
            refused = [message for message in line.messages if message["type"] == "refused"]
            assert [message["topic"] for message in refused] == [
                topic for topic in asked if topic not in ("notes:1", "me")
            ]
            assert {message["code"] for message in refused} == {"not_allowed", "no_such_topic"}
            await writer.write("secret", "notes:2", "user:1", "jobs")
            await writer.write("mine", "notes:1")
            await line.noted("mine")
            assert line.notes == ["mine"]

    @pytest.mark.parametrize(("scope", "fine"), [("account:read", True), ("teams:read", False)])
    async def test_of_oneself_need_the_scope_to_read_the_account(self, live_db: Db, scope: str, fine: bool) -> None:
        robot = replace(ANNA, session_id=None, api_key_id=UUID(int=7), permissions=frozenset({scope}))
        assert await Topics([], live_db).authorise(robot, "me") is fine

    async def test_are_limited_in_number(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub(Limits(topics=2))) as line:
            await (await line.hello()).subscribe("a")
            await line.say(type="subscribe", topics=["a", "b", "c"], after=None)
            await line.heard(type="refused", topic="c", code="too_many_topics")
            await line.heard(type="subscribed", topics=["a", "b"])
            await line.say(type="unsubscribe", topics=["a"])
            await line.subscribe("c")

    async def test_end_with_the_permission(self, make_hub: MakeHub, writer: Writer) -> None:
        allowed = {"notes", "marks"}

        async def authorise(_caller: Caller, topic: str) -> bool:
            return topic in allowed

        async with Line(await make_hub(QUICK), authorise=authorise) as line:
            await (await line.hello()).subscribe("notes", "marks")
            allowed.discard("notes")
            await line.heard(type="refused", topic="notes", code="not_allowed")
            await writer.write("secret", "notes")
            await writer.write("a mark", "marks")
            await line.noted("a mark")
            assert line.notes == ["a mark"]


class TestMessages:
    @pytest.mark.parametrize(
        ("message", "reason"),
        [
            ({"type": "shout"}, "unknown_type"),
            ({"type": "subscribe", "topics": "notes"}, "topics_expected"),
            ({"type": "subscribe", "topics": [1]}, "topics_expected"),
            ({"type": "subscribe", "topics": [], "after": "x"}, "after_is_no_event_id"),
            ({"type": "subscribe", "topics": [], "after": 2**63}, "after_is_no_event_id"),
            ({"type": "subscribe", "topics": [], "after": [1]}, "after_is_no_event_id"),
        ],
    )
    async def test_that_make_no_sense_end_it(self, make_hub: MakeHub, message: dict[str, object], reason: str) -> None:
        async with Line(await make_hub()) as line:
            await line.hello()
            await line.say(**message)
            assert await line.ended() == (4400, reason)

    async def test_are_limited_in_length(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub()) as line:
            await line.hello()
            await line.say(type="pong", padding="x" * 17_000)
            assert await line.ended() == (1009, "too_long")

    async def test_are_limited_in_number(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub(Limits(messages_minute=5))) as line:
            await line.hello()
            for _ in range(6):
                await line.say(type="pong")
            assert await line.ended() == (4429, "too_many_messages")


class TestLife:
    async def test_ends_when_nothing_is_heard(self, make_hub: MakeHub) -> None:
        async with Line(await make_hub(QUICK)) as line:
            await line.hello()
            assert await line.ended() == (4408, "silent")
            assert {"type": "ping"} in line.messages

    async def test_goes_on_for_one_who_answers_pings(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub(QUICK)) as line:
            await (await line.hello()).subscribe("notes")
            for _ in range(15):
                await line.heard(type="ping")
                line.messages.remove({"type": "ping"})
                await line.say(type="pong")
            await writer.write("still here")
            await line.noted("still here")

    async def test_ends_for_one_who_takes_nothing(self, make_hub: MakeHub) -> None:
        hub = await make_hub(Limits(silent_seconds=0.2))
        async with Line(hub) as line:
            await line.hello()
            line.stop_reading()
            await line.say(type="subscribe", topics=["notes"])
            await line.say(type="pong")
            await hub_is_empty(hub)

    async def test_ends_when_the_token_expires(self, make_hub: MakeHub) -> None:
        tokens = Tokens()
        async with Line(await make_hub(QUICK), identify=tokens.identify) as line:
            await line.hello()
            tokens.ended["anna"] = "token_expired"
            assert await line.ended() == (4401, "token_expired")

    async def test_ends_at_once_when_an_event_ends_the_session(self, make_hub: MakeHub, writer: Writer) -> None:
        tokens = Tokens()
        async with Line(await make_hub(), identify=tokens.identify) as line, Line(await make_hub()) as other:
            await (await line.hello()).subscribe("notes")
            await other.hello("bert")
            tokens.ended["anna"] = "session_revoked"
            await writer.write("signed out", f"session:{ANNA.session_id}")
            assert await line.ended() == (4401, "session_revoked")
            assert line.notes == []
            await other.subscribe("notes")

    async def test_outlives_a_database_that_is_away_for_a_moment(self, make_hub: MakeHub, writer: Writer) -> None:
        tokens = Tokens()
        away = False

        async def identify(token: str, websocket: object) -> Caller:
            if away:
                raise ConnectionError("the database is away")
            return await tokens.identify(token, websocket)  # type: ignore[arg-type]

        async with Line(await make_hub(QUICK), identify=identify) as line:
            await (await line.hello()).subscribe("notes")
            away = True
            await line.heard(type="ping")
            await line.say(type="pong")
            away = False
            await writer.write("still here")
            await line.noted("still here")

    async def test_is_limited_to_so_many_for_each_user(self, make_hub: MakeHub) -> None:
        hub = await make_hub(Limits(sockets_user=2))
        async with Line(hub) as one, Line(hub) as two:
            await one.hello()
            await two.hello()
            async with Line(hub) as three, Line(hub) as somebody_else:
                await three.say(type="hello", token="anna")
                assert await three.ended() == (4429, "too_many_sockets")
                await somebody_else.hello("bert")
            await two.hang_up()
            async with Line(hub) as four:
                await four.hello()

    async def test_leaves_nothing_behind(self, make_hub: MakeHub) -> None:
        hub = await make_hub()
        async with Line(hub) as line:
            await (await line.hello()).subscribe("notes", "me")
            assert hub._topics
        assert not hub._topics
        assert not hub._readers
        assert not hub._by_owner


async def hub_is_empty(hub: Hub) -> None:
    async with asyncio.timeout(30):
        while hub._readers:
            await asyncio.sleep(0.01)
