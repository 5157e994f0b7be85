"""What snapshots do beside requests, and who may watch them."""

from dumont.accounts import teams
from dumont.basics import ids
from dumont.platform.db import Tx
from dumont.platform.live.topics import TopicRule
from dumont.platform.work import Caller
from dumont.snapshots import checking, housekeeping, leaving, measuring, pruning, verifying, watching
from dumont.snapshots.events import ONE, REPOSITORY
from dumont.snapshots.store import snapshots


async def _my_repository(caller: Caller, thing: str, tx: Tx) -> bool:
    owner = ids.read(thing)
    return owner is not None and caller.may("snapshots:read") and await teams.stands_for(tx, caller, owner)


async def _my_snapshot(caller: Caller, thing: str, tx: Tx) -> bool:
    identity = ids.read(thing)
    found = await snapshots.one(tx, identity) if identity else None
    return found is not None and await _my_repository(caller, str(found.repository_id), tx)


JOBS = (
    verifying.VERIFY,
    measuring.MEASURE,
    checking.CHECK,
    pruning.PRUNE,
    housekeeping.TIDY,
    housekeeping.PRUNE_ALL,
    watching.CHECK_DUE,
    leaving.TIDY_LEFT,
)
TOPICS = (TopicRule(f"{REPOSITORY}:{{id}}", _my_repository), TopicRule(f"{ONE}:{{id}}", _my_snapshot))
