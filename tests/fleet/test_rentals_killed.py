"""A worker is killed at every boundary of a machine's life, from the intent to the confirmed end, and judged from
outside: by the cloud's own truth and bills, and by the rows.

The points are counted, not drawn. The sweep of orphans, which would tidy up after most mistakes, is off for all but the
last test; planted mistakes show that the judge catches what it should.
"""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from dumont.fleet.rentals import creating, ending, orphans, sweeping
from dumont.fleet.rentals.altering import Guard, altered, end
from dumont.fleet.rentals.turns import Turn
from dumont.fleet.rules import sighting
from dumont.fleet.rules.sighting import Known, Sight
from dumont.fleet.tables import FleetRental
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.settings import Settings
from dumont.providers.port import Listed
from dumont.simulators import server
from tests.fleet.cloud_lab import CENT, CloudLab, make_lab
from tests.fleet.deaths import Deaths, Killed

LEASE_SECONDS = 16.0
LIVES = 30
"""Looks at a life before it is given up."""
Verdict = dict[str, list[str]]
"""By the point of death."""


@pytest.fixture
async def db(fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
    engine = make_engine(fresh_database_url, settings, name="killed rentals")
    yield make_db(engine)
    await engine.dispose()


@pytest.fixture
async def lab(db: Db, settings: Settings) -> AsyncIterator[CloudLab]:
    async with server.serve(server.worlds(["vast"])) as simulators:
        made = make_lab(db, settings, simulators, "vast", boot_seconds=5, machines=1)
        clouds = made.means.clouds
        yield made
        await clouds.close()


@pytest.fixture
def without_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_given: object) -> None:
        return

    monkeypatch.setattr(orphans, "destroy", nothing)


class Life:
    """From the intent to the end, whoever is killed on the way."""

    def __init__(self, lab: CloudLab) -> None:
        self.lab = lab
        self.alive = lab.means

    async def lived(self, deaths: Deaths, listed: Listed | None = None) -> FleetRental:
        lab = self.back()
        await lab.forgets_accounts()
        rental = await lab.rents(await lab.account(), listed, attempt_type=None)
        lab.means = deaths.wrap(self.alive)
        for _ in range(LIVES):
            await self._turns(deaths)
            rental = await self._see(rental)
            if rental.stage == "ended":
                break
            lab.clock.advance(seconds=20 if deaths.dead and rental.stage == "creating" else 5)
        return rental

    def back(self) -> CloudLab:
        """Among the living."""
        self.lab.means = self.alive
        return self.lab

    async def _turns(self, deaths: Deaths) -> None:
        try:
            await self.lab.turns()
        except (Killed, BaseExceptionGroup):
            assert deaths.dead
            self.back().clock.advance(seconds=LEASE_SECONDS)  # another process, once the dead one's leases are over

    async def _see(self, rental: FleetRental) -> FleetRental:
        """With the eyes of its instance, which gives it up once it was of use."""
        mortal, self.lab.means = self.lab.means, self.alive
        seen = await self.lab.see(rental)
        if seen.stage == "ready" and seen.wanted == "held":
            await self.lab.want(seen, "gone")
        self.lab.means = mortal
        return seen


async def violations(lab: CloudLab, rental: FleetRental) -> list[str]:
    made, cost = lab.machines(rental), await lab.cost(rental)
    alive = [machine for machine in made if machine.state != "gone"]
    said = [f"{len(alive)} machines of it live on"] if alive else []
    said += [f"{len(made)} machines were made for it"] if len(made) > 1 else []
    said += [f"it is {rental.stage}, not ended"] if rental.stage != "ended" else []
    said += [f"billed is {lab.billed(rental)}, known {cost}"] if abs(lab.billed(rental) - cost) > CENT else []
    return said


async def judged(lab: CloudLab, *, control: Literal["from the start", "from the end"] | None = None) -> Verdict:
    """What is wrong after a death at each point; of a control only the first thing that is."""
    life, counting = Life(lab), Deaths()
    undisturbed = await life.lived(counting)
    found: Verdict = {}
    points = range(1, len(counting.points) + 1)
    for number in reversed(points) if control == "from the end" else points:
        deaths = Deaths(at=number)
        rental = await life.lived(deaths)
        assert deaths.dead, f"nobody died at point {number} of {len(counting.points)}"
        if said := await violations(life.back(), rental):
            found[f"after {number}: {deaths.points[-1]}"] = said
            if control:
                return found
    assert await violations(life.back(), undisturbed) == []
    return found


class TestKilledWorker:
    @pytest.mark.usefixtures("without_sweep")
    async def test_loses_no_machine_and_no_cent_wherever_it_dies(self, lab: CloudLab) -> None:
        assert await judged(lab) == {}


@pytest.mark.usefixtures("without_sweep")
class TestJudge:
    async def test_catches_a_create_whose_intent_was_not_committed(
        self, lab: CloudLab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def forgetful(_turn: Turn) -> bool:
            return True

        monkeypatch.setattr(creating, "_attempt", forgetful)
        assert "live on" in str(await judged(lab, control="from the start"))

    async def test_catches_an_answer_that_was_lost_and_given_up(
        self, lab: CloudLab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def blind(known: Known, *given: Any) -> Sight:
            return sighting.seen(known, *given) if known.provider_machine_id else None

        monkeypatch.setattr(sweeping, "sighting", SimpleNamespace(seen=blind, missing=sighting.missing))
        assert "not ended" in str(await judged(lab, control="from the start"))

    async def test_catches_an_end_that_was_written_before_it_was_asked_for(
        self, lab: CloudLab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def hasty(turn: Turn) -> None:
            async with altered(turn.means, turn.rental, turn.guard) as change:
                assert change is not None
                end(change, "destroyed")
            await turn.adapter().destroy(turn.rental.provider_machine_id or "")

        monkeypatch.setattr(ending, "destroy", hasty)
        assert "1 machines of it live on" in str(await judged(lab, control="from the end"))


class TestSweep:
    async def test_finds_what_a_mistake_has_left_behind(self, lab: CloudLab) -> None:
        """A row that has ended too early, as the last control writes it."""
        rental = await lab.ready(await lab.rents(await lab.account()))
        async with altered(lab.means, rental, Guard()) as change:
            assert change is not None
            end(change, "destroyed")
        assert len(lab.alive()) == 1
        await lab.passes(61, step=61)
        assert lab.alive() == []
