"""Lambda's own ways: prices in cents, one SSH key by name, labels in tags and names, ends that take a while."""

import json
from decimal import Decimal

import pytest

from dumont.providers import errors
from dumont.providers.port import Listed
from tests.providers.adapters.orders import KEY, LABEL, order
from tests.providers.conftest import Lab, MakeLab

OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIotherother other"


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab("lambda", {"api_key": "sim-key"})


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    return next(each for each in (await lab.adapter.search()).offers if each.gpu_name == "A10" and each.available)


class TestSearch:
    async def test_makes_an_offer_of_each_type_in_each_region_that_has_it(self, lab: Lab) -> None:
        row = {"gpu": "H100 SXM", "gpu_count": 8, "price_hour": "2.99", "cpu_cores": 208, "ram_gb": 1800}
        regions = ("us-west-3", "europe-central-1")
        await lab.stock(*({**row, "number": 1 + i, "extra": {"region": name}} for i, name in enumerate(regions)))
        free = [each for each in (await lab.adapter.search()).offers if each.available]
        assert {(each.provider_offer_id, each.country) for each in free} == {
            ("gpu_8x_h100_sxm5:us-west-3", "US"),
            ("gpu_8x_h100_sxm5:europe-central-1", "DE"),
        }
        assert (free[0].gpu_name, free[0].gpu_count, free[0].price_hour) == ("H100 SXM", 8, Decimal("23.92"))
        assert (free[0].storage_price_gb_month, free[0].egress_price_gb) == (0, None)

    async def test_shows_types_that_are_sold_out_as_not_available(self, lab: Lab) -> None:
        await lab.stock()
        found = await lab.adapter.search()
        assert len(found.offers) > 10
        assert not any(each.available for each in found.offers)
        assert {each.provider_offer_id.rpartition(":")[2] for each in found.offers} == {"*"}

    async def test_knows_every_gpu_of_the_list_by_its_canonical_name(self, lab: Lab) -> None:
        found = await lab.adapter.search()
        assert (found.unnamed, found.skipped) == (0, 0)
        memory = {(each.gpu_name, each.vram_gb) for each in found.offers if each.gpu_name and "A100" in each.gpu_name}
        assert memory == {("A100 40GB PCIe", 40), ("A100 40GB SXM", 40), ("A100 80GB SXM", 80)}

    async def test_counts_a_slice_instead_of_selling_it(self, lab: Lab) -> None:
        await lab.faults({"fault": "slice"})
        found = await lab.adapter.search()
        assert found.slices == 1
        assert not any("mig" in each.provider_offer_id for each in found.offers)


