"""Machines with a past, over real PostgreSQL."""

from random import Random

import pytest

from dumont.platform.db import Db, Tx
from dumont.platform.events import Event
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Work
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher


@pytest.fixture
def published() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def work(tx: Tx, clock: FakeClock, settings: Settings, published: FakePublisher) -> Work:
    return work_at(tx, clock, settings, published)


def work_at(tx: Tx, clock: FakeClock, settings: Settings, published: FakePublisher) -> Work:
    async def publish(event: Event) -> None:
        await published.publish(tx, event, clock.now())

    return Work(tx, clock.now(), Random(7), SYSTEM, publish, settings)


__all__ = ["Db"]
