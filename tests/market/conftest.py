"""The market's own work over real PostgreSQL, with clouds that do as they are told."""

from random import Random

import pytest

from dumont.market.means import Means
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds
from tests.fakes.publisher import FakePublisher


@pytest.fixture
def clouds(clock: FakeClock) -> FakeClouds:
    return FakeClouds(clock)


@pytest.fixture
def published() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def means(db: Db, clock: FakeClock, settings: Settings, published: FakePublisher, clouds: FakeClouds) -> Means:
    return Means(db, clock, Random(7), published, settings, Vault([new_key()]), clouds, clouds.freezes)
