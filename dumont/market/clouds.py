"""The clouds as the market sees them: with which account each is asked, and why one is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dumont import accounts
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.providers.port import Adapter, Kind


@dataclass(frozen=True, slots=True)
class Account:
    """The market's own at one cloud; without credentials where offers are public."""

    kind: Kind
    credentials: Mapping[str, str] = field(repr=False)
    why_not: str | None = None
    """Why it can't be used, in a sentence."""


class Open(Protocol):
    @property
    def adapter(self) -> Adapter: ...


class Opening(Protocol):
    """What the market needs of `providers.opening.Clouds`."""

    def open(self, name: str, credentials: Mapping[str, str]) -> Open: ...


async def account_at(kind: Kind, tx: Tx, vault: Vault, settings: Settings) -> Account:
    credentials = settings.keys_of(kind.name)
    if not credentials and kind.credentials and not kind.disabled:
        credentials = await accounts.provider_keys.of_an_admin(tx, vault, kind.name)
    return Account(kind, credentials, why_not(kind, credentials))


def why_not(kind: Kind, credentials: Mapping[str, str]) -> str | None:
    if kind.disabled is not None:
        return kind.disabled
    if not kind.can.search:
        return kind.can.why_not.get("search", f"{kind.title} has no list of offers.")
    missing = [given.name for given in kind.credentials if not given.optional and not credentials.get(given.name)]
    if missing and not kind.public_search:
        return f"There is no key for {kind.title}: {', '.join(missing)}."
    return None
