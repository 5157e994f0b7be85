"""Judges a simulated life from outside: by the clouds' own truth and bills, by the store, and by the rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dumont.fleet.rules import savings as rules
from dumont.fleet.rules.savings import Window
from dumont.fleet.rules.states import ON_THE_WAY
from dumont.fleet.store import savings as savings_store
from dumont.simulators.rentals import Rental
from tests.fakes.clock import START
from tests.simulation import courses, keeping, prepaid
from tests.simulation.clouds import Cloud
from tests.simulation.rows import names, rows
from tests.simulation.setting_up import LIST_SECONDS
from tests.simulation.simulation import REST_SECONDS, Simulation
from tests.simulation.store import BYTES

CENT = Decimal("0.01")
SETTLED_SECONDS = REST_SECONDS + 100.0
"""Where nothing goes on, the next look is not further away, at a pace of 1."""


async def not_at_rest(sim: Simulation) -> list[str]:
    """What is still on its way."""
    found = await rows(sim.means, _GOING_ON, ways=list(ON_THE_WAY))
    if sim.plan.deadlines:
        found = [*found, *await courses.open_ones(sim)]
    unheld = [f"machine {label} lives, and nobody holds it" for label in await _unheld(sim)]
    return [f"{row['what']} {row['id']} {row['state']}" for row in found] + unheld


async def not_gone(sim: Simulation) -> list[str]:
    found = await rows(sim.means, _ALIVE)
    alive = [f"machine {each.id} {each.label}" for c in sim.clouds.values() for each in c.world.live()]
    return [f"{row['what']} {row['id']} {row['state']}" for row in found] + alive


async def at_rest(sim: Simulation) -> list[str]:
    """When nobody wants anything, and before anything is given up."""
    faults: list[str] = []
    latest = sim.clock.now() + timedelta(seconds=SETTLED_SECONDS * sim.plan.pace)
    for row in await rows(sim.means, "SELECT id, state, look_at FROM fleet_instances WHERE state <> 'destroyed'"):
        late = row["look_at"] > latest
        faults += [f"instance {row['id']} is {row['state']}, and is looked at next {row['look_at']}"] if late else []
    faults += await _not_taken(sim)
    if sim.plan.rules:
        faults += await keeping.faults(sim)
    return faults + [
        f"instance {row['id']} stands on snapshot {row['snapshot_id']}, which is {row['state']}"
        for row in await rows(sim.means, _SNAPSHOTS)
        if row["state"] != "complete" or row["manifest"] not in sim.store.versions.keys() - sim.store.lost
    ]


async def books(sim: Simulation) -> list[str]:
    """When all is given up."""
    faults = [f"{name} was chosen while it was blacklisted" for name in await names(sim.means, _BLACKLISTED)]
    faults += [f"instance {name} has several operations open" for name in await names(sim.means, _OPEN)]
    faults += [f"sleep of {name} was not written down" for name in await names(sim.means, _UNTOLD)]
    faults += [f"instance {name} sleeps twice at once" for name in await names(sim.means, _TWICE)]
    faults += await courses.faults(sim) if sim.plan.deadlines else []
    faults += await prepaid.faults(sim) if sim.plan.prepaid else []
    return [*faults, *await _bills(sim), *await _saved(sim)]


async def _not_taken(sim: Simulation) -> list[str]:
    """What a machine saved by itself, as nobody could be asked, is a snapshot of its instance by now."""
    faults = []
    for row in await rows(sim.means, _DROPS):
        saved = sim.store.drops.get(row["id"])
        if saved is None or saved.book.manifest in sim.store.lost:
            continue
        if row["state"] != "taken" or row["manifest"] != saved.book.manifest or row["completed_at"] is None:
            faults.append(f"drop {row['id']} of instance {row['instance_id']} was saved, and is {row['state']}")
    return faults


async def _unheld(sim: Simulation) -> list[str]:
    held = set(
        await names(sim.means, "SELECT label AS name FROM fleet_rentals WHERE stage <> 'ended' AND wanted <> 'gone'")
    )
    return [each.label for cloud in sim.clouds.values() for each in cloud.world.live() if each.label not in held]


async def _bills(sim: Simulation) -> list[str]:
    """Each bill is a rental of ours that has ended, and the other way round, to the cent."""
    ours = {row["label"]: row for row in await rows(sim.means, _COSTS)}
    theirs, faults = _machines(sim), []
    for label, machines in theirs.items():
        row, billed = ours.get(label), sum((each.cost(sim.clock.now()) for each in machines), Decimal(0))
        if row is None or row["stage"] != "ended":
            faults.append(f"machine {label} is billed {billed}, and is no rental that has ended")
        elif abs(row["cost"] - billed) > CENT + _unseen(sim, machines) + _unheard(sim, machines, row["agent_at"]):
            seen = [f"{each.created_at:%H:%M:%S}-{each.since:%H:%M:%S} {each.why}" for each in machines]
            faults.append(f"{label} is billed {billed:.4f}, and costs {row['cost']:.4f} by our rows: {seen}")
    for label, row in ours.items():
        if label not in theirs and row["cost"]:
            faults.append(f"{label} costs {row['cost']}, and was never made")
    return faults


async def _saved(sim: Simulation) -> list[str]:
    """Out of the clouds' bills and times alone; what we claim may differ by a cent a sleep."""
    async with sim.means.db.looking() as tx:
        now, me = sim.clock.now(), sim.users.caller.me
        window = Window(START, now)
        sleeps = await savings_store.sleeps(tx, [me], window, None)
        claimed = rules.report(sleeps, window, now).by_sleep
    machines, faults = _machines(sim), []
    prices = {row["id"]: row for row in await rows(sim.means, _RENTALS)}
    settled = await rows(sim.means, _SETTLED, waits=rules.WAITS)
    for sleep in sleeps:
        if sleep.why == rules.WAITS:  # for a machine, and is in no sum
            continue
        label = prices[sleep.rental_id]["label"]
        given_up = machines[label][0]
        raced = [row for row in prices.values() if _woke(row, sleep)]
        winners = [row["label"] for row in raced if row["won"] and row["race_id"] == sleep.race_id]
        winner = next((machines[label][0] for label in winners), None)
        until = winner.created_at if winner is not None else sleep.ended_at or now
        since = max([given_up.since, *(row["at"] for row in settled if _is_before(row, sleep, given_up))])
        hours = Decimal(str((until - since).total_seconds())) / 3600
        stored = Decimal(BYTES) / 10**9 * sleep.storage_price_gb_month / 730 * hours
        losers = [each for row in raced if row["label"] not in winners for each in machines.get(row["label"], [])]
        lost = sum((each.cost(now) for each in losers), Decimal(0))
        mine = _hourly(given_up) * hours - stored - lost
        unseen = _unseen(sim, [given_up, *losers]) + _last_move(sim, given_up) * hours
        if abs(mine - claimed[sleep.id].saved) > CENT * (1 + len(losers)) + unseen:
            faults.append(
                f"sleep {sleep.id} claims {claimed[sleep.id].saved:.4f} and has saved {mine:.4f}: {hours:.3f} h of "
                f"{_hourly(given_up):.4f}, {stored:.4f} stored, {lost:.4f} for losers, {label}"
            )
    return faults


