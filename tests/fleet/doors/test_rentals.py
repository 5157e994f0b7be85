"""`GET /rentals`: everything that costs money now, and nobody else's."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from dumont.accounts.tables import User
from dumont.fleet.tables import FleetCost
from dumont.platform.db import Db
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock


@pytest.fixture
async def rental(db: Db, clock: FakeClock, ada: Person) -> str:
    """Of Ada's, for two hours at fifty cents; beside one that has ended and one that was never tried."""
    began = clock.now() - timedelta(hours=2)
    async with db.begin() as tx:
        instance = await build.an_instance(tx, clock.now(), owner_id=UUID(await ada.id()), name="llama")
        found, _ = await build.a_rental(tx, instance, began, attempted_at=began, seen_state="running")
        over = {"stage": "ended", "why_ended": "destroyed", "ended_at": began, "role": "racer", "attempted_at": began}
        await build.a_rental(tx, instance, began, **over)
        await build.a_rental(tx, instance, began, stage="intended", role="racer")
        tx.add(FleetCost(rental_id=found.id, kind="compute", since=began, until=None, price_hour=Decimal("0.5")))
    return str(found.id)


class TestRentals:
    async def test_are_those_that_cost_with_what_they_cost(self, ada: Person, rental: str) -> None:
        answer = await ada.gets("/rentals")
        [shown] = answer["items"]
        assert (shown["id"], shown["instance_name"], shown["age_seconds"]) == (rental, "llama", 7200)
        assert (shown["price_hour"], shown["cost"]) == ("0.500000", "1.000000")
        assert answer["totals"] == {"machines": 1, "price_hour": "0.500000", "cost": "1.000000"}

    @pytest.mark.usefixtures("rental")
    async def test_are_nobody_elses(self, eve: Person) -> None:
        answer = await eve.gets("/rentals")
        assert answer["items"] == []
        assert answer["totals"]["machines"] == 0

    async def test_are_everybodys_for_operators_alone(self, eve: Person, rental: str, db: Db) -> None:
        assert (await eve.asks("GET", "/rentals?all=true")).status_code == 403
        await _promote(db, eve)
        shown: list[dict[str, Any]] = (await eve.gets("/rentals?all=true"))["items"]
        assert [each["id"] for each in shown] == [rental]


async def _promote(db: Db, person: Person) -> None:
    async with db.begin() as tx:
        await tx.execute(update(User).where(User.id == UUID(await person.id())).values(role="operator"))
