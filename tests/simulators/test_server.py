"""The frame over real HTTP: control routes, and the faults that every cloud shares."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators import server
from dumont.simulators.world import Wanted, World


def counting(world: World) -> ASGIApp:
    """A cloud that only counts how often it was called."""

    async def count(_request: Request) -> JSONResponse:
        world.extra["calls"] = world.extra.get("calls", 0) + 1
        return JSONResponse({"calls": world.extra["calls"]})

    return Starlette(routes=[Route("/count/", count, methods=["GET", "PUT"])])


@pytest.fixture
async def cloud(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(server, "_cloud", lambda _name, given: counting(given))
    async with server.serve({"test": world}) as running, httpx.AsyncClient(base_url=running.of("test")) as client:
        yield client


async def order(cloud: httpx.AsyncClient, *faults: dict[str, object]) -> None:
    assert (await cloud.put("/_sim/faults", json=list(faults))).status_code == 200


class TestControl:
    async def test_tells_the_truth_and_the_bill_and_moves_time(self, cloud: httpx.AsyncClient, world: World) -> None:
        machine = world.stock[0]
        world.rent(Wanted(machine=machine, count=1, label="mine", price_hour=world.price(machine, 1)))
        await cloud.post("/_sim/advance", json={"seconds": 3700})
        (truth,) = (await cloud.get("/_sim/machines")).json()["machines"]
        assert (truth["label"], truth["state"]) == ("mine", "running")
        bills = (await cloud.get("/_sim/bills")).json()
        assert float(bills["spent"]) == pytest.approx(float(world.price(machine, 1)))

    async def test_replaces_the_stock_and_begins_anew(self, cloud: httpx.AsyncClient, world: World) -> None:
        before = len(world.stock)
        assert (await cloud.post("/_sim/stock", json=[])).json() == {"machines": 0, "asks": 0}
        await cloud.post("/_sim/reset", json={})
        assert len(world.stock) == before

    async def test_does_to_a_machine_what_comes_from_outside(self, cloud: httpx.AsyncClient, world: World) -> None:
        machine = world.stock[0]
        rental = world.rent(Wanted(machine=machine, count=1, label="a", price_hour=world.price(machine, 1)))
        await cloud.post("/_sim/act", json={"action": "fail", "id": rental.id, "why": "burnt"})
        assert (rental.state, rental.why) == ("failed", "burnt")
        assert (await cloud.post("/_sim/act", json={"action": "sing", "id": rental.id})).status_code == 404


class TestFaults:
    async def test_answer_in_place_of_the_cloud(self, cloud: httpx.AsyncClient, world: World) -> None:
        await order(cloud, {"fault": "status", "status": 429, "body": "slow down", "times": 1})
        answer = await cloud.get("/count/")
        assert (answer.status_code, answer.text, world.extra) == (429, "slow down", {})
        assert (await cloud.get("/count/")).json() == {"calls": 1}

    @pytest.mark.parametrize(("fault", "calls"), [("drop_before", 0), ("drop_after", 1)])
    async def test_cut_the_connection_before_or_after_the_effect(
        self, cloud: httpx.AsyncClient, world: World, fault: str, calls: int
    ) -> None:
        await order(cloud, {"fault": fault, "call": "PUT", "times": 1})
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await cloud.put("/count/")
        assert world.extra.get("calls", 0) == calls

    async def test_hang_until_the_caller_gives_up(self, cloud: httpx.AsyncClient, world: World) -> None:
        await order(cloud, {"fault": "hang", "times": 1})
        with pytest.raises(httpx.ReadTimeout):
            await cloud.get("/count/", timeout=httpx.Timeout(60, read=0.05))
        assert world.extra == {}

    async def test_answer_what_no_parser_takes(self, cloud: httpx.AsyncClient) -> None:
        await order(cloud, {"fault": "garbage", "times": 1}, {"fault": "html", "times": 1})
        html, garbage = await cloud.get("/count/"), await cloud.get("/count/")
        assert (html.status_code, html.text[:6], garbage.status_code) == (502, "<html>", 200)
        with pytest.raises(ValueError, match="Expecting"):
            garbage.json()


class TestServer:
    def test_leaves_out_the_clouds_that_are_not_there(self) -> None:
        assert server.worlds(("no_such_cloud",)) == {}
