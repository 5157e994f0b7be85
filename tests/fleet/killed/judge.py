"""Judges from outside: by the cloud's own truth and bills, by what lies in the store, and by the rows."""

from decimal import Decimal

from dumont.fleet.rules.states import ON_THE_WAY
from dumont.snapshots.tables import Snapshot
from tests.fleet.killed.house import House

CENT = Decimal("0.01")
LATEST_SECONDS = 400.0


async def on_the_way(house: House, state: str) -> list[str]:
    """What is left until the instance is there to stay."""
    found = await house.rows(_LEFT, ways=list(ON_THE_WAY), instance=house.instance, state=state)
    return [f"{row['what']} {row['id']} {row['state']}" for row in found]


async def not_in_step(house: House) -> list[str]:
    """Until the standby has a copy."""
    found = await house.rows("SELECT * FROM fleet_standbys WHERE instance_id = :i", i=house.instance)
    ready = found and found[0]["state"] == "synced" and found[0]["synced_at"] is not None
    return [] if ready else [f"the standby is {[(row['state'], row['error_message']) for row in found]}"]


async def not_serving(house: House) -> list[str]:
    """Until the standby holds the work, or all is over."""
    instance = (await house.rows(_STATE, instance=house.instance))[0]["state"]
    return [] if instance in ("on_standby", "recovering") else await not_failed_over(house, 2)


async def not_failed_over(house: House, times: int) -> list[str]:
    """The loss is no news to the rows at first, so to be at rest does not suffice."""
    done = await house.rows("SELECT id FROM fleet_failovers WHERE ended_at IS NOT NULL")
    return [
        *await on_the_way(house, "running"),
        *([] if len(done) >= times else [f"only {len(done)} failovers are over"]),
    ]


async def faults(house: House) -> list[str]:
    return [
        *await _machines(house),
        *await _money(house),
        *await _snapshots(house),
        *await _work(house),
        *await _instance(house),
    ]


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


async def _work(house: House) -> list[str]:
    """Whoever works finds what was saved last, or something newer."""
    said = []
    for row in await house.rows(_WORKED_ON):
        saved, there = house.store.versions[row["manifest"]], house.agents.version_on(row["provider_machine_id"])
        said += [f"{row['label']} holds work {there}, and {saved} was saved"] if there < saved else []
    return said


async def _instance(house: House) -> list[str]:
    said = [f"instance {row['name']} has several operations open" for row in await house.rows(_OPEN)]
    for row in await house.rows("SELECT id, state, look_at FROM fleet_instances WHERE state <> 'destroyed'"):
        late = (row["look_at"] - house.clock.now()).total_seconds() > LATEST_SECONDS
        said += [f"instance {row['id']} is {row['state']}, and is looked at next {row['look_at']}"] if late else []
    twice = await house.rows(_TWICE)
    return said + [f"it went from {row['from_state']} to {row['to_state']} {row['times']} times" for row in twice]


_LEFT = """
    SELECT 'instance' AS what, id, state FROM fleet_instances
    WHERE state = ANY(:ways) OR (id = :instance AND state <> :state)
    UNION ALL SELECT 'operation', id, kind || ' ' || stage FROM fleet_operations WHERE state IN ('queued', 'running')
    UNION ALL SELECT 'rental', id, stage FROM fleet_rentals
    WHERE stage IN ('intended', 'creating', 'booting', 'running', 'ending') OR (wanted = 'gone' AND stage <> 'ended')
"""
_OPEN = """
    SELECT instance_id AS name FROM fleet_operations WHERE state IN ('queued', 'running') GROUP BY 1 HAVING count(*) > 1
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
_WORKED_ON = """
    SELECT s.manifest, r.provider_machine_id, r.label FROM fleet_instances i
    JOIN snapshots s ON s.id = i.snapshot_id JOIN fleet_rentals r ON r.id = i.primary_rental_id
    WHERE i.state = 'running'
"""
