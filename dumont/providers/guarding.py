"""What holds for every cloud, around each adapter: no secret in errors, nothing denied is tried, none ended blindly.

All that opens an adapter does so through `opening.py`, which puts this around it.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import structlog

from dumont.providers.errors import ContractBroken, Frozen, ProviderError, Unsupported
from dumont.providers.freezing import Freezes
from dumont.providers.port import Adapter, Catalogue, Created, Held, Kind, Machine, Order, Quoting, Witness

log = structlog.get_logger()

T = TypeVar("T")

UNFIT_SHARE = 0.5
NOTHING = "An empty answer, which does not prove that there is nothing."
UNFIT_LEAST = 5
"""So many offers of one answer, and this share of them: then it is the answer that does not fit, not an offer."""


class Guarded:
    def __init__(self, kind: Kind, adapter: Adapter, freezes: Freezes, scrub: Callable[[str], str]) -> None:
        self._kind = kind
        self._adapter = adapter
        self._freezes = freezes
        self._scrub = scrub

    async def search(self) -> Catalogue:
        self._must("search")
        found = await self._told(self._adapter.search())
        parts = found.skipped + len(found.offers)
        if found.skipped >= UNFIT_LEAST and found.skipped > UNFIT_SHARE * parts:
            await self._freeze(f"{found.skipped} of {parts} offers do not fit the API as we know it")
        if not parts + found.slices + found.unnamed:
            return replace(found, complete=False, notes=(*found.notes, NOTHING))
        return found

    async def offered(self, offer_ids: Collection[str]) -> frozenset[str] | None:
        if not isinstance(self._adapter, Witness):
            return None
        return await self._told(self._adapter.offered(offer_ids))

    async def create(self, order: Order) -> Created:
        self._must("create")
        if order.spot:
            self._must("spot")
        return await self._told(self._adapter.create(order))

    async def machines(self) -> Held:
        self._must("create")
        return await self._told(self._adapter.machines())

    async def machine(self, machine_id: str) -> Machine:
        self._must("create")
        return await self._told(self._adapter.machine(machine_id))

    async def start(self, machine_id: str) -> None:
        self._must("stop_start")
        await self._told(self._adapter.start(machine_id))

    async def stop(self, machine_id: str) -> None:
        self._must("stop_start")
        await self._thawed()
        await self._told(self._adapter.stop(machine_id))

    async def destroy(self, machine_id: str) -> None:
        self._must("create")
        await self._thawed()
        await self._told(self._adapter.destroy(machine_id))

    async def extend(self, machine_id: str, hours: int) -> None:
        self._must("extends")
        await self._told(self._adapter.extend(machine_id, hours))

    async def quote(self, provider_offer_id: str, hours: int) -> Decimal | None:
        if not isinstance(self._adapter, Quoting):
            return None
        return await self._told(self._adapter.quote(provider_offer_id, hours))

    async def relabel(self, machine_id: str, label: str) -> None:
        self._must("relabel")
        await self._told(self._adapter.relabel(machine_id, label))

    async def balance(self) -> Decimal:
        self._must("balance")
        return await self._told(self._adapter.balance())

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        self._must("logs")
        return self._scrub(await self._told(self._adapter.logs(machine_id, lines=lines)))

    def _must(self, what: str) -> None:
        if not getattr(self._kind.can, what):
            raise Unsupported(self._kind.can.why_not.get(what, f"{self._kind.title} has no {what.replace('_', '/')}."))

    async def _thawed(self) -> None:
        if freeze := await self._freezes.of(self._kind.name):
            raise Frozen(f"Nothing is ended at {self._kind.title} until an operator unfreezes it: {freeze.reason}.")

    async def _told(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except ProviderError as error:
            error.message = self._scrub(error.message)
            error.args = (error.message,)
            if isinstance(error, ContractBroken):
                await self._freeze(error.message)
            raise

    async def _freeze(self, reason: str) -> None:
        log.error("provider_frozen", provider=self._kind.name, reason=reason)
        await self._freezes.freeze(self._kind.name, reason)
