"""Google's own ways: machine types in zones, operations, tokens, narrow labels, spot machines that stop."""

import re
from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from dumont.providers import errors
from dumont.providers.adapters import gcp_rows
from dumont.providers.port import Listed
from tests.providers.adapters.orders import KEY, LABEL, offer_of, order
from tests.providers.conftest import Lab, MakeLab
from tests.providers.profiles.gcp import INSERT, LIST, PROFILE, PROJECT

L4 = "g2-standard-4:us-central1-a"
STANDBY = "e2-medium:us-central1-a"


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab("gcp", PROFILE.credentials, keep=True)


@pytest.fixture
async def offer(lab: Lab) -> Listed:
    return offer_of((await lab.adapter.search()).offers, L4)


def sign_ins(lab: Lab) -> int:
    return sum(1 for fixture in lab.opened.recording.fixtures() if "/token" in str(fixture))


class TestSearch:
    async def test_makes_an_offer_of_type_and_zone_at_the_price_of_the_list(self, offer: Listed) -> None:
        assert (offer.gpu_name, offer.gpu_count, offer.vram_gb) == ("L4", 1, 24)
        assert (offer.region, offer.country, offer.cpu_cores) == ("us-central1", "US", 4)
        assert (offer.price_hour, offer.spot_price_hour) == (Decimal("0.706832"), Decimal("0.281836"))

    async def test_shows_small_machines_without_gpu(self, lab: Lab) -> None:
        small = offer_of((await lab.adapter.search()).offers, STANDBY)
        assert (small.gpu_name, small.gpu_count, small.price_hour) == (None, 0, Decimal("0.033506"))

    async def test_shows_what_is_sold_as_spot_only_without_another_price(self, lab: Lab) -> None:
        offers = (await lab.adapter.search()).offers
        part = next(each for each in offers if each.provider_offer_id.startswith("a3-highgpu-1g:us-central1"))
        assert (part.gpu_name, part.price_hour) == ("H100 SXM", None)
        with pytest.raises(errors.Invalid, match="not sold that way"):
            await lab.adapter.create(order(part))

    async def test_keeps_to_the_regions_asked_for(self, make_lab: MakeLab) -> None:
        lab = make_lab("gcp", {**PROFILE.credentials, "regions": "europe-west4"})
        assert {each.region for each in (await lab.adapter.search()).offers} == {"europe-west4"}


class TestList:
    async def test_says_that_a_zone_is_missing(self, lab: Lab, offer: Listed) -> None:
        await lab.adapter.create(order(offer))
        await lab.faults({"fault": "unreachable", "zone": "us-central1-a"})
        held, found = await lab.adapter.machines(), await lab.adapter.search()
        assert (held.machines, held.complete) == ([], False)
        assert not found.complete
        assert "us-central1-a did not answer" in found.notes

    async def test_reads_all_pages_or_none(self, lab: Lab, offer: Listed) -> None:
        small = offer_of((await lab.adapter.search()).offers, STANDBY)
        made = {(await lab.adapter.create(order(each, label=each.machine_id))).id for each in (offer, small)}
        lab.world.extra["page"] = 1
        assert {machine.id for machine in (await lab.adapter.machines()).machines} == made
        await lab.faults({"fault": "first_page_only"})
        with pytest.raises(errors.Unavailable):
            await lab.adapter.machines()


class TestToken:
    async def test_is_kept_and_renewed_when_it_is_refused(self, lab: Lab) -> None:
        await lab.adapter.machines()
        await lab.adapter.machines()
        assert sign_ins(lab) == 1
        await lab.faults({"fault": "expired", "times": 1})
        assert (await lab.adapter.machines()).complete
        assert sign_ins(lab) == 2

    @pytest.mark.parametrize("key", ["nothing", "{}", '{"client_email": "a", "private_key": "b", "project_id": "c"}'])
    async def test_needs_the_whole_key(self, key: str, make_lab: MakeLab) -> None:
        lab = make_lab("gcp", {"service_account": key})
        with pytest.raises(errors.BadCredentials):
            await lab.adapter.search()

    async def test_renewed_in_the_middle_of_an_order_makes_one_machine(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "expired", "call": INSERT, "times": 1})
        await lab.adapter.create(order(offer))
        assert len(await lab.truth()) == 1


