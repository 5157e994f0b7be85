"""Rules of keeping: users put some, snapshots are pruned by them, and afterwards what they keep is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from dumont.fleet.means import Means
from dumont.fleet.tables import FleetInstance
from dumont.main.joints import InstancesOnSnapshots
from dumont.platform.work import Work
from dumont.snapshots import keeping, pruning
from dumont.snapshots.rules.keeping import Rules
from dumont.snapshots.tasks import Held
from tests.simulation.rows import names, rows
from tests.simulation.store import Run, Store

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


async def put(work: Work, instance_id: UUID, *, keep_last: int) -> None:
    """For one instance, as its owner does by its name; 0 takes the rule away."""
    instance = await work.tx.get(FleetInstance, instance_id)
    if instance is not None:
        rules = Rules(keep_last=keep_last) if keep_last else None
        await keeping.change(work, InstancesOnSnapshots(), None, instance.name, rules)


async def prune(means: Means, store: Store, owner: UUID) -> float:
    """As the job does it; what is in packs is no matter here."""
    held = Held(cast(Any, Run(store, means)), owner, "prune")
    await pruning._delete_overdue(held)
    await pruning._purge(held, cast(Any, store))
    return 0.0


async def faults(sim: Simulation) -> list[str]:
    """Just after a pruning. What an instance stands on is left to it, and what somebody has taken back."""
    return [
        f"instance {row['instance_id']} is to keep {row['keep_last']} snapshots, and has {row['more']} more"
        for row in await rows(sim.means, _MORE)
    ]


async def swept(sim: Simulation) -> list[str]:
    """When all is given up, and nothing that was deleted can be had back any more: the store holds what is kept."""
    found = [f"snapshot {name} can't be had back, and is not purged" for name in await names(sim.means, _OVERDUE)]
    there = sim.store.versions.keys()
    for row in await rows(sim.means, _BOOK):
        if row["purged"] and row["manifest"] in there:
            found.append(f"snapshot {row['id']} is purged, and its manifest is in the store")
        if row["state"] == "complete" and row["manifest"] not in there:
            found.append(f"snapshot {row['id']} is kept, and its manifest is gone")
    return found


_MORE = """
    SELECT instance_id, keep_last, count(*) AS more FROM (
        SELECT s.id, s.instance_id, s.kept_at, t.keep_last, i.snapshot_id,
            row_number() OVER (PARTITION BY s.instance_id ORDER BY s.created_at DESC, s.id DESC) AS place
        FROM snapshots s JOIN snapshot_retention t ON t.instance_id = s.instance_id
        JOIN fleet_instances i ON i.id = s.instance_id WHERE s.state = 'complete' AND t.keep_last > 0
    ) AS complete
    WHERE place > keep_last AND id IS DISTINCT FROM snapshot_id AND kept_at IS NULL GROUP BY 1, 2
"""
_OVERDUE = "SELECT id AS name FROM snapshots WHERE state = 'deleted' AND purged_at IS NULL AND manifest IS NOT NULL"
_BOOK = """
    SELECT id, state, manifest, purged_at IS NOT NULL AS purged FROM snapshots s
    WHERE manifest IS NOT NULL AND state IN ('complete', 'deleted') AND NOT EXISTS (
        SELECT FROM snapshots o WHERE o.manifest = s.manifest AND o.id <> s.id
    )
"""
