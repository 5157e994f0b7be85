"""A machine at the hardest cloud: made, seen, used, stopped, taken away, ended, and paid for to the cent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dumont.fleet.events import RentalChanged
from dumont.fleet.rentals import acting, knocking
from dumont.fleet.rentals import costs as fleet_costs
from dumont.fleet.store import beats
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetAccount, FleetInstance
from dumont.reliability.tables import ReliabilityAttempt
from tests.fleet.cloud_lab import CENT, CloudLab

LIST = "GET /vast/api/v1/instances"


async def attempts(lab: CloudLab) -> list[tuple[str, str | None]]:
    async with lab.means.db.begin() as tx:
        return [(row.type, row.reason) for row in (await tx.execute(select(ReliabilityAttempt))).scalars()]


class TestRental:
    async def test_is_made_seen_and_found_ready(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.rents(account)
        seen = await lab.ready(rental)
        [machine] = lab.machines(rental)
        assert (seen.provider_machine_id, seen.seen_state) == (machine.id, "running")
        assert None not in (seen.accepted_at, seen.running_at, seen.ssh_at, seen.ready_at)
        assert seen.agent_token_sealed is None
        stages = [event.stage for event in lab.published.of(RentalChanged)]
        assert stages == ["intended", "booting", "running", "ready"]

    async def test_ends_when_two_lists_do_not_hold_it(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.ready(await lab.rents(account))
        await lab.passes(600, step=60)
        await lab.want(rental, "gone", "hibernated")
        await lab.turns()
        assert (await lab.see(rental)).stage == "ending"
        seen = await lab.until(rental, "ended")
        assert (seen.why_ended, lab.alive()) == ("hibernated", [])
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT
        assert lab.billed(seen) > CENT

    async def test_is_dropped_without_a_call_if_nobody_wants_it_any_more(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        rental = await lab.rents(account)
        await lab.want(rental, "gone", "lost_race")
        await lab.turns()
        seen = await lab.see(rental)
        assert (seen.stage, seen.why_ended, seen.attempted_at) == ("ended", "lost_race", None)
        assert lab.machines(rental) == []

    async def test_costs_its_disk_alone_while_it_is_stopped(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.ready(await lab.rents(account))
        await lab.want(rental, "stopped")
        await lab.until(rental, "stopped")
        await lab.passes(1800, step=300)
        await lab.want(rental, "held")
        seen = await lab.ready(rental)
        await lab.passes(600, step=100)
        await lab.want(rental, "gone")
        await lab.until(rental, "ended")
        assert seen.seen_state == "running"
        assert {row.kind for row in await lab.costs(rental)} == {"compute", "disk"}
        assert abs(await lab.cost(rental) - lab.billed(rental)) < CENT

    async def test_costs_what_its_cloud_asks_from_then_on(self, lab: CloudLab, account: FleetAccount) -> None:
        """As prices of spot machines follow their market, and bids can be raised."""
        rental = await lab.ready(await lab.rents(account))
        await lab.passes(600, step=60)
        [machine] = lab.machines(rental)
        agreed = rental.price_hour
        machine.reprice(2 * machine.price_hour, lab.world.now())
        await lab.passes(3600, step=60)
        await lab.want(rental, "gone")
        seen = await lab.until(rental, "ended")
        prices = sorted({row.price_hour for row in await lab.costs(rental) if row.kind == "compute"})
        assert prices == [agreed, 2 * agreed]
        assert seen.price_hour == 2 * agreed
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT

    async def test_is_not_paid_twice_for_a_time_that_a_clock_goes_through_again(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        rental = await lab.ready(await lab.rents(account))
        await lab.passes(120, step=60)
        async with lab.means.db.begin() as tx:
            held = await store.hold(tx, rental.id)
            assert held is not None
            held.seen_state = "stopped"
            await fleet_costs.follow(tx, held, lab.clock.now())
            held.seen_state = "running"
            await fleet_costs.follow(tx, held, lab.clock.now() - timedelta(seconds=60))
        first, second = [row for row in await lab.costs(rental) if row.kind == "compute"]
        assert second.since == first.until

    async def test_that_its_cloud_has_lost_is_closed_and_its_instance_told(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        rental = await lab.ready(await lab.rents(account))
        lab.world.end(lab.machines(rental)[0], "vanished")
        seen = await lab.until(rental, "ended", seconds=200, step=10)
        assert (seen.why_ended, seen.end_asked_at) == ("interrupted", None)
        async with lab.means.db.begin() as tx:
            instance = (await tx.execute(select(FleetInstance))).scalar_one()
        assert instance.look_at <= lab.clock.now()

    async def test_that_vanishes_while_it_boots_is_remembered(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.rents(account)
        await lab.passes(4)
        lab.world.end(lab.machines(rental)[0], "vanished")
        await lab.until(rental, "ended", seconds=200, step=10)
        assert await attempts(lab) == [("deploy", "unknown")]

    async def test_that_its_cloud_has_stopped_is_not_started(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.ready(await lab.rents(account))
        lab.world.stop(lab.machines(rental)[0], "outbid")
        seen = await lab.until(rental, "stopped", seconds=200, step=10)
        await lab.passes(100, step=20)
        assert (seen.error_code, lab.machines(rental)[0].state) == ("interrupted", "stopped")

    async def test_is_ready_only_when_somebody_answers(self, lab: CloudLab, account: FleetAccount) -> None:
        lab.answers = False
        rental = await lab.rents(account)
        await lab.passes(32, step=8)
        assert (await lab.see(rental)).stage == "running"
        assert len(lab.knocked) > 1
        lab.answers = True
        await lab.until(rental, "ready", seconds=10)

    async def test_whose_agent_calls_is_ready_before_its_cloud_says_so(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        lab.answers = False
        rental = await lab.until(await lab.rents(account), "booting")
        async with lab.means.db.begin() as tx:
            assert await beats.arrive(tx, rental.id, lab.clock.now(), {"hostname": "box"})
        await lab.turns()
        seen = await lab.see(rental)
        assert (seen.stage, seen.seen_state, seen.ready_at) == ("ready", "pending", lab.clock.now()), "a list says so"
        await lab.passes(32, step=4)
        seen = await lab.see(rental)
        assert (seen.stage, seen.seen_state) == ("ready", "running"), "it is listed often until its cloud says so"
        assert seen.addresses
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT, "only what is charged is counted"

    async def test_whose_agent_calls_is_paid_from_then_on_where_lists_fail(
        self, lab: CloudLab, account: FleetAccount
    ) -> None:
        rental = await lab.until(await lab.rents(account), "booting")
        lab.faults({"fault": "status", "status": 500, "call": LIST})
        [machine] = lab.machines(rental)
        lab.clock.advance(seconds=(machine.boots_at - lab.clock.now()).total_seconds())
        async with lab.means.db.begin() as tx:
            assert await beats.arrive(tx, rental.id, lab.clock.now(), {"hostname": "box"})
            await knocking.has_called(lab.means.work(tx), rental.id)
        await lab.passes(600, step=60)
        await lab.want(rental, "gone")
        await lab.passes(60, step=20)
        lab.faults()
        seen = await lab.until(rental, "ended")
        assert lab.billed(seen) > 3 * CENT
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT

    @pytest.mark.parametrize("answers", [True, False])
    async def test_that_is_given_up_while_somebody_acts_on_it_is_ended_at_once(
        self, lab: CloudLab, account: FleetAccount, answers: bool
    ) -> None:
        lab.answers = False
        rental = await lab.until(await lab.rents(account), "running")

        async def knock(host: str, port: int) -> bool:
            await lab.want(rental, "gone")
            return answers

        lab.clock.advance(seconds=10)
        await acting.turn(lab.means, knock=knock)
        await lab.turns()
        assert (await lab.see(rental)).stage == "ending"
        assert lab.alive() == []
