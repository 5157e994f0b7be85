"""RunPod's own ways: offers made of types and places, pods found by name, and what its errors mean."""

from decimal import Decimal

import pytest

from dumont.providers import errors
from dumont.providers.adapters import runpod_forms
from dumont.providers.port import Listed, Machine
from tests.providers.adapters.orders import KEY, LABEL, offer_of, order
from tests.providers.conftest import Lab, MakeLab

GPU = "NVIDIA GeForce RTX 4090"
CREATE = "POST /runpod/v2/pods"


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab("runpod", {"api_key": "sim-key"})


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    found = await lab.adapter.search()
    return next(
        each for each in found.offers if each.provider_offer_id.startswith(f"SECURE:{GPU}:") and each.gpu_count == 2
    )


async def running(lab: Lab, offer: Listed) -> Machine:
    made = await lab.adapter.create(order(offer))
    await lab.advance(3600)
    return await lab.adapter.machine(made.id)


class TestSearch:
    async def test_makes_an_offer_of_type_cloud_place_and_count(self, lab: Lab) -> None:
        found = await lab.adapter.search()
        here = {o.region for o in found.offers if o.provider_offer_id.startswith(f"SECURE:{GPU}:")}
        assert len(here) == 2
        place = min(filter(None, here))
        pair = offer_of(found.offers, f"SECURE:{GPU}:{place}:2")
        assert (pair.gpu_name, pair.gpu_count, pair.vram_gb, pair.price_hour) == ("RTX 4090", 2, 24, Decimal("1.38"))
        assert (pair.verified, pair.available, pair.cuda_max) == (True, True, 12.8)
        assert found.complete

    async def test_prices_the_two_clouds_apart(self, lab: Lab) -> None:
        offers = (await lab.adapter.search()).offers
        single = {o.provider_offer_id.split(":")[0]: o for o in offers if o.gpu_name == "RTX 4090" and o.gpu_count == 1}
        assert single["COMMUNITY"].price_hour == Decimal("0.34")
        assert not single["COMMUNITY"].verified

    async def test_shows_a_type_that_is_sold_out_as_not_available(self, lab: Lab) -> None:
        row = {"gpu": "RTX 4090", "gpu_count": 2, "verified": True, "price_hour": "0.7", "extra": {"centre": "EU-RO-1"}}
        await lab.stock(row)
        before = offer_of((await lab.adapter.search()).offers, f"SECURE:{GPU}:EU-RO-1:2")
        await lab.adapter.create(order(before))
        after = (await lab.adapter.search()).offers
        assert {(o.provider_offer_id, o.available) for o in after} == {
            (f"SECURE:{GPU}:*:1", False),
            (f"SECURE:{GPU}:*:2", False),
        }

    async def test_counts_slices_and_the_unheard_of_instead_of_selling_them(self, lab: Lab) -> None:
        await lab.faults({"fault": "unheard_of"})
        found = await lab.adapter.search()
        assert (found.slices, found.unnamed, found.skipped) == (1, 1, 0)
        assert all(o.vram_gb == 96 for o in found.offers if o.gpu_name == "RTX PRO 6000 Server")

    async def test_keeps_the_parts_that_came_and_says_that_some_did_not(self, lab: Lab) -> None:
        await lab.faults({"fault": "status", "status": 500, "times": 3})
        found = await lab.adapter.search()
        assert found.offers
        assert not found.complete
        assert found.notes == ["3 of 8 parts of the catalogue did not answer."]

    def test_reads_the_country_from_the_name_of_a_data_centre(self) -> None:
        names = ("EU-RO-1", "EUR-IS-2", "US-TX-3", "CA-MTL-1", "AP-JP-1", "*")
        assert [runpod_forms._country(name) for name in names] == ["RO", "IS", "US", "CA", "JP", None]


class TestCreate:
    async def test_names_the_pod_and_puts_the_order_into_it(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, env={"A": "b"}, ports=[8080], onstart="echo 'hello'"))
        pod = lab.world.rentals[made.id].extra["settings"]
        assert pod["name"] == LABEL
        assert pod["env"] == {"A": "b", "DUMONT_LABEL": LABEL, "PUBLIC_KEY": KEY}
        assert pod["ports"] == ["22/tcp", "8080/tcp"]
        assert pod["mounts"] == {"persistent": {"size": 60, "path": "/workspace"}}
        assert "hello" not in pod["args"]  # quotes would not arrive
        assert made.price_hour == offer.price_hour

    async def test_leaves_the_keys_of_the_account_alone(self, lab: Lab, offer: Listed) -> None:
        lab.world.extra["keys"] = ["ssh-ed25519 AAAAowner somebody"]
        await lab.adapter.create(order(offer))
        assert lab.world.extra["keys"] == ["ssh-ed25519 AAAAowner somebody"]

    async def test_knows_a_400_for_lack_of_machines_from_one_for_a_broken_rule(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "offer_gone", "times": 1})
        with pytest.raises(errors.NoCapacity, match="no longer any instances"):
            await lab.adapter.create(order(offer))
        await lab.faults({"fault": "rule", "times": 1})
        with pytest.raises(errors.Invalid):
            await lab.adapter.create(order(offer))

    async def test_tells_what_a_form_violates(self, lab: Lab, offer: Listed) -> None:
        with pytest.raises(errors.Invalid, match=r"\$\.name"):
            await lab.adapter.create(order(offer, label=""))

    async def test_gives_a_pod_back_that_costs_more_than_was_agreed(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "dearer", "times": 1})
        with pytest.raises(errors.OfferGone) as caught:
            await lab.adapter.create(order(offer, max_price_hour=offer.price_hour))
        rows = await lab.truth()
        assert [(row["id"], row["state"]) for row in rows] == [(caught.value.created_ids[0], "gone")]

    async def test_finds_by_its_name_the_pod_of_an_answer_that_was_an_error(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "error_after", "times": 1})
        with pytest.raises(errors.OutcomeUnknown):
            await lab.adapter.create(order(offer))
        assert [machine.label for machine in (await lab.adapter.machines()).machines] == [LABEL]

    async def test_does_not_see_a_new_pod_in_a_list_that_lags(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "list_lag", "seconds": 5, "times": 1})
        made = await lab.adapter.create(order(offer))
        assert (await lab.adapter.machines()).machines == []
        await lab.advance(6)
        assert [machine.id for machine in (await lab.adapter.machines()).machines] == [made.id]

    async def test_refuses_spot_and_what_is_no_offer_of_its_own(self, lab: Lab, offer: Listed) -> None:
        with pytest.raises(errors.Unsupported, match="withdrew"):
            await lab.adapter.create(order(offer, spot=True))
        stranger = Listed(provider_offer_id="123", machine_id="1", gpu_name=None, gpu_count=1, price_hour=None)
        with pytest.raises(errors.Invalid):
            await lab.adapter.create(order(stranger))


