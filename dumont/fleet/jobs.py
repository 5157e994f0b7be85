"""What the fleet does beside requests, and who may watch it."""

from functools import partial
from uuid import UUID

from dumont.accounts import teams
from dumont.fleet import acting, tables, watching
from dumont.fleet.events import ONE, OWNER
from dumont.fleet.means import Means
from dumont.fleet.store import instances
from dumont.platform.db import Tx
from dumont.platform.db.partitions import Partitioned
from dumont.platform.jobs.duties import Duty
from dumont.platform.jobs.port import Job
from dumont.platform.live.topics import TopicRule
from dumont.platform.parts import Parts
from dumont.platform.work import Caller

MINUTES_KEPT_DAYS = 30
LANES: tuple[acting.Lane, ...] = ("create", "create", "end", "end", "tend")
"""Each goes round for itself, so that a cloud which is slow to make a machine keeps nobody from ending one."""
WATCHES = 3


async def _act(lane: acting.Lane, parts: Parts) -> float:
    return await acting.turn(Means.of(parts.get), lane=lane)


async def _watch(parts: Parts) -> float:
    return await watching.turn(Means.of(parts.get))


async def _my_fleet(caller: Caller, thing: str, tx: Tx) -> bool:
    owner = _id(thing)
    if owner is None or caller.user_id is None or not caller.may("fleet:read"):
        return False
    return owner == caller.user_id or owner in await teams.ids_of(tx, caller.user_id)


async def _my_instance(caller: Caller, thing: str, tx: Tx) -> bool:
    identity = _id(thing)
    owner = await instances.owner_of(tx, identity) if identity else None
    return owner is not None and await _my_fleet(caller, str(owner), tx)


def _id(thing: str) -> UUID | None:
    try:
        return UUID(thing)
    except ValueError:
        return None


JOBS: tuple[Job, ...] = ()
DUTIES: tuple[Duty, ...] = (
    *[Duty(f"fleet.act.{lane}.{number}", partial(_act, lane)) for number, lane in enumerate(LANES)],
    *[Duty(f"fleet.watch.{number}", _watch) for number in range(WATCHES)],
)
TOPICS = (TopicRule(f"{OWNER}:{{id}}", _my_fleet), TopicRule(f"{ONE}:{{id}}", _my_instance))
PARTITIONED = (
    Partitioned(tables.FleetMinute.__tablename__, "minute", "day", keep_days=lambda _settings: MINUTES_KEPT_DAYS),
)
