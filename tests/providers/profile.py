"""What the conformance suite must be told of a cloud, because no port can say it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from dumont.providers.errors import ProviderError
from dumont.providers.port import Listed, Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault that is this cloud's own, and what must come of it."""

    name: str
    faults: Sequence[Mapping[str, Any]]
    """As for `PUT /_sim/faults`."""
    call: str
    """Which adapter method meets it: search, create, machines, machine, start, stop, destroy, balance, logs."""
    raises: type[ProviderError] | None
    """None if it must succeed in spite of it."""
    created_ids: int = 0
    """How many ids the error must name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    credentials: Mapping[str, str]
    wrong_credentials: Mapping[str, str] | None = None
    """Of a stranger; made from `credentials` by changing every value if left out."""
    search: str | None = None
    """Part of `METHOD /path` (with the `/<name>` prefix) of the call that lists offers."""
    create: str | None = None
    listing: str | None = None
    """The call that lists all machines."""
    destroy: str | None = None
    offers: Callable[[Sequence[Listed]], Listed] = lambda offers: next(o for o in offers if o.available)
    """Which offer the suite rents."""
    boot_seconds: float = 3600
    """How far time is advanced until a new machine surely runs."""
    ending_seconds: float = 60
    """How far time is advanced until a destroyed machine has surely left the list."""
    hours: int | None = None
    """For an order where hours are sold in advance."""
    bill: Callable[[Listed, float], Decimal] | None = None
    """What the cloud bills for so many seconds of running that offer, compute alone; by the second if left out."""
    bill_tolerance: Decimal = Decimal("0.02")
    """As a share: clouds round prices to cents or to their own unit."""
    cases: Sequence[Case] = ()
    has_address: Callable[[Machine], bool] = lambda machine: bool(machine.addresses)
    after_reset: Mapping[str, Any] = field(default_factory=dict)
    """For `POST /_sim/reset`: another stock than the default."""
    world_start: datetime | None = None
