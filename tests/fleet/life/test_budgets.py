"""What may be spent: a race takes what there is room for, and no machine is kept ready once a budget is used up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dumont.fleet.money import budgets as judging
from dumont.fleet.rules.race import NO_ROOM
from dumont.fleet.rules.states import OperationKind, State
from dumont.fleet.store import budgets
from dumont.fleet.tables import FleetCost
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab
from tests.fleet.life.test_second_machine import with_standby


async def may_spend(lab: LifeLab, hour: str | None = None, *, day: str | None = None) -> None:
    values = {
        "owner_id": lab.user_id,
        "of_team": False,
        "max_price_hour": hour and Decimal(hour),
        "per_day": day and Decimal(day),
        "per_month": None,
        "changed_at": lab.clock.now(),
        "changed_by": None,
    }
    async with lab.means.db.begin() as tx:
        await budgets.put(tx, values)


class TestRaceWithinABudget:
    async def test_takes_no_machine_above_it_with_its_disk(self, lab: LifeLab) -> None:
        dear = [row(str(number), host_id=f"h{number}") for number in range(1, 9)]
        fair = row("20", host_id="h20", price_micros=400_000, gpu_name="RTX 4090")
        lab.stall.put(*dear, fair, seen_at=lab.clock.now())
        await may_spend(lab, "0.425")
        identity = await lab.running()
        assert [each.machine_id for each in await lab.rentals(identity)] == ["m20"]

    async def test_counts_its_dearest_alone_as_only_one_of_them_stays(self, lab: LifeLab) -> None:
        await may_spend(lab, "0.50")
        identity = await lab.running()
        assert len(await lab.rentals(identity)) == 5

    async def test_waits_for_room_says_so_once_and_goes_on_when_there_is(self, lab: LifeLab) -> None:
        await may_spend(lab, "0.60")
        first = await lab.running()
        second = await lab.launches()
        await lab.passes(40, step=5)
        found = await lab.see(second)
        assert (found.state, await lab.rentals(second)) == ("launching", [])
        (said,) = await lab.told(second, "warning")
        assert said.startswith(NO_ROOM)
        await lab.changes(first, wish="hibernated")
        await lab.until(first, "hibernated")
        await lab.until(second, "running", step=2)


class TestUsedUpBudget:
    @pytest.mark.parametrize(("ask", "state"), [("pause", "paused"), ("hibernate", "hibernated")])
    async def test_ends_the_standby_of_one_that_rests_already(
        self, lab: LifeLab, ask: OperationKind, state: State
    ) -> None:
        identity = await with_standby(lab)
        await lab.asks(identity, ask)
        await lab.until(identity, state)
        standby = await lab.standby(identity)
        assert standby.rental_id is not None
        began = lab.clock.now()
        async with lab.means.db.begin() as tx:
            price = Decimal("0.01")
            tx.add(FleetCost(rental_id=standby.rental_id, kind="compute", since=began, until=None, price_hour=price))
        await may_spend(lab, day="0.001")
        await judging.turn(lab.means)
        await lab.passes(3)
        assert (await lab.standby(identity)).rental_id is not None  # of a cent an hour it takes six minutes
        lab.clock.advance(seconds=600)
        for _ in range(2):
            await judging.turn(lab.means)
            await lab.passes(3)
        assert ((await lab.see(identity)).state, (await lab.standby(identity)).rental_id) == (state, None)
        assert all(each.role != "standby" for each in await lab.rentals(identity, live=True))
        told = await lab.told(identity, "rental")
        assert told.count("The budget of $0.001 a day is used up: its standby is given up.") == 1

    @pytest.mark.parametrize(("state", "said"), [("launching", "as soon as it runs"), ("paused", "it stays paused")])
    async def test_tells_once_of_one_that_can_not_be_put_to_sleep_and_costs(
        self, lab: LifeLab, state: State, said: str
    ) -> None:
        identity = await lab.running()
        if state == "paused":
            await lab.asks(identity, "pause")
            await lab.until(identity, "paused")
        await lab.changes(identity, state=state, operation_id=None)
        rental_id = (await lab.primary(identity)).id
        async with lab.means.db.begin() as tx:
            price, began = Decimal("0.01"), lab.clock.now() - timedelta(hours=1)
            tx.add(FleetCost(rental_id=rental_id, kind="disk", since=began, until=None, price_hour=price))
        await may_spend(lab, day="0.001")
        for _ in range(2):
            await judging.turn(lab.means)
        (told,) = [each for each in await lab.told(identity, "warning") if "is used up" in each]
        assert said in told