class TestCreate:
    async def test_lost_after_it_was_done_is_found_by_asking_again(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "after_commit", "times": 1})
        with pytest.raises(errors.OutcomeUnknown):
            await lab.adapter.create(order(offer))
        again = await lab.adapter.create(order(offer))
        assert [machine.id for machine in (await lab.adapter.machines()).machines] == [again.id]

    async def test_adopts_the_machine_of_its_label_when_the_request_is_forgotten(self, lab: Lab, offer: Listed) -> None:
        first = await lab.adapter.create(order(offer))
        lab.world.extra["requests"].clear()
        assert (await lab.adapter.create(order(offer))).id == first.id
        await lab.adapter.relabel(first.id, "somebody-else")
        with pytest.raises(errors.Invalid, match="in use by another"):
            await lab.adapter.create(order(offer))

    async def test_takes_the_next_zone_under_the_same_label(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "op_error", "times": 1})
        with pytest.raises(errors.NoCapacity):
            await lab.adapter.create(order(offer))
        other = offer_of((await lab.adapter.search()).offers, "g2-standard-4:us-central1-b")
        made = await lab.adapter.create(order(other))
        assert made.id.startswith("us-central1-b/")

    async def test_whose_operation_is_not_told_is_made_all_the_same(self, lab: Lab, offer: Listed) -> None:
        await lab.faults({"fault": "status", "status": 503, "call": f"POST {PROJECT}/zones/us-central1-a/operations"})
        made = await lab.adapter.create(order(offer))
        await lab.faults()
        assert (await lab.adapter.machine(made.id)).label == LABEL

    async def test_above_its_limit_is_refused_before_asking(self, lab: Lab, offer: Listed) -> None:
        with pytest.raises(errors.OfferGone):
            await lab.adapter.create(order(offer, spot=True, max_price_hour=Decimal("0.1")))
        assert await lab.truth() == []

    def test_asks_for_what_was_ordered(self) -> None:
        offer = gcp_rows.listed("g2-standard-4", "us-central1-a")
        assert offer is not None
        wanted = order(offer, spot=True, onstart="echo mine")
        body = gcp_rows.instance_body(wanted, "g2-standard-4", "us-central1-a", images=("", ""), gate="dumont-22")
        assert body["scheduling"]["provisioningModel"] == "SPOT"
        assert body["scheduling"]["instanceTerminationAction"] == "STOP"
        disk = body["disks"][0]["initializeParams"]
        assert (disk["diskSizeGb"], "nvidia" in disk["sourceImage"]) == ("60", True)
        assert _script(body).startswith("#!/bin/bash")
        assert _script(body).endswith("echo mine")
        assert b64encode(f"{KEY}\n".encode()).decode() in _script(body)


class TestMachine:
    async def test_preempted_is_stopped_and_says_so(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, spot=True, disk_gb=73))
        await lab.advance(600)
        await lab.act("preempt", lab.world.live()[0].id)
        await lab.advance(31)
        for machine in (await lab.adapter.machine(made.id), (await lab.adapter.machines()).machines[0]):
            assert (machine.state, machine.outbid, machine.reason) == ("stopped", True, "preempted")
            assert machine.price_hour == Decimal("0.01")

    async def test_stopped_by_us_is_not_preempted(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer, spot=True))
        await lab.advance(600)
        await lab.adapter.stop(made.id)
        assert not (await lab.adapter.machine(made.id)).outbid

    async def test_without_an_address_has_none(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        await lab.advance(600)
        await lab.faults({"fault": "no_ip"})
        assert (await lab.adapter.machine(made.id)).addresses == ()

    async def test_relabelled_by_somebody_faster_must_be_looked_at_again(self, lab: Lab, offer: Listed) -> None:
        made = await lab.adapter.create(order(offer))
        stale = {"fault": "refuse", "status": 412, "reason": "conditionNotMet"}
        await lab.faults({**stale, "call": f"POST {PROJECT}/zones/us-central1-a/instances/"})
        with pytest.raises(errors.Unavailable):
            await lab.adapter.relabel(made.id, "other")

    async def test_refused_for_its_speed_waits_before_the_next_list(self, lab: Lab) -> None:
        await lab.faults({"fault": "refuse", "status": 403, "reason": "rateLimitExceeded", "call": LIST, "times": 1})
        with pytest.raises(errors.RateLimited):
            await lab.adapter.machines()
        before = len(lab.clock.slept)
        await lab.adapter.machines()
        assert max(lab.clock.slept[before:]) >= 9


class TestLabel:
    @pytest.mark.parametrize("label", ["plain-1", "With Capitals", LABEL, "_2f_", "dumont_trap", "ä", "A" * 60])
    def test_comes_back_as_it_was(self, label: str) -> None:
        labels = gcp_rows.to_labels(label)
        assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", part) for part in (*labels, *labels.values()))
        assert gcp_rows.label_of({"labels": labels}) == label

    def test_shorter_leaves_nothing_of_the_longer_one(self) -> None:
        row = {"labels": gcp_rows.to_labels("A" * 60) | {"team": "red"}}
        assert gcp_rows.with_label(row, "b") == {"team": "red", "dumont": "1", "dumont-label-0": "b"}

    def test_too_long_is_refused(self) -> None:
        with pytest.raises(errors.Invalid):
            gcp_rows.to_labels("A" * 90)


def _script(body: Mapping[str, Any]) -> str:
    return str(body["metadata"]["items"][0]["value"])
