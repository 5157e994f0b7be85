"""Lives of instances in a world that does as it is told."""

import pytest

from dumont.platform.db import Db
from dumont.platform.settings import Settings
from tests.fleet.life.life_lab import LifeLab, make_lab


@pytest.fixture
async def lab(db: Db, settings: Settings) -> LifeLab:
    return await make_lab(db, settings)
