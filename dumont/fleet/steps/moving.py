"""Moves an instance, with all that entering its new state brings with it; and changes its wish by itself."""

from dumont.basics.errors import Failure, Unavailable
from dumont.fleet.agents import runs
from dumont.fleet.instances import courses, failovers, keeping, metrics, moves, operations, standbys
from dumont.fleet.money import large_clouds, sleeping
from dumont.fleet.rules.answers import SEALED
from dumont.fleet.rules.operations import WISHES, done_in
from dumont.fleet.rules.seen import Trouble
from dumont.fleet.rules.states import OperationKind, State
from dumont.fleet.rules.steps import Finish, Move, WishFor
from dumont.fleet.steps import racing
from dumont.fleet.steps.holding import lose_primary, part_from, release, reset_standby
from dumont.fleet.steps.turn import Turn
from dumont.fleet.store import races
from dumont.fleet.tables import FleetRental
from dumont.snapshots import on_behalf, restic

RACING: frozenset[State] = frozenset({"launching", "waking", "recovering", "failing_over"})
ENDS_A_SLEEP: frozenset[State] = frozenset({"running", "on_standby", "destroying", "destroyed"})
"""What is destroyed saves nothing any more."""
UNTOLD = frozenset({"no_answer", "not_acknowledged"})
"""Of a start script of which its agent has said nothing; else that was told when it was heard."""
SPENDS_NOTHING = frozenset({"budget", "until"})
"""Whoever is put to sleep by these keeps no second machine in the meantime."""
BEGINS: dict[State, OperationKind] = {
    "waking": "wake",
    "failing_over": "failover",
    "recovering": "failover",
    "hibernating": "hibernate",
    "destroying": "destroy",
}
"""What is opened where nobody asked for what happens."""


async def move(turn: Turn, act: Move) -> None:
    instance, before = turn.instance, turn.instance.state
    given_up = _worked_on(turn)
    who = _who(turn, act.who)
    if act.to in ("interrupted", "failing_over"):
        begun = await failovers.begin(turn.work, instance, turn.seen, act.why)
        if begun is not None and begun.kind != "half_life" and given_up is not None and not _was_asked(turn):
            metrics.interrupted(turn.work.tx, given_up.provider)
    if act.lets_go is not None:
        await lose_primary(turn, act.lets_go)
    await _standby_follows(turn, act)
    _let_go_on(turn, act)
    again = act.error is not None and act.error.code == instance.error_code and instance.tries > 0
    _remember(turn, act)
    await moves.move(turn.work, instance, act.to, act.why, who=who, failed=act.error is not None, again=again)
    courses.follow(instance, lambda course: course.moved(act.to, turn.work.now))
    if act.to not in RACING and not act.keeps_race:
        await racing.end(turn, "lost" if act.error else "cancelled", act.why)
    await failovers.moved(turn.work, instance, act.to)
    if act.to in ENDS_A_SLEEP:
        await sleeping.end(turn.work, instance, race_id=None, at=turn.work.now)
    elif act.to == "hibernated" and before == "waking" and turn.rows.race is not None:
        await sleeping.go_on(turn.work, instance, turn.rows.race.id)
    if act.to == "running":
        await _entered_running(turn)
    elif act.to == "paused":
        await runs.leave(turn.work, instance)
    elif act.to == "hibernated":
        await _entered_sleep(turn, given_up if before == "hibernating" else None)
    elif act.to == "destroyed":
        await _entered_the_past(turn)
    await _operation_follows(turn, act)


def _was_asked(turn: Turn) -> bool:
    """Somebody, or a rule, has it leave its machine."""
    operation = turn.rows.operation
    if operation is None or operation.kind != "failover":
        return False
    return operation.requested_by is not None or "who" in operation.details


async def wish_for(turn: Turn, act: WishFor) -> None:
    """In the name of a rule, or back after something was cancelled or can't be."""
    instance, operation = turn.instance, turn.rows.operation
    if act.who == "until":
        instance.until_at = None
    if act.error is not None and operation is not None:
        await _close(turn, act.error)
    if act.operation is not None:
        opened = await operations.open(turn.work, instance, act.operation, act.why)
        operations.note(opened, who=act.who)
    elif act.error is None and operation is not None:
        await operations.cancel(turn.work, instance, operation, act.why)
    instance.wish = act.wish
    if act.operation is None:
        await _sleeps_on_purpose(turn)
    if act.error is not None and act.error.code != "cancelled":
        await moves.note(turn.work, instance, "failure", act.why, who=_who(turn, act.who), code=act.error.code)


async def finish(turn: Turn, act: Finish) -> None:
    operation = turn.rows.operation
    if operation is None:
        return
    if act.error is None:
        await operations.finish(turn.work, turn.instance, operation)
        await _sleeps_on_purpose(turn)
    else:
        await _close(turn, act.error)


async def _sleeps_on_purpose(turn: Turn) -> None:
    """Where it had only waited for a machine until then, or had lost its own."""
    if (turn.instance.state, turn.instance.wish) != ("hibernated", "hibernated"):
        return
    had = await races.before(turn.work.tx, turn.instance.id)
    if had is not None:
        await sleeping.begin_after_a_wait(turn.work, turn.instance, had, turn.rows.operation)


async def _close(turn: Turn, error: Trouble) -> None:
    operation = turn.rows.operation
    if operation is None:
        return
    if error.code == "cancelled":
        await operations.cancel(turn.work, turn.instance, operation, error.message)
    else:
        await operations.fail(turn.work, turn.instance, operation, _failure(error))


