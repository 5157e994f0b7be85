"""The law of the port in trouble: what every cloud's adapter makes of lost, broken, late and lying answers."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from itertools import cycle
from typing import Any, cast

import pytest

from dumont.providers import registry
from dumont.providers.errors import (
    BadCredentials,
    Frozen,
    Invalid,
    NoCapacity,
    OfferGone,
    OutcomeUnknown,
    ProviderError,
    Unavailable,
)
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.opening import Clouds
from dumont.providers.port import Capabilities, Created, Kind, Order
from tests.providers.conftest import HurriedClock, Lab, MakeLab
from tests.providers.profile import Case, Profile, profile_of
from tests.providers.renting import BROKEN, LABEL, USABLE, attempt, broken, each, listed, no_news, order, rent

CUT_SHORT = ("/gcp/", "POST /aws/")
"""Where the pages of offers that are missing can't be asked for otherwise."""


@each
class TestOffersThatAreGone:
    async def test_are_told_apart_from_other_trouble(self, lab: Lab, profile: Profile) -> None:
        wanted = await order(lab, profile)
        await lab.faults({"fault": "offer_gone"})
        assert isinstance(await attempt(lab.adapter.create(wanted)), OfferGone | NoCapacity)
        assert [row for row in await lab.truth() if row["state"] not in ("gone", "failed")] == []


@each
class TestDoubt:
    async def test_after_a_lost_answer_the_machine_is_found_by_its_label(
        self, lab: Lab, profile: Profile, can: Capabilities
    ) -> None:
        wanted = await order(lab, profile)
        await lab.faults({"fault": "drop_after", "call": profile.create, "times": 1})
        told = await attempt(lab.adapter.create(wanted))
        assert isinstance(told, OutcomeUnknown) or (can.idempotent_create and isinstance(told, Created))
        await lab.faults()
        held = await lab.adapter.machines()
        assert held.complete
        found = [machine for machine in held.machines if machine.label == LABEL or not can.labels]
        assert len(found) == 1

    @broken
    async def test_a_broken_answer_to_an_order_is_never_taken_for_a_refusal(
        self, lab: Lab, profile: Profile, can: Capabilities, fault: Mapping[str, Any]
    ) -> None:
        wanted = await order(lab, profile)
        await lab.faults({**fault, "call": profile.create, "times": 1})
        told = await attempt(lab.adapter.create(wanted))
        assert isinstance(told, OutcomeUnknown) or (can.idempotent_create and isinstance(told, Created))

    async def test_a_broken_answer_to_an_end_is_doubt_and_asking_again_ends_it(
        self, lab: Lab, profile: Profile
    ) -> None:
        made, _ = await rent(lab, profile)
        await lab.advance(profile.boot_seconds)
        await lab.faults({"fault": "drop_after", "call": profile.destroy, "times": 1})
        told = await attempt(lab.adapter.destroy(made.id))
        assert told is None or isinstance(told, OutcomeUnknown)
        await lab.faults()
        await lab.adapter.destroy(made.id)
        await lab.advance(profile.ending_seconds)
        assert await listed(lab, made.id) is None

    async def test_a_cloud_that_is_not_there_has_done_nothing(self, lab: Lab, profile: Profile, name: str) -> None:
        wanted = await order(lab, profile)
        clouds = Clouds(LocalLimiter(lab.clock), LocalFreezes(lab.clock), urls={name: "http://127.0.0.1:9"})
        adapter = clouds.open(name, profile.credentials).adapter
        told = await attempt(adapter.create(wanted))
        assert isinstance(told, Unavailable), told
        await clouds.close()


@each
class TestList:
    @broken
    async def test_never_says_that_machines_are_gone_by_a_broken_answer(
        self, lab: Lab, profile: Profile, fault: Mapping[str, Any]
    ) -> None:
        await rent(lab, profile)
        await lab.faults({**fault, "call": profile.listing})
        assert no_news(await attempt(lab.adapter.machines()))

    async def test_knows_that_the_first_page_is_not_all(self, lab: Lab, profile: Profile) -> None:
        if profile.page is None:
            return
        first = await order(lab, profile)
        offers = {offer.machine_id: offer for offer in (await lab.adapter.search()).offers if offer.price_hour}
        for i, offer in zip(range(profile.page + 1), cycle(offers.values()), strict=False):
            await lab.adapter.create(replace(first, offer=offer, label=f"{LABEL}-{i}"))
        held = await lab.adapter.machines()
        assert (len(held.machines), held.complete) == (profile.page + 1, True)
        await lab.faults({"fault": "first_page_only"})
        assert no_news(await attempt(lab.adapter.machines()))

    async def test_of_which_only_a_page_comes_is_never_taken_for_whole(self, lab: Lab, profile: Profile) -> None:
        """Clouds whose lists have no pages refuse to be told to fail so."""
        whole = {offer.provider_offer_id for offer in (await lab.adapter.search()).offers}
        answer = await lab.control.put("/_sim/faults", json=[{"fault": "first_page_only"}])
        assert answer.status_code == (200 if lab.world.setup.pages else 422)
        assert (await lab.control.get("/_sim/faults")).json() == (answer.json() if lab.world.setup.pages else [])
        found = await attempt(lab.adapter.search())
        assert no_news(found) or {offer.provider_offer_id for offer in found.offers} == whole
        assert profile.search is None or no_news(found) == any(page in profile.search for page in CUT_SHORT)

    async def test_in_an_unknown_form_freezes_what_ends_machines(self, lab: Lab, profile: Profile, name: str) -> None:
        made, _ = await rent(lab, profile)
        strange = {"fault": "status", "status": 200, "body": {"surprise": [1]}}
        await lab.faults({**strange, "call": profile.listing})
        assert no_news(await attempt(lab.adapter.machines()))
        await lab.faults()
        if await lab.clouds.freezes.of(name):
            assert isinstance(await attempt(lab.adapter.destroy(made.id)), Frozen)
            assert await listed(lab, made.id) is not None
            assert await lab.clouds.freezes.unfreeze(name)
        await lab.adapter.destroy(made.id)