def _is_before(row: Mapping[str, Any], sleep: rules.Sleep, given_up: Rental) -> bool:
    """Whether an instance served elsewhere, or waited for a machine, until this was settled: it was meant to run."""
    return bool(row["instance_id"] == sleep.instance_id and given_up.since < row["at"] <= sleep.slept_at)


def _unseen(sim: Simulation, machines: Sequence[Rental]) -> Decimal:
    """What their cloud did with them from its own will is known from the next list on, which may be no good. So is a
    stop that somebody took back before it was seen."""
    turned = [each for each in machines if not each.extra.keys().isdisjoint(("struck", "stopped"))]
    struck = [each for each in machines if each.why in ("vanished", "interrupted") or each in turned]
    moved = [by for each in machines for _, by in each.extra.get("moves", ())]
    by_moves = _unseen_hours(sim) * sum(moved, Decimal(0))
    return sum((_hourly(each) * max(_unseen_hours(sim), _untold_hours(sim, each)) for each in struck), by_moves)


def _unheard(sim: Simulation, machines: Sequence[Rental], called: datetime | None) -> Decimal:
    """That a machine is up, and costs, is known from its agent's first call or the next list on."""
    amount = Decimal(0)
    for each in machines:
        told = [*_cloud_of(sim, each).told, each.since, *([called] if called else [])]
        for line in each.lines:
            if line.since > each.created_at:
                heard = min((at for at in told if at >= line.since), default=line.since)
                amount += line.price_hour * Decimal(str((heard - line.since).total_seconds())) / 3600
    return amount


def _untold_hours(sim: Simulation, machine: Rental) -> Decimal:
    """How long after it had turned its cloud told no truth: the longest time, if it turned more than once."""
    told = _cloud_of(sim, machine).told
    turns = [line.until for line in machine.lines if line.until is not None]
    gaps = [min((at - turn for at in told if at > turn), default=timedelta(0)) for turn in turns]
    return Decimal(str(max(gaps, default=timedelta(0)).total_seconds() / 3600))


def _cloud_of(sim: Simulation, machine: Rental) -> Cloud:
    return next(each for each in sim.clouds.values() if each.world.rentals.get(machine.id) is machine)


def _hourly(machine: Rental) -> Decimal:
    """While it runs."""
    return machine.price_hour + (machine.disk_hour if machine.billing.disk else 0)


def _unseen_hours(sim: Simulation) -> Decimal:
    return Decimal(str(2 * LIST_SECONDS * sim.plan.pace)) / 3600


