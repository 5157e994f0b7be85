"""What hubs promise on a real database: all that was committed, in that order, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text

from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import Db
from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from tests.fakes.live import Line, Noted, Writer

MakeHub = Callable[..., Awaitable[Hub]]


class TestTwoHubs:
    async def test_show_the_same_events_in_the_order_of_commits(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub()) as one, Line(await make_hub()) as other:
            for line in (one, other):
                await (await line.hello()).subscribe("notes")
            early, late = await writer.begin(), await writer.begin()
            await early.write("written first")
            await late.write("written second")
            await late.commit()
            await early.commit()
            many = [await writer.begin() for _ in range(6)]
            for number, transaction in enumerate(many):
                await transaction.write(f"of {number}")
            for transaction in reversed(many):
                await transaction.commit()
            expected = ["written second", "written first", *(f"of {number}" for number in range(5, -1, -1))]
            for line in (one, other):
                await line.noted("of 0")
                assert line.notes == expected
            assert int(one.events[0]["id"]) > int(one.events[1]["id"]), "or the test shows nothing"

    async def test_a_reader_resumes_at_the_other_hub_what_committed_out_of_order(
        self, make_hub: MakeHub, writer: Writer
    ) -> None:
        early, late = await writer.begin(), await writer.begin()
        await early.write("began early")
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes")
            await late.write("seen")
            await late.commit()
            after = (await line.noted("seen"))["id"]
        await early.commit()
        await writer.write("later")
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes", after=after)
            await line.noted("later")
            missed = next(event for event in line.events if event["data"]["note"] == "began early")
            assert int(missed["id"]) < int(after), "or the test shows nothing"


class TestHub:
    async def test_shows_nothing_of_what_was_rolled_back(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes")
            taken_back = await writer.begin()
            await taken_back.write("never was")
            await taken_back.roll_back()
            await writer.write("was")
            await line.noted("was")
            assert line.notes == ["was"]

    async def test_shows_an_event_only_after_its_commit(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes")
            pending = await writer.begin()
            await pending.write("pending")
            await writer.write("a mark")
            await line.noted("a mark")
            assert line.notes == ["a mark"]
            await pending.commit()
            await line.noted("pending")

    async def test_shows_only_the_topics_asked_for_and_each_of_an_event_s_topics(
        self, make_hub: MakeHub, writer: Writer
    ) -> None:
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes", "notes:1")
            await writer.write("other", "elsewhere")
            await writer.write("both", "notes", "notes:1")
            await line.heard(type="event", topic="notes:1")
            assert [(event["topic"], event["data"]["note"]) for event in line.events] == [
                ("notes", "both"),
                ("notes:1", "both"),
            ]

    async def test_shows_a_left_topic_no_more(self, make_hub: MakeHub, writer: Writer) -> None:
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes", "marks")
            await line.say(type="unsubscribe", topics=["notes"])
            await line.subscribe("other")
            await writer.write("unheard", "notes")
            await writer.write("a mark", "marks")
            await line.noted("a mark")
            assert line.notes == ["a mark"]

    async def test_me_is_a_topic_of_one_s_own(self, make_hub: MakeHub, writer: Writer) -> None:
        hub = await make_hub()
        async with Line(hub) as anna, Line(hub) as bert:
            await (await anna.hello("anna")).subscribe("me")
            await (await bert.hello("bert")).subscribe("me")
            await writer.write("for anna", "user:00000000-0000-0000-0000-000000000001")
            await writer.write("for bert", "user:00000000-0000-0000-0000-000000000002")
            await bert.noted("for bert")
            await anna.noted("for anna")
            assert anna.notes == ["for anna"]
            assert [event["topic"] for event in bert.events] == ["me"]
            assert bert.notes == ["for bert"]


class TestBrokenFeed:
    async def test_loses_nothing_and_repeats_nothing_when_its_connection_is_ended(
        self, make_hub: MakeHub, writer: Writer, kill_feeds: Callable[[], Awaitable[int]]
    ) -> None:
        async with Line(await make_hub()) as line:
            await (await line.hello()).subscribe("notes")
            across = await writer.begin()
            await across.write("across")
            expected = {"across", "end"}
            for number in range(60):
                await writer.write(str(number))
                expected.add(str(number))
                if number % 20 == 10:
                    assert await kill_feeds() == 1
                if number == 30:
                    await across.commit()
                if number % 20 == 19:
                    await line.noted(str(number))
            await writer.write("end")
            await line.noted("end")
            assert sorted(line.notes) == sorted(expected)

    async def test_tells_everybody_to_reload_when_too_much_was_missed(
        self, make_hub: MakeHub, writer: Writer, kill_feeds: Callable[[], Awaitable[int]], live_db: Db
    ) -> None:
        async with Line(await make_hub(Limits(gap_events=5))) as line:
            await (await line.hello()).subscribe("notes")
            async with live_db.begin() as tx:
                lock = "LOCK TABLE events IN ACCESS EXCLUSIVE MODE"  # holds the feed at its catching-up
                await tx.execute(text(lock))
                assert await kill_feeds() == 1
                for number in range(6):
                    await writer.outbox.publish(tx, Noted(note=f"missed {number}"), SystemClock().now())
            await line.heard(type="reload", topic="notes")
            await writer.write("afterwards")
            await line.noted("afterwards")


class TestResume:
    async def test_shows_what_came_after_and_goes_on_live(self, make_hub: MakeHub, writer: Writer) -> None:
        hub = await make_hub()
        async with Line(hub) as witness:
            await (await witness.hello()).subscribe("notes")
            await writer.write("seen")
            after = (await witness.noted("seen"))["id"]
            for number in range(20):
                await writer.write(f"missed {number}")
                await writer.write("not asked for", "elsewhere")
            await witness.noted("missed 19")  # else a slow hub would show it once more, as what has just happened
            async with Line(hub) as line:
                await (await line.hello()).subscribe("notes", after=after)
                await writer.write("live again")
                await line.noted("live again")
                shown = [note for note in line.notes if note != "seen"]
                assert shown == [*(f"missed {number}" for number in range(20)), "live again"]

    async def test_shows_nothing_live_before_what_was_missed(self, make_hub: MakeHub, writer: Writer) -> None:
        """Else a reader cut off in between would come back naming the live one, and never see the missed."""
        hub = await make_hub()
        read, go_on, replay = asyncio.Event(), asyncio.Event(), hub.replay

        async def slow_replay(topics: dict[str, str], after: int) -> object:
            found = await replay(topics, after)
            read.set()
            await go_on.wait()
            return found

        hub.replay = slow_replay  # type: ignore[method-assign,assignment]
        async with Line(hub) as witness, Line(hub) as line:
            await (await witness.hello()).subscribe("notes")
            await writer.write("seen")
            after = (await witness.noted("seen"))["id"]
            await writer.write("missed")
            await witness.noted("missed")
            await (await line.hello()).subscribe("notes", after=after)
            await read.wait()
            await writer.write("live")
            await witness.noted("live")
            go_on.set()
            await line.noted("live")
            assert line.notes == ["seen", "missed", "live"]

    async def test_asks_for_a_reload_when_the_event_is_gone(
        self, make_hub: MakeHub, writer: Writer, live_db: Db
    ) -> None:
        hub = await make_hub()
        async with Line(hub) as line:
            await (await line.hello()).subscribe("notes")
            await writer.write("seen")
            after = (await line.noted("seen"))["id"]
        async with live_db.begin() as tx:
            await tx.execute(text("DELETE FROM events"))
        async with Line(hub) as line:
            await (await line.hello()).subscribe("notes", "more", after=after)
            await line.heard(type="reload", topic="notes")
            await line.heard(type="reload", topic="more")
            await writer.write("afterwards")
            await line.noted("afterwards")
            assert line.notes == ["afterwards"]

    async def test_asks_for_a_reload_when_the_event_is_about_to_be_pruned(
        self, make_hub: MakeHub, writer: Writer
    ) -> None:
        hub = await make_hub(keep=timedelta(minutes=59))
        async with Line(hub) as line:
            await (await line.hello()).subscribe("notes")
            await writer.write("seen")
            after = (await line.noted("seen"))["id"]
            await line.subscribe("notes", after=after)
            await line.heard(type="reload", topic="notes")

    async def test_asks_for_a_reload_when_there_is_more_than_a_replay_may_hold(
        self, make_hub: MakeHub, writer: Writer
    ) -> None:
        await writer.write("first")
        for limits in (Limits(replay_messages=10), Limits(replay_scan=10)):
            hub = await make_hub(limits)
            async with Line(hub) as witness, Line(hub) as line:
                await (await witness.hello()).subscribe("notes")
                await writer.write("seen")
                after = (await witness.noted("seen"))["id"]
                many = await writer.begin()
                for number in range(12):
                    await many.write(str(number))
                await many.commit()
                await witness.noted("11")
                await (await line.hello()).subscribe("notes", after=after)
                await line.heard(type="reload", topic="notes")
                assert line.notes == []


class TestSlowReader:
    async def test_is_told_to_reload_while_others_get_everything(self, make_hub: MakeHub, writer: Writer) -> None:
        hub = await make_hub(Limits(buffer_messages=50))
        async with Line(hub) as slow, Line(hub) as fast:
            for line in (slow, fast):
                await (await line.hello()).subscribe("notes", "other")
            slow.stop_reading()
            for start in range(0, 300, 50):
                for number in range(start, start + 50):
                    await writer.write(str(number))
                await fast.noted(str(start + 49))
            assert fast.notes == [str(number) for number in range(300)]
            slow.read_on()
            await slow.heard(type="reload", topic="notes")
            await slow.heard(type="reload", topic="other")
            await writer.write("after the reload")
            await slow.noted("after the reload")
            assert len(slow.events) < 300
            reload_at = [message["type"] for message in slow.messages].index("reload")
            assert slow.messages[-1]["data"]["note"] == "after the reload"
            assert reload_at < len(slow.messages) - 1

    async def test_is_bounded_by_bytes_too(self, make_hub: MakeHub, writer: Writer) -> None:
        hub = await make_hub(Limits(buffer_bytes=200_000))
        async with Line(hub) as slow, Line(hub) as fast:
            for line in (slow, fast):
                await (await line.hello()).subscribe("notes")
            slow.stop_reading()
            for _ in range(10):
                await writer.write("x" * 50_000)
            await writer.write("end")
            await fast.noted("end")
            slow.read_on()
            await slow.heard(type="reload", topic="notes")


class TestStop:
    async def test_sends_everybody_away_to_come_back(self, make_hub: MakeHub) -> None:
        hub = await make_hub()
        async with Line(hub) as ready, Line(hub) as undecided:
            await ready.hello()
            stopping = asyncio.create_task(hub.stop())
            assert await ready.ended() == (1012, "restart")
            await stopping
            async with Line(hub) as late:
                assert await late.ended() == (1012, "restart")
            await undecided.say(type="hello", token="anna")
            assert await undecided.ended() == (1012, "restart")
