"""What the conformance suite must be told of a cloud, because no port can say it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any, cast

from dumont.providers import registry
from dumont.providers.errors import ProviderError
from dumont.providers.port import Listed


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
    """Part of `METHOD /path`, `/<name>` prefix included, of the call that lists offers; None where no call does."""
    create: str | None = None
    """Of the call that makes a machine."""
    listing: str | None = None
    """Of the call that lists all machines."""
    destroy: str | None = None
    can_be_wrong: bool = True
    """False where there are no credentials."""
    boot_seconds: float = 3600
    """How far time is advanced until a new machine surely runs."""
    ending_seconds: float = 60
    """How far time is advanced until a destroyed machine has surely left the list."""
    hours: int | None = None
    """For an order where hours are sold in advance."""
    bill: Callable[[Listed, float], Decimal] | None = None
    """What is billed for so many seconds of running that offer, compute alone; by the second if left out."""
    bill_tolerance: Decimal = Decimal("0.02")
    """As a share: clouds round prices to cents or to their own unit."""
    page: int | None = None
    """How many machines one page of the list holds; None where it has no pages."""
    cases: Sequence[Case] = ()

    def stranger(self) -> Mapping[str, str]:
        return self.wrong_credentials or {name: f"wrong-{value[::-1]}" for name, value in self.credentials.items()}

    def choose(self, offers: Sequence[Listed], *, spot: bool = False) -> Listed:
        """Which offer the suite rents."""
        fitting = [o for o in offers if o.available and (o.spot_price_hour if spot else o.price_hour) is not None]
        return next((o for o in fitting if o.gpu_count == 1), fitting[0])


def profile_of(name: str) -> Profile:
    module = import_module(f"tests.providers.profiles.{registry.MODULES.get(name, name)}")
    return cast(Profile, module.PROFILE)