class TestCreate:
    async def test_launches_with_exactly_one_key_and_the_rest_by_cloud_init(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, ssh_keys=[KEY, OTHER_KEY], onstart="echo hello"))
        launched = lab.world.rentals[made.id].extra["order"]
        (name,) = launched["ssh_key_names"]
        assert lab.world.extra["keys"][name]["public_key"] == KEY.removesuffix(" dumont")
        assert launched["user_data"].startswith("#cloud-config\n")
        config = json.loads(launched["user_data"].partition("\n")[2])
        assert config["ssh_authorized_keys"] == [KEY, OTHER_KEY]

    async def test_registers_a_key_once_and_takes_one_that_is_there(self, lab: Lab, offer: Listed) -> None:
        lab.world.extra["keys"] = {"mine": {"id": "1", "name": "mine", "public_key": f"{KEY} at home"}}
        first = await lab.adapter.create(order(offer))
        assert lab.world.rentals[first.id].extra["order"]["ssh_key_names"] == ["mine"]
        assert list(lab.world.extra["keys"]) == ["mine"]

    async def test_is_found_by_its_tag_whatever_the_length_of_the_label(self, lab: Lab, offer: Listed) -> None:
        label = f"dumont/{'installation' * 4}/0190f0c5-7e1e-7000-8000-0000000000aa"
        made = await lab.adapter.create(order(offer, label=label))
        assert (await lab.adapter.machine(made.id)).label == label
        await lab.faults({"fault": "no_tags"})
        assert (await lab.adapter.machine(made.id)).label == label[-64:]

    async def test_is_found_by_its_name_where_tags_do_not_come_back(self, lab: Lab, offer: Listed) -> None:
        await lab.adapter.create(order(offer))
        await lab.faults({"fault": "no_tags"})
        assert [machine.label for machine in (await lab.adapter.machines()).machines] == [LABEL]

    async def test_takes_no_machine_that_has_become_dearer(self, lab: Lab, offer: Listed) -> None:
        with pytest.raises(errors.OfferGone):
            await lab.adapter.create(order(offer, max_price_hour=Decimal("0.70")))
        assert await lab.truth() == []
        made = await lab.adapter.create(order(offer, max_price_hour=Decimal("0.75")))
        assert made.price_hour == Decimal("0.75")

    async def test_asks_nothing_of_a_type_that_is_sold_out_everywhere(self, lab: Lab) -> None:
        await lab.stock()
        gone = (await lab.adapter.search()).offers[0]
        with pytest.raises(errors.NoCapacity):
            await lab.adapter.create(order(gone))

    async def test_waits_ten_seconds_between_two_launches(self, lab: Lab, offer: Listed) -> None:
        await lab.adapter.create(order(offer))
        before = sum(lab.clock.slept)
        await lab.faults({"fault": "offer_gone"})
        with pytest.raises(errors.NoCapacity):
            await lab.adapter.create(order(offer))
        assert sum(lab.clock.slept) - before >= 9

    async def test_says_which_pause_a_429_to_a_launch_wants(self, lab: Lab, offer: Listed) -> None:
        lab.world.extra["launched_at"] = lab.world.now()
        await lab.faults({"fault": "pace"})
        with pytest.raises(errors.RateLimited):
            await lab.adapter.create(order(offer))

    async def test_takes_an_image_of_lambda_by_its_family_and_tells_a_container_to_the_machine(
        self, lab: Lab, offer: Listed
    ) -> None:
        made = await lab.adapter.create(order(offer, image="lambda-stack-24-04"))
        assert lab.world.rentals[made.id].extra["order"]["image"] == {"family": "lambda-stack-24-04"}
        await lab.adapter.destroy(made.id)
        await lab.advance(100)
        again = await lab.adapter.create(order(offer, image="runpod/pytorch:2"))
        assert "image" not in lab.world.rentals[again.id].extra["order"]


class TestMachine:
    async def test_has_an_address_once_it_is_active(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        assert (await lab.adapter.machine(made.id)).addresses == ()
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        assert [(a.port, a.user, a.direct) for a in machine.addresses] == [(22, "ubuntu", True)]
        assert (machine.state, machine.machine_id) == ("running", offer.machine_id)

    async def test_may_be_active_without_an_address(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "no_ip"})
        made = await lab.adapter.create(order(offer))
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.addresses) == ("running", ())

    async def test_has_failed_when_it_was_preempted_or_is_unhealthy(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        await lab.act("fail", made.id)
        assert (await lab.adapter.machine(made.id)).raw_state == "unhealthy"
        await lab.act("preempt", made.id)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.reason) == ("failed", "Lambda took it away.")

    async def test_is_terminating_for_a_while_and_then_not_listed(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        await lab.adapter.destroy(made.id)
        await lab.adapter.destroy(made.id)
        assert (await lab.adapter.machine(made.id)).state == "terminating"
        await lab.advance(95)
        assert (await lab.adapter.machines()).machines == []
        with pytest.raises(errors.MachineGone):
            await lab.adapter.machine(made.id)
        await lab.adapter.destroy(made.id)

    async def test_is_not_gone_because_a_page_of_some_proxy_says_404(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        await lab.faults({"fault": "html", "status": 404})
        with pytest.raises(errors.Unavailable):
            await lab.adapter.machine(made.id)
