"""Ends, stops and starts machines; whether it was done is for lists to say."""

from datetime import timedelta

from dumont.fleet.rentals.altering import altered, let_go
from dumont.fleet.rentals.turns import Turn
from dumont.fleet.rules import acts
from dumont.providers.errors import MachineGone, OutcomeUnknown


async def destroy(turn: Turn) -> None:
    """Asked again and again, in growing pauses, until two lists do not hold it."""
    try:
        await _call(turn, "destroy")
    except MachineGone:
        pass
    except (OutcomeUnknown, TimeoutError):
        await _asked(turn, answered=False)
        return
    await _asked(turn, answered=True)


async def stop(turn: Turn) -> None:
    await _call(turn, "stop")
    await turn.put_off(timedelta(seconds=acts.AGAIN_FIRST_SECONDS), tries=0, error_code=None, error_message=None)


async def start(turn: Turn) -> None:
    """It boots anew: what was true of its last life has to be found out again."""
    await _call(turn, "start")
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None or change.rental.stage != "stopped":
            return
        rental = change.rental
        rental.stage, rental.seen_state, rental.tries = "booting", "booting", 0
        rental.ssh_at = rental.ready_at = rental.agent_at = None
        rental.addresses = []
        let_go(change, change.work.now)


async def _call(turn: Turn, what: str) -> None:
    adapter, machine_id = turn.adapter(), turn.rental.provider_machine_id
    turn.demand_lease()
    async with turn.limited():
        with turn.fenced(what):
            await getattr(adapter, what)(machine_id)


async def _asked(turn: Turn, *, answered: bool) -> None:
    """From the first answer on, the machine costs nothing, unless a list says otherwise."""
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None:
            return
        rental, now = change.rental, change.work.now
        rental.stage, rental.error_code, rental.error_message = "ending", None, None
        if answered and rental.end_asked_at is None:
            rental.end_asked_at, rental.absences, rental.absent_since = now, 0, None
        rental.tries = 0 if answered else rental.tries + 1
        again = acts.again_in(rental.end_asked_at, now) if answered else acts.pause_of(rental.tries)
        let_go(change, now + again)
