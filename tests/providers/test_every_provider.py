"""The law of the port, kept by every cloud: each adapter against its simulated cloud, with and without faults."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, cast

import pytest

from dumont.basics.gpu import gpus
from dumont.providers import registry
from dumont.providers.errors import (
    MachineGone,
    RateLimited,
    Unsupported,
)
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.limits import Every
from dumont.providers.opening import Clouds
from dumont.providers.port import Capabilities, Kind, Order
from tests.providers.conftest import HurriedClock, Lab
from tests.providers.profile import Profile
from tests.providers.renting import LABEL, attempt, broken, each, listed, no_news, order, rent

MUST_EXPLAIN = ("search", "create", "spot", "stop_start", "balance", "logs", "extends")


class TestKind:
    @pytest.mark.parametrize("name", registry.NAMES)
    def test_gives_a_reason_for_what_it_denies_and_for_nothing_else(self, can: Capabilities, kind: Kind) -> None:
        """Parts of an order that a cloud can't fill, such as `ports`, may be explained there too."""
        known = {each.name for each in (*fields(Capabilities), *fields(Order))}
        assert set(can.why_not) <= known
        assert not [what for what in can.why_not if getattr(can, what, None) not in (False, None)]
        if not kind.disabled:
            assert not [what for what in MUST_EXPLAIN if not getattr(can, what) and not can.why_not.get(what)]

    @pytest.mark.parametrize("name", registry.NAMES)
    def test_is_complete(self, kind: Kind, name: str) -> None:
        assert kind.name == name
        assert kind.title
        assert not kind.credentials or kind.where or kind.disabled
        assert all(isinstance(policy, Every) and policy.seconds > 0 and policy.burst >= 1 for policy in kind.limits)
        assert len({policy.group for policy in kind.limits}) == len(kind.limits)


class TestDisabled:
    async def test_is_never_opened_and_denies_all_with_its_reason(self) -> None:
        kind = registry.kind("render")
        assert kind.disabled
        clock = HurriedClock()
        clouds = Clouds(LocalLimiter(clock), LocalFreezes(clock))
        with pytest.raises(Unsupported) as told:
            clouds.open("render", {"api_key": "something"})
        assert told.value.message == kind.disabled
        adapter = kind.make(cast(Any, None), {})
        for call in (adapter.search(), adapter.create(cast(Any, None)), adapter.machines(), adapter.destroy("x")):
            assert isinstance(await attempt(call), Unsupported)


@each
class TestSearch:
    async def test_reads_everything(self, lab: Lab) -> None:
        found = await lab.adapter.search()
        assert found.offers
        assert (found.complete, found.skipped, found.unnamed) == (True, 0, 0), found.notes

    async def test_names_gpus_as_the_table_does_and_no_slice_as_a_whole(self, lab: Lab) -> None:
        for offer in (await lab.adapter.search()).offers:
            if offer.gpu_name is None:
                assert offer.gpu_count == 0
            else:
                assert offer.gpu_count > 0
                assert offer.vram_gb == pytest.approx(gpus()[offer.gpu_name].memory_gb, rel=0.08)

    async def test_tells_money_in_decimals_an_hour_and_the_rest_in_bounds(self, lab: Lab) -> None:
        for offer in (await lab.adapter.search()).offers:
            prices = [offer.price_hour, offer.spot_price_hour]
            assert any(price is not None for price in prices)
            assert all(isinstance(price, Decimal) and 0 < price < 1000 for price in prices if price is not None)
            for price in (offer.storage_price_gb_month, offer.egress_price_gb):
                assert price is None or (isinstance(price, Decimal) and price >= 0)
            assert offer.country is None or (len(offer.country) == 2 and offer.country.isupper())
            assert offer.provider_reliability is None or 0 <= offer.provider_reliability <= 1

    async def test_tells_the_same_again_with_ids_of_their_own(self, lab: Lab) -> None:
        first, second = await lab.adapter.search(), await lab.adapter.search()
        ids = [offer.provider_offer_id for offer in first.offers]
        assert len(set(ids)) == len(ids)
        assert sorted(ids) == sorted(offer.provider_offer_id for offer in second.offers)

    async def test_never_takes_an_empty_answer_for_an_empty_market(self, lab: Lab) -> None:
        await lab.faults({"fault": "empty_list"})
        assert no_news(await attempt(lab.adapter.search()))

    @broken
    async def test_never_takes_a_broken_answer_for_a_whole_one(
        self, lab: Lab, profile: Profile, fault: Mapping[str, Any]
    ) -> None:
        if profile.search:
            await lab.faults({**fault, "call": profile.search})
            assert no_news(await attempt(lab.adapter.search()))

    async def test_waits_after_a_429(self, lab: Lab, profile: Profile) -> None:
        if not profile.search:
            return
        await lab.adapter.search()
        too_fast = {"fault": "status", "status": 429, "headers": {"retry-after": "7"}, "body": {"error": "slow"}}
        await lab.faults({**too_fast, "call": profile.search, "times": 1})
        told = await attempt(lab.adapter.search())
        assert isinstance(told, RateLimited) or no_news(told)
        assert max((await lab.clouds.limiter.state(lab.opened.account)).values()) > 0
        before = len(lab.clock.slept)
        await lab.adapter.search()
        assert max(lab.clock.slept[before:]) >= 6


