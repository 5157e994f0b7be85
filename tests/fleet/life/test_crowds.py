"""What is sold out, or being raced for by others, keeps nobody from the machines that there are a moment later."""

from datetime import timedelta

from dumont.fleet.rules.race import ALL_TAKEN
from dumont.market.rules.identity import offer_id
from tests.build.offers import row
from tests.fleet.life.life_lab import LifeLab


def sells(lab: LifeLab, provider: str, *numbers: int) -> None:
    rows = [row(str(number), provider, machine_id=f"m{number}", host_id=f"h{number}") for number in numbers]
    lab.stall.put(*rows, seen_at=lab.clock.now())


def one_cloud(lab: LifeLab, provider: str, *numbers: int) -> None:
    """Nothing else fits any more."""
    lab.stall.rows.clear()
    lab.stall.known.clear()
    sells(lab, provider, *numbers)


class TestOffersThatWereRefused:
    async def test_use_no_round_up_and_are_asked_for_again(self, lab: LifeLab) -> None:
        one_cloud(lab, "runpod", 1, 2)
        lab.world.refuses = {"m1", "m2"}
        identity = await lab.launches({"race": {"machines": 2, "rounds": 1}})
        await lab.passes(20)
        assert (await lab.see(identity)).state == "launching"
        lab.world.refuses = {"m1"}
        await lab.until(identity, "running")
        (race,) = await lab.races(identity)
        assert race.round == race.rounds_max
        assert 4 <= race.round <= 7

    async def test_are_passed_over_by_others_while_anything_else_fits(self, lab: LifeLab) -> None:
        one_cloud(lab, "runpod", *range(1, 7))
        lab.world.refuses = {"m1", "m2", "m3"}
        await lab.running({"race": {"machines": 6, "rounds": 1}})
        second = await lab.running({"race": {"machines": 3, "rounds": 1}})
        tried = {each.machine_id for each in await lab.rentals(second)}
        assert tried == {"m4", "m5", "m6"}

    async def test_are_a_choice_like_others_a_minute_later(self, lab: LifeLab) -> None:
        one_cloud(lab, "runpod", 1, 2, 3)
        lab.world.refuses = {"m1"}
        await lab.running({"race": {"machines": 3, "rounds": 1}})
        lab.world.refuses = set()
        lab.clock.advance(seconds=70)
        second = await lab.running({"race": {"machines": 3, "rounds": 1}})
        assert {each.machine_id for each in await lab.rentals(second)} == {"m1", "m2", "m3"}

    async def test_are_raced_for_by_whoever_names_them(self, lab: LifeLab) -> None:
        one_cloud(lab, "runpod", 1, 2)
        lab.world.refuses = {"m1"}
        await lab.running({"race": {"machines": 2, "rounds": 1}})
        lab.world.refuses = set()
        named = {"offer_id": str(offer_id("runpod", "1")), "race": {"machines": 1, "rounds": 1}}
        second = await lab.running(named)
        assert (await lab.primary(second)).machine_id == "m1"

    async def test_are_not_waited_for_for_ever(self, lab: LifeLab) -> None:
        one_cloud(lab, "runpod", 1, 2)
        lab.world.refuses = {"m1", "m2"}
        identity = await lab.launches()
        began = lab.clock.now()
        found = await lab.until(identity, "failed")
        assert lab.clock.now() - began < timedelta(seconds=150)
        assert found.error_code == "no_machine"
        assert "Sold out." in (found.error_message or "")
        assert len(await lab.rentals(identity)) < 25


class TestMachinesThatOthersRaceFor:
    async def test_are_waited_for_as_they_keep_one_each(self, lab: LifeLab) -> None:
        one_cloud(lab, "vast", 1, 2, 3)
        lab.world.boot_seconds = 10
        first = await lab.launches({"race": {"machines": 3, "rounds": 1}})
        await lab.passes(1)
        second = await lab.launches({"race": {"machines": 3, "rounds": 1}})
        await lab.passes(5)
        assert (await lab.see(second)).state == "launching"
        assert await lab.told(second, "race") == [ALL_TAKEN]
        await lab.until(first, "running")
        await lab.until(second, "running")
        assert await lab.told(second, "race") != []

    async def test_are_not_waited_for_where_they_are_kept(self, lab: LifeLab) -> None:
        one_cloud(lab, "vast", 1)
        await lab.running()
        second = await lab.launches()
        await lab.passes(2)
        found = await lab.see(second)
        assert (found.state, found.error_code) == ("failed", "no_machine")
