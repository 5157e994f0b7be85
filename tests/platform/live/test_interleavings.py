"""Transactions, breaks and resumes in any order: whatever was committed is seen, whatever was not is never seen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from tests.fakes.live import Line, Open, Writer

MakeHub = Callable[..., Awaitable[Hub]]
Kill = Callable[[], Awaitable[int]]
NUMBERS = count()
COMMITTED: set[str] = set()
"""By all examples: a hub may be so slow that a reader who comes is shown the end of the example before."""

SLOT = st.integers(0, 3)
TOPIC = st.sampled_from(["notes", "other", "nobody"])
STEP = st.one_of(
    st.tuples(st.just("write"), SLOT, TOPIC),
    st.tuples(st.just("write"), SLOT, TOPIC),
    st.tuples(st.just("commit"), SLOT),
    st.tuples(st.just("commit"), SLOT),
    st.tuples(st.just("roll back"), SLOT),
    st.tuples(st.just("hang up")),
    st.tuples(st.just("settle")),
    st.tuples(st.just("resume"), st.integers(0, 1), st.none() | st.integers(0, 3)),
    st.tuples(st.just("kill feeds")),
)


@dataclass
class Client:
    """Remembers what the web application remembers: the last event, and those it has seen."""

    hubs: list[Hub]
    line: Line | None = None
    after: str | None = None
    seen: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    reloads: int = 0

    async def resume(self, hub: int, cut_after: int | None) -> None:
        await self.hang_up()
        line = Line(self.hubs[hub], cut_after=cut_after)
        await line.__aenter__()
        await line.hello()
        await line.say(type="subscribe", topics=["notes", "other"], after=self.after)
        await line.heard(type="subscribed")
        self.line = line

    async def hang_up(self) -> None:
        if self.line:
            await self.line.hang_up()
            self.take()
        self.line = None

    def take(self) -> None:
        assert self.line is not None
        for message in self.line.messages:
            if message["type"] == "reload":
                self.reloads += 1
            if message["type"] == "event":
                self.after = message["id"]
                if message["id"] not in self.known:
                    self.known.add(message["id"])
                    self.seen.append(message["data"]["note"])
        self.line.messages.clear()


class Stage:
    def __init__(self, writer: Writer, hubs: list[Hub], kill: Kill) -> None:
        self.writer = writer
        self.client = Client(hubs)
        self.kill = kill
        self.open: dict[int, tuple[Open, list[str]]] = {}
        self.committed: list[str] = []

    async def play(self, steps: list[tuple[object, ...]]) -> None:
        await self.client.resume(0, None)
        await self.mark()
        for name, *rest in steps:
            await getattr(self, str(name).replace(" ", "_"))(*rest)
        for slot in list(self.open):
            await self.commit(slot)
        await self.client.resume(1, None)
        await self.mark()
        await self.client.hang_up()

    async def mark(self) -> None:
        """Commits an event and waits until it is seen: what was committed before it has been shown by then."""
        note = f"mark {next(NUMBERS)}"
        await self.writer.write(note)
        self.committed.append(note)
        assert self.client.line is not None
        await self.client.line.noted(note)
        self.client.take()

    async def write(self, slot: int, topic: str) -> None:
        if slot not in self.open:
            self.open[slot] = (await self.writer.begin(), [])
        note = f"note {next(NUMBERS)}"
        await self.open[slot][0].write(note, topic)
        if topic != "nobody":
            self.open[slot][1].append(note)

    async def commit(self, slot: int) -> None:
        if slot in self.open:
            transaction, notes = self.open.pop(slot)
            await transaction.commit()
            self.committed.extend(notes)

    async def roll_back(self, slot: int) -> None:
        if slot in self.open:
            await self.open.pop(slot)[0].roll_back()

    async def hang_up(self) -> None:
        await self.client.hang_up()

    async def settle(self) -> None:
        """Lets live events arrive, so that resumes start from all kinds of events."""
        for _ in range(20):
            await asyncio.sleep(0.001)

    async def resume(self, hub: int, cut_after: int | None) -> None:
        await self.client.resume(hub, cut_after)

    async def kill_feeds(self) -> None:
        await self.kill()


@pytest.mark.slow
class TestInterleavings:
    @settings(
        max_examples=80,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(steps=st.lists(STEP, min_size=5, max_size=40))
    async def test_show_what_was_committed_and_nothing_else(
        self, make_hub: MakeHub, writer: Writer, kill_feeds: Kill, steps: list[tuple[object, ...]]
    ) -> None:
        stage = Stage(writer, await _hubs(make_hub), kill_feeds)
        try:
            await stage.play(steps)
        finally:
            await stage.client.hang_up()
            for transaction, _ in stage.open.values():
                await transaction.roll_back()
        assert stage.client.reloads == 0
        COMMITTED.update(stage.committed)
        assert set(stage.committed) <= set(stage.client.seen), "something was lost"
        assert set(stage.client.seen) <= COMMITTED, "something was shown that never was"


HUBS: dict[int, list[Hub]] = {}


async def _hubs(make_hub: MakeHub) -> list[Hub]:
    """The same two for all examples of a run."""
    if id(make_hub) not in HUBS:
        HUBS.clear()
        HUBS[id(make_hub)] = [await make_hub(Limits(sockets_user=100)) for _ in range(2)]
    return HUBS[id(make_hub)]
