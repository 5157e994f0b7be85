"""Vast in particular: bids, traps that cost money, its three words for a state, and its least pauses."""

import base64
import gzip
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from dumont.providers.adapters import vast
from dumont.providers.adapters import vast_forms as forms
from dumont.providers.errors import Invalid, MachineGone, OfferGone, OutcomeUnknown, QuotaReached, Unavailable
from dumont.providers.port import Listed, Order, Witness
from dumont.simulators.stock import SimMachine
from dumont.simulators.vast import SEARCH_LIMIT, SETUP
from tests.providers.conftest import Lab, MakeLab
from tests.providers.profile import profile_of
from tests.providers.renting import KEY, attempt, order, rent

PROFILE = profile_of("vast")
TWO = {"number": 1, "host": 5, "gpu": "RTX 4090", "gpu_count": 2, "price_hour": "0.40", "spot_share": "0.5"}


@pytest.fixture
async def lab(make_lab: MakeLab) -> Lab:
    """A market of a single machine with two GPUs."""
    made = make_lab("vast", {"api_key": SETUP.key})
    await made.stock({**TWO, "region": ", CN", "cpu_cores": 32, "ram_gb": 128, "storage_gb_month": "0.2"})
    return made


@pytest.fixture
def small_pages(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many offers one page holds, of ten that there are."""
    monkeypatch.setattr(vast, "OFFERS_MAX", 3)
    lab.world.replace_stock([one_4090(number) for number in range(10)])
    return 3


def one_4090(number: int, **other: Any) -> SimMachine:
    prices = [(0.0, Decimal("0.4"))]
    return SimMachine(number=number, host=number, gpu="RTX 4090", gpu_count=1, prices=prices, **other)


async def spot_order(lab: Lab, bid: str) -> Order:
    return replace(await order(lab, PROFILE, spot=True), max_price_hour=Decimal(bid))


class TestSearch:
    async def test_puts_both_prices_into_one_offer(self, lab: Lab) -> None:
        one, two = sorted((await lab.adapter.search()).offers, key=lambda offer: offer.gpu_count)
        assert (one.price_hour, one.spot_price_hour) == (Decimal("0.4"), Decimal("0.2"))
        assert (two.price_hour, two.spot_price_hour) == (Decimal("0.8"), Decimal("0.4"))
        assert one.machine_id == two.machine_id == "1"

    async def test_counts_only_our_share_of_the_box(self, lab: Lab) -> None:
        one = next(offer for offer in (await lab.adapter.search()).offers if offer.gpu_count == 1)
        assert (one.cpu_cores, one.ram_gb, one.country, one.region) == (16, 64, "CN", "CN")
        assert one.storage_price_gb_month == Decimal("0.2")

    async def test_offers_what_has_no_spot_market_on_demand_alone(self, lab: Lab) -> None:
        await lab.stock({**TWO, "spot_share": None})
        assert {offer.spot_price_hour for offer in (await lab.adapter.search()).offers} == {None}

    async def test_takes_the_bids_of_the_first_answer_if_the_second_is_lost_and_says_so(self, lab: Lab) -> None:
        await lab.faults({"fault": "lost_bids"})
        found = await lab.adapter.search()
        assert {offer.spot_price_hour for offer in found.offers} == {Decimal("0.2"), Decimal("0.4")}
        assert not found.complete
        assert "Bids" in found.notes[0]

    async def test_skips_an_offer_that_does_not_parse_and_counts_it(self) -> None:
        good = {"id": 1, "num_gpus": 1, "gpu_name": "RTX 4090", "gpu_ram": 24564, "machine_id": 2, "dph_base": 0.4}
        found = forms.read_offers(
            [
                good,
                {**good, "id": 2, "dph_base": -1},
                {**good, "id": 3, "machine_id": None, "dph_base": "free"},
                None,
                {**good, "id": 4, "gpu_ram": 12000},
                {**good, "id": 5, "gpu_name": "RTX 9990"},
                {**good, "id": 6, "num_gpus": 0, "gpu_name": "", "gpu_ram": None},
            ]
        )
        assert list(found.offers) == ["1", "6"]
        assert (len(found.skipped), found.slices, found.unnamed) == (3, 1, 1)
        assert found.offers["6"].gpu_name is None

    async def test_that_is_used_up_for_the_day_is_held_until_midnight(self, lab: Lab) -> None:
        quota = {"fault": "status", "status": 429, "body": {"error": "search_quota_exceeded"}}
        await lab.faults({**quota, "headers": {"x-ratelimit-reset": "7200"}})
        assert isinstance(await attempt(lab.adapter.search()), QuotaReached)
        assert (await lab.clouds.limiter.state(lab.opened.account))["search"] == pytest.approx(7200)

    async def test_reads_a_market_of_any_size_page_by_page(self, lab: Lab) -> None:
        lab.world.replace_stock([one_4090(number, spot_share=None) for number in range(12_000)])
        found = await lab.adapter.search()
        assert (found.complete, found.notes) == (True, [])
        assert len({offer.machine_id for offer in found.offers}) == len(found.offers) == 12_000

    async def test_reads_the_pages_of_both_kinds_of_price(self, lab: Lab, small_pages: int) -> None:
        found = await lab.adapter.search()
        assert (found.complete, len(found.offers)) == (True, 10)
        assert all(offer.price_hour and offer.spot_price_hour for offer in found.offers)

    async def test_goes_on_where_pages_are_cut_shorter_than_asked_for(self, lab: Lab) -> None:
        lab.world.replace_stock([one_4090(number) for number in range(SEARCH_LIMIT + 9)])
        whole = await lab.adapter.search()
        assert len(whole.offers) > SEARCH_LIMIT
        await lab.faults({"fault": "first_page_only", "call": "bundles"})
        assert await lab.adapter.search() == whole

    async def test_keeps_the_pages_that_came_when_another_does_not(self, lab: Lab, small_pages: int) -> None:
        """Of the search on demand; that for bids is whole."""
        await lab.faults({"fault": "status", "status": 502, "call": PROFILE.search, "after": 1, "times": 1})
        found = await lab.adapter.search()
        assert len([offer for offer in found.offers if offer.price_hour is not None]) == small_pages
        assert not found.complete
        assert f"first {small_pages} offers" in found.notes[0]

    async def test_tells_when_there_are_more_than_it_can_hold(
        self, lab: Lab, small_pages: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vast, "SEARCH_PAGES_MAX", 2)
        found = await lab.adapter.search()
        assert not found.complete
        assert f"more than {2 * small_pages}" in found.notes[0]

    async def test_can_ask_for_single_offers(self, lab: Lab) -> None:
        ids = [offer.provider_offer_id for offer in (await lab.adapter.search()).offers][:3]
        assert isinstance(lab.adapter, Witness)
        assert await lab.adapter.offered([*ids[:2], "999", "no number"]) == frozenset(ids[:2])


class TestMoneyTraps:
    async def test_a_bid_too_low_names_the_machine_that_it_left(self, lab: Lab) -> None:
        told = await attempt(lab.adapter.create(await spot_order(lab, "0.05")))
        assert isinstance(told, OfferGone)
        (left,) = await lab.truth()
        assert (left["state"], told.created_ids) == ("stopped", (left["id"],))

    async def test_a_server_error_may_name_one_too(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        body = {"success": False, "error": "internal", "new_contract": 77}
        await lab.faults({"fault": "status", "status": 500, "call": "PUT", "body": body})
        told = await attempt(lab.adapter.create(wanted))
        assert isinstance(told, OutcomeUnknown)
        assert told.created_ids == ("77",)

    async def test_success_without_success_counts_as_made(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        await lab.faults({"fault": "status", "status": 200, "call": "PUT", "body": {"new_contract": 78}})
        told = await attempt(lab.adapter.create(wanted))
        assert isinstance(told, OutcomeUnknown)
        assert told.created_ids == ("78",)

    async def test_a_price_that_rose_gives_the_machine_back(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        assert wanted.offer.price_hour
        await lab.faults({"fault": "price_rise", "factor": 1.5})
        told = await attempt(lab.adapter.create(replace(wanted, max_price_hour=wanted.offer.price_hour)))
        assert isinstance(told, OfferGone)
        (left,) = await lab.truth()
        assert (left["state"], told.created_ids) == ("gone", (left["id"],))

    async def test_a_price_within_the_limit_is_told(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        made = await lab.adapter.create(replace(wanted, max_price_hour=wanted.offer.price_hour))
        assert made.price_hour == wanted.offer.price_hour
        assert made.machine

    async def test_one_call_that_rented_twice_leaves_two_of_the_same_label(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        await lab.faults({"fault": "double_answer", "times": 1})
        await lab.adapter.create(wanted)
        assert [machine.label for machine in (await lab.adapter.machines()).machines] == [wanted.label] * 2

    async def test_a_bid_pays_what_was_bid(self, lab: Lab) -> None:
        made = await lab.adapter.create(await spot_order(lab, "0.3"))
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        disk = Decimal("0.2") * 50 / 720
        assert machine.spot
        assert machine.price_hour is not None
        assert round(machine.price_hour, 6) == round(Decimal("0.3") + disk, 6)


class TestOffers:
    async def test_of_a_machine_change_their_ids_once_a_part_is_rented(self, lab: Lab) -> None:
        before = (await lab.adapter.search()).offers
        await rent(lab, PROFILE)
        after = (await lab.adapter.search()).offers
        assert not {offer.provider_offer_id for offer in before} & {offer.provider_offer_id for offer in after}
        with pytest.raises(OfferGone):
            await lab.adapter.create(replace(await order(lab, PROFILE), offer=before[0]))


class TestState:
    async def test_goes_through_creation_and_loading(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        seen = [(await lab.adapter.machine(made.id)).state]
        for seconds in (5, 20, 3600):
            await lab.advance(seconds)
            seen.append((await lab.adapter.machine(made.id)).state)
        assert seen == ["pending", "booting", "booting", "running"]

    async def test_has_two_addresses_that_never_mix(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        await lab.advance(3600)
        direct, gateway = (await lab.adapter.machine(made.id)).addresses
        assert (direct.direct, direct.host, gateway.direct) == (True, "203.0.113.1", False)
        assert gateway.host.endswith("vast.ai")
        assert direct.port != gateway.port

    async def test_has_the_gateway_alone_until_the_ports_are_known(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        await lab.faults({"fault": "ports_late", "seconds": 1e6})
        made = await lab.adapter.create(wanted)
        await lab.advance(3600)
        assert [address.direct for address in (await lab.adapter.machine(made.id)).addresses] == [False]

    async def test_of_a_container_that_cannot_start_is_failed(self, lab: Lab) -> None:
        wanted = await order(lab, PROFILE)
        await lab.faults({"fault": "oci"})
        machine = await lab.adapter.machine((await lab.adapter.create(wanted)).id)
        assert machine.state == "failed"
        assert "OCI runtime" in str(machine.reason)

    async def test_outbid_is_stopped_until_the_others_leave(self, lab: Lab) -> None:
        made = await lab.adapter.create(await spot_order(lab, "0.3"))
        await lab.advance(3600)
        await lab.act("outbid", made.id, seconds=600)
        outbid = await lab.adapter.machine(made.id)
        assert (outbid.state, outbid.outbid, outbid.addresses) == ("stopped", True, ())
        await lab.advance(601)
        assert (await lab.adapter.machine(made.id)).state == "running"

    async def test_stopped_by_us_is_not_outbid_and_costs_its_disk(self, lab: Lab) -> None:
        made = await lab.adapter.create(await spot_order(lab, "0.3"))
        await lab.advance(3600)
        await lab.adapter.stop(made.id)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.outbid) == ("stopped", False)
        assert machine.price_hour is not None
        assert round(machine.price_hour, 6) == round(Decimal("0.2") * 50 / 720, 6)

    async def test_waits_for_a_gpu_that_somebody_else_holds(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        await lab.advance(3600)
        await lab.adapter.stop(made.id)
        await lab.faults({"fault": "start_never"})
        await lab.adapter.start(made.id)
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.reason) == ("pending", "waits for its GPU")

    async def test_of_a_host_that_is_away_is_unknown(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        await lab.advance(3600)
        await lab.act("offline", made.id)
        assert (await lab.adapter.machine(made.id)).state == "unknown"
        await lab.act("online", made.id)
        assert (await lab.adapter.machine(made.id)).state == "running"

    async def test_is_still_listed_for_a_while_after_the_end(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        await lab.faults({"fault": "destroy_slow", "seconds": 10})
        await lab.adapter.destroy(made.id)
        assert (await lab.adapter.machines()).machines
        await lab.advance(11)
        with pytest.raises(MachineGone):
            await lab.adapter.machine(made.id)

    async def test_is_not_gone_by_nulls_while_the_list_has_it(self, lab: Lab) -> None:
        made, _ = await rent(lab, PROFILE)
        await lab.faults({"fault": "false_null"})
        assert (await lab.adapter.machine(made.id)).id == made.id
        await lab.faults({"fault": "false_null"}, {"fault": "html", "call": "GET /vast/api/v1"})
        with pytest.raises(Unavailable):
            await lab.adapter.machine(made.id)


class TestPauses:
    async def test_are_kept_so_that_vast_never_says_too_fast(self, lab: Lab) -> None:
        """Its clock and ours go together here, and it enforces what it publishes."""
        lab.clock.also(lab.world.advance)
        await lab.faults({"fault": "limits"})
        made, _ = await rent(lab, PROFILE)
        for _ in range(3):
            await lab.adapter.machines()
            await lab.adapter.machine(made.id)
            await lab.adapter.search()
        await lab.adapter.relabel(made.id, "other")
        await lab.adapter.destroy(made.id)
        await lab.adapter.destroy(made.id)
        assert lab.world.extra.get("too_fast", 0) == 0
        assert sum(lab.clock.slept) > 20


class TestOrder:
    def offer(self, **given: Any) -> Listed:
        return Listed(provider_offer_id="1", machine_id="1", gpu_name=None, gpu_count=0, price_hour=None, **given)

    def order(self, **given: Any) -> Order:
        base: dict[str, Any] = {"offer": self.offer(), "label": "a", "image": "b", "disk_gb": 9, "ssh_keys": [KEY]}
        return Order(**{**base, **given})

    def test_asks_to_fail_rather_than_to_wait(self) -> None:
        assert forms.wanted(self.order())["cancel_unavail"] is True

    def test_has_ports_beside_the_environment(self) -> None:
        body = forms.wanted(self.order(env={"A": "b"}, ports=[8000]))
        assert body["env"] == {"A": "b", "-p 8000:8000": "1"}

    def test_names_a_price_only_for_a_bid(self) -> None:
        assert "price" not in forms.wanted(self.order(max_price_hour=Decimal(1)))
        assert forms.wanted(self.order(spot=True, max_price_hour=Decimal("0.25")))["price"] == 0.25
        with pytest.raises(Invalid, match="bid"):
            forms.wanted(self.order(spot=True))

    def test_writes_the_keys_in_the_start_script_too(self) -> None:
        assert KEY in forms.wanted(self.order())["onstart"]

    def test_packs_a_script_that_is_too_long_and_refuses_one_that_cannot_be(self) -> None:
        script = forms.wanted(self.order(onstart="echo hello\n" * 1000))["onstart"]
        assert len(script) < 4000
        assert "echo hello" in gzip.decompress(base64.b64decode(script.split()[1])).decode()
        noise = Random(1).randbytes(5000).hex()
        with pytest.raises(Invalid, match="longer"):
            forms.wanted(self.order(onstart=noise))
