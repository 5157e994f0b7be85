"""The steps that an instance can take: values that say what is to be written, and when to look again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from dumont.fleet.rules.course import Outcome
from dumont.fleet.rules.seen import Trouble
from dumont.fleet.rules.states import OperationKind, State, Wish

Why = Literal["hibernation", "destroy", "move", "failover", "notice", "asked", "standby", "sync", "rhythm"]
"""What a snapshot is made for."""
BROUGHT, ALONE = "restic", "deadman"
"""It was there before, in its owner's restic repository; or its machine made it, as it could not reach us."""


@dataclass(frozen=True, slots=True)
class Move:
    """To another state, giving up its machine if `lets_go` says why; a race that is on ends where none is needed,
    unless it is kept for the state that follows."""

    to: State
    why: str
    who: str = "fleet"
    lets_go: str | None = None
    error: Trouble | None = None
    """Why what was asked for did not come about: it is tried again after a pause, if it is still wished."""
    keeps_race: bool = False


@dataclass(frozen=True, slots=True)
class WishFor:
    """What nobody had to ask for: idleness, a time that is over, an operation that was cancelled."""

    wish: Wish
    operation: OperationKind | None
    why: str
    who: str
    error: Trouble | None = None


@dataclass(frozen=True, slots=True)
class StartRace:
    attempt_type: Literal["deploy", "wake", "failover"]


@dataclass(frozen=True, slots=True)
class StartRound:
    pass


@dataclass(frozen=True, slots=True)
class DropEntrants:
    """They were too slow, or are broken."""

    rental_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Win:
    rental_id: UUID


@dataclass(frozen=True, slots=True)
class Accept:
    """The machine is what was sold."""


@dataclass(frozen=True, slots=True)
class Reject:
    """It is not, or broke before it was handed over; nothing of its user is on it."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Setup:
    snapshot_id: UUID | None = None
    """Put back in the same moment."""


@dataclass(frozen=True, slots=True)
class Onstart:
    pass


@dataclass(frozen=True, slots=True)
class BeginRun:
    pass


@dataclass(frozen=True, slots=True)
class RunNotBegun:
    """What was to be done before it has failed."""


@dataclass(frozen=True, slots=True)
class EndRun:
    """It is over, whoever ended it."""


@dataclass(frozen=True, slots=True)
class Restore:
    snapshot_id: UUID


@dataclass(frozen=True, slots=True)
class RestoreFailed:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Bring:
    """What its workspace is to begin with lies in a restic repository, and is looked for there."""


@dataclass(frozen=True, slots=True)
class Save:
    rental_id: UUID
    why: Why
    still: bool = False
    """The work leaves the machine behind it: whoever could write there is held still from then on."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The snapshot that was being made is complete, and is the newest."""


@dataclass(frozen=True, slots=True)
class SaveFailed:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class LetGo:
    rental_ids: tuple[UUID, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Hold:
    """The stopped machine is wanted again."""


@dataclass(frozen=True, slots=True)
class Warn:
    sleeps_at: datetime


@dataclass(frozen=True, slots=True)
class Unwarn:
    pass


@dataclass(frozen=True, slots=True)
class WouldSleep:
    """Only told: the rule is on trial."""


@dataclass(frozen=True, slots=True)
class TellUnused:
    """Nobody has used it for long, so it does not sleep by itself."""


@dataclass(frozen=True, slots=True)
class Release:
    """Asleep for long: nothing is kept but the snapshot."""


@dataclass(frozen=True, slots=True)
class AskCloud:
    """The agent is silent: the machines of its account are to be listed at once."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The operation is over without a move."""

    error: Trouble | None = None


@dataclass(frozen=True, slots=True)
class RentStandby:
    pass


@dataclass(frozen=True, slots=True)
class SetupStandby:
    pass


@dataclass(frozen=True, slots=True)
class SyncRestore:
    snapshot_id: UUID


@dataclass(frozen=True, slots=True)
class Synced:
    pass


@dataclass(frozen=True, slots=True)
class SyncFailed:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class StandbyFailed:
    """Its machine is of no use; another one is rented after a pause."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class EndStandby:
    why: str


@dataclass(frozen=True, slots=True)
class Promote:
    """The warm machine becomes the first one."""


@dataclass(frozen=True, slots=True)
class CheckCopy:
    """The standby's agent is to look at its copy."""


@dataclass(frozen=True, slots=True)
class Rehearse:
    """It has: what came of it is written down, and what would be lost now."""


@dataclass(frozen=True, slots=True)
class AskWay:
    """What work with a deadline is to run on now: it is worked out, and written down with its reason."""


@dataclass(frozen=True, slots=True)
class TurnAway:
    """From the machines that were raced for: there is no time for them any more, or none of them has come up."""

    why: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class EndCourse:
    """The work is done, or its deadline has come: the instance goes on as any other."""

    outcome: Outcome


Act = (
    Move
    | WishFor
    | StartRace
    | StartRound
    | DropEntrants
    | Win
    | Accept
    | Reject
    | Setup
    | Onstart
    | BeginRun
    | RunNotBegun
    | EndRun
    | Restore
    | RestoreFailed
    | Bring
    | Save
    | Saved
    | SaveFailed
    | LetGo
    | Stop
    | Hold
    | Warn
    | Unwarn
    | WouldSleep
    | TellUnused
    | Release
    | AskCloud
    | Finish
    | RentStandby
    | SetupStandby
    | SyncRestore
    | Synced
    | SyncFailed
    | StandbyFailed
    | EndStandby
    | Promote
    | CheckCopy
    | Rehearse
    | AskWay
    | TurnAway
    | EndCourse
)


@dataclass(frozen=True, slots=True)
class Step:
    act: Act | None
    """None is to wait."""
    look_at: datetime
    """The next look, whatever else happens."""
    stage: str | None = None
    """Of the operation that is open."""
    percent: float | None = None
