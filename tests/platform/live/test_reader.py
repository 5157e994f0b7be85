"""What waits for one reader: its order, its bounds, and what is left when they are passed."""

import pytest

from dumont.platform.live.limits import Limits
from dumont.platform.live.reader import Closed, Message, Reader


def event(number: int) -> Message:
    return Message(f"event {number}", number)


async def texts(reader: Reader) -> list[str]:
    return [message.text for message in await reader.take()]


class TestReader:
    async def test_is_given_answers_before_events(self) -> None:
        reader = Reader(Limits())
        reader.offer(event(1))
        reader.tell({"type": "ping"})
        assert await texts(reader) == ['{"type":"ping"}', "event 1"]

    async def test_is_given_what_was_missed_first_and_each_event_once(self) -> None:
        reader = Reader(Limits())
        reader.offer(event(1))
        reader.hold()
        reader.offer(event(3))
        reader.offer(event(4))
        reader.release([event(2), event(3)])
        reader.offer(event(5))
        assert await texts(reader) == ["event 1", "event 2", "event 3", "event 4", "event 5"]

    @pytest.mark.parametrize("limits", [Limits(buffer_messages=3), Limits(buffer_bytes=3 * len("event 0"))])
    async def test_loses_all_that_waits_when_its_bounds_are_passed_then_goes_on(self, limits: Limits) -> None:
        reader = Reader(limits)
        reader.topics.update({"user:1": "me", "jobs": "jobs"})
        for number in range(6):
            reader.offer(event(number))
        reloads = ['{"type":"reload","topic":"me"}', '{"type":"reload","topic":"jobs"}']
        assert await texts(reader) == [*reloads, "event 4", "event 5"]
        for _ in range(3):
            reader.offer(event(6))
            assert await texts(reader) == ["event 6"], "what was taken must not count any more"

    async def test_is_bounded_while_it_is_held_too(self) -> None:
        reader = Reader(Limits(buffer_messages=2))
        reader.topics["jobs"] = "jobs"
        reader.hold()
        for number in range(3):
            reader.offer(event(number))
        reader.release([event(9)])
        assert await texts(reader) == ['{"type":"reload","topic":"jobs"}', "event 9"]

    async def test_may_not_pile_up_answers_by_asking_and_never_reading(self) -> None:
        reader = Reader(Limits())
        for _ in range(300):
            reader.tell({"type": "subscribed", "topics": []})
        with pytest.raises(Closed):
            reader.tell({"type": "subscribed", "topics": []})
