"""The life of a machine at the hardest cloud: made, seen, used, ended, and paid for to the cent."""

from dumont.fleet.tables import FleetAccount
from tests.fleet.cloud_lab import CENT, CloudLab


class TestRental:
    async def test_is_made_seen_and_found_ready(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.rents(account)
        seen = await lab.ready(rental)
        [machine] = lab.machines(rental)
        assert (seen.provider_machine_id, seen.seen_state) == (machine.id, "running")
        assert None not in (seen.accepted_at, seen.running_at, seen.ssh_at, seen.ready_at)
        assert seen.agent_token_sealed is None

    async def test_ends_when_two_lists_do_not_hold_it(self, lab: CloudLab, account: FleetAccount) -> None:
        rental = await lab.ready(await lab.rents(account))
        await lab.passes(600, step=20)
        await lab.want(rental, "gone", "hibernated")
        seen = await lab.until(rental, "ended")
        assert (seen.why_ended, lab.alive()) == ("hibernated", [])
        assert abs(await lab.cost(seen) - lab.billed(seen)) < CENT
        assert lab.billed(seen) > CENT
