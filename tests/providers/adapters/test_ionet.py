"""What io.net does its own way: hours quoted in advance, names given once, and refunds but for the first hour."""

from decimal import Decimal

import pytest

from dumont.providers import errors
from dumont.providers.adapters import ionet, ionet_forms
from dumont.providers.port import Created, Listed
from dumont.simulators.ionet import PREFIX
from dumont.simulators.ionet_blocks import hardware_id
from tests.providers.adapters.orders import KEY, LABEL, order
from tests.providers.conftest import Lab, MakeLab

BOX = {"gpu": "H100 PCIe", "gpu_count": 4, "spot_share": None, "price_hour": "2", "country": "US"}


@pytest.fixture
async def lab(make_lab: MakeLab) -> Lab:
    made = make_lab("ionet", {"api_key": "sim-key"})
    await made.stock(BOX, {**BOX, "country": "FI", "gpu_count": 1})
    return made


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    return next(o for o in (await lab.adapter.search()).offers if o.country == "US" and o.gpu_count == 1)


async def rented(lab: Lab, offer: Listed, hours: int = 3) -> Created:
    return await lab.adapter.create(order(offer, hours=hours))


class TestSearch:
    async def test_quotes_each_kind_in_each_place_and_size(self, lab: Lab) -> None:
        offers = (await lab.adapter.search()).offers
        told = {(o.country, o.gpu_count): o.price_hour for o in offers}
        assert told == {
            ("US", 1): Decimal("2.04"),
            ("US", 2): Decimal("4.08"),
            ("US", 4): Decimal("8.16"),
            ("FI", 1): Decimal("2.04"),
        }
        assert {o.gpu_name for o in offers} == {"H100 PCIe"}

    async def test_keeps_what_came_and_says_what_did_not(self, lab: Lab) -> None:
        await lab.faults({"fault": "status", "call": f"GET /ionet{PREFIX}/price", "times": 1})
        found = await lab.adapter.search()
        assert found.offers
        assert not found.complete
        assert len(found.notes) == 1

    @pytest.mark.parametrize(
        ("name", "canonical"),
        [
            ("NVIDIA H100 PCIe", "H100 PCIe"),
            ("NVIDIA GeForce RTX 4090", "RTX 4090"),
            ("NVIDIA A100-SXM4-80GB", "A100 80GB SXM"),
            ("NVIDIA H100 80GB HBM3", "H100 SXM"),
            ("NVIDIA A100 80GB PCIe", "A100 80GB PCIe"),
            ("NVIDIA A100", None),
            ("NVIDIA Something 9000", None),
        ],
    )
    def test_reads_names_that_are_free_text(self, name: str, canonical: str | None) -> None:
        found = ionet_forms.gpu_of(name)
        assert (found and found[0]) == canonical


class TestCreate:
    async def test_pays_for_all_hours_at_once(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer, hours=5)
        assert made.price_hour == Decimal("2.04")
        assert Decimal((await lab.bills())[made.id]["gpu"]) == Decimal("10.20")

    async def test_buys_one_hour_where_none_was_said(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        assert Decimal((await lab.bills())[made.id]["gpu"]) == Decimal("2.04")

    async def test_puts_keys_and_ports_into_the_deployment(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, ports=[8080]))
        own = lab.world.rentals[made.id].extra
        assert list(own["ssh_keys"].values()) == [KEY]
        assert [service["port"] for service in own["services"].values()] == [8080]

    async def test_is_the_first_one_for_a_name_that_is_taken(self, lab: Lab, offer: Listed) -> None:
        first, second = await rented(lab, offer), await rented(lab, offer)
        assert first.id == second.id
        assert len(await lab.truth()) == 1

    async def test_does_not_take_an_ended_one_for_the_same(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        await lab.adapter.destroy(made.id)
        await lab.advance(60)
        with pytest.raises(errors.Invalid, match="of this name before"):
            await rented(lab, offer)

    async def test_fails_when_the_price_has_risen(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "dearer"})
        with pytest.raises(errors.OfferGone):
            await rented(lab, offer)
        with pytest.raises(errors.OfferGone):
            await lab.adapter.create(order(offer, max_price_hour=Decimal("4.07")))
        assert (await lab.adapter.create(order(offer, max_price_hour=Decimal("4.08")))).price_hour == Decimal("4.08")

    async def test_is_found_by_its_name_after_a_lost_answer(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "nameless"})
        with pytest.raises(errors.OutcomeUnknown):
            await rented(lab, offer)
        assert [machine.label for machine in (await lab.adapter.machines()).machines] == [LABEL]

    @pytest.mark.parametrize("offer_id", ["", "1:2", "a:b:c"])
    async def test_refuses_what_is_no_offer_of_it(self, lab: Lab, offer: Listed, offer_id: str) -> None:
        strange = Listed(provider_offer_id=offer_id, machine_id="", gpu_name=None, gpu_count=1, price_hour=Decimal(1))
        with pytest.raises(errors.Invalid):
            await rented(lab, strange)


