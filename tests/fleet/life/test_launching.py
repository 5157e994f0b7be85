"""From a wish to a machine that is handed over: the race, the check of the winner, its keys and its script."""

from typing import Any
from uuid import uuid4

import pytest

from dumont.fleet import thinking
from dumont.fleet.steps.turn import NotNow
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetHibernation, FleetRental
from tests.fleet.life.life_lab import LifeLab


class TestLaunch:
    async def test_races_a_batch_and_hands_over_the_first(self, lab: LifeLab) -> None:
        lab.world.boot_seconds = 60
        identity = await lab.launches()
        await lab.passes(2)
        fastest = (await lab.rentals(identity))[3]
        lab.world.boots = {fastest.machine_id: 4}
        found = await lab.until(identity, "running")
        await lab.passes(4)
        (race,) = await lab.races(identity)
        entrants = [each for each in await lab.rentals(identity) if each.race_id == race.id]
        assert (race.state, race.round, len(entrants)) == ("won", 1, 5)
        assert race.winner_id == fastest.id == found.primary_rental_id
        assert [each.why_ended for each in entrants if each.id != race.winner_id] == ["lost_race"] * 4
        assert len({each.machine_id for each in entrants} | {each.host_id for each in entrants}) == 10
        assert await lab.moves(identity) == ["running"]
        assert found.awake_since is not None

    async def test_gives_the_winner_its_keys_and_starts_the_script(self, lab: LifeLab) -> None:
        lab.world.takes_keys = False
        identity = await lab.launches({"onstart": "echo hi", "ssh_keys": ["ssh-ed25519 AAAA ada"]})
        await lab.passes(6)
        (setup,) = await lab.commands(identity, "setup")
        told = lab.args(setup)
        assert told["authorized_keys"] == ["ssh-ed25519 AAAA ada"]
        assert told["host_key"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
        assert told["host_key_pub"] == (await lab.see(identity)).host_key_public
        assert (await lab.see(identity)).state == "launching"
        lab.world.takes_keys = True
        await lab.until(identity, "running", seconds=10)
        (hook,) = await lab.commands(identity, "hook")
        assert (hook.state, lab.args(hook)) == ("done", {"script": "echo hi", "env": {}})

    async def test_tells_the_seconds_of_each_stage(self, lab: LifeLab) -> None:
        identity = await lab.launches()
        operation = (await lab.see(identity)).operation_id
        await lab.until(identity, "running")
        assert operation is not None
        found = await lab.operation(operation)
        assert (found.state, found.percent) == ("done", 100)
        assert set(found.stages) == {"choosing", "creating", "booting", "checking", "setup", "ready"}
        assert 2 <= found.stages["booting"] <= 3

    async def test_starts_another_round_with_other_machines_where_none_comes_up(self, lab: LifeLab) -> None:
        lab.world.boot_seconds = 1000
        identity = await lab.launches({"race": {"machines": 3, "rounds": 2, "seconds": 30}})
        await lab.passes(32, step=2)
        lab.world.boot_seconds = 5
        await lab.until(identity, "running")
        rentals = await lab.rentals(identity)
        assert [each.round for each in rentals] == [1, 1, 1, 2, 2, 2]
        assert len({each.machine_id for each in rentals}) == 6
        assert [each.why_ended for each in rentals if each.round == 1] == ["boot_timeout"] * 3

    async def test_fails_with_the_reason_when_no_round_is_won_and_goes_on_when_asked_again(self, lab: LifeLab) -> None:
        lab.world.boot_seconds = 1000
        identity = await lab.launches({"race": {"machines": 2, "rounds": 2, "seconds": 10}})
        found = await lab.until(identity, "failed")
        await lab.passes(4)
        assert found.error_code == "no_machine"
        assert await lab.rentals(identity, live=True) == []
        assert (await lab.see(identity)).state == "failed"
        lab.world.boot_seconds = 1
        await lab.asks(identity, "launch")
        await lab.until(identity, "running")

    async def test_turns_a_liar_away_and_races_on(self, lab: LifeLab) -> None:
        identity = await lab.launches({"race": {"machines": 1, "rounds": 3}})
        await lab.passes(2)
        (liar,) = await lab.rentals(identity)
        lab.world.facts = {liar.machine_id: {"gpus": ["NVIDIA GeForce RTX 3060"]}}
        found = await lab.until(identity, "running")
        rejected: FleetRental = next(each for each in await lab.rentals(identity) if each.id == liar.id)
        assert rejected.why_ended == "hardware_error"
        assert found.primary_rental_id != liar.id
        assert any("RTX 3060" in why for why in await lab.told(identity, "rental"))

    async def test_leaves_nothing_behind_when_it_is_destroyed_in_the_midst_of_it(self, lab: LifeLab) -> None:
        identity = await lab.launches()
        await lab.passes(2)
        await lab.asks(identity, "destroy")
        await lab.changes(identity, env_sealed="sealed")
        found = await lab.until(identity, "destroyed")
        assert (found.env_sealed, found.host_key_sealed) == (None, "")
        assert {each.stage for each in await lab.rentals(identity)} == {"ended"}
        assert await lab.commands(identity, "snapshot") == []

    async def test_gives_new_keys_to_the_machine_when_they_change(self, lab: LifeLab) -> None:
        identity = await lab.running({"ssh_keys": ["ssh-ed25519 AAAA ada"]})
        await lab.changes(identity, wanted={"ssh_keys": ["ssh-ed25519 BBBB bob"]}, setup_command_id=None)
        await lab.passes(1)
        newest = max(await lab.commands(identity, "setup"), key=lambda each: each.created_at)
        assert lab.args(newest)["authorized_keys"] == ["ssh-ed25519 BBBB bob"]

    async def test_saves_nothing_more_where_all_machines_that_would_wake_it_are_turned_away(self, lab: LifeLab) -> None:
        identity = await lab.running({"race": {"machines": 1, "rounds": 1}})
        await lab.asks(identity, "hibernate")
        await lab.until(identity, "hibernated")
        before = {each.id for each in await lab.rentals(identity)}
        await lab.asks(identity, "wake")
        await lab.passes(1)
        (liar,) = [each for each in await lab.rentals(identity) if each.id not in before]
        lab.world.facts = {liar.machine_id: {"gpus": ["NVIDIA GeForce RTX 3060"]}}
        found = await lab.until(identity, "hibernated")
        (sleep,) = await lab.all_of(FleetHibernation)
        assert (found.wish, sleep.ended_at, sleep.race_id) == ("running", found.state_since, None)


class TestRenting:
    async def test_is_not_done_with_the_keys_of_whoever_has_left_the_team(self, lab: LifeLab) -> None:
        identity = await lab.launches()
        await lab.changes(identity, owner_id=uuid4())
        await lab.passes(2)
        assert await lab.rentals(identity) == []
        assert any("has left the team" in why for why in await lab.told(identity))

    async def test_that_others_have_in_hand_is_not_asked_for_again_and_again(
        self, lab: LifeLab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        identity = await lab.launches()

        async def locked(*_given: object) -> None:
            return None

        async with lab.means.db.begin() as tx:
            await instances.poke(tx, [identity], lab.clock.now())
        with monkeypatch.context() as patch:
            patch.setattr(instances, "take", locked)
            assert await thinking.turn(lab.means) == thinking.BUSY_SECONDS
        assert await thinking.turn(lab.means) == 0

    async def test_that_is_put_off_is_not_while_somebody_asks_for_a_look(
        self, lab: LifeLab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was read before did not hold the cause of the look."""
        identity = await lab.launches()

        put_off = thinking._put_off

        async def not_now(*_given: object) -> None:
            raise NotNow(60)

        async def late(*given: Any) -> None:
            async with lab.means.db.begin() as tx:
                await instances.poke(tx, [identity], lab.clock.now())
            await put_off(*given)

        async with lab.means.db.begin() as tx:
            await instances.poke(tx, [identity], lab.clock.now())
        with monkeypatch.context() as patch:
            patch.setattr(thinking, "take", not_now)
            patch.setattr(thinking, "_put_off", late)
            await thinking.think(lab.means, identity, thinking.Market(lab.means))
        assert (await lab.see(identity)).look_at <= lab.clock.now()
