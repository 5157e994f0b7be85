"""Tries the key of a cloud without renting: a job, because a request waits for nobody's server."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from dumont import accounts
from dumont.market import standing
from dumont.market.clouds import account_at
from dumont.platform.jobs import Jobs
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.providers import proving
from dumont.providers.opening import Clouds

TEST = "market.test_provider"


class Wanted(BaseModel):
    provider: str = Field(examples=["vast"])
    record: bool = False
    user_id: UUID | None = None
    """Whose key is tried first."""


async def ask(work: Work, jobs: Jobs, vault: Vault, name: str, *, record: bool = False) -> UUID:
    kind = standing.known(name)
    if kind.disabled:
        await standing.usable(work, vault, kind)
    wanted = Wanted(provider=name, record=record, user_id=work.caller.user_id)
    job_id = await jobs.enqueue(work, TEST, wanted)
    await accounts.audit.record(work, "provider.test", ("provider", name), f"Tried the key of {kind.title}")
    return job_id


async def credentials_for(work: Work, vault: Vault, wanted: Wanted) -> Mapping[str, str]:
    """The own ones of whoever asked, else the market's; none at all is told by the first step."""
    if wanted.user_id is not None:
        own = await accounts.provider_keys.reveal(work.tx, vault, wanted.user_id, wanted.provider)
        if own:
            return own
    kind = standing.known(wanted.provider)
    return (await account_at(kind, work.tx, vault, work.settings)).credentials


async def prove(clouds: Clouds, credentials: Mapping[str, str], wanted: Wanted) -> dict[str, Any]:
    """Steps for people, and the answers where they were wanted; `good` if no step failed."""
    proof = await proving.prove(clouds, wanted.provider, credentials, record=wanted.record)
    fixtures = [
        {"name": fixture.name, **asdict(fixture), "headers": dict(fixture.headers)} for fixture in proof.fixtures
    ]
    return {
        "provider": proof.provider,
        "good": proof.good,
        "steps": [asdict(step) for step in proof.steps],
        "fixtures": fixtures,
    }
