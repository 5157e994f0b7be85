"""Akash's own ways: offers made of a price list and a list of providers, an auction for each order, and an escrow."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dumont.providers import errors
from dumont.providers.adapters import akash, akash_forms, akash_offers
from dumont.providers.port import Created, Listed
from dumont.simulators.akash_auction import Auction, address
from tests.providers.adapters.orders import KEY, LABEL, order
from tests.providers.conftest import Lab, MakeLab

BOX = {"gpu": "RTX 4090", "gpu_count": 2, "spot_share": None, "price_hour": "0.4", "verified": True}


@pytest.fixture
async def lab(make_lab: MakeLab) -> Lab:
    """Two providers with the same GPU at 40 and 48 cents."""
    made = make_lab("akash", {"api_key": "sim-key"})
    await made.stock({**BOX, "host": 1}, {**BOX, "host": 2, "price_hour": "0.48", "verified": False})
    return made


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    return next(o for o in (await lab.adapter.search()).offers if o.machine_id == address(1))


async def rented(lab: Lab, offer: Listed) -> Created:
    return await lab.adapter.create(order(offer))


class TestSearch:
    async def test_makes_an_offer_of_each_provider_that_has_the_gpu(self, lab: Lab) -> None:
        offers = (await lab.adapter.search()).offers
        assert {o.machine_id for o in offers} == {address(1), address(2)}
        assert {(o.gpu_name, o.gpu_count, o.price_hour) for o in offers} == {("RTX 4090", 1, Decimal("0.44"))}
        assert {o.machine_id: o.verified for o in offers} == {address(1): True, address(2): False}

    async def test_needs_no_key(self, make_lab: MakeLab) -> None:
        assert (await make_lab("akash", {}).adapter.search()).offers

    async def test_shows_what_is_all_rented_as_not_available(self, lab: Lab, offer: Listed) -> None:
        row = {**BOX, "host": 1, "gpu_count": 1}
        await lab.stock(row)
        await rented(lab, offer)
        assert [o.available for o in (await lab.adapter.search()).offers] == [False]

    async def test_leaves_out_providers_that_are_not_there(self, lab: Lab) -> None:
        await lab.stock({**BOX, "host": 1, "extra": {"online": False}}, {**BOX, "host": 2})
        assert [o.machine_id for o in (await lab.adapter.search()).offers] == [address(2)]

    async def test_lists_nothing_without_a_price_and_says_so(self, lab: Lab) -> None:
        await lab.faults({"fault": "null_prices"})
        found = await lab.adapter.search()
        assert not found.offers
        assert "1 models" in found.notes[0]

    def test_tells_slices_the_unknown_and_the_broken_apart(self) -> None:
        names = [
            ("rtx4090", "24Gi", "PCIe"),
            ("a100", "80Gi", "SXM4"),
            ("h100", "20Gi", "SXM5"),
            ("a16", "16Gi", "PCIe"),
        ]
        gpus = [{"vendor": "nvidia", "model": m, "ram": r, "interface": i} for m, r, i in names]
        price = {"med": 0.39}
        models = [{**gpu, "availability": {"total": 1, "available": 1}, "price": price} for gpu in gpus]
        provider = {"owner": "akash1x", "isOnline": True, "isAudited": False, "gpuModels": gpus}
        found = akash_offers.offers([*models, {"model": "half"}], [provider, {"isOnline": True}])
        assert sorted(o.gpu_name or "" for o in found.offers.values()) == ["A100 80GB SXM", "RTX 4090"]
        assert (len(found.slices), len(found.unnamed), len(found.unread)) == (1, 1, 2)


class TestCreate:
    async def test_leases_from_the_provider_of_the_offer_at_its_bid(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        assert made.price_hour == Decimal("0.4")
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.machine_id, machine.price_hour) == ("running", address(1), Decimal("0.4"))
        assert machine.addresses[0].port > 22

    async def test_asks_for_what_was_ordered(self, offer: Listed) -> None:
        wanted = order(offer, env={"A": 'b"c: d'}, ports=[8080], onstart="echo hello", max_price_hour=Decimal("0.6"))
        sdl = json.loads(akash_forms.sdl(wanted, akash_forms.ceiling(wanted)))
        box = sdl["services"]["box"]
        assert {'A=b"c: d', f"DUMONT_LABEL={LABEL}", f"SSH_PUBKEY={KEY}"} <= set(box["env"])
        assert [each["port"] for each in box["expose"]] == [22, 8080]
        assert sdl["profiles"]["placement"]["any"]["pricing"]["box"] == {"denom": "uact", "amount": 1000}
        gpu = {"model": "rtx4090", "ram": "24Gi", "interface": "pcie"}
        resources = sdl["profiles"]["compute"]["box"]["resources"]
        assert resources["gpu"] == {"units": 1, "attributes": {"vendor": {"nvidia": [gpu]}}}
        assert resources["storage"] == [{"size": "60Gi"}]

    async def test_never_pays_more_than_was_agreed(self, lab: Lab) -> None:
        dear = next(o for o in (await lab.adapter.search()).offers if o.machine_id == address(2))
        with pytest.raises(errors.NoCapacity, match="no bid within the price"):
            await lab.adapter.create(order(dear, max_price_hour=Decimal("0.45")))
        assert await lab.truth() == []

    @pytest.mark.parametrize("fault", ["no_bids", "high_bids", "bid_not_open", "manifest"])
    async def test_closes_what_came_to_nothing(self, lab: Lab, offer: Listed, fault: str) -> None:
        await lab.faults({"fault": fault})
        with pytest.raises(errors.NoCapacity):
            await rented(lab, offer)
        assert (await lab.adapter.machines()).machines == []
        assert await lab.adapter.balance() > Decimal("99.9")

    async def test_waits_through_looks_that_fail(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "status", "call": "GET /akash/v1/bids", "times": 3})
        assert (await rented(lab, offer)).id

    async def test_closes_what_it_may_not_look_at(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "status", "call": "GET /akash/v1/bids"})
        with pytest.raises(errors.Unavailable):
            await rented(lab, offer)
        assert (await lab.adapter.machines()).machines == []

    async def test_names_the_deployment_where_the_lease_is_in_doubt(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "drop_after", "call": "POST /akash/v1/leases"})
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await rented(lab, offer)
        (machine,) = (await lab.adapter.machines()).machines
        assert caught.value.created_ids == (machine.id,)
        assert machine.machine_id == address(1)

    async def test_is_found_by_the_moment_after_a_lost_broadcast(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "error_after"})
        before = lab.world.now()
        with pytest.raises(errors.OutcomeUnknown):
            await rented(lab, offer)
        (machine,) = (await lab.adapter.machines()).machines
        assert machine.created_at is not None
        assert machine.created_at >= before
        assert machine.state == "pending"

    async def test_puts_enough_into_escrow_and_no_less_than_the_console_takes(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        held = Auction(lab.world).find(made.id).deposit
        assert held == max(Decimal(5), Decimal("0.44") * akash_forms.CEILING * akash.DEPOSIT_HOURS).quantize(
            Decimal("0.01")
        )


class TestMachines:
    async def test_are_listed_over_all_pages(self, lab: Lab, offer: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(akash, "PAGE", 1)
        made = {(await rented(lab, offer)).id for _ in range(2)}
        held = await lab.adapter.machines()
        assert ({machine.id for machine in held.machines}, held.complete) == (made, True)
        await lab.faults({"fault": "first_page_only"})
        held = await lab.adapter.machines()
        assert (len(held.machines), held.complete) == (1, False)

    async def test_have_failed_where_the_provider_took_its_own_back(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        await lab.advance(3600)
        await lab.act("close_lease", made.id, reason="lease_closed_reason_unstable")
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.reason) == ("failed", "lease_closed_reason_unstable")
        assert machine.price_hour is None

    async def test_live_as_long_as_their_deposit(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        ends_at = (await lab.adapter.machine(made.id)).ends_at
        assert ends_at is not None
        hours = (ends_at - lab.world.now()).total_seconds() / 3600
        assert hours == pytest.approx(6.336 / 0.4, abs=0.02)
        await lab.advance(hours * 3600 + 60)
        assert (await lab.adapter.machine(made.id)).raw_state == "lease insufficient_funds"

    async def test_live_longer_when_more_is_paid_in(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        first = (await lab.adapter.machine(made.id)).ends_at
        await lab.adapter.extend(made.id, 10)
        second = (await lab.adapter.machine(made.id)).ends_at
        assert first is not None
        assert second is not None
        assert (second - first).total_seconds() == pytest.approx(36000, abs=100)

    @pytest.mark.parametrize(("fault", "state"), [("no_ports", "running"), ("no_status", "booting")])
    async def test_have_no_address_while_the_provider_tells_none(
        self, lab: Lab, offer: Listed, fault: str, state: str
    ) -> None:
        made = await rented(lab, offer)
        await lab.advance(3600)
        await lab.faults({"fault": fault})
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, list(machine.addresses)) == (state, [])


class TestForms:
    def test_count_a_price_by_the_block(self) -> None:
        assert akash_forms._hour({"denom": "uact", "amount": "812.5"}) == Decimal("0.4875")
        assert akash_forms._hour({"denom": "uakt", "amount": "812.5"}) is None

    def test_read_the_moment_from_the_number_but_not_from_a_height(self) -> None:
        assert akash_forms._created_at("1763720001234") == datetime.fromtimestamp(1763720001.234, UTC)
        assert akash_forms._created_at("24000123") is None
