"""Takes a step: finds who writes it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dumont.fleet.instances import idle
from dumont.fleet.rules import steps
from dumont.fleet.rules.steps import Act, TellUnused, Unwarn, Warn, WouldSleep
from dumont.fleet.steps import holding, moving, preparing, racing, saving, standing_by, way
from dumont.fleet.steps.turn import Turn


async def take(turn: Turn, act: Act) -> None:
    await BY_ACT[type(act)](turn, act)
    await turn.work.tx.flush()


async def _warn(turn: Turn, act: Warn) -> None:
    await idle.warn(turn.work, turn.instance, act.sleeps_at)


async def _unwarn(turn: Turn, _act: Unwarn) -> None:
    turn.instance.warned_at = None


async def _would_sleep(turn: Turn, _act: WouldSleep) -> None:
    await idle.tell(turn.work, turn.instance)


async def _tell_unused(turn: Turn, _act: TellUnused) -> None:
    await idle.tell_unused(turn.work, turn.instance)


BY_ACT: Mapping[type, Callable[[Turn, Any], Awaitable[None]]] = {
    steps.Move: moving.move,
    steps.WishFor: moving.wish_for,
    steps.Finish: moving.finish,
    steps.StartRace: racing.start,
    steps.StartRound: racing.start_round,
    steps.DropEntrants: racing.drop,
    steps.Win: racing.win,
    steps.Accept: racing.accept,
    steps.Reject: racing.reject,
    steps.Setup: preparing.set_up,
    steps.Onstart: preparing.run_onstart,
    steps.BeginRun: preparing.begin_run,
    steps.RunNotBegun: preparing.run_not_begun,
    steps.EndRun: preparing.end_run,
    steps.Restore: preparing.restore,
    steps.RestoreFailed: preparing.restore_failed,
    steps.Bring: saving.bring,
    steps.Save: saving.save,
    steps.Saved: saving.saved,
    steps.SaveFailed: saving.save_failed,
    steps.LetGo: holding.let_go,
    steps.Stop: holding.stop,
    steps.Hold: holding.hold,
    steps.Release: holding.release,
    steps.AskCloud: holding.ask_cloud,
    steps.Warn: _warn,
    steps.Unwarn: _unwarn,
    steps.TellUnused: _tell_unused,
    steps.WouldSleep: _would_sleep,
    steps.RentStandby: standing_by.rent,
    steps.SetupStandby: standing_by.set_up,
    steps.SyncRestore: standing_by.put_copy,
    steps.Synced: standing_by.synced,
    steps.SyncFailed: standing_by.sync_failed,
    steps.StandbyFailed: standing_by.machine_failed,
    steps.EndStandby: standing_by.end,
    steps.Promote: standing_by.promote,
    steps.CheckCopy: standing_by.check_copy,
    steps.Rehearse: standing_by.rehearse,
    steps.AskWay: way.ask,
    steps.TurnAway: way.turn_away,
    steps.EndCourse: way.end,
}