def _failure(error: Trouble) -> Failure:
    return Unavailable(error.message, code=error.code, hint=error.hint)


def _worked_on(turn: Turn) -> FleetRental | None:
    row = turn.rows.standby
    return turn.rows.second if row is not None and row.state == "serving" else turn.rows.primary


async def _standby_follows(turn: Turn, act: Move) -> None:
    """Which of the two machines holds the work from here on."""
    row, second = turn.rows.standby, turn.rows.second
    if row is None:
        return
    if act.to == "on_standby":
        row.state, row.changed_at = "serving", turn.work.now
    elif row.state == "serving" and act.to in ("hibernated", "interrupted"):
        await part_from(turn, [second] if second is not None else [], act.lets_go or "interrupted")
        await reset_standby(turn)
    elif row.state == "serving" and act.to == "running":
        row.state, row.changed_at, row.sync_at, row.tries = "syncing", turn.work.now, turn.work.now, 0


def _let_go_on(turn: Turn, act: Move) -> None:
    """The work stays where it is: with its keys, given anew, whoever was held still for the move goes on."""
    if act.to == "running" and turn.instance.state == "hibernating":
        turn.instance.setup_command_id = None
    elif act.to == "on_standby" and turn.instance.state in ("hibernating", "recovering") and turn.rows.standby:
        turn.rows.standby.setup_command_id = None


def _remember(turn: Turn, act: Move) -> None:
    """What went wrong, and when it is tried again; or that all is well."""
    instance, error = turn.instance, act.error
    if error is not None:
        instance.tries += 1
        instance.retry_at = turn.work.now + turn.limits.pause(instance.tries)
        instance.error_code, instance.error_message, instance.error_hint = error.code, error.message, error.hint
    elif act.to in ("running", "on_standby", "hibernated", "paused"):
        instance.tries, instance.retry_at = 0, None
        instance.error_code = instance.error_message = instance.error_hint = None


async def _entered_running(turn: Turn) -> None:
    instance = turn.instance
    if instance.awake_since is None or turn.seen.state == "paused":
        instance.awake_since, instance.use_seen_at, instance.warned_at = turn.work.now, None, None
    instance.released_at = None
    if _is_new_start(turn):
        runs.wait(instance, turn.rows.wanted.run)
    if turn.seen.state != "hibernating" and await keeping.sealed(turn.work.tx, [instance]):
        await moves.note(turn.work, instance, "warning", f"{SEALED.message} {SEALED.hint}", code=SEALED.code)
    await standbys.settle(turn.work, instance, turn.rows.wanted.standby, turn.rows.standby)
    error = turn.seen.onstart.error if turn.seen.onstart is not None else None
    if error is not None and error.code in UNTOLD:
        await moves.note(turn.work, instance, "failure", f"The start script failed: {error.message}", code=error.code)


def _is_new_start(turn: Turn) -> bool:
    """And no way back to a machine on which all goes on."""
    instance = turn.instance
    return instance.wish == "running" and instance.run_command_id is None and turn.seen.state != "hibernating"


async def _entered_sleep(turn: Turn, given_up: FleetRental | None) -> None:
    instance = turn.instance
    instance.released_at = None
    if instance.wish == "paused":
        instance.wish = "hibernated"
    if _who(turn, "asked") in SPENDS_NOTHING:
        await release(turn)
    if given_up is not None:
        on_demand = large_clouds.on_demand(turn.view, given_up, turn.work.now) if turn.view is not None else None
        await sleeping.begin(turn.work, instance, given_up, turn.rows.operation, on_demand)
    elif instance.wish == "running":
        await sleeping.waits(turn.work, instance)
    else:
        await _sleeps_on_purpose(turn)


async def _entered_the_past(turn: Turn) -> None:
    """Its secrets are of no more use, and so there are none."""
    instance = turn.instance
    instance.env_sealed, instance.host_key_sealed = None, ""
    await restic.forget(turn.work.tx, instance.id)
    if instance.keep_snapshot:
        await on_behalf.leave(turn.work, instance.owner_id, instance.id)
    else:
        await on_behalf.delete_all(turn.work, instance.owner_id, instance.id)


async def _operation_follows(turn: Turn, act: Move) -> None:
    """It is done, has failed, is overtaken, or begins, as the move has it."""
    instance, operation = turn.instance, turn.rows.operation
    if operation is not None and act.error is not None:
        await _close(turn, act.error)
    elif operation is not None and done_in(operation.kind, act.to):
        await operations.finish(turn.work, instance, operation)
    elif operation is not None and WISHES[operation.kind] not in (None, instance.wish):
        await operations.cancel(turn.work, instance, operation, act.why)
    elif operation is not None and WISHES[operation.kind] is None and act.to != "running":
        await _close(turn, Trouble("moved_on", f"It became {act.to} before that was done."))
    kind = "resume" if act.to == "paused" and instance.wish == "running" else BEGINS.get(act.to)
    if kind is not None and instance.operation_id is None:
        kind = "half_life" if act.to == "failing_over" and instance.wish == "on_standby" else kind
        await operations.open(turn.work, instance, kind, act.why, by_itself=True)


def _who(turn: Turn, who: str) -> str:
    """`asked` is whoever asked for the operation that is open."""
    if who != "asked":
        return who
    operation = turn.rows.operation
    if operation is None:
        return "fleet"
    return str(
        operation.details.get("who") or (f"user:{operation.requested_by}" if operation.requested_by else "fleet")
    )
