"""Savings and figures: sums led back to rows."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import update

from dumont.fleet.tables import FleetCost, FleetEvent, FleetFailover, FleetHibernation, FleetOperation, FleetRace
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fleet.doors.conftest import Box

LISTED = {"gpu_name": "RTX 4090", "gpu_count": 1}


@pytest.fixture
async def slept(box: Box) -> FleetHibernation:
    """For ten hours, given up at fifty cents; then woken by a race whose loser ran for six minutes at a dollar."""
    began = box.now - timedelta(hours=11)
    race = FleetRace(
        id=uuid4(), instance_id=box.id, attempt_type="wake", state="won", batch=2, rounds_max=3, round_seconds=90,
        started_at=box.now - timedelta(hours=1), winner_id=box.rental_id,
    )  # fmt: skip
    sleep = FleetHibernation(
        id=uuid4(), instance_id=box.id, owner_id=box.owner_id, rental_id=box.rental_id, why="idle", asked_at=began,
        slept_at=began, ended_at=box.now - timedelta(hours=1), price_hour=Decimal("0.5"), snapshot_bytes=73 * 10**9,
        storage_price_gb_month=Decimal("0.015"), race_id=race.id,
    )  # fmt: skip
    await box.add(race)
    await box.add(sleep)
    loser = await box.rental(
        role="racer", stage="ended", why_ended="lost_race", race_id=race.id, ended_at=box.now - timedelta(minutes=54)
    )
    await box.costs(loser, "1", hours=1, until=box.now - timedelta(minutes=54))
    return sleep


class TestSavings:
    async def test_are_what_was_given_up_less_what_was_paid_instead(
        self, ada: Person, box: Box, slept: FleetHibernation
    ) -> None:
        shown = await ada.gets("/metrics/savings/real?explain=true")
        assert (shown["hours_asleep"], shown["given_up"]) == (10, "5.000000")
        assert (shown["storage"], shown["race_overhead"]) == ("0.015000", "0.100000")
        assert shown["saved"] == "4.885000"
        assert shown["spent"] == "0.600000"  # an hour of the machine, and the loser
        assert shown["never_hibernated"] == "5.500000"
        [row] = shown["explained"]
        assert (row["hibernation_id"], row["saved"]) == (str(slept.id), "4.885000")
        assert [each["name"] for each in shown["instances"]] == ["llama"]
        assert sum(Decimal(day["saved"]) for day in shown["days"]) == Decimal("4.885")

    @pytest.mark.parametrize("won", [False, True], ids=["lost", "won_by_one_that_was_turned_away"])
    async def test_are_less_by_races_that_came_to_nothing_meanwhile(
        self, ada: Person, box: Box, slept: FleetHibernation, *, won: bool
    ) -> None:
        lost = FleetRace(
            id=uuid4(), instance_id=box.id, attempt_type="wake", state="won" if won else "lost", batch=1, rounds_max=1,
            round_seconds=90, started_at=box.now - timedelta(hours=3), ended_at=box.now - timedelta(hours=2),
        )  # fmt: skip
        await box.add(lost)
        over = box.now - timedelta(hours=2)
        entrant = await box.rental(role="racer", stage="ended", why_ended="unused", race_id=lost.id, ended_at=over)
        async with box.db.begin() as tx:
            (await tx.get_one(FleetRace, lost.id)).winner_id = entrant if won else None
        await box.costs(entrant, "0.3", hours=3, until=over)
        shown = await ada.gets("/metrics/savings/real")
        assert (shown["race_overhead"], shown["saved"]) == ("0.400000", "4.585000")
        assert slept.ended_at is not None

    async def test_compare_each_hour_with_the_like_of_the_machine_that_it_was_of(
        self, ada: Person, box: Box, stall: Stall
    ) -> None:
        """Small for a hundred hours, of which ten asleep, and large for one; the sleep knows what was asked then."""
        large = {"gpu_name": "H100 SXM", "gpu_count": 8, "vram_gb": 80.0}
        stall.put(row("g1", "aws", price_micros=1_000_000), row("g8", "aws", **large, price_micros=80_000_000))
        then, now = box.now - timedelta(hours=1), box.now
        await box.set_rental(stage="ended", ended_at=then, why_ended="hibernated", listed={**LISTED, "gpu_count": 1})
        async with box.db.begin() as tx:
            await tx.execute(update(FleetCost).values(since=then - timedelta(hours=90), until=then))
        sleep = {"price_hour": Decimal("0.5"), "storage_price_gb_month": Decimal(0), "why": "idle"}
        for begin, price in ((20, None), (10, Decimal("1.5"))):
            at = now - timedelta(days=10, hours=begin)
            await box.add(
                FleetHibernation(
                    id=uuid4(), instance_id=box.id, owner_id=box.owner_id, rental_id=box.rental_id, asked_at=at,
                    slept_at=at, ended_at=at + timedelta(hours=5), on_demand_hour=price,
                    on_demand_of=price and "aws g9", **sleep,
                )
            )  # fmt: skip
        await box.costs(await box.rental(listed=large), "16", hours=1)
        shown = await ada.gets("/metrics/savings/real?explain=true")
        parts = {(each["gpu_count"], each["hours"], each["price_hour"]) for each in shown["explained_on_demand"]}
        assert parts == {(1, 90, "1.000000"), (1, 5, "1.000000"), (1, 5, "1.500000"), (8, 1, "80.000000")}
        assert (shown["on_demand"], shown["spent"]) == ("182.500000", "61.000000")
        assert shown["saved_on_demand"] == "121.500000"
        [one] = shown["instances"]
        assert (one["on_demand"], one["on_demand_of"]) == ("182.500000", "aws RTX 4090, aws H100 SXM, aws g9")

    @pytest.mark.usefixtures("slept")
    async def test_are_nobody_elses(self, eve: Person) -> None:
        shown = await eve.gets("/metrics/savings/real?explain=true")
        assert (shown["saved"], shown["explained"], shown["instances"]) == ("0.000000", [], [])

    async def test_name_a_window_that_is_none(self, ada: Person) -> None:
        answer = await ada.asks("GET", "/metrics/savings/real?from=2026-03-02T00:00Z&to=2026-03-01T00:00Z")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "from"


class TestFigures:
    async def test_count_operations_by_kind_and_cloud(self, ada: Person, box: Box) -> None:
        began = box.now - timedelta(seconds=50)
        await box.set_rental(ready_at=began + timedelta(seconds=30))
        await box.add(
            FleetOperation(
                id=uuid4(), instance_id=box.id, kind="launch", state="done", stage="ready", stage_since=began,
                stages={"booting": 20.0}, created_at=began, ended_at=began + timedelta(seconds=40),
            )
        )  # fmt: skip
        shown = await ada.gets("/metrics")
        assert [(each["provider"], each["done"], each["p50_seconds"]) for each in shown["operations"]] == [
            (None, 1, 40),
            ("vast", 1, 40),
        ]
        booting = {"kind": "launch", "stage": "booting", "p50_seconds": 20, "p95_seconds": 20}
        assert shown["stages"] == [{**booting, "provider": None}, {**booting, "provider": "vast"}]

    async def test_count_as_interruptions_what_nobody_asked_for(self, ada: Person, box: Box) -> None:
        for minutes in (50, 20):
            at = box.now - timedelta(minutes=minutes)
            await box.add(
                FleetFailover(
                    id=uuid4(), instance_id=box.id, kind="cpu", why="", began_at=at, noticed_at=at, on_standby_at=at
                )
            )  # fmt: skip
        await box.add(
            FleetOperation(
                id=uuid4(), instance_id=box.id, kind="failover", state="done", stage="", stage_since=at, stages={},
                requested_by=box.owner_id, created_at=at - timedelta(seconds=1), ended_at=at + timedelta(minutes=9),
            )
        )  # fmt: skip
        shown = await ada.gets("/metrics")
        assert (shown["interruptions"], shown["failovers"]) == (1, 2)

    @pytest.mark.parametrize(
        ("moves", "up", "uptime"),
        [
            ([(10, "interrupted"), (10, "waking"), (50, "running")], 1 / 3, 1 / 3),
            ([(10, "interrupted"), (10, "waking"), (20, "interrupted"), (20, "waking"), (50, "running")], 1 / 3, 1 / 3),
            ([(10, "failing_over"), (20, "on_standby"), (50, "running")], 5 / 6, 5 / 6),
            ([(30, "hibernating"), (50, "hibernated")], 0.5, 1),
            ([(20, "hibernating"), (20, "hibernated"), (40, "waking"), (50, "running")], 0.5, 1),
        ],
        ids=["lost", "lost_twice", "failed_over", "slept", "woken"],
    )
    async def test_count_as_down_only_what_nobody_asked_for(
        self, ada: Person, box: Box, moves: list[tuple[int, str]], up: float, uptime: float
    ) -> None:
        began, before = box.now - timedelta(hours=1), "launching"
        for number, (minutes, after) in enumerate([(0, "running"), *moves]):
            at = began + timedelta(minutes=minutes, milliseconds=number)
            await box.add(
                FleetEvent(
                    id=uuid4(), instance_id=box.id, at=at, kind="moved", from_state=before, to_state=after, why="",
                    who="provider" if after in ("interrupted", "failing_over") else "fleet", details={},
                )
            )  # fmt: skip
            before = after
        shown = await ada.gets("/metrics")
        assert shown["running_hours"] == pytest.approx(up, abs=1e-3)
        assert shown["uptime"] == pytest.approx(uptime, abs=1e-3)