@each
class TestCredentials:
    async def test_that_are_wrong_are_told_as_such(self, profile: Profile, name: str, make_lab: MakeLab) -> None:
        if profile.can_be_wrong:
            lab = make_lab(name, profile.stranger())
            told = await attempt(lab.adapter.machines())
            assert isinstance(told, BadCredentials), told

    async def test_that_are_missing_are_asked_for(self, kind: Kind, name: str) -> None:
        if [field for field in kind.credentials if not field.optional] and not kind.public_search:
            clock = HurriedClock()
            with pytest.raises(BadCredentials, match="needs"):
                Clouds(LocalLimiter(clock), LocalFreezes(clock)).open(name, {})

    async def test_stand_in_no_error_no_log_no_address_and_no_fixture(
        self,
        lab: Lab,
        profile: Profile,
        kind: Kind,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.WARNING, logger="asyncio")
        open_ones = {field.name for field in kind.credentials if not field.secret}
        secrets = [value for key, value in profile.credentials.items() if key not in open_ones and len(value) > 5]
        said: list[str] = []
        for fault in ({}, *BROKEN.values(), _echo(secrets, 400), _echo(secrets, 401), _echo(secrets, 429)):
            await lab.faults(*([fault] if fault else []))
            for call in _calls(lab):
                told = await attempt(call())
                said += [str(told), repr(told), *map(str, getattr(told, "args", ()))]
        said += [repr(lab.opened.recording.fixtures()), caplog.text, *capfd.readouterr()]
        assert not [secret for secret in secrets if any(secret in text for text in said)]


def _echo(secrets: list[str], status: int) -> Mapping[str, Any]:
    """A cloud that repeats the key in its refusal."""
    return {"fault": "status", "status": status, "body": {"error": f"bad key {secrets}", "message": f"{secrets}"}}


def _calls(lab: Lab) -> list[Callable[[], Awaitable[Any]]]:
    return [lab.adapter.search, lab.adapter.machines, lab.adapter.balance, lambda: lab.adapter.destroy("12345")]


def _cases() -> list[tuple[str, Case]]:
    """A cloud without a profile fails all the other tests; here it must not hide those of the rest."""
    there = [name for name in USABLE if find_spec(f"tests.providers.profiles.{registry.MODULES.get(name, name)}")]
    return [(name, case) for name in there for case in profile_of(name).cases]


CASES = _cases()


class TestCase:
    @pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.name}" for name, case in CASES])
    async def test_becomes_the_right_error(self, name: str, case: Case, make_lab: MakeLab) -> None:
        profile = profile_of(name)
        lab = make_lab(name, profile.credentials)
        machine_id = ""
        wanted = await order(lab, profile)
        if case.call not in ("search", "create", "balance"):
            machine_id = (await lab.adapter.create(wanted)).id
            await lab.advance(profile.boot_seconds)
        await lab.faults(*case.faults)
        told = await attempt(_call(lab, case.call, wanted, machine_id))
        if case.raises is None:
            assert not isinstance(told, ProviderError), told
        else:
            assert type(told) is case.raises, told
            assert len(told.created_ids) == case.created_ids


def _call(lab: Lab, call: str, wanted: Order, machine_id: str) -> Awaitable[Any]:
    if call == "create":
        return lab.adapter.create(wanted)
    arguments = () if call in ("search", "machines", "balance") else (machine_id,)
    return cast(Awaitable[Any], getattr(lab.adapter, call)(*arguments))


def test_invalid_is_not_what_an_adapter_says_of_a_missing_offer() -> None:
    """`Invalid` means never again: the closed set keeps it apart from what is merely gone."""
    assert not issubclass(OfferGone, Invalid)