def _last_move(sim: Simulation, machine: Rental) -> Decimal:
    """By so much its price may have been another than the last list said."""
    lately = machine.since - timedelta(hours=float(_unseen_hours(sim)))
    return sum((by for at, by in machine.extra.get("moves", ()) if at >= lately), Decimal(0))


def _woke(row: Mapping[str, Any], sleep: rules.Sleep) -> bool:
    """Or was to: whether it was in the race that ended this sleep, or in one before that was lost."""
    if sleep.ended_at is None or row["race_id"] is None or row["instance_id"] != sleep.instance_id:
        return False
    return bool(row["race_id"] == sleep.race_id or sleep.slept_at <= row["raced_at"] < sleep.ended_at)


def _machines(sim: Simulation) -> Mapping[str, Sequence[Rental]]:
    found: dict[str, list[Rental]] = {}
    for cloud in sim.clouds.values():
        for each in cloud.world.rentals.values():
            found.setdefault(each.label, []).append(each)
    return found


_GOING_ON = """
    SELECT 'instance' AS what, id, state FROM fleet_instances WHERE state = ANY(:ways)
    UNION ALL SELECT 'operation', id, kind || ' ' || stage FROM fleet_operations WHERE state IN ('queued', 'running')
    UNION ALL SELECT 'rental', id, stage FROM fleet_rentals WHERE wanted = 'gone' AND stage <> 'ended'
    UNION ALL SELECT 'drop', d.id, d.state FROM fleet_drops d JOIN fleet_rentals r ON r.id = d.rental_id
        WHERE d.state = 'moving' OR (d.state = 'lent' AND r.stage = 'ended')
"""
_DROPS = """
    SELECT d.id, d.instance_id, d.state, s.manifest, s.completed_at FROM fleet_drops d
    JOIN fleet_instances i ON i.id = d.instance_id LEFT JOIN snapshots s ON s.id = d.snapshot_id
    WHERE i.state <> 'destroyed'
"""
_ALIVE = """
    SELECT 'instance' AS what, id, state FROM fleet_instances WHERE state <> 'destroyed'
    UNION ALL SELECT 'rental', id, stage FROM fleet_rentals WHERE stage <> 'ended'
"""
_SNAPSHOTS = """
    SELECT i.id, i.snapshot_id, s.state, s.manifest FROM fleet_instances i LEFT JOIN snapshots s ON s.id = i.snapshot_id
    WHERE i.snapshot_id IS NOT NULL AND i.state <> 'destroyed'
"""
_BLACKLISTED = """
    SELECT r.provider || ':' || r.machine_id AS name
    FROM fleet_rentals r JOIN reliability_blacklist b ON b.provider = r.provider AND b.machine_id = r.machine_id
    WHERE b.created_at < r.created_at AND (b.ended_at IS NULL OR b.ended_at > r.created_at)
        AND (b.expires_at IS NULL OR b.expires_at > r.created_at)
        AND (b.user_id IS NULL OR b.user_id = r.owner_id)
"""
_OPEN = """
    SELECT instance_id AS name FROM fleet_operations WHERE state IN ('queued', 'running') GROUP BY 1 HAVING count(*) > 1
"""
_UNTOLD = """
    SELECT e.instance_id AS name FROM fleet_events e WHERE e.from_state = 'hibernating' AND e.to_state = 'hibernated'
    GROUP BY 1 HAVING count(*) > (SELECT count(*) FROM fleet_hibernations h WHERE h.instance_id = e.instance_id)
"""
"""Whoever lost a machine, or waits for one, and then is to sleep begins another sleep without having been saved."""
_TWICE = """
    SELECT one.instance_id AS name FROM fleet_hibernations one JOIN fleet_hibernations other USING (instance_id)
    WHERE one.id < other.id
        AND tstzrange(one.slept_at, one.ended_at) && tstzrange(other.slept_at, other.ended_at)
"""
_COSTS = """
    SELECT r.label, r.stage, r.agent_at,
        coalesce(sum(c.price_hour * extract(epoch FROM c.until - c.since) / 3600), 0) AS cost
    FROM fleet_rentals r LEFT JOIN fleet_costs c ON c.rental_id = r.id GROUP BY 1, 2, 3
"""
_SETTLED = """
    SELECT instance_id, at FROM fleet_events
    WHERE to_state = 'hibernated' AND from_state <> 'hibernating'
    UNION ALL SELECT instance_id, ended_at FROM fleet_hibernations WHERE why = :waits AND ended_at IS NOT NULL
"""
"""When it was said of those who had lost their machine that they are not to run."""
_RENTALS = """
    SELECT r.id, r.instance_id, r.label, r.race_id, race.started_at AS raced_at,
        coalesce(race.winner_id = r.id, false) AS won
    FROM fleet_rentals r LEFT JOIN fleet_races race ON race.id = r.race_id
"""
