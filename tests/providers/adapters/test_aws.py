"""EC2's own ways: types in zones, prices from two places, regions that fail alone, spot machines taken back."""

import json
import sys
from base64 import b64decode
from decimal import Decimal
from typing import Any

import pytest

from dumont.providers import errors
from dumont.providers.adapters import aws_calls, aws_rows
from dumont.providers.port import Listed
from dumont.simulators import aws_moto, aws_xml
from tests.providers.adapters.orders import KEY, offer_of, order
from tests.providers.conftest import Lab, MakeLab
from tests.providers.profiles.aws import PROFILE

G5 = "g5.xlarge:us-east-1a"


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab("aws", PROFILE.credentials)


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    return offer_of((await lab.adapter.search()).offers, G5)


def moto(lab: Lab) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[aws_moto.account(lab.world)]["us-east-1"]


class TestSearch:
    async def test_makes_an_offer_of_type_and_zone_with_both_prices(self, offer: Listed) -> None:
        assert (offer.gpu_name, offer.gpu_count, offer.region, offer.country) == ("A10G", 1, "us-east-1", "US")
        assert (offer.cpu_cores, offer.ram_gb, offer.price_hour) == (4, 16, Decimal("1.006"))
        assert offer.spot_price_hour is not None
        assert 0 < offer.spot_price_hour <= Decimal("1.006")
        assert offer.machine_id == "us-east-1a:g5.xlarge"

    async def test_reads_all_pages_of_prices(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = await lab.adapter.search()
        monkeypatch.setattr(aws_xml, "PAGE", 7)
        assert await lab.adapter.search() == whole

    async def test_says_which_region_did_not_answer_and_keeps_the_rest(self, make_lab: MakeLab) -> None:
        lab = make_lab("aws", {**PROFILE.credentials, "regions": "us-east-1, us-west-2"})
        refused = {"fault": "refuse", "code": "InternalError", "status": 500, "times": 1}
        await lab.faults({**refused, "call": PROFILE.search})
        found = await lab.adapter.search()
        assert {offer.region for offer in found.offers} == {"us-west-2"}
        assert not found.complete
        assert len(found.notes) == 1
        await lab.faults({**refused, "call": PROFILE.listing})
        assert not (await lab.adapter.machines()).complete

    async def test_keeps_the_price_on_demand_where_the_spot_price_does_not_parse(self, lab: Lab) -> None:
        await lab.faults({"fault": "bad_row"})
        found = await lab.adapter.search()
        assert found.skipped == 1
        (without,) = (offer for offer in found.offers if offer.spot_price_hour is None)
        assert without.price_hour is not None

    def test_shows_no_local_zone_and_nothing_without_facts_or_price(self) -> None:
        assert aws_rows.listed("g5.xlarge", "us-west-2-lax-1a", Decimal("0.4")) is None
        assert aws_rows.listed("g99.xlarge", "us-west-2a", Decimal("0.4")) is None
        assert aws_rows.listed("g5.xlarge", "eu-west-1a", None) is None
        only_spot = aws_rows.listed("g5.xlarge", "eu-west-1a", Decimal("0.4"))
        assert only_spot is not None
        assert (only_spot.price_hour, only_spot.spot_price_hour, only_spot.country) == (None, Decimal("0.4"), "IE")


class TestCreate:
    async def test_asked_again_gives_the_same_machine_and_another_offer_another(self, lab: Lab, offer: Listed) -> None:
        first = await lab.adapter.create(order(offer))
        assert (await lab.adapter.create(order(offer))).id == first.id
        other = offer_of((await lab.adapter.search()).offers, "g6.xlarge:us-east-1a")
        assert (await lab.adapter.create(order(other))).id != first.id
        assert len(await lab.truth()) == 2

    async def test_finds_its_machine_when_the_newest_image_has_changed(
        self, lab: Lab, offer: Listed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = await lab.adapter.create(order(offer))
        newer = ("ami-0d0d0d0d0d0d0d003", "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04)", "2027-01-01")
        monkeypatch.setattr(aws_xml, "IMAGES", (*aws_xml.IMAGES, newer))
        assert (await lab.adapter.create(order(offer))).id == first.id
        assert len(await lab.truth()) == 1

    async def test_takes_the_newest_image_our_keys_and_a_disk_that_holds_it(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, disk_gb=10, onstart="echo mine"))
        (rental,) = await lab.truth()
        assert (rental["image"], rental["disk_gb"]) == ("ami-0d0d0d0d0d0d0d002", 65)
        instance = moto(lab).get_instance(made.id.partition("/")[2])
        assert instance.instance_initiated_shutdown_behavior == "terminate"
        assert instance.metadata_options.http_tokens == "required"
        wanted = json.loads(b64decode(str(instance.user_data)).decode().partition("\n")[2])
        assert wanted["ssh_authorized_keys"] == [KEY]
        assert "echo mine" in b64decode(wanted["write_files"][1]["content"]).decode()

    async def test_opens_its_ports_once_for_all_machines(self, lab: Lab, offer: Listed) -> None:
        other = offer_of((await lab.adapter.search()).offers, "g6.xlarge:us-east-1a")
        for each in (offer, other):
            await lab.adapter.create(order(each, ports=[8080]))
        groups = [group for group in moto(lab).describe_security_groups() if group.name == "dumont-8080"]
        assert [sorted(rule.from_port for rule in group.ingress_rules) for group in groups] == [[22, 8080]]

    async def test_refuses_an_order_above_its_limit_before_asking(self, lab: Lab, offer: Listed) -> None:
        with pytest.raises(errors.OfferGone):
            await lab.adapter.create(order(offer, max_price_hour=Decimal("0.9")))
        assert await lab.truth() == []

    async def test_bids_no_more_than_was_said(self, lab: Lab, offer: Listed) -> None:
        assert offer.spot_price_hour is not None
        low = offer.spot_price_hour / 2
        with pytest.raises(errors.OfferGone, match="SpotMaxPriceTooLow"):
            await lab.adapter.create(order(offer, spot=True, max_price_hour=low))

    async def test_without_boto3_says_what_to_install(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        aws_calls.boto.cache_clear()
        monkeypatch.setitem(sys.modules, "boto3", None)
        with pytest.raises(errors.Unavailable, match=r"pip install dumont\[aws\]"):
            await lab.adapter.search()
        aws_calls.boto.cache_clear()


class TestSpot:
    async def test_pays_the_price_of_now(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, spot=True, disk_gb=73))
        await lab.advance(600)
        await lab.act("spike", factor="1.5")
        machine = await lab.adapter.machine(made.id)
        assert offer.spot_price_hour is not None
        disk = Decimal("0.008")
        assert machine.price_hour == (offer.spot_price_hour * Decimal("1.5")).quantize(Decimal("0.0001")) + disk

    async def test_can_only_be_ended(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, spot=True))
        with pytest.raises(errors.Unsupported):
            await lab.adapter.stop(made.id)

    async def test_taken_back_is_gone_for_sure_and_says_why(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, spot=True))
        await lab.advance(600)
        await lab.act("interrupt", made.id.partition("/")[2], seconds=120)
        assert (await lab.adapter.machine(made.id)).state == "running"
        await lab.advance(200)
        with pytest.raises(errors.MachineGone, match="SpotInstanceTermination"):
            await lab.adapter.machine(made.id)
        assert (await lab.adapter.machines()).machines == []


class TestMachine:
    async def test_long_gone_is_not_known_which_is_no_proof(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        await lab.adapter.destroy(made.id)
        await lab.advance(4000)
        with pytest.raises(aws_calls.NotFound):
            await lab.adapter.machine(made.id)

    async def test_stopped_costs_its_disk(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, disk_gb=730))
        await lab.advance(600)
        await lab.adapter.stop(made.id)
        stopped = await lab.adapter.machine(made.id)
        assert (stopped.state, stopped.price_hour, stopped.addresses) == ("stopped", Decimal("0.08"), ())

    async def test_of_somebody_else_in_the_account_is_not_seen(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        moto(lab).run_instances("ami-1", 1, None, [], is_instance_type_default=True, region_name="us-east-1", tags={})
        assert [machine.id for machine in (await lab.adapter.machines()).machines] == [made.id]
