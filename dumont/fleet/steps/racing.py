"""Starts races and their rounds, and deals with who wins, is too late, or is not what was sold."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import cast, get_args
from uuid import UUID

from dumont.basics import ids
from dumont.basics.errors import Failure
from dumont.fleet.instances import courses, failovers, metrics, moves, restores
from dumont.fleet.launching import choosing, renter
from dumont.fleet.launching.choosing import Choice, Wishes
from dumont.fleet.money import budgets, sleeping
from dumont.fleet.rentals import accounts, experience, renting
from dumont.fleet.rentals.renting import Claimed, Intent
from dumont.fleet.rules import refusals
from dumont.fleet.rules.choosing import Candidate, Taste
from dumont.fleet.rules.course import Course
from dumont.fleet.rules.race import ALL_TAKEN, NO_ROOM, WAITS, expected_cost
from dumont.fleet.rules.steps import Accept, DropEntrants, Reject, StartRace, StartRound, Win
from dumont.fleet.steps.holding import lose_primary, part_from
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.fleet.store import races
from dumont.fleet.tables import FleetRace, FleetRental
from dumont.reliability.rules.outcomes import AttemptType, Reason

NO_MARKET_SECONDS = 2.0
CHOOSE_AGAIN_SECONDS = 0.1
ROOM_AGAIN_SECONDS, TAKEN_AGAIN_SECONDS = 15.0, 10.0
LATELY = timedelta(hours=1)
"""Machines that came to nothing for this instance are not tried again so soon."""


async def start(turn: Turn, act: StartRace) -> None:
    work, race_wish, settings = turn.work, turn.rows.wanted.race, turn.work.settings
    race = FleetRace(
        id=ids.new(work.now, work.random),
        instance_id=turn.instance.id,
        attempt_type=act.attempt_type,
        state="running",
        batch=race_wish.machines or settings.fleet_race_machines,
        rounds_max=race_wish.rounds or settings.fleet_race_rounds,
        round_seconds=race_wish.seconds or settings.fleet_race_seconds,
        round=0,
        why="",
        boots={},
        expected_cost=Decimal(0),
        started_at=work.now,
    )
    work.tx.add(race)
    turn.instance.race_id = race.id
    courses.follow(turn.instance, Course.races)
    await work.tx.flush()


async def start_round(turn: Turn, _act: StartRound) -> None:
    """Where nothing fits any more, the race has no further rounds; where it would but for the budget, or but for what
    others race for, it waits."""
    race = _race(turn)
    if turn.view is None:
        raise NotNow(NO_MARKET_SECONDS)
    room, found = await budgets.room(turn.work, turn.instance), Choice((), 0)
    try:
        found = await _found(turn, race, room)
        if not found.chosen and room is not None and (await _found(turn, race, None)).chosen:
            await _wait_for_room(turn, race, room)
            return
    except Failure as error:
        race.why = error.message
    if not found.chosen and race.why in {"", *WAITS} and _may_be_free(turn, race, found):
        await _wait_for_others(turn, race)
        return
    race.why = "" if race.why in WAITS else race.why
    entered = await _entered(turn, race, found.chosen)
    if not entered:
        race.rounds_max = race.round
        race.why = race.why or "No machine fits, or all that do are taken."
        await moves.note(turn.work, turn.instance, "race", race.why, race_id=str(race.id))
        return
    race.rounds_max += turn.seen.race is not None and refusals.is_free(turn.seen.race, turn.work.now)
    race.round += 1
    race.round_began_at = turn.work.now
    race.boots = {**race.boots, **{str(each): [known.boot_seconds, known.failure_rate] for each, known in entered}}
    figures = [(each.price_hour, each.boot_seconds, each.failure_rate) for _, each in entered]
    race.expected_cost = (race.expected_cost or Decimal(0)) + expected_cost(figures)
    said = f"Round {race.round}: {len(entered)} machines race."
    await moves.note(turn.work, turn.instance, "race", said, race_id=str(race.id))


def _may_be_free(turn: Turn, race: FleetRace, found: Choice) -> bool:
    """Others race for some of it, and keep one each; or it was refused just now, and the market says more in a moment.
    Neither is waited for for long."""
    now, seen = turn.work.now, turn.seen.race
    since = race.round_began_at or race.started_at
    others = found.passing > 0 and now < since + timedelta(seconds=refusals.FREE_SECONDS)
    return others or (seen is not None and refusals.is_free(seen, now))


async def _wait_for_others(turn: Turn, race: FleetRace) -> None:
    """Told once."""
    turn.instance.retry_at = turn.work.now + timedelta(seconds=TAKEN_AGAIN_SECONDS)
    if race.why != ALL_TAKEN:
        race.why = ALL_TAKEN
        await moves.note(turn.work, turn.instance, "race", ALL_TAKEN, race_id=str(race.id))


async def _wait_for_room(turn: Turn, race: FleetRace, room: Decimal) -> None:
    """Told once, and not while others of the race may still win it."""
    turn.instance.retry_at = turn.work.now + timedelta(seconds=ROOM_AGAIN_SECONDS)
    if race.why == NO_ROOM:
        return
    race.why = NO_ROOM
    if any(each.wanted == "held" and each.stage != "ended" for each in entrants(turn, race)):
        return
    said = f"{NO_ROOM} ${room:.2f} are left: the race waits until there are more."
    await moves.note(turn.work, turn.instance, "warning", said, race_id=str(race.id), room=str(room))


async def drop(turn: Turn, act: DropEntrants) -> None:
    out = [turn.rows.rentals[each] for each in act.rental_ids if each in turn.rows.rentals]
    for rental in sorted(out, key=lambda each: (each.provider, each.machine_id)):  # as all who tell of several machines
        if rental.attempted_at is None:
            continue
        seen = next((each for each in turn.seen.live if each.id == rental.id), None)
        if seen is not None and seen.lost:
            said = rental.error_message or f"It was {rental.seen_state} before it was of use."
            await experience.failed(turn.work, rental, experience.reason_in(rental.error_message), said)
        else:
            await experience.failed(turn.work, rental, _late(rental), "It was of no use in time.")
    await part_from(turn, out, "boot_timeout")


async def win(turn: Turn, act: Win) -> None:
    """The winner becomes the machine; all others are given up in the same moment."""
    race, work, instance = _race(turn), turn.work, turn.instance
    winner = turn.rows.rentals[act.rental_id]
    race.state, race.winner_id, race.ended_at = "won", winner.id, work.now
    winner.role = "primary"
    instance.primary_rental_id = winner.id
    instance.setup_command_id = instance.onstart_command_id = None
    await restores.leave(work, instance)
    await work.tx.flush()
    await part_from(turn, [each for each in entrants(turn, race) if each.id != winner.id], "lost_race")
    await sleeping.end(work, instance, race_id=race.id, at=winner.accepted_at or work.now)
    await failovers.won(work, instance)
    said = f"{winner.provider}:{winner.machine_id} has won in round {winner.round}."
    await moves.note(work, instance, "race", said, race_id=str(race.id), rental_id=str(winner.id))


async def accept(turn: Turn, _act: Accept) -> None:
    machine = turn.rows.primary
    if machine is None:
        raise NotNow(NO_MARKET_SECONDS)
    machine.checked_at = turn.work.now
    await turn.work.tx.flush()
    if machine.ready_at is not None and machine.attempted_at is not None:
        await experience.succeeded(turn.work, machine)


async def reject(turn: Turn, act: Reject) -> None:
    """An attempt that failed; its race goes on with other machines."""
    machine, race = turn.rows.primary, turn.rows.race
    reason = cast(Reason, act.reason if act.reason in get_args(Reason) else "unknown")
    if machine is not None:
        await experience.failed(turn.work, machine, reason, act.message)
    await lose_primary(turn, reason)
    if race is not None and race.state == "won":
        race.state, race.winner_id, race.ended_at = "running", None, None
        await sleeping.go_on(turn.work, turn.instance, race.id)
    await moves.note(turn.work, turn.instance, "rental", act.message, reason=reason)


async def end(turn: Turn, state: str, why: str) -> None:
    """Nobody needs a machine of it any more."""
    race = turn.rows.race
    if race is None:
        return
    if race.state == "running":
        race.state, race.why, race.ended_at = state, race.why or why, turn.work.now
    metrics.race_over(turn.work.tx, race.state)
    await part_from(
        turn, [each for each in entrants(turn, race) if each.id != turn.instance.primary_rental_id], "unused"
    )
    turn.instance.race_id = None


def entrants(turn: Turn, race: FleetRace) -> list[FleetRental]:
    return [rental for rental in turn.rows.rentals.values() if rental.race_id == race.id]


async def _found(turn: Turn, race: FleetRace, at_most: Decimal | None) -> Choice:
    instance, work = turn.instance, turn.work
    user_id = await renter.of(work, instance)
    if user_id is None or turn.view is None:
        return Choice((), 0)
    had = await races.before(work.tx, instance.id) if instance.snapshot_id is not None else None
    racers = entrants(turn, race)
    taste = Taste(
        count=race.batch,
        first=turn.rows.wanted.offer_id,
        same=f"{had.provider}:{had.machine_id}" if had else None,
        near=f"{had.provider}:{had.listed.get('region')}" if had else None,
        spread=turn.rows.wanted.spread,
        without=frozenset(places_of([each for each in [*racers, *await _lately(turn)] if not _was_refused(each)])),
        refused=frozenset((each.offer_id, each.spot) for each in racers if each.offer_id and _was_refused(each)),
        hosts_count=choosing.hosts_count,
    )
    course = courses.open_of(instance)
    only, place = course.wants if course is not None else (None, None)
    wishes = Wishes(wanted=turn.rows.wanted, user_id=user_id, taste=taste, only=only, place=place, at_most=at_most)
    return await choosing.candidates(work, turn.view, wishes)


async def tried(turn: Turn) -> frozenset[str]:
    """Machines and hosts that are not counted on again so soon."""
    return frozenset(places_of(await _lately(turn)))


async def _lately(turn: Turn) -> Sequence[FleetRental]:
    return await races.lately(turn.work.tx, turn.instance.id, turn.work.now - LATELY)


def _was_refused(rental: FleetRental) -> bool:
    """It never was a machine, and says nothing about the next try."""
    return refusals.was_refused(rental.why_ended, rental.error_code)


def places_of(rentals: Sequence[FleetRental]) -> list[str]:
    hosts = [f"{each.provider}:{each.host_id}" for each in rentals if each.host_id and each.stage != "ended"]
    return [f"{each.provider}:{each.machine_id}" for each in rentals] + hosts


async def _entered(turn: Turn, race: FleetRace, chosen: Sequence[Candidate]) -> list[tuple[UUID, Candidate]]:
    """Where another instance took all of them in the same moment, it is chosen anew: what it took is known then."""
    found, late = [], False
    for candidate in chosen:
        try:
            rental = await _intended(turn, race, candidate)
        except Claimed:
            late = True
            continue
        if rental is not None:
            found.append((rental.id, candidate))
    if late and not found:
        raise NotNow(CHOOSE_AGAIN_SECONDS)
    return found


async def _intended(turn: Turn, race: FleetRace, candidate: Candidate) -> FleetRental | None:
    """None where the account is gone; raises `Claimed` where somebody was quicker."""
    work, instance = turn.work, turn.instance
    try:
        account = await accounts.ensure(work, turn.means.vault, candidate.provider, instance.user_id)
        intent = Intent(
            instance=instance,
            account=account,
            listed=choosing.listed_of(candidate),
            disk_gb=turn.rows.wanted.disk_gb,
            offer_id=candidate.id,
            role="racer",
            attempt_type=cast(AttemptType, race.attempt_type),
            race_id=race.id,
            round=race.round + 1,
            spot=candidate.spot,
        )
        return await renting.intend(work, turn.means, intent)
    except Claimed:
        raise
    except Failure as error:
        race.why = error.message
        return None


def _late(rental: FleetRental) -> Reason:
    """How far it came says what was wrong with it."""
    return "ssh_failed" if rental.running_at is not None else "boot_timeout"


def _race(turn: Turn) -> FleetRace:
    race = turn.rows.race
    if race is None:
        raise NotNow(NO_MARKET_SECONDS)
    return race
