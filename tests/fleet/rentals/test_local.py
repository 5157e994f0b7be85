"""A machine that is a real process on this computer, through the same turns."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts, acting, renting, watching
from dumont.fleet.rentals.renting import Intent
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.platform.clock import SystemClock
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.opening import Clouds
from tests.build import fleet as build
from tests.fakes.publisher import FakePublisher

DEADLINE_SECONDS = 60.0


@pytest.fixture
async def means(own_db: Db, settings: Settings, tmp_path: Path) -> AsyncIterator[Means]:
    clock, nothing = SystemClock(), cast(Any, None)
    clouds = Clouds(LocalLimiter(clock), LocalFreezes(clock), urls={"local": f"{tmp_path.as_uri()}?sshd=none"})
    quick = settings.model_copy(update={"fleet_watch_seconds": 0.05, "fleet_list_seconds": 0.1})
    yield Means(own_db, clock, Random(7), FakePublisher(), quick, Vault([new_key()]), clouds, nothing, nothing)
    await clouds.close()


async def until(means: Means, rental: FleetRental, stage: str) -> FleetRental:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        pause = min(await acting.turn(means), await watching.turn(means))
        async with means.db.begin() as tx:
            seen = await store.one(tx, rental.id)
        assert seen is not None
        if seen.stage == stage:
            return seen
        assert time.monotonic() < deadline, f"{seen.stage}: {seen.error_message}"
        await asyncio.sleep(min(pause, 0.05))


def folders(root: Path) -> list[str]:
    return [path.name for path in root.glob("local-*")]


class TestMachineOfThisComputer:
    async def test_lives_and_ends(self, means: Means, tmp_path: Path) -> None:
        [listed, *_] = (await means.clouds.open("local", {}).adapter.search()).offers
        async with means.db.begin() as tx:
            work = means.work(tx)
            account = await build.an_account(tx, work.now, provider="local", user_id=None)
            account.sealed = accounts.sealed(means.vault, account.id, {})
            instance = await build.an_instance(tx, work.now)
            rental = await renting.intend(
                work, means, Intent(instance=instance, account=account, listed=listed, disk_gb=0.1)
            )
        seen = await until(means, rental, "running")
        assert folders(tmp_path) == [seen.provider_machine_id]
        async with means.db.begin() as tx:
            await renting.want(means.work(tx), [rental.id], "gone", "destroyed")
        await until(means, rental, "ended")
        assert folders(tmp_path) == []
