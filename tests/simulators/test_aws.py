"""The simulated EC2: what it does that moto does not, asked in EC2's own words."""

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlencode

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dumont.simulators import aws, aws_moto, server
from dumont.simulators.aws_stock import DAY, spot_price_now
from dumont.simulators.control import steered
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import World

URL = "http://sim/"
RUN = {
    "Action": "RunInstances",
    "ImageId": "ami-1",
    "InstanceType": "g6.xlarge",
    "MinCount": "1",
    "MaxCount": "1",
    "Placement.AvailabilityZone": "us-east-1b",
    "ClientToken": "mine",
}
SPOT = {**RUN, "InstanceMarketOptions.MarketType": "spot"}


@pytest.fixture
def world() -> World:
    return World(aws.SETUP)


@pytest.fixture
async def sim(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(steered(world, aws.app(world))), base_url=URL) as client:
        yield client


async def ask(sim: httpx.AsyncClient, form: dict[str, str], secret: str = aws.SECRET) -> httpx.Response:
    body = urlencode({"Version": "2016-11-15", **form})
    kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", URL, data=body, headers=dict(kind))
    SigV4Auth(Credentials(aws.SETUP.key, secret), "ec2", "us-east-1").add_auth(request)
    return await sim.post("/", content=body, headers=dict(request.headers.items()))


def machine_of(world: World) -> SimMachine:
    return next(m for m in world.stock if m.region == "us-east-1b" and m.extra["type"] == "g6.xlarge")


class TestGate:
    async def test_lets_nobody_in_with_another_secret(self, sim: httpx.AsyncClient) -> None:
        answer = await ask(sim, {"Action": "DescribeInstances"}, secret="another")
        assert (answer.status_code, "AuthFailure" in answer.text) == (401, True)

    async def test_repeats_its_answer_to_a_token_and_refuses_other_wishes(
        self, sim: httpx.AsyncClient, world: World
    ) -> None:
        first, again = await ask(sim, RUN), await ask(sim, RUN)
        assert first.text == again.text
        assert "<name>pending</name>" in first.text
        other = await ask(sim, {**RUN, "ImageId": "ami-2"})
        assert (other.status_code, "IdempotentParameterMismatch" in other.text) == (400, True)
        assert len(world.rentals) == 1

    async def test_sells_no_more_than_there_is(self, sim: httpx.AsyncClient, world: World) -> None:
        world.replace_stock([machine_of(world)])
        assert (await ask(sim, RUN)).status_code == 200
        refused = await ask(sim, {**RUN, "ClientToken": "second"})
        assert (refused.status_code, "InsufficientInstanceCapacity" in refused.text) == (500, True)

    async def test_stops_no_spot_machine(self, sim: httpx.AsyncClient) -> None:
        found = re.search("<instanceId>(.*?)</instanceId>", (await ask(sim, SPOT)).text)
        assert found
        refused = await ask(sim, {"Action": "StopInstances", "InstanceId.1": found[1]})
        assert (refused.status_code, "UnsupportedOperation" in refused.text) == (400, True)

    async def test_says_what_to_install_where_moto_is_missing(
        self, sim: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing() -> None:
            raise aws_moto.MotoMissing

        monkeypatch.setattr(aws_moto, "_server", missing)
        answer = await ask(sim, RUN)
        assert (answer.status_code, "pip install dumont[demo]" in answer.text) == (503, True)


class TestSpotPrice:
    def test_moves_in_steps_and_never_above_the_price_on_demand(self, world: World) -> None:
        machine, seen = machine_of(world), []
        for _ in range(120):
            world.advance(DAY / 4)
            seen.append(spot_price_now(world, machine))
        assert 20 < len(set(seen)) < 100
        assert max(seen) <= world.price(machine, 1)
        assert max(abs(b / a - 1) for a, b in pairwise(seen)) > Decimal("0.2")

    async def test_of_each_moment_is_what_the_bill_counts(self, sim: httpx.AsyncClient, world: World) -> None:
        await ask(sim, SPOT)
        world.advance(600)
        (rental,) = world.rentals.values()
        before, begun = rental.cost(world.now()), (world.now() - world.start).total_seconds()
        world.advance(3 * DAY)
        steps = [(since, Decimal(price)) for since, price in machine_of(world).extra["spot"]]
        assert any(begun < since < begun + 3 * DAY for since, _ in steps)
        owed = Decimal(0)
        for (since, price), (until, _) in pairwise([*steps, (10 * 365 * DAY, Decimal(0))]):
            seconds = min(until, begun + 3 * DAY) - max(since, begun)
            owed += price * Decimal(max(0.0, seconds)) / 3600
        disk = rental.disk_hour * 72
        assert abs(rental.cost(world.now()) - before - disk - owed) < Decimal("0.01")


def test_is_served_beside_the_others() -> None:
    assert set(server.credentials_of("aws", World(aws.SETUP), "")) == {"access_key_id", "secret_access_key"}
