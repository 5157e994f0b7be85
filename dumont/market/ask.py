"""Asks for a reading of one cloud or of all: a job each, because a request waits for nobody's server."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, Field

from dumont import accounts
from dumont.market import standing
from dumont.market.clouds import account_at
from dumont.platform.jobs import Jobs, Order
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.providers.port import Kind

SYNC = "market.sync"


class Which(BaseModel):
    provider: str = Field(examples=["vast"])


async def for_one(work: Work, jobs: Jobs, vault: Vault, name: str) -> list[tuple[str, UUID]]:
    return await _begin(work, jobs, [await standing.usable(work, vault, standing.known(name))])


async def for_all(work: Work, jobs: Jobs, vault: Vault) -> list[tuple[str, UUID]]:
    """Of those that can be read."""
    kinds = list(registry.kinds().values())
    usable = [kind for kind in kinds if (await account_at(kind, work.tx, vault, work.settings)).why_not is None]
    return await _begin(work, jobs, usable)


async def _begin(work: Work, jobs: Jobs, kinds: Sequence[Kind]) -> list[tuple[str, UUID]]:
    ids = await jobs.enqueue_all(work, [Order(SYNC, Which(provider=kind.name)) for kind in kinds])
    for kind in kinds:
        await accounts.audit.record(
            work, "provider.sync", ("provider", kind.name), f"Asked {kind.title} for its offers"
        )
    return [(kind.name, job_id) for kind, job_id in zip(kinds, ids, strict=True)]
