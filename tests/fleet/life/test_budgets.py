"""What may be spent an hour: a race takes what there is room for, and waits where there is none."""

from decimal import Decimal
from uuid import UUID

from dumont.fleet.rules.race import NO_ROOM
from dumont.fleet.store import budgets
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab


async def may_spend(lab: LifeLab, hour: str, owner_id: UUID | None = None) -> None:
    values = {
        "owner_id": owner_id or lab.user_id,
        "of_team": False,
        "max_price_hour": Decimal(hour),
        "per_day": None,
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
