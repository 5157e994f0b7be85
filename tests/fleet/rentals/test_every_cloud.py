"""The same life at other clouds: made once, held, ended, and paid for as its bill says."""

from collections.abc import AsyncIterator

import pytest

from dumont.platform.db import Db
from dumont.platform.settings import Settings
from dumont.simulators.server import Simulators
from tests.fleet.cloud_lab import CENT, CloudLab, make_lab

CLOUDS = ("runpod", "lambda", "akash", "ionet", "gcp")
"""Without EC2, whose simulator takes ten seconds for it; its adapter keeps the same law."""


@pytest.fixture
async def cloud(own_db: Db, settings: Settings, simulators: Simulators, name: str) -> AsyncIterator[CloudLab]:
    made = make_lab(own_db, settings, simulators, name, machines=40)
    yield made
    await made.means.clouds.close()


@pytest.mark.parametrize("name", CLOUDS)
class TestMachine:
    async def test_is_made_held_and_ended_for_what_it_cost(self, cloud: CloudLab) -> None:
        account = await cloud.account()
        sold = [(o.price_hour, o.provider_offer_id, o) for o in await cloud.offers() if o.available and o.price_hour]
        *_, chosen = min(offer for offer in sold if offer[2].gpu_count == 1)
        rental = await cloud.until(
            await cloud.rents(account, chosen, role="primary"), "running", "ready", seconds=1200, step=20
        )
        await cloud.passes(7200, step=1800)
        await cloud.want(rental, "gone")
        seen = await cloud.until(rental, "ended", seconds=600, step=10)
        assert cloud.alive() == []
        bills = [each.cost(cloud.world.now()) for each in cloud.world.ours()]
        assert len(bills) == 1
        assert abs(await cloud.cost(seen) - bills[0]) < CENT
