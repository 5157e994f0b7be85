"""Proving a key without renting: each step with its result, what is wrong and what to do."""

import pytest

from dumont.providers.proving import Proof, prove
from dumont.simulators.vast import SETUP
from tests.providers.conftest import Lab, MakeLab


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab("vast", {"api_key": SETUP.key})


async def proof(lab: Lab, key: str = SETUP.key, *, record: bool = False) -> Proof:
    return await prove(lab.clouds, lab.name, {"api_key": key}, record=record)


class TestProof:
    async def test_shows_offers_machines_and_money(self, lab: Lab) -> None:
        found = await proof(lab)
        assert [(step.name, step.state) for step in found.steps] == [
            ("key", "ok"),
            ("offers", "ok"),
            ("machines", "ok"),
            ("balance", "ok"),
        ]
        assert found.good
        assert found.steps[3].found == "$100.00"

    async def test_rents_nothing(self, lab: Lab) -> None:
        await proof(lab)
        assert await lab.truth() == []

    async def test_stops_at_a_wrong_key_and_says_where_to_make_one(self, lab: Lab) -> None:
        found = await proof(lab, "wrong-key-0123456789")
        assert [step.state for step in found.steps] == ["ok", "failed"]
        assert not found.good
        assert "API keys" in str(found.steps[1].to_do)

    async def test_asks_for_a_missing_key(self, lab: Lab) -> None:
        found = await prove(lab.clouds, "vast", {})
        assert [(step.name, step.state) for step in found.steps] == [("key", "failed")]
        assert "API key" in found.steps[0].found

    async def test_goes_on_after_one_call_that_fails(self, lab: Lab) -> None:
        await lab.faults({"fault": "html", "call": "GET /vast/api/v1/instances"})
        states = {step.name: step.state for step in (await proof(lab)).steps}
        assert states == {"key": "ok", "offers": "ok", "machines": "failed", "balance": "ok"}

    async def test_warns_of_what_is_incomplete(self, lab: Lab) -> None:
        await lab.faults({"fault": "lost_bids"})
        offers = (await proof(lab)).steps[1]
        assert offers.state == "warning"
        assert "not all" in offers.found

    async def test_keeps_answers_without_secrets_when_asked_to(self, lab: Lab) -> None:
        found = await proof(lab, record=True)
        names = [fixture.name for fixture in found.fixtures]
        assert "get-vast-api-v0-users-current-200" in names
        assert SETUP.key not in repr(found.fixtures)
        assert "sim@example.com" not in repr(found.fixtures)
        assert not (await proof(lab)).fixtures

    async def test_says_why_a_cloud_can_not_be_used(self, lab: Lab) -> None:
        (step,) = (await prove(lab.clouds, "render", {})).steps
        assert step.state == "failed"
        assert len(step.found) > 10
