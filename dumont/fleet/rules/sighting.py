"""What one listing tells of a rental: compared with what is known, and nothing said twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from dumont.fleet.rules import proof
from dumont.fleet.rules.acts import INTERRUPTED
from dumont.fleet.rules.states import Stage, Wanted

SILENT_SECONDS = 30.0
PRICE_STEP = Decimal("0.000001")
"""Less is how a cloud rounds."""
UNSETTLED_SECONDS_MAX = 300.0
NOT_UP_YET = (None, "pending", "booting", "unknown")
SEEN_AGAIN_SECONDS = 300.0
"""That a machine which does not change is still there, is written so often; of one that ends, each time."""


class Door(Protocol):
    """`providers.port.Address`."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def direct(self) -> bool: ...


class Machine(Protocol):
    """`providers.port.Machine`, as far as it says how a machine is."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def raw_state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def addresses(self) -> Sequence[Door]: ...
    @property
    def created_at(self) -> datetime | None: ...
    @property
    def compute_hour(self) -> Decimal | None: ...


class Known(NamedTuple):
    """A rental that has not ended, as far as a listing can change it."""

    id: UUID
    instance_id: UUID
    account_id: UUID
    stage: Stage
    wanted: Wanted
    provider_machine_id: str | None
    attempted_at: datetime | None
    settle_at: datetime | None
    accepted_at: datetime | None
    running_at: datetime | None
    ssh_at: datetime | None
    agent_at: datetime | None
    end_asked_at: datetime | None
    seen_at: datetime | None
    beat_at: datetime | None
    seen_state: str | None
    raw_state: str | None
    error_code: str | None
    price_hour: Decimal
    absences: int
    absent_since: datetime | None
    addresses: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Changes that nobody has to be told of; `reachable` says that its doors are worth a knock now."""

    id: UUID
    raw_state: str | None
    addresses: Sequence[Mapping[str, Any]]
    seen_at: datetime | None
    absences: int
    absent_since: datetime | None
    reachable: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """A machine that is new to us, in another state, or at another price."""

    known: Known
    machine: Machine


Sight = Facts | Turned | None


def seen(known: Known, machine: Machine, began: datetime, silent_seconds: float = SILENT_SECONDS) -> Sight:
    if known.provider_machine_id is None or turns(known, machine):
        return Turned(known, machine)
    addresses = written(machine.addresses)
    reachable = bool(addresses) and addresses != list(known.addresses)
    changed = machine.raw_state != known.raw_state or reachable or known.absences > 0
    stale = known.seen_at is None or began - known.seen_at > timedelta(seconds=SEEN_AGAIN_SECONDS)
    stale = stale or _answers_silence(known, began, timedelta(seconds=silent_seconds))
    if not (changed or stale or known.stage == "ending"):
        return None
    kept = addresses or known.addresses
    return Facts(known.id, machine.raw_state, kept, began, 0, None, reachable)


def _answers_silence(known: Known, began: datetime, silent: timedelta) -> bool:
    """Its agent calls no more, and no list that was begun since then has been written down."""
    asked = known.beat_at + silent if known.beat_at is not None else None
    return asked is not None and known.seen_at is not None and known.seen_at < asked <= began


def unsettled(known: Known, machine: Machine, began: datetime) -> bool:
    """It is used already, as its agent was quicker than its cloud, which has yet to say that it runs, and where."""
    if known.stage != "ready" or known.wanted != "held":
        return False
    fresh = known.running_at is not None and began - known.running_at < timedelta(seconds=UNSETTLED_SECONDS_MAX)
    return fresh and (machine.state in ("pending", "booting") or not machine.addresses)


def missing(known: Known, began: datetime) -> Facts | None:
    """One absence more, if this list began late enough to count."""
    counts = proof.counts_from(known)
    if counts is None or began <= counts:
        return None
    since = known.absent_since or began
    return Facts(known.id, known.raw_state, known.addresses, known.seen_at, known.absences + 1, since)


def turns(known: Known, machine: Machine) -> bool:
    state = state_of(known, machine)
    return state != known.seen_state or stage_of(known, state) != known.stage or price_of(known, machine) is not None


def price_of(known: Known, machine: Machine) -> Decimal | None:
    """Another one than was agreed: where prices follow a market, or a bid was raised."""
    told = machine.compute_hour
    if told is None or machine.state != "running" or told <= 0:
        return None
    return told if abs(told - known.price_hour) >= PRICE_STEP else None


def state_of(known: Known, machine: Machine) -> str:
    """One that was just started is still seen to be stopped for a while, which says nothing."""
    restarting = known.wanted == "held" and known.stage in ("booting", "stopped") and known.running_at is not None
    asleep = machine.state in ("stopped", "stopping") and known.error_code != INTERRUPTED
    return known.seen_state or "booting" if restarting and asleep else machine.state


def state_by_call(seen_state: str | None) -> str:
    """Of a machine whose agent calls: it runs, and costs, whether or not its cloud can be asked. A list that says
    otherwise is heeded again."""
    return "running" if seen_state in NOT_UP_YET else seen_state


def stage_of(known: Known, state: str) -> Stage:
    """`ending` is left only by the end; `stopped` by a start, or when the cloud gives back what it took."""
    stage: Stage = "booting" if known.stage in ("intended", "creating") else known.stage
    if stage == "ending":
        return stage
    if state == "running" and (stage in ("booting", "running") or (stage == "stopped" and known.wanted == "held")):
        return "ready" if known.ssh_at or known.agent_at else "running"
    if state == "stopped" and (stage in ("running", "ready") or (stage == "booting" and known.wanted == "stopped")):
        return "stopped"
    return stage


def written(addresses: Sequence[Door]) -> list[dict[str, Any]]:
    """As they are kept."""
    return [{"host": a.host, "port": a.port, "user": a.user, "direct": a.direct} for a in addresses]
