"""What Prometheus is told of machines: what losers of races have cost, and what is held now."""

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import update

from dumont.fleet.rentals.metrics import HeldNow
from dumont.fleet.store import costing
from dumont.fleet.store.costing import Held
from dumont.fleet.tables import FleetAccount, FleetRace, FleetRental
from tests.build.figures import Told
from tests.fleet.cloud_lab import CloudLab

HOUR, RENTALS = "dumont_fleet_hour_dollars", "dumont_fleet_rentals"


class TestLosers:
    @pytest.mark.parametrize("won", [False, True])
    async def test_are_told_by_what_they_have_cost(self, lab: CloudLab, account: FleetAccount, won: bool) -> None:
        rental, told = await lab.ready(await lab.rents(account)), Told()
        await self._races(lab, rental, won=won)
        await lab.passes(600, step=60)
        await lab.want(rental, "gone", "lost_race")
        seen = await lab.until(rental, "ended")
        dollars = told.of("dumont_fleet_race_losers_dollars_total", provider="vast")
        assert dollars == pytest.approx(0 if won else float(await lab.cost(seen)))

    async def _races(self, lab: CloudLab, rental: FleetRental, *, won: bool) -> None:
        race = FleetRace(
            id=uuid4(), instance_id=rental.instance_id, attempt_type="deploy", state="won", batch=1, rounds_max=1,
            round_seconds=90, started_at=rental.created_at, winner_id=rental.id if won else None,
        )  # fmt: skip
        async with lab.means.db.begin() as tx:
            tx.add(race)
            await tx.flush()
            await tx.execute(update(FleetRental).values(race_id=race.id))


class TestHeldNow:
    async def test_counts_what_lives_by_stage_and_costs(self, lab: CloudLab, account: FleetAccount) -> None:
        ready = await lab.ready(await lab.rents(account))
        await lab.rents(account, (await lab.offers())[-1])
        async with lab.means.db.begin() as tx:
            found = {each.stage: each for each in await costing.held(tx)}
        hour = sum(row.price_hour for row in await lab.costs(ready) if row.until is None)
        assert found["ready"] == ("vast", "ready", 1, hour)
        assert found["intended"] == ("vast", "intended", 1, 0)
        await lab.want(ready, "gone")
        await lab.until(ready, "ended")
        async with lab.means.db.begin() as tx:
            assert "ready" not in {each.stage for each in await costing.held(tx)}

    def test_tells_that_what_was_is_no_more(self) -> None:
        told, held = Told(), HeldNow()
        two = [Held("io", "ready", 2, Decimal("1.5")), Held("io", "booting", 1, Decimal("0.25"))]
        held.tell(two)
        assert (told.of(HOUR, provider="io"), told.of(RENTALS, provider="io", stage="ready")) == (1.75, 2)
        held.tell(two[1:])
        assert (told.of(HOUR, provider="io"), told.of(RENTALS, provider="io", stage="ready")) == (0.25, 0)
        held.tell([])
        assert (told.of(HOUR, provider="io"), told.of(RENTALS, provider="io", stage="booting")) == (0, 0)