class TestMachines:
    async def test_run_until_their_hours_are_over(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer, hours=2)
        assert (await lab.adapter.machine(made.id)).state == "pending"
        await lab.advance(3600)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.price_hour) == ("running", Decimal("2.04"))
        assert machine.machine_id == offer.machine_id == f"{hardware_id('H100 PCIe')}:7"
        assert machine.ends_at is not None
        assert machine.addresses[0].user == "ionet"
        await lab.advance((machine.ends_at - lab.world.now()).total_seconds() + 61)
        with pytest.raises(errors.MachineGone, match="completed"):
            await lab.adapter.machine(made.id)
        assert (await lab.adapter.machines()).machines == []

    async def test_run_longer_when_more_hours_are_bought(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer, hours=2)
        await lab.advance(3600)
        before = (await lab.adapter.machine(made.id)).ends_at
        await lab.adapter.extend(made.id, 3)
        after = (await lab.adapter.machine(made.id)).ends_at
        assert before is not None
        assert after is not None
        assert (after - before).total_seconds() == 3 * 3600
        await lab.faults({"fault": "extend_refused"})
        with pytest.raises(errors.NoCapacity):
            await lab.adapter.extend(made.id, 3)

    async def test_give_back_what_was_not_used_but_for_the_first_hour(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer, hours=5)
        await lab.adapter.destroy(made.id)
        bill = (await lab.bills())[made.id]
        assert Decimal(bill["refund"]) == Decimal("-8.16")
        assert Decimal(bill["total"]) == Decimal("2.04")

    async def test_are_paid_back_when_they_fail(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "fails"})
        made = await rented(lab, offer)
        await lab.advance(600)
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, machine.reason) == ("failed", "VM failed to start")
        assert Decimal((await lab.bills())[made.id]["total"]) == 0
        await lab.adapter.destroy(made.id)
        await lab.advance(60)
        assert (await lab.adapter.machines()).machines == []

    async def test_stay_pending_when_they_are_stuck(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "stuck"})
        made = await rented(lab, offer)
        await lab.advance(7200)
        assert (await lab.adapter.machine(made.id)).state == "pending"

    async def test_have_no_address_before_the_cloud_tells_one(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        await lab.advance(3600)
        await lab.faults({"fault": "no_ssh"})
        machine = await lab.adapter.machine(made.id)
        assert (machine.state, list(machine.addresses)) == ("running", [])

    async def test_are_listed_over_all_pages(self, lab: Lab, offer: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ionet, "PAGE", 1)
        for i in range(3):
            await lab.adapter.create(order(offer, label=f"{LABEL}-{i}"))
        held = await lab.adapter.machines()
        assert ({machine.label for machine in held.machines}, held.complete) == (
            {f"{LABEL}-{i}" for i in range(3)},
            True,
        )
        await lab.faults({"fault": "first_page_only"})
        held = await lab.adapter.machines()
        assert (len(held.machines), held.complete) == (1, False)

    async def test_tell_their_events_as_logs(self, lab: Lab, offer: Listed) -> None:
        made = await rented(lab, offer)
        await lab.advance(3600)
        told = (await lab.adapter.logs(made.id)).splitlines()
        assert [line.split(" ", 1)[1] for line in told] == ["VM requested", "VM is running"]


class TestAddress:
    @pytest.mark.parametrize(
        ("command", "address"),
        [
            ("ssh root@1.2.3.4 -p 2222", ("1.2.3.4", 2222, "root")),
            ("ssh -p 2222 ionet@host.example.net", ("host.example.net", 2222, "ionet")),
            ("ssh root@1.2.3.4", ("1.2.3.4", 22, "root")),
            ("ssh root@[2001:db8::1] -p 22", ("2001:db8::1", 22, "root")),
            ("", None),
            (None, None),
            ("soon", None),
        ],
    )
    def test_is_read_from_the_command(self, command: object, address: tuple[str, int, str] | None) -> None:
        found = ionet_forms._address(command)
        assert (found and (found.host, found.port, found.user)) == address
