"""What is told of the fleet: to the contexts above, and to the pages that are open."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from dumont.fleet.rules.runs import RunState
from dumont.fleet.rules.states import OperationKind, OperationState, Stage, State
from dumont.platform.events import Event

OWNER, ONE = "fleet", "instance"
"""Topics: `fleet:{owner_id}` for lists, `instance:{id}` for its page."""


class _OfOwner(Event):
    owner_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (f"{OWNER}:{self.owner_id}",)


class _OfInstance(_OfOwner):
    instance_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (*super().topics(), f"{ONE}:{self.instance_id}")


class InstanceMoved(_OfInstance):
    """It entered another state."""

    kind: ClassVar[str] = "fleet.instance_moved"

    name: str
    from_state: State | None
    to_state: State
    why: str
    who: str
    retry_at: datetime | None = None
    """What was asked for did not come about, and is tried again then."""
    again: bool = False
    """As it was the time before."""


class InstanceChanged(_OfInstance):
    """Something else of it: its settings, its rentals, a warning."""

    kind: ClassVar[str] = "fleet.instance_changed"

    what: str


class OperationChanged(_OfInstance):
    kind: ClassVar[str] = "fleet.operation_changed"

    id: UUID
    operation: OperationKind
    state: OperationState
    stage: str
    percent: float


class RentalChanged(_OfInstance):
    """It came further: a lane of a race moves."""

    kind: ClassVar[str] = "fleet.rental_changed"

    id: UUID
    stage: Stage
    race_id: UUID | None
    why_ended: str | None
    at: datetime


class IdleSoon(_OfInstance):
    """It will be put to sleep; the one minute in which that can still be put off."""

    kind: ClassVar[str] = "fleet.idle_soon"

    name: str
    hibernates_at: datetime


class Unused(_OfInstance):
    """It runs, costs, and was not used since it was started, so it won't sleep by itself: told once a start."""

    kind: ClassVar[str] = "fleet.unused"

    name: str


class KeyRefused(_OfOwner):
    """A cloud refuses the key that these are rented with: what becomes of them is not known, and none can be ended."""

    kind: ClassVar[str] = "fleet.key_refused"

    provider: str
    of_house: bool
    """Its operators have to mend it, and not their owner."""
    names: list[str]


class CommandPut(Event):
    """An agent has something to do. No page is shown this: web processes hear it, and call the agent."""

    kind: ClassVar[str] = "fleet.command_put"

    rental_id: UUID

    def topics(self) -> tuple[str, ...]:
        return ("agents",)


class StandbyInTrouble(_OfInstance):
    """Its second machine can't be rented or kept up to date; told when that begins."""

    kind: ClassVar[str] = "fleet.standby_in_trouble"

    name: str
    why: str


class PaidHoursEnd(_OfInstance):
    """More hours of its machine could not be bought: told once for each end that draws near."""

    kind: ClassVar[str] = "fleet.paid_hours_end"

    name: str
    provider: str
    why: str
    ends_at: datetime


class RunEnded(_OfInstance):
    """What it runs behind its start script is over, or was not begun: told once for each start."""

    kind: ClassVar[str] = "fleet.run_ended"

    name: str
    state: RunState
    code: int | None
    why: str


class Sampled(Event):
    """A heartbeat, for whoever watches this one instance."""

    kind: ClassVar[str] = "fleet.sampled"

    instance_id: UUID
    sample: dict[str, Any]

    def topics(self) -> tuple[str, ...]:
        return (f"{ONE}:{self.instance_id}",)


class BudgetReached(_OfOwner):
    """Nearly used up, or used up: then instances are put to sleep."""

    kind: ClassVar[str] = "fleet.budget_reached"

    limit: str
    level: str
    used: Decimal
    budget: Decimal
