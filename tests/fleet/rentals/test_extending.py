"""A machine that is paid ahead: held for as long as it is needed, and paid for once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from dumont.fleet.events import PaidHoursEnd
from dumont.fleet.rentals import extending as duty
from dumont.fleet.rules import extending as rules
from dumont.fleet.tables import FleetAccount, FleetBudget, FleetEvent, FleetExtension, FleetInstance, FleetRental
from dumont.platform.db import Db
from dumont.platform.settings import Settings
from dumont.simulators.ionet import PREFIX
from dumont.simulators.ionet_blocks import Blocks
from dumont.simulators.rentals import Rental
from dumont.simulators.server import Simulators
from tests.fleet.cloud_lab import CENT, CloudLab, make_lab
from tests.fleet.deaths import Deaths, Killed

EXTEND = f"POST /ionet{PREFIX}/deployment"
LEASE_SECONDS = 16.0


@pytest.fixture
async def cloud(own_db: Db, settings: Settings, simulators: Simulators) -> AsyncIterator[CloudLab]:
    made = make_lab(own_db, settings, simulators, "ionet", machines=12)
    clouds = made.means.clouds
    yield made
    await clouds.close()


@pytest.fixture
async def rental(cloud: CloudLab) -> FleetRental:
    return await in_use(cloud, await cloud.account())


async def in_use(cloud: CloudLab, account: FleetAccount) -> FleetRental:
    return await cloud.until(await cloud.rents(account, role="primary"), "running", seconds=60, step=5)


async def passes(cloud: CloudLab, seconds: float, step: float) -> None:
    """Nothing happens but what is bought."""
    for _ in range(round(seconds / step)):
        while await duty.turn(cloud.means) == 0:
            pass
        cloud.clock.advance(seconds=step)


async def change(cloud: CloudLab, rental: FleetRental, **values: Any) -> None:
    async with cloud.means.db.begin() as tx:
        await tx.execute(update(FleetInstance).where(FleetInstance.id == rental.instance_id).values(**values))


async def extension(cloud: CloudLab, rental: FleetRental) -> FleetExtension:
    async with cloud.means.db.begin() as tx:
        return (await tx.execute(select(FleetExtension).where(FleetExtension.rental_id == rental.id))).scalar_one()


async def warnings(cloud: CloudLab, rental: FleetRental) -> list[str]:
    query = select(FleetEvent.why).where(FleetEvent.instance_id == rental.instance_id, FleetEvent.kind == "warning")
    async with cloud.means.db.begin() as tx:
        return list((await tx.execute(query)).scalars())


def hours(cloud: CloudLab, rental: FleetRental) -> int:
    """That were paid for, as the cloud knows them."""
    [machine] = cloud.machines(rental)
    return int(machine.extra["hours"])


class TestMachineInUse:
    async def test_lives_on_for_as_long_as_it_is_needed_and_costs_what_it_was_used(
        self, cloud: CloudLab, rental: FleetRental
    ) -> None:
        await passes(cloud, 5 * 3600, 240)
        seen = await cloud.see(rental)
        assert seen.stage == "running"
        assert seen.paid_until is not None
        assert timedelta(minutes=40) < seen.paid_until - cloud.clock.now() < timedelta(minutes=106)
        assert (await extension(cloud, rental)).bought_hours == hours(cloud, rental) - 1
        await cloud.want(rental, "gone")
        await cloud.until(rental, "ended", seconds=120, step=5)
        assert abs(await cloud.cost(rental) - cloud.billed(rental)) < CENT

    async def test_that_is_given_up_early_has_cost_its_first_hour(self, cloud: CloudLab, rental: FleetRental) -> None:
        await passes(cloud, 300, 60)
        await cloud.want(rental, "gone")
        await cloud.until(rental, "ended", seconds=120, step=5)
        assert cloud.billed(rental) > rental.price_hour * 9 / 10
        assert abs(await cloud.cost(rental) - cloud.billed(rental)) < CENT

    async def test_gets_no_hour_beyond_the_end_of_its_instance(self, cloud: CloudLab, rental: FleetRental) -> None:
        await change(cloud, rental, until_at=cloud.clock.now() + timedelta(minutes=40))
        await passes(cloud, 3000, 240)
        assert hours(cloud, rental) == 1
        await change(cloud, rental, until_at=cloud.clock.now() + timedelta(minutes=40))
        await passes(cloud, 300, 60)
        assert hours(cloud, rental) == 2

    async def test_gets_no_hour_that_the_budget_does_not_last_for(self, cloud: CloudLab, rental: FleetRental) -> None:
        async with cloud.means.db.begin() as tx:
            limit = rental.price_hour / 2
            now = cloud.clock.now()
            tx.add(FleetBudget(owner_id=rental.owner_id, of_team=False, per_day=limit, changed_at=now))
        await passes(cloud, 1800, 240)
        assert hours(cloud, rental) == 1

    async def test_that_is_to_be_given_up_is_kept_only_while_its_work_is_not_saved(
        self, cloud: CloudLab, rental: FleetRental
    ) -> None:
        await change(cloud, rental, wish="hibernated")
        await passes(cloud, 2400, 240)
        assert hours(cloud, rental) == 1
        await passes(cloud, 900, 60)
        assert hours(cloud, rental) == 2

    async def test_that_only_races_is_not_paid_for_longer(self, cloud: CloudLab) -> None:
        rental = await cloud.until(await cloud.rents(await cloud.account()), "running", seconds=60, step=5)
        await passes(cloud, 3300, 240)
        seen = await cloud.see(rental)
        assert seen.paid_until is not None
        assert hours(cloud, rental) == 1


class TestPurchaseThatFails:
    async def test_is_told_once_with_the_moment_at_which_the_machine_ends(
        self, cloud: CloudLab, rental: FleetRental
    ) -> None:
        cloud.world.credit = cloud.world.spent()
        await passes(cloud, 1800, 60)
        ends = (await cloud.see(rental)).paid_until
        assert ends is not None
        [told] = cloud.published.of(PaidHoursEnd)
        assert (told.instance_id, told.ends_at, told.provider) == (rental.instance_id, ends, "io.net")
        [why] = await warnings(cloud, rental)
        assert "io.net lacks credit" in why
        assert f"ends at {ends:%H:%M} UTC" in why
        assert (await extension(cloud, rental)).error_code == "no_funds"

    async def test_that_has_become_dearer_than_was_agreed_is_not_made(
        self, cloud: CloudLab, rental: FleetRental
    ) -> None:
        cloud.faults({"fault": "dearer"})
        await passes(cloud, 1800, 240)
        assert hours(cloud, rental) == 1
        [told] = cloud.published.of(PaidHoursEnd)
        assert f"and ${rental.price_hour + CENT:.4f} are the most" in told.why
        await change(cloud, rental, wanted={"max_price_hour": str(rental.price_hour * 2 + CENT)})
        await passes(cloud, 600, 120)
        assert hours(cloud, rental) == 2

    async def test_is_made_good_as_soon_as_it_can_be(self, cloud: CloudLab, rental: FleetRental) -> None:
        credit, cloud.world.credit = cloud.world.credit, cloud.world.spent()
        await passes(cloud, 1500, 60)
        cloud.world.credit = credit
        await passes(cloud, 180, 20)
        known = await extension(cloud, rental)
        assert (hours(cloud, rental), known.bought_hours, known.error_code) == (2, 1, None)

    async def test_that_may_be_over_in_a_minute_is_not_told_at_once(self, cloud: CloudLab, rental: FleetRental) -> None:
        cloud.faults({"fault": "status", "status": 409, "call": f"{EXTEND}/", "times": 3})
        await passes(cloud, 1500, 60)
        assert cloud.published.of(PaidHoursEnd) == []
        assert hours(cloud, rental) == 2


class Lives:
    """One purchase after the other for one machine, each by workers of which one is killed."""

    def __init__(self, cloud: CloudLab, rental: FleetRental) -> None:
        self.cloud, self.rental = cloud, rental
        self.alive = cloud.means

    async def bought(self, deaths: Deaths) -> int:
        """Hours, when all is settled."""
        end, before = (await self.cloud.see(self.rental)).paid_until, hours(self.cloud, self.rental)
        assert end is not None
        self.cloud.clock.advance(seconds=(end - timedelta(minutes=44) - self.cloud.clock.now()).total_seconds())
        self.cloud.means = deaths.wrap(self.alive)
        for _ in range(14):
            try:
                await duty.turn(self.cloud.means)
            except (Killed, BaseExceptionGroup):
                assert deaths.dead
                self.cloud.means = self.alive
                self.cloud.clock.advance(seconds=LEASE_SECONDS)
            self.cloud.clock.advance(seconds=15)
        self.cloud.means = self.alive
        return hours(self.cloud, self.rental) - before

    async def judged(self) -> dict[str, int]:
        """By the point of death: what was paid for, if it is not one hour."""
        counting = Deaths()
        assert await self.bought(counting) == 1
        found = {}
        for number in range(1, counting.points.index("extend") + 4):
            deaths = Deaths(at=number)
            paid = await self.bought(deaths)
            assert deaths.dead
            if paid != 1:
                found[f"after {number}: {deaths.points[-1]}"] = paid
        return found


class TestKilledWorker:
    async def test_pays_once_wherever_it_dies(self, cloud: CloudLab, rental: FleetRental) -> None:
        await passes(cloud, 60, 20)
        assert await Lives(cloud, rental).judged() == {}

    async def test_finds_out_what_came_of_a_call_that_was_not_answered(
        self, cloud: CloudLab, rental: FleetRental
    ) -> None:
        cloud.faults({"fault": "drop_after", "call": f"{EXTEND}/", "times": 1})
        await passes(cloud, 1500, 60)
        known = await extension(cloud, rental)
        assert (hours(cloud, rental), known.bought_hours, known.asked_end) == (2, 1, None)


@pytest.fixture
def shows_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud tells of bought hours a minute later."""
    extend, minutes = Blocks.extend, Blocks.minutes

    def extended(self: Blocks, rental: Rental, hours: int) -> None:
        extend(self, rental, hours)
        rental.extra["shown_at"] = self.world.now() + timedelta(seconds=60)

    def told(self: Blocks, rental: Rental) -> tuple[int, int]:
        served, left = minutes(self, rental)
        late = "shown_at" in rental.extra and self.world.now() < rental.extra["shown_at"]
        return served, left - 60 if late else left

    monkeypatch.setattr(Blocks, "extend", extended)
    monkeypatch.setattr(Blocks, "minutes", told)


@pytest.mark.usefixtures("shows_late")
class TestEndThatIsShownLate:
    async def test_is_waited_for(self, cloud: CloudLab, rental: FleetRental) -> None:
        await passes(cloud, 1500, 15)
        assert hours(cloud, rental) == 2

    async def test_costs_twice_if_nobody_waits(
        self, cloud: CloudLab, rental: FleetRental, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A planted mistake, for the test above to be worth something."""

        def rash(*_given: object) -> str:
            return "not_done"

        monkeypatch.setattr(rules, "outcome", rash)
        await passes(cloud, 1500, 15)
        assert hours(cloud, rental) > 2
