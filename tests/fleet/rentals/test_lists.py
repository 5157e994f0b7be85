"""What lists of machines prove and what they don't: nothing is destroyed, and nothing ends, on half a word."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from dumont.fleet.rentals import accounts, sweeping
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules.labels import label_of
from dumont.fleet.store import installation, races, rentals
from dumont.fleet.store.accounts import Outcome
from dumont.fleet.tables import FleetAccount, FleetRental
from dumont.simulators.world import Wanted
from tests.fleet.cloud_lab import CENT, CloudLab

LIST = "GET /vast/api/v1/instances"
DESTROY = "DELETE /vast/api/v0/instances"
THEIRS = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
async def held(lab: CloudLab, account: FleetAccount) -> FleetRental:
    return await lab.ready(await lab.rents(account))


def elsewhere(lab: CloudLab, label: str) -> str:
    """Somebody else uses the account, too."""
    free = next(machine for machine in lab.world.stock if len(lab.world.free(machine)) >= machine.gpu_count)
    wanted = Wanted(machine=free, count=1, label=label, price_hour=lab.world.price(free, 1))
    return lab.world.rent(wanted).id


async def our_label(lab: CloudLab, rental_id: UUID, at: str | None = None) -> str:
    async with lab.means.db.begin() as tx:
        name = await installation.name(tx, "0a1b2c3d", lab.clock.now())
    return label_of(at or name, rental_id)


class TestList:
    async def test_that_is_empty_proves_nothing(self, lab: CloudLab, held: FleetRental) -> None:
        lab.faults({"fault": "empty_list", "call": LIST, "times": 6})
        await lab.passes(240, step=30)
        assert (await lab.see(held)).stage == "ready"
        assert len(lab.alive()) == 1

    async def test_that_does_not_come_proves_nothing(self, lab: CloudLab, held: FleetRental) -> None:
        lab.faults({"fault": "status", "status": 502, "call": LIST, "times": 3})
        await lab.passes(240, step=30)
        seen = await lab.see(held)
        assert (seen.stage, seen.absences) == ("ready", 0)

    async def test_that_is_asked_for_during_another_one_comes_next(
        self, lab: CloudLab, account: FleetAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sweep, began = sweeping.sweep, []

        async def asked_for(listing: Listing) -> Outcome:
            began.append(listing.began)
            if len(began) == 1:
                lab.clock.advance(seconds=1)
                async with lab.means.db.begin() as tx:
                    await races.list_now(tx, account.id, lab.clock.now())
            return await sweep(listing)

        monkeypatch.setattr(sweeping, "sweep", asked_for)
        await lab.turns()
        assert len(began) == 2

    async def test_does_not_end_a_machine_that_is_slow_to_go(self, lab: CloudLab, held: FleetRental) -> None:
        lab.faults({"fault": "destroy_slow", "seconds": 90, "call": DESTROY})
        await lab.want(held, "gone")
        await lab.passes(60, step=5)
        assert (await lab.see(held)).stage == "ending"
        lab.faults()
        seen = await lab.until(held, "ended", seconds=200, step=2)
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT

    async def test_decides_whether_an_end_that_was_not_answered_was_one(self, lab: CloudLab, held: FleetRental) -> None:
        lab.faults(
            {"fault": "status", "status": 500, "call": DESTROY, "times": 2},
            {"fault": "drop_after", "call": DESTROY, "times": 1},
        )
        await lab.want(held, "gone")
        seen = await lab.until(held, "ended", seconds=300, step=2)
        assert lab.alive() == []
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT

    async def test_counts_strangers_and_never_touches_them(
        self, lab: CloudLab, held: FleetRental, account: FleetAccount
    ) -> None:
        labels = ["", "their-box", f"dumont/{held.id}", await our_label(lab, THEIRS, at="ffffffff"), "dumont/x/y/z"]
        theirs = {elsewhere(lab, label) for label in labels}
        await lab.passes(130, step=65)
        assert {each.id for each in lab.alive()} == theirs | {held.provider_machine_id}
        assert (await lab.see_account(account)).strangers == len(theirs)

    async def test_finds_machines_of_ours_that_belong_to_nobody(self, lab: CloudLab, held: FleetRental) -> None:
        lost = elsewhere(lab, await our_label(lab, uuid4()))
        await lab.passes(65, step=65)
        assert lost not in {each.id for each in lab.alive()}
        assert (await lab.see(held)).stage == "ready"

    @pytest.mark.parametrize("answered", [True, False])
    async def test_that_holds_a_machine_again_which_had_gone_pays_for_it_once(
        self, lab: CloudLab, account: FleetAccount, answered: bool
    ) -> None:
        rental = await lab.ready(await lab.rents(account))
        elsewhere(lab, "their-box")
        await lab.passes(600, step=60)
        hidden = lab.world.rentals.pop(str(rental.provider_machine_id))
        await lab.want(rental, "gone")
        await lab.until(rental, "ended", seconds=200, step=2)
        lab.world.rentals[hidden.id] = hidden
        if not answered:
            lab.faults({"fault": "drop_after", "call": DESTROY, "times": 1})
        await lab.passes(130, step=65)
        assert hidden.state == "gone"
        assert abs(await lab.cost(rental) - lab.billed(rental)) < CENT

    async def test_of_a_key_that_is_refused_is_made_anew_with_a_newer_one(
        self, lab: CloudLab, held: FleetRental, account: FleetAccount
    ) -> None:
        """Its owner has changed his key: what he had made with the old one is found, and ended, with the new one."""
        async with lab.means.db.begin() as tx:
            old = await tx.get_one(FleetAccount, account.id)
            old.sealed = accounts.sealed(lab.means.vault, old.id, {"api_key": "withdrawn"})
            old.fingerprint = "withdrawn"
        await lab.passes(65, step=65)
        await lab.want(held, "gone")
        newer = await lab.account()
        await lab.passes(130, step=65)
        await lab.until(held, "ended", seconds=600, step=20)
        assert (await lab.see(held)).account_id == newer.id
        assert lab.alive() == []

    async def test_is_believed_of_its_own_account_alone(
        self, lab: CloudLab, held: FleetRental, account: FleetAccount
    ) -> None:
        """Whoever claims another account at that moment writes nothing of this one."""
        claim = uuid4()
        other = await lab.account(user_id=uuid4())
        async with lab.means.db.begin() as tx:
            await tx.execute(update(FleetAccount).where(FleetAccount.id == other.id).values(claim=claim))
        async with lab.means.db.begin() as tx:
            assert await rentals.hold(tx, held.id, listing=claim) is None
            await tx.execute(update(FleetAccount).where(FleetAccount.id == account.id).values(claim=claim))
            assert await rentals.hold(tx, held.id, listing=claim) is not None


class TestCadence:
    async def test_is_quick_only_while_something_starts_or_ends(
        self, lab: CloudLab, held: FleetRental, account: FleetAccount
    ) -> None:
        assert await _lists_within(lab, account, 30) == 0
        await lab.want(held, "gone")
        await lab.turns()
        before = await _listed_at(lab, account)
        await lab.passes(4)
        assert await _listed_at(lab, account) != before
        await lab.until(held, "ended")
        assert await _lists_within(lab, account, 30) == 0


async def _lists_within(lab: CloudLab, account: FleetAccount, seconds: float) -> int:
    before = await _listed_at(lab, account)
    await lab.passes(seconds, step=seconds / 2)
    return int(await _listed_at(lab, account) != before)


async def _listed_at(lab: CloudLab, account: FleetAccount) -> datetime | None:
    return (await lab.see_account(account)).listed_at
