"""One place for all lives of a test process: a process to fork workers from, a cloud, and doors that count."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.fleet.killed.lives import at_place
from tests.fleet.killed.place import Place

EVERY = bool(os.environ.get("DUMONT_EVERY_POINT"))
FIRST = int(os.environ.get("DUMONT_FIRST_POINT") or 1)
"""To look at some again: all that are before it are left out."""
STREAMS = 2
TOGETHER = [] if EVERY else [pytest.mark.xdist_group("killed")]
"""In one test process, where there is little to do; all points are shared by two."""


@pytest.fixture(scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> AsyncIterator[Place]:
    async with at_place(tmp_path_factory.mktemp("killed") / "place", postgres) as made:
        yield made
