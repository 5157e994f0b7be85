"""What snapshots do beside requests, and who may watch them."""

from uuid import UUID

from dumont.accounts import teams
from dumont.platform.db import Tx
from dumont.platform.live.topics import TopicRule
from dumont.platform.work import Caller
from dumont.snapshots import checking, housekeeping, measuring, pruning, verifying
from dumont.snapshots.events import ONE, REPOSITORY
from dumont.snapshots.store import snapshots


async def _my_repository(caller: Caller, thing: str, tx: Tx) -> bool:
    owner = _id(thing)
    if owner is None or caller.user_id is None or not caller.may("snapshots:read"):
        return False
    return owner == caller.user_id or owner in await teams.ids_of(tx, caller.user_id)


async def _my_snapshot(caller: Caller, thing: str, tx: Tx) -> bool:
    identity = _id(thing)
    found = await snapshots.one(tx, identity) if identity else None
    return found is not None and await _my_repository(caller, str(found.repository_id), tx)


def _id(thing: str) -> UUID | None:
    try:
        return UUID(thing)
    except ValueError:
        return None


JOBS = (
    verifying.VERIFY,
    measuring.MEASURE,
    checking.CHECK,
    pruning.PRUNE,
    housekeeping.TIDY,
    housekeeping.PRUNE_ALL,
)
TOPICS = (TopicRule(f"{REPOSITORY}:{{id}}", _my_repository), TopicRule(f"{ONE}:{{id}}", _my_snapshot))
