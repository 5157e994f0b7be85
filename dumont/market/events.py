"""What the market publishes: offers that changed, for everybody, and clouds in trouble, for operators."""

from typing import ClassVar

from dumont.platform.events import Event

MARKET, CLOUDS = "market", "providers"


class OffersChanged(Event):
    """Published once a sync that changed something."""

    kind: ClassVar[str] = "market.offers_changed"

    provider: str
    revision: int
    added: int
    updated: int
    gone: int
    offers: int

    def topics(self) -> tuple[str, ...]:
        return (MARKET, CLOUDS)


class ProviderFailed(Event):
    """Published at the first failure in a row."""

    kind: ClassVar[str] = "market.provider_failed"

    provider: str
    code: str
    message: str

    def topics(self) -> tuple[str, ...]:
        return (CLOUDS,)


class ProviderRecovered(Event):
    kind: ClassVar[str] = "market.provider_recovered"

    provider: str

    def topics(self) -> tuple[str, ...]:
        return (CLOUDS,)


class ProviderFrozen(Event):
    """Its answers no longer fit: nothing is destroyed there until a person has looked."""

    kind: ClassVar[str] = "market.provider_frozen"

    provider: str
    reason: str

    def topics(self) -> tuple[str, ...]:
        return (CLOUDS,)


class ProviderUnfrozen(Event):
    kind: ClassVar[str] = "market.provider_unfrozen"

    provider: str

    def topics(self) -> tuple[str, ...]:
        return (CLOUDS,)
