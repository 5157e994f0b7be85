"""How the clouds stand, as everybody and as operators see it, and readings on demand."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from dumont.accounts.tables import User
from dumont.basics.clock import Clock
from dumont.market.jobs import JOBS
from dumont.market.means import Means
from dumont.market.prove import Wanted, credentials_for
from dumont.market.sync import sync
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from dumont.providers import registry
from dumont.providers.errors import BadCredentials, RateLimited
from dumont.providers.freezing import Freezes
from dumont.providers.opening import Clouds
from tests.build.accounts import Person
from tests.build.market import catalogue, many
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind
from tests.fakes.run import FakeRun

KINDS = {
    **{name: kind(name, public_search=False) for name in registry.NAMES},
    "vast": kind("vast"),
    "render": kind("render", disabled="It has no API to rent by."),
}


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "kind", KINDS.__getitem__)
    monkeypatch.setattr(registry, "kinds", lambda: KINDS)


@pytest.fixture
async def admin(client: httpx.AsyncClient, db: Db) -> Person:
    return await Person.joins(_api(client), "root@example.com")


@pytest.fixture
async def operator(client: httpx.AsyncClient, admin: Person, db: Db) -> Person:
    person = await Person.joins(_api(client), "ops@example.com")
    async with db.begin() as tx:
        await tx.execute(update(User).where(User.email == "ops@example.com").values(role="operator"))
    return person


@pytest.fixture
def stranger(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return _api(client)


@pytest.fixture
def means(means: Means, parts: Parts, clock: FakeClock) -> Means:
    """On the application's own database, clock and settings."""
    assert parts.get(Clock) is clock
    return means


def _api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return client


async def listed(client: httpx.AsyncClient | Person) -> dict[str, dict[str, object]]:
    answer = await client.gets("/providers") if isinstance(client, Person) else (await client.get("/providers")).json()
    return {each["name"]: each for each in answer["items"]}


class TestList:
    async def test_tells_strangers_how_fresh_each_cloud_is(
        self, stranger: httpx.AsyncClient, means: Means, clouds: FakeClouds, clock: FakeClock
    ) -> None:
        clouds.answers["vast"] = [catalogue(many(3)), RateLimited("too fast for 10.0.0.1", retry_seconds=9)]
        await sync(means, KINDS["vast"], early=True)
        clock.advance(seconds=40)
        await sync(means, KINDS["vast"], early=True)
        vast = (await listed(stranger))["vast"]
        assert (vast["configured"], vast["offers"], vast["age_seconds"], vast["stale"]) == (True, 3, 40.0, False)
        assert (vast["error_code"], vast["standing"]) == ("rate_limited", None)
        assert "10.0.0.1" not in str(vast)

    async def test_says_why_a_cloud_is_not_there(self, stranger: httpx.AsyncClient) -> None:
        found = await listed(stranger)
        assert list(found) == list(KINDS)
        assert found["render"]["disabled"] == found["render"]["why_not"] == "It has no API to rent by."
        assert (found["aws"]["configured"], found["aws"]["stale"], found["aws"]["age_seconds"]) == (False, True, None)
        assert "api_key" in str(found["aws"]["why_not"])

    async def test_counts_offers_as_stale_when_the_cloud_is_silent(
        self, stranger: httpx.AsyncClient, means: Means, clouds: FakeClouds, clock: FakeClock
    ) -> None:
        clouds.answers["vast"] = catalogue(many(3))
        await sync(means, KINDS["vast"], early=True)
        clock.advance(seconds=901)
        assert (await listed(stranger))["vast"]["stale"] is True

    async def test_shows_operators_what_is_wrong(
        self, operator: Person, means: Means, clouds: FakeClouds, clock: FakeClock, parts: Parts
    ) -> None:
        clouds.answers["vast"] = RateLimited("too fast", retry_seconds=77)
        await sync(means, KINDS["vast"], early=True)
        await parts.get(Freezes).freeze("vast", "strange answers")
        standing = (await listed(operator))["vast"]["standing"]
        assert isinstance(standing, dict)
        assert (standing["error"], standing["failures"], standing["frozen_reason"]) == (
            "too fast",
            1,
            "strange answers",
        )
        assert standing["next_at"].startswith((clock.now() + timedelta(seconds=77)).strftime("%Y-%m-%dT%H:%M:%S"))
        assert standing["report"]["error_code"] == "rate_limited"

    async def test_knows_the_keys_that_an_administrator_has_stored(
        self, admin: Person, stranger: httpx.AsyncClient, parts: Parts
    ) -> None:
        assert isinstance(parts.get(Vault), Vault)
        await admin.does("PUT", "/provider-keys/aws", {"fields": {"api_key": "a-secret-of-some-length"}})
        found = await listed(stranger)
        assert (found["aws"]["configured"], found["gcp"]["configured"]) == (True, False)

    async def test_refuses_a_token_that_is_none(self, stranger: httpx.AsyncClient) -> None:
        answer = await stranger.get("/providers", headers={"authorization": "Bearer nonsense"})
        assert answer.status_code == 401


