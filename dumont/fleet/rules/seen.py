"""Everything that a step of an instance is decided on: what is known of it at one moment, read in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from dumont.fleet.rules.idle import Idle
from dumont.fleet.rules.recovery import Action
from dumont.fleet.rules.runs import RunState
from dumont.fleet.rules.states import (
    CommandState,
    OperationKind,
    RaceState,
    Role,
    Stage,
    StandbyKind,
    StandbyState,
    State,
    Wanted,
    Wish,
)

TAKEN_AWAY = frozenset({"stopped", "failed", "terminating"})
"""What a cloud says of a machine that nobody has told to stop."""
UP: frozenset[Stage] = frozenset({"running", "ready"})


@dataclass(frozen=True, slots=True)
class Trouble:
    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RentalSeen:
    id: UUID
    role: Role
    wanted: Wanted
    stage: Stage
    provider: str
    round: int = 0
    race_id: UUID | None = None
    created_at: datetime
    running_at: datetime | None = None
    agent_at: datetime | None = None
    ready_at: datetime | None = None
    checked_at: datetime | None = None
    beat_at: datetime | None = None
    silent_at: datetime | None = None
    """When it was noticed that its agent no longer calls; None while it does."""
    notice_at: datetime | None = None
    ends_at: datetime | None = None
    """When its cloud takes it away unless more is paid, where hours are paid ahead."""
    unsaved_bytes: int | None = None
    """Of files that had changed since the last snapshot, as its agent last told."""
    seen_state: str | None = None
    seen_at: datetime | None = None
    can_stop: bool = False
    spot: bool = False
    place: str = ""
    """`provider:region`."""
    fault: tuple[str, str] | None = None
    """What is wrong with it by what its agent told: reason and words. None also while nothing is told."""
    error: Trouble | None = None
    refused: bool = False
    """Its cloud made none, and may some moments later."""

    @property
    def ended(self) -> bool:
        return self.stage == "ended"

    @property
    def lost(self) -> bool:
        """Of no use any more: gone, given up, or taken away by its cloud."""
        if self.stage in ("ending", "ended") or self.wanted == "gone":
            return True
        return self.wanted == "held" and self.seen_state in TAKEN_AWAY

    @property
    def stopped_by_cloud(self) -> bool:
        """It can be started again: its disk, and what is in no snapshot, is still there."""
        by_cloud = self.error is not None and self.error.code == "interrupted"
        return by_cloud and self.stage == "stopped" and self.wanted == "held" and self.can_stop and not self.spot

    @property
    def of_use(self) -> bool:
        return self.stage == "ready" and not self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeen:
    state: CommandState
    created_at: datetime
    rental_id: UUID
    error: Trouble | None = None
    code: int | None = None
    """Of a script that is over: with which it ended."""

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed")

    @property
    def went_well(self) -> bool:
        """As a script."""
        return self.state == "done" and not self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """What is run behind the start script, as it stands in the row, and its command, if there is one."""

    state: RunState
    command: CommandSeen | None = None

    @property
    def is_untold(self) -> bool:
        """It is over, and its row does not know."""
        return self.state == "running" and (self.command is None or self.command.over)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingSeen:
    """A snapshot that is being made. It counts when it is `complete` in the store, whatever the agent says."""

    id: UUID
    state: str
    asked_at: datetime
    rental_id: UUID | None
    """Whose agent makes it."""
    percent: float | None = None
    trouble: Trouble | None = None
    """It has failed, or its command has; or it lacks what would be lost with its machine."""
    brought: bool = False
    """It was made without us, and is only looked for."""

    @property
    def complete(self) -> bool:
        return self.state == "complete" and self.trouble is None

    @property
    def over(self) -> bool:
        return self.complete or self.trouble is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreSeen:
    snapshot_id: UUID
    state: str
    asked_at: datetime
    rental_id: UUID | None
    percent: float | None = None
    trouble: Trouble | None = None

    @property
    def complete(self) -> bool:
        return self.state == "complete"

    @property
    def in_part(self) -> bool:
        """All is there but some files, which no second try brings."""
        return self.trouble is not None and self.trouble.code == "restored_in_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceSeen:
    id: UUID
    state: RaceState
    batch: int
    rounds_max: int
    round_seconds: float
    round: int
    """How many were started."""
    round_began_at: datetime | None
    why: str = ""
    """What has gone wrong in it."""
    entrants: tuple[RentalSeen, ...] = ()
    """Of all rounds, those that have ended, too."""
    boots: dict[UUID, tuple[float | None, float | None]] = field(default_factory=dict)
    """By entrant: seconds in which it is expected to be of use, and how often its machine fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSeen:
    id: UUID
    kind: OperationKind
    created_at: datetime
    why: str = ""
    cancel_requested: bool = False
    by_itself: bool = False
    """Nobody has asked for it."""
    before: Wish | None = None
    """What was wished when it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbySeen:
    enabled: bool
    kind: StandbyKind
    state: StandbyState
    sync_seconds: float
    rental: RentalSeen | None = None
    synced_at: datetime | None = None
    synced_snapshot_id: UUID | None = None
    setup: CommandSeen | None = None
    restore: RestoreSeen | None = None
    sync_at: datetime | None = None
    tries: int = 0
    changed_at: datetime

    @property
    def up(self) -> bool:
        return self.rental is not None and self.rental.of_use

    @property
    def holds_copy(self) -> bool:
        """Something that can be worked with is on it."""
        return self.up and self.synced_at is not None

    @property
    def serving(self) -> bool:
        return self.state == "serving"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSeen:
    """Work with a deadline that is not over: how far it is, and what was decided of it last."""

    deadline_at: datetime
    work_hours: float
    done_hours: float
    done_at: datetime | None = None
    """When it will be, if it goes on; None while it does not run."""
    action: Action | None = None
    place: str | None = None
    why: str = ""
    ask_at: datetime | None = None
    races_for: str | None = None

    def runs_on(self, machine: RentalSeen) -> bool:
        """Whether that is what was decided."""
        if self.action == "spot":
            return machine.spot and machine.place == self.place
        return self.action == "on_demand" and not machine.spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times that a step waits at most, and how long it pauses."""

    silent_seconds: float = 30
    """Without a beat for so long, the cloud is asked."""
    agent_seconds: float = 300
    """From being of use until its agent has told what the machine is."""
    command_seconds: float = 300
    onstart_seconds: float = 600
    """So long a start script is waited for; then it goes on beside whoever works there."""
    standby_seconds: float = 900
    resume_seconds: float = 900
    restart_seconds: float = 180
    """For a machine that its cloud has stopped, and nobody else."""
    last_seconds: float = 900
    """Before the end of what is paid for: then it is left, its work saved."""
    drop_seconds: float = 600
    """For what a machine may have saved while nobody could be asked."""
    retry_seconds: float = 5
    retry_seconds_max: float = 1800
    poll_seconds: float = 0.5
    """For what is proved elsewhere, without a word to us."""
    look_seconds: float = 30
    """On the way, whatever else happens."""
    rest_seconds: float = 300
    """Where it is to be, whatever else happens."""
    tries_max: int = 3
    still_seconds: float = 300
    """So long whoever could write is held still for a snapshot; then they go on."""
    course_save_seconds: float = 600
    """Between two snapshots of work with a deadline."""

    def pause(self, tries: int) -> timedelta:
        return timedelta(seconds=min(self.retry_seconds_max, self.retry_seconds * 2.0 ** min(tries, 20)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    state: State
    state_since: datetime
    wish: Wish
    primary: RentalSeen | None = None
    standby: StandbySeen | None = None
    race: RaceSeen | None = None
    strays: tuple[RentalSeen, ...] = ()
    """Other rentals that live."""
    operation: OperationSeen | None = None
    setup: CommandSeen | None = None
    saving: SavingSeen | None = None
    restore: RestoreSeen | None = None
    onstart: CommandSeen | None = None
    run: RunSeen | None = None
    check: CommandSeen | None = None
    """Of the standby's copy, for the rehearsal that is open."""
    has_onstart: bool = False
    drop_open: bool = False
    """Its machine may have saved itself while nobody could be asked: that is being looked for."""
    only_there: bool = False
    """It is lent nothing to save itself by while nobody can be asked: its newest work is on its disk."""
    sealed: bool = False
    """No snapshot of it can be made: its owner's repository is encrypted, and only he has the passphrase."""
    brings: bool = False
    """It is to begin with a snapshot that is not known here yet."""
    snapshot_id: UUID | None = None
    snapshot_at: datetime | None = None
    """What was there then is in the newest complete snapshot."""
    tries: int = 0
    retry_at: datetime | None = None
    idle: Idle | None = None
    """What the rule of sleeping looks at; None while no machine is in use."""
    release_seconds: float = 1800
    awake_since: datetime | None = None
    """Since its primary holds work that may be in no snapshot; None without such a machine."""
    until_at: datetime | None = None
    until_action: str = "hibernate"
    released: bool = False
    keep_snapshot: bool = True
    course: CourseSeen | None = None

    @property
    def leaves(self) -> bool:
        """Its work is to go on on another kind of machine, or to wait for one."""
        course, machine = self.course, self.primary
        if course is None or course.action is None or machine is None or self.wish != "running":
            return False
        return not course.runs_on(machine)

    @property
    def holder(self) -> RentalSeen | None:
        """The machine that holds the newest work, if it is there to be asked for it."""
        if self.standby is not None and self.standby.serving:
            found = self.standby.rental
        else:
            found = self.primary if self.awake_since is not None else None
        return None if found is None or found.lost else found

    def saved_since(self, moment: datetime) -> bool:
        return self.snapshot_at is not None and self.snapshot_at >= moment

    def asked(self, kind: OperationKind) -> OperationSeen | None:
        return self.operation if self.operation is not None and self.operation.kind == kind else None

    @property
    def live(self) -> tuple[RentalSeen, ...]:
        """All that are not confirmed gone."""
        second = self.standby.rental if self.standby else None
        entrants = self.race.entrants if self.race else ()
        found = {rental.id: rental for rental in (*self.strays, *entrants, self.primary, second) if rental is not None}
        return tuple(rental for rental in found.values() if not rental.ended)


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)
