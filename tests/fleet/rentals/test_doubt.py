"""Create calls whose answer says too little, too much or nothing: one machine at most comes of each."""

import time
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from dumont.fleet.rentals import acting, leasing, renting
from dumont.fleet.tables import FleetAccount
from tests.fleet.cloud_lab import CENT, CloudLab
from tests.fleet.rentals.test_life import attempts

CREATE = "PUT /vast/api/v0/asks"


class TestCreateCall:
    async def test_whose_answer_was_lost_is_found_by_its_label(self, lab: CloudLab, account: FleetAccount) -> None:
        lab.faults({"fault": "drop_after", "call": CREATE, "times": 1})
        rental = await lab.ready(await lab.rents(account))
        [machine] = lab.machines(rental)
        assert rental.provider_machine_id == machine.id
        await lab.want(rental, "gone")
        await lab.until(rental, "ended")
        assert abs(await lab.cost(rental) - lab.billed(rental)) < CENT

    async def test_that_may_have_failed_is_settled_by_lists_and_never_made_again(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        lab.faults({"fault": "status", "status": 500, "call": CREATE, "times": 1})
        rental = await lab.rents(account)
        await lab.passes(10)
        assert (await lab.see(rental)).stage == "creating"
        seen = await lab.until(rental, "ended", seconds=120, step=4)
        assert (seen.why_ended, seen.accepted_at, lab.machines(rental)) == ("never_made", None, [])
        assert await attempts(lab) == []

    async def test_is_not_made_by_a_process_that_slept_when_its_turn_came(
        self, lab: CloudLab, account: FleetAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rental = await lab.rents(account)

        async def sleep(*_given: object, **_more: object) -> None:
            later = leasing.ticks() + 2 * lab.means.settings.worker_lease_seconds
            monkeypatch.setattr(leasing, "time", SimpleNamespace(monotonic=lambda: later))

        with monkeypatch.context() as patch:
            patch.setattr(lab.means.clouds.limiter, "take", sleep)
            await acting.turn(lab.means)
        assert (await lab.see(rental)).attempted_at is not None
        assert lab.machines(rental) == []
        monkeypatch.setattr(leasing, "time", time)
        assert (await lab.until(rental, "ended", seconds=120, step=4)).why_ended == "never_made"

    async def test_that_made_two_machines_keeps_one(self, lab: CloudLab, account: FleetAccount) -> None:
        sizes = {str(machine.number): machine.gpu_count for machine in lab.world.stock}
        chosen = next(o for o in await lab.offers() if 0 < 2 * o.gpu_count <= sizes[o.machine_id])
        lab.faults({"fault": "double_answer", "times": 1})
        rental = await lab.ready(await lab.rents(account, chosen))
        assert len(lab.machines(rental)) == 2
        assert [each.id for each in lab.alive()] == [rental.provider_machine_id]
        await lab.want(rental, "gone")
        await lab.until(rental, "ended")
        assert abs(await lab.cost(rental) - lab.billed(rental)) < CENT

    async def test_for_what_is_sold_ends_at_once_and_blames_nobody(self, lab: CloudLab, account: FleetAccount) -> None:
        lab.faults({"fault": "offer_gone"})
        rental = await lab.rents(account)
        await lab.turns()
        seen = await lab.see(rental)
        assert (seen.stage, seen.why_ended, seen.error_code) == ("ended", "offer_gone", "offer_gone")
        assert await attempts(lab) == [("deploy", "offer_gone")]

    async def test_refused_with_a_machine_left_behind_destroys_it(self, lab: CloudLab, account: FleetAccount) -> None:
        """A bid that is too low: an error, and a stopped machine whose disk costs."""
        chosen = next(offer for offer in await lab.offers() if offer.gpu_count == 1 and offer.spot_price_hour)
        low = (chosen.spot_price_hour or Decimal(1)) / 2
        rental = await lab.rents(account, replace(chosen, spot_price_hour=low), spot=True)
        seen = await lab.until(rental, "ended", seconds=120)
        assert (seen.why_ended, len(lab.machines(rental)), lab.alive()) == ("offer_gone", 1, [])

    async def test_that_came_too_early_is_made_later(self, lab: CloudLab, account: FleetAccount) -> None:
        lab.faults({"fault": "status", "status": 429, "headers": {"retry-after": "7"}, "call": CREATE, "times": 1})
        rental = await lab.rents(account)
        await lab.turns()
        assert (await lab.see(rental)).stage == "intended"
        await lab.passes(8)
        assert len(lab.machines(rental)) == 1

    async def test_with_a_refused_key_ends_and_says_so(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.rents(account)
        lab.world.setup = replace(lab.world.setup, key="another")
        await lab.turns()
        seen = await lab.see(rental)
        assert (seen.stage, seen.error_code) == ("ended", "bad_credentials")
        assert (await lab.see_account(account)).error_code == "bad_credentials"

    async def test_is_made_for_one_rental_of_an_offer_alone(self, lab: CloudLab, account: FleetAccount) -> None:
        chosen = (await lab.offers())[0]
        rental = await lab.rents(account, chosen)
        with pytest.raises(renting.Claimed):
            await lab.rents(account, chosen)
        await lab.want(rental, "gone")
        await lab.turns()
        assert (await lab.rents(account, chosen)).stage == "intended"