class TestSync:
    async def test_of_all_begins_a_job_for_each_that_can_be_read(self, operator: Person) -> None:
        answer = await operator.asks("POST", "/providers/sync")
        assert answer.status_code == 202
        jobs = answer.json()["jobs"]
        assert [each["provider"] for each in jobs] == ["vast"]
        job = await operator.gets(f"/jobs/{jobs[0]['job_id']}")
        assert (job["name"], job["key"], job["args"]) == ("market.sync", "market.sync:vast", {"provider": "vast"})

    async def test_of_one_is_noted(self, operator: Person) -> None:
        assert (await operator.asks("POST", "/providers/sync/vast")).status_code == 202
        entries = (await operator.gets("/audit"))["items"]
        assert ("provider.sync", "vast") in [(each["action"], each["object_id"]) for each in entries]

    async def test_of_an_unknown_cloud_names_those_there_are(self, operator: Person) -> None:
        answer = await operator.asks("POST", "/providers/sync/clowd")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_provider")
        assert all(name in answer.json()["hint"] for name in registry.NAMES)

    @pytest.mark.parametrize(("name", "reason"), [("render", "no API"), ("gcp", "api_key")])
    async def test_of_a_cloud_that_cannot_be_read_says_why(self, operator: Person, name: str, reason: str) -> None:
        answer = await operator.asks("POST", f"/providers/sync/{name}")
        assert (answer.status_code, answer.json()["code"]) == (409, "provider_unusable")
        assert reason in answer.json()["detail"]

    @pytest.mark.parametrize("path", ["/providers/sync", "/providers/sync/vast", "/providers/vast/unfreeze"])
    async def test_is_for_operators(self, admin: Person, client: httpx.AsyncClient, path: str) -> None:
        ada = await Person.joins(_api(client), "ada@example.com")
        assert (await ada.asks("POST", path)).status_code == 403


class TestUnfreeze:
    async def test_lets_machines_be_ended_again_once(self, operator: Person, parts: Parts) -> None:
        freezes = parts.get(Freezes)
        await freezes.freeze("vast", "strange answers")
        assert (await operator.does("POST", "/providers/vast/unfreeze"))["was_frozen"] is True
        assert await freezes.of("vast") is None
        assert (await operator.does("POST", "/providers/vast/unfreeze"))["was_frozen"] is False
        assert (await operator.asks("POST", "/providers/clowd/unfreeze")).status_code == 404


class TestKeys:
    async def test_are_tried_by_a_job_the_own_ones_first(self, operator: Person, admin: Person, parts: Parts) -> None:
        await admin.does("PUT", "/provider-keys/aws", {"fields": {"api_key": "of-the-house"}})
        await operator.does("PUT", "/provider-keys/aws", {"fields": {"api_key": "of-the-operator"}})
        begun = await operator.asks("POST", "/providers/aws/test", {"record": True})
        assert begun.status_code == 202
        job = await operator.gets(f"/jobs/{begun.json()['job_id']}")
        wanted = Wanted.model_validate(job["args"])
        assert (job["name"], wanted.record) == ("market.test_provider", True)
        async with FakeRun(parts).work() as work:
            assert await credentials_for(work, parts.get(Vault), wanted) == {"api_key": "of-the-operator"}
            house = Wanted(provider="aws")
            assert await credentials_for(work, parts.get(Vault), house) == {"api_key": "of-the-house"}

    @pytest.mark.parametrize(("name", "status"), [("render", 409), ("clowd", 404)])
    async def test_of_what_cannot_be_used_are_not_tried(self, operator: Person, name: str, status: int) -> None:
        assert (await operator.asks("POST", f"/providers/{name}/test")).status_code == status

    async def test_are_told_by_what_came_of_each_step(self, parts: Parts) -> None:
        parts.put(Clouds, _Refusing())
        job = next(job for job in JOBS if job.name == "market.test_provider")
        result = await job.run(FakeRun(parts), Wanted(provider="vast"))
        assert isinstance(result, dict)
        assert (result["good"], result["provider"]) == (False, "vast")
        assert [(step["name"], step["state"], step["found"]) for step in result["steps"]] == [("key", "failed", "no")]


class _Refusing:
    def open(self, *_: object, **__: object) -> None:
        raise BadCredentials("no")