@each
class TestLife:
    async def test_goes_from_an_order_to_nothing_left(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        made, offer = await rent(lab, profile)
        fresh = await listed(lab, made.id)
        assert fresh is not None
        assert fresh.state in ("pending", "booting", "running")
        assert fresh.label == LABEL or not can.labels
        await lab.advance(profile.boot_seconds)
        running = await lab.adapter.machine(made.id)
        assert running.state == "running", (running.raw_state, running.reason)
        assert running.addresses
        assert running.addresses[0].port > 0
        assert running.gpu_name in (offer.gpu_name, None)
        await lab.adapter.destroy(made.id)
        await lab.advance(profile.ending_seconds)
        assert await listed(lab, made.id) is None
        assert isinstance(await attempt(lab.adapter.machine(made.id)), MachineGone)

    async def test_may_be_ended_twice(self, lab: Lab, profile: Profile) -> None:
        made, _ = await rent(lab, profile)
        await lab.adapter.destroy(made.id)
        await lab.advance(profile.ending_seconds)
        await lab.adapter.destroy(made.id)

    async def test_stops_and_starts_or_says_why_not(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        made, _ = await rent(lab, profile)
        await lab.advance(profile.boot_seconds)
        if not can.stop_start:
            _denied(await attempt(lab.adapter.stop(made.id)), can, "stop_start")
            return
        await lab.adapter.stop(made.id)
        await lab.advance(profile.ending_seconds)
        assert (await lab.adapter.machine(made.id)).state == "stopped"
        await lab.adapter.start(made.id)
        await lab.advance(profile.boot_seconds)
        assert (await lab.adapter.machine(made.id)).state == "running"

    async def test_rents_spot_machines_or_says_why_not(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        if not can.spot:
            wanted = await order(lab, profile)
            spot = Order(**{**{f.name: getattr(wanted, f.name) for f in fields(wanted)}, "spot": True})
            _denied(await attempt(lab.adapter.create(spot)), can, "spot")
            assert await lab.truth() == []
            return
        made, _ = await rent(lab, profile, spot=True)
        machine = await listed(lab, made.id)
        assert machine is not None
        assert machine.spot

    async def test_sells_more_hours_or_says_why_not(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        made, _ = await rent(lab, profile)
        await lab.advance(profile.boot_seconds)
        if not can.extends:
            _denied(await attempt(lab.adapter.extend(made.id, 1)), can, "extends")
            return
        before = (await lab.adapter.machine(made.id)).ends_at
        await lab.adapter.extend(made.id, 2)
        after = (await lab.adapter.machine(made.id)).ends_at
        assert before is not None
        assert after is not None
        assert abs((after - before).total_seconds() - 2 * 3600) < 60

    async def test_takes_another_label_or_says_why_not(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        made, _ = await rent(lab, profile)
        told = await attempt(lab.adapter.relabel(made.id, "dumont-other-1"))
        if not can.relabel:
            assert isinstance(told, Unsupported)
            return
        machine = await listed(lab, made.id)
        assert machine is not None
        assert machine.label == "dumont-other-1"

    async def test_tells_the_balance_or_why_not(self, lab: Lab, can: Capabilities) -> None:
        told = await attempt(lab.adapter.balance())
        if can.balance:
            assert told == lab.world.credit
            assert isinstance(told, Decimal)
        else:
            _denied(told, can, "balance")

    async def test_shows_logs_or_says_why_not(self, lab: Lab, profile: Profile, can: Capabilities) -> None:
        made, _ = await rent(lab, profile)
        await lab.advance(profile.boot_seconds)
        told = await attempt(lab.adapter.logs(made.id, lines=5))
        if can.logs:
            assert isinstance(told, str)
            assert len(told.splitlines()) <= 5
        else:
            _denied(told, can, "logs")

    async def test_costs_what_was_offered(self, lab: Lab, profile: Profile) -> None:
        made, offer = await rent(lab, profile)
        await lab.advance(profile.boot_seconds)
        (before,) = (await lab.bills()).values()
        await lab.advance(7200)
        (after,) = (await lab.bills()).values()
        assert offer.price_hour is not None
        if profile.bill:
            paid, expected = Decimal(after["gpu"]), profile.bill(offer, 7200)
        else:
            paid, expected = Decimal(after["gpu"]) - Decimal(before["gpu"]), offer.price_hour * 2
        assert abs(paid - expected) <= profile.bill_tolerance * expected
        await lab.adapter.destroy(made.id)


def _denied(told: Any, can: Capabilities, what: str) -> None:
    assert isinstance(told, Unsupported)
    assert told.message == can.why_not[what]
