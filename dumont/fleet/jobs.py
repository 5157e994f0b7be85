"""What the fleet does beside requests, and who may watch it."""

from functools import partial

from dumont.accounts import teams
from dumont.basics import ids
from dumont.fleet import schedules, tables, thinking
from dumont.fleet.agents import dozing, finding, lending, telling
from dumont.fleet.agents.listening import Listening
from dumont.fleet.events import ONE, OWNER
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.reminding import Reminding
from dumont.fleet.rentals import acting, extending, watching
from dumont.fleet.store import accounts, beats, instances, rentals
from dumont.platform.db import Tx
from dumont.platform.db.partitions import Partitioned
from dumont.platform.jobs.duties import Duty
from dumont.platform.jobs.port import Job
from dumont.platform.live.topics import TopicRule
from dumont.platform.parts import Parts
from dumont.platform.work import Caller
from dumont.snapshots.stores import Stores

MINUTES_KEPT_DAYS = 30
WATCHED_SECONDS = 90.0
LANES: tuple[acting.Lane, ...] = ("create", "create", "end", "end", "tend")
"""Each goes round for itself, so that a cloud which is slow to make a machine keeps nobody from ending one."""
WATCHES = 3
CALM_SECONDS = 0.1
"""An agent's first call decides a race: until the losers are asked to end, its account need not be listed."""
THINKERS = 2
"""One that waits for the market keeps nobody else from being thought about."""


async def _act(lane: acting.Lane, parts: Parts) -> float:
    return await acting.turn(Means.of(parts.get), lane=lane)


def _acting(lane: acting.Lane, number: int) -> Duty:
    name, run = f"fleet.act.{lane}.{number}", partial(_act, lane)
    if lane == "tend":
        return Duty(name, run, woken_by=(rentals.DUE,), calm_seconds=CALM_SECONDS)
    return Duty(name, run, woken_by=(rentals.DUE, rentals.TO_MAKE_OR_END))


async def _think(parts: Parts) -> float:
    return await thinking.turn(Means.of(parts.get))


async def _watch(parts: Parts) -> float:
    return await watching.turn(Means.of(parts.get))


async def _doze(parts: Parts) -> float:
    return await dozing.turn(Means.of(parts.get))


async def _listen(parts: Parts) -> float:
    return await parts.get(Listening).turn(Means.of(parts.get))


async def _remind(parts: Parts) -> float:
    return await parts.get(Reminding).turn(Means.of(parts.get))


async def _tell(parts: Parts) -> float:
    return await telling.turn(Means.of(parts.get))


async def _lend(parts: Parts) -> float:
    return await lending.turn(Means.of(parts.get), parts.get(Stores))


async def _find(parts: Parts) -> float:
    return await finding.turn(Means.of(parts.get), parts.get(Stores))


async def _extend(parts: Parts) -> float:
    return await extending.turn(Means.of(parts.get))


async def _budget(parts: Parts) -> float:
    return await budgets.turn(Means.of(parts.get))


async def _schedule(parts: Parts) -> float:
    return await schedules.turn(Means.of(parts.get))


async def _my_fleet(caller: Caller, thing: str, tx: Tx) -> bool:
    owner = ids.read(thing)
    return owner is not None and caller.may("fleet:read") and await teams.stands_for(tx, caller, owner)


async def _my_instance(caller: Caller, thing: str, tx: Tx) -> bool:
    """It is asked again at each ping of an open page: so long, its heartbeats are shown live."""
    identity = ids.read(thing)
    owner = await instances.owner_of(tx, identity) if identity else None
    if identity is None or owner is None or not await _my_fleet(caller, str(owner), tx):
        return False
    await beats.watch(tx, identity, WATCHED_SECONDS)
    return True


JOBS: tuple[Job, ...] = ()
DUTIES: tuple[Duty, ...] = (
    *[_acting(lane, n) for n, lane in enumerate(LANES)],
    Duty("fleet.budgets", _budget),
    Duty("fleet.extend", _extend),
    Duty("fleet.find", _find, woken_by=(rentals.DUE,), calm_seconds=CALM_SECONDS),
    Duty("fleet.idle", _doze),
    Duty("fleet.lend", _lend),
    Duty("fleet.listen", _listen),
    Duty("fleet.remind", _remind),
    Duty("fleet.schedules", _schedule),
    Duty("fleet.tell", _tell),
    *[Duty(f"fleet.watch.{n}", _watch, (accounts.DUE, rentals.DUE), CALM_SECONDS) for n in range(WATCHES)],
    *[Duty(f"fleet.think.{number}", _think, woken_by=(instances.DUE,)) for number in range(THINKERS)],
)
TOPICS = (TopicRule(f"{OWNER}:{{id}}", _my_fleet), TopicRule(f"{ONE}:{{id}}", _my_instance))
PARTITIONED = (
    Partitioned(tables.FleetMinute.__tablename__, "minute", "day", keep_days=lambda _settings: MINUTES_KEPT_DAYS),
)
