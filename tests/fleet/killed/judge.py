"""Judges from outside: by the cloud's own truth and bills, by what lies in the store, and by the rows."""

from decimal import Decimal

from dumont.fleet.rules.states import ON_THE_WAY
from dumont.snapshots.tables import Snapshot
from tests.fleet.killed.house import House

CENT = Decimal("0.01")
LATEST_SECONDS = 400.0


async def on_the_way(house: House, state: str) -> list[str]:
    """What is left until the instance is there to stay."""
    found = await house.rows(_GOING_ON, ways=list(ON_THE_WAY))
    found += await house.rows(_MOVING)
    instance = (await house.rows(_STATE, instance=house.instance))[0]["state"]
    left = [f"{row['what']} {row['id']} {row['state']}" for row in found]
    return [*left, *([f"it is {instance}, not {state}"] if instance != state else [])]


async def not_in_step(house: House) -> list[str]:
    """Until the standby has a copy."""
    found = await house.rows("SELECT * FROM fleet_standbys WHERE instance_id = :i", i=house.instance)
    ready = found and found[0]["state"] == "synced" and found[0]["synced_at"] is not None
    return [] if ready else [f"the standby is {[(row['state'], row['error_message']) for row in found]}"]


async def not_failed_over(house: House, state: str) -> list[str]:
    """The loss is no news to the rows at first, so to be at rest does not suffice."""
    done = await house.rows("SELECT id FROM fleet_failovers WHERE ended_at IS NOT NULL")
    return [*await on_the_way(house, state), *([] if done else ["no failover is over"])]


async def faults(house: House) -> list[str]:
    return [*await _machines(house), *await _money(house), *await _snapshots(house), *await _instance(house)]


async def _machines(house: House) -> list[str]:
    rentals = {row["label"]: row for row in await house.rows("SELECT label, stage, wanted, role FROM fleet_rentals")}
    made = [each.label for each in house.world.rentals.values()]
    said = [f"{made.count(label)} machines were made for {label}" for label in set(made) if made.count(label) > 1]
    said += [f"machine {label} is no rental of ours" for label in set(made) - rentals.keys()]
    for machine in house.world.live():
        row = rentals.get(machine.label)
        if row is None or row["stage"] == "ended" or row["wanted"] == "gone":
            said.append(f"machine {machine.label} lives on, and nobody holds it: {row}")
    alive = {machine.label for machine in house.world.live()}
    said += [f"rental {label} is {row['stage']}, and has no machine" for label, row in rentals.items()
             if row["stage"] != "ended" and label not in alive]  # fmt: skip
    roles = [row["role"] for row in rentals.values() if row["stage"] != "ended"]
    return said + [f"{roles.count(role)} machines are {role}" for role in set(roles) if roles.count(role) > 1]


async def _money(house: House) -> list[str]:
    """To the cent, up to now."""
    now, said = house.clock.now(), []
    ours = {row["label"]: Decimal(row["cost"]) for row in await house.rows(_SPENT, now=now)}
    theirs: dict[str, Decimal] = {}
    for each in house.world.rentals.values():
        theirs[each.label] = theirs.get(each.label, Decimal(0)) + each.cost(now)
    for label in ours.keys() | theirs.keys():
        known, billed = ours.get(label, Decimal(0)), theirs.get(label, Decimal(0))
        if abs(known - billed) > CENT:
            said.append(f"{label} is billed {billed:.4f}, and costs {known:.4f} by our rows")
    return said


async def _snapshots(house: House) -> list[str]:
    """Whatever was complete once is so for ever, and all of it lies in the store."""
    said = []
    async with house.means.db.looking() as tx:
        for identity in house.store.completed:
            found = await tx.get(Snapshot, identity)
            if found is None or found.state != "complete" or not house.store.holds(found):
                said.append(f"snapshot {identity} was complete, and is {found and found.state}")
    for row in await house.rows(_STANDS_ON):
        lost = f"instance {row['id']} stands on snapshot {row['snapshot_id']}, which is {row['state']}"
        said += [lost] if row["state"] != "complete" else []
    return said


async def _instance(house: House) -> list[str]:
    said = [f"instance {row['name']} has several operations open" for row in await house.rows(_OPEN)]
    for row in await house.rows("SELECT id, state, look_at FROM fleet_instances WHERE state <> 'destroyed'"):
        late = (row["look_at"] - house.clock.now()).total_seconds() > LATEST_SECONDS
        said += [f"instance {row['id']} is {row['state']}, and is looked at next {row['look_at']}"] if late else []
    twice = await house.rows(_TWICE)
    return said + [f"it went from {row['from_state']} to {row['to_state']} {row['times']} times" for row in twice]


_GOING_ON = """
    SELECT 'instance' AS what, id, state FROM fleet_instances WHERE state = ANY(:ways)
    UNION ALL SELECT 'operation', id, kind || ' ' || stage FROM fleet_operations WHERE state IN ('queued', 'running')
    UNION ALL SELECT 'rental', id, stage FROM fleet_rentals WHERE wanted = 'gone' AND stage <> 'ended'
"""
_OPEN = """
    SELECT instance_id AS name FROM fleet_operations WHERE state IN ('queued', 'running') GROUP BY 1 HAVING count(*) > 1
"""
_MOVING = """
    SELECT 'rental' AS what, id, stage AS state FROM fleet_rentals
    WHERE stage IN ('intended', 'creating', 'booting', 'running', 'ending')
"""
_STATE = "SELECT state FROM fleet_instances WHERE id = :instance"
_SPENT = """
    SELECT r.label, coalesce(sum(
        c.price_hour * extract(epoch FROM coalesce(c.until, CAST(:now AS timestamptz)) - c.since) / 3600), 0) AS cost
    FROM fleet_rentals r LEFT JOIN fleet_costs c ON c.rental_id = r.id GROUP BY 1
"""
_STANDS_ON = """
    SELECT i.id, i.snapshot_id, s.state FROM fleet_instances i LEFT JOIN snapshots s ON s.id = i.snapshot_id
    WHERE i.snapshot_id IS NOT NULL AND i.state <> 'destroyed'
"""
_TWICE = """
    SELECT instance_id, from_state, to_state, at, count(*) AS times FROM fleet_events
    WHERE to_state IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
"""
