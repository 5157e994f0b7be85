"""One place for all lives of a test process: a process to fork workers from, a cloud, and doors that count."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.fleet.killed.house import Place
from tests.fleet.killed.lives import at_place

EVERY = bool(os.environ.get("DUMONT_EVERY_POINT"))
STREAMS = 2
TOGETHER = [] if EVERY else [pytest.mark.xdist_group("killed")]
"""In one test process, where there is little to do; all points are shared by two."""


@pytest.fixture(scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> AsyncIterator[Place]:
    async with at_place(tmp_path_factory.mktemp("killed") / "place", postgres) as made:
        yield made