class TestPod:
    async def test_climbs_from_pending_over_booting_to_running(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        rental = lab.world.rentals[made.id]
        assert rental.boots_at is not None
        whole = (rental.boots_at - rental.since).total_seconds()
        seen = [made.machine.state if made.machine else None]
        for share in (0.5, 0.6):
            await lab.advance(whole * share)
            seen.append((await lab.adapter.machine(made.id)).state)
        assert seen == ["pending", "booting", "running"]

    async def test_has_its_own_address_before_the_gateway(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        own, gateway = machine.addresses
        assert (own.user, own.direct, gateway.host, gateway.direct) == ("root", True, "ssh.runpod.io", False)
        assert machine.machine_id == offer.machine_id

    async def test_has_only_the_gateway_where_there_is_no_public_address(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "no_public_ip"})
        assert [a.direct for a in (await running(lab, offer)).addresses] == [False]

    async def test_is_not_running_before_its_container_is_up(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "never_ready"})
        machine = await running(lab, offer)
        assert (machine.state, machine.raw_state) == ("booting", "RUNNING")

    async def test_costs_its_volume_while_it_is_stopped(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.adapter.stop(machine.id)
        await lab.adapter.stop(machine.id)
        stopped = await lab.adapter.machine(machine.id)
        assert (stopped.state, stopped.price_hour) == ("stopped", Decimal("0.016438"))
        assert not stopped.addresses

    async def test_starts_on_its_host_if_the_gpus_are_free(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.adapter.stop(machine.id)
        await lab.adapter.start(machine.id)
        await lab.advance(3600)
        again = await lab.adapter.machine(machine.id)
        assert (again.state, again.gpu_count) == ("running", 2)

    async def test_has_failed_if_it_comes_back_without_gpus(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.adapter.stop(machine.id)
        await lab.faults({"fault": "gpu_taken"})
        with pytest.raises(errors.NoCapacity):
            await lab.adapter.start(machine.id)
        await lab.advance(3600)
        again = await lab.adapter.machine(machine.id)
        assert (again.state, again.raw_state, again.gpu_count) == ("failed", "RUNNING", 0)

    async def test_is_not_asked_for_what_its_state_forbids(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.act("fail", machine.id)
        with pytest.raises(errors.Invalid, match="no stop now"):
            await lab.adapter.stop(machine.id)

    async def test_is_not_gone_because_some_proxy_says_404(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.faults({"fault": "html", "status": 404})
        with pytest.raises(errors.Unavailable):
            await lab.adapter.machine(machine.id)
        with pytest.raises(errors.Unavailable):
            await lab.adapter.destroy(machine.id)

    async def test_is_ended_by_runpod_when_the_balance_is_gone(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.act("broke")
        with pytest.raises(errors.MachineGone):
            await lab.adapter.machine(machine.id)
        assert await lab.adapter.balance() == 0

    async def test_takes_a_new_name(self, lab: Lab, offer: Listed) -> None:
        machine = await running(lab, offer)
        await lab.adapter.relabel(machine.id, "dumont/test/other")
        told = await lab.adapter.machine(machine.id)
        assert (told.label, told.tags) == ("dumont/test/other", {"DUMONT_LABEL": LABEL})


class TestAccount:
    async def test_tells_the_balance_as_money(self, lab: Lab) -> None:
        assert await lab.adapter.balance() == Decimal("100.0")

    async def test_reads_an_error_that_has_status_200(self, lab: Lab, make_lab: MakeLab) -> None:
        await lab.faults({"fault": "graphql_error", "times": 1})
        with pytest.raises(errors.Unavailable):
            await lab.adapter.balance()
        with pytest.raises(errors.BadCredentials):
            await make_lab("runpod", {"api_key": "a-stranger"}).adapter.balance()

    async def test_waits_as_long_as_a_429_asks(self, lab: Lab) -> None:
        await lab.faults({"fault": "too_fast", "seconds": 12, "times": 1})
        with pytest.raises(errors.RateLimited) as caught:
            await lab.adapter.machines()
        assert caught.value.retry_seconds == 12
        await lab.adapter.machines()
        assert sum(lab.clock.slept) >= 12

    async def test_learns_from_headers_to_slow_down_before_a_429(self, lab: Lab) -> None:
        await lab.faults({"fault": "quota", "left": 0, "seconds": 20, "times": 1})
        await lab.adapter.machines()
        await lab.adapter.machines()
        assert sum(lab.clock.slept) >= 19
