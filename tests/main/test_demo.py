"""`dumont up --demo`: a market to look at without any key, in a home of its own, that leaves nothing running behind."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.main.installation import Installation, installed, signs_in, signs_up, until
from tests.processes import Dumont

SECONDS = 60.0
pytestmark = pytest.mark.xdist_group("demo")
"""One demo for them all, and the last of them ends it."""


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


@pytest.fixture(scope="module")
def demo(installation: Installation) -> Iterator[Dumont]:
    with installation.up("--demo", env={"DUMONT_WORKER_DUTIES": "true"}) as process:
        yield process


def asked(demo: Dumont, path: str, until: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + SECONDS
    while True:
        answer = httpx.get(f"{demo.url}/api/v1{path}", timeout=30, verify=False).json()
        if until(answer):
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)


class TestDemo:
    def test_says_that_it_is_one(self, demo: Dumont) -> None:
        assert asked(demo, "/system", bool)["demo"] is True

    def test_has_offers_of_every_cloud_that_can_be_simulated(self, demo: Dumont) -> None:
        def all_there(answer: Any) -> bool:
            return {each["name"] for each in answer["providers"] if each["offers"]} >= clouds

        clouds = {"vast", "runpod", "lambda", "akash", "ionet", "aws", "gcp", "local"}
        assert asked(demo, "/gpus/search?limit=1", all_there)["total"] > 3000

    def test_has_a_week_of_prices_behind_it(self, demo: Dumont) -> None:
        def known(answer: Any) -> bool:
            return any(len(row["series"]) > 7 for row in answer["items"])

        assert asked(demo, "/arbitrage/compare/RTX%204090", known)["items"]

    def test_finds_the_same_gpu_at_different_prices(self, demo: Dumont) -> None:
        found = asked(demo, "/arbitrage/opportunities", lambda answer: len(answer["items"]) > 5)
        assert all(float(each["spread_percent"]) >= 15 for each in found["items"])

    def test_has_snapshots_for_whoever_comes_first(self, demo: Dumont) -> None:
        signs_up(demo.url)
        with signs_in(demo.url) as ada:
            until(lambda: len(ada.get("/snapshots").json()["items"]) == 6, SECONDS)
            newest = ada.get("/snapshots").json()["items"][0]["id"]
            shown = ada.get(f"/snapshots/{newest}/files", params={"path": "models"}).json()["items"]
        assert [one["name"] for one in shown] == ["adapter.safetensors"]

    def test_keeps_to_a_database_of_its_own(self, tmp_path: Path) -> None:
        env = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DUMONT_HOME": str(tmp_path)}
        with pytest.raises(AssertionError, match="keeps to a database of its own"):
            Dumont("up", "--demo", "--port", "0", env=env).__enter__()

    @pytest.mark.usefixtures("demo")
    def test_keeps_out_who_does_not_know_its_clouds(self, installation: Installation) -> None:
        with pytest.raises(AssertionError, match="home: is a demo's"):
            installation.worker().__enter__()

    def test_takes_no_home_of_what_is_real(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").mkdir()
        with pytest.raises(AssertionError, match="home: holds what is real"):
            Installation(tmp_path).up("--demo").__enter__()

    def test_leaves_no_simulated_cloud_behind_when_it_is_killed(self, demo: Dumont) -> None:
        """The last one, for it ends the demo."""
        children = psutil.Process(demo.process.pid).children(recursive=True)
        (clouds,) = [child for child in children if "dumont.simulators.demo" in " ".join(child.cmdline())]
        demo.process.kill()
        clouds.wait(timeout=SECONDS)
        assert not clouds.is_running()
