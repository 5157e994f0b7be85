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
from tests.simulation.rows import rows
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
    """Just after a pruning. What an instance stands on is left to it, though it is not among the last ones."""
    return [
        f"instance {row['instance_id']} is to keep {row['keep_last']} snapshots, and has {row['kept']}"
        for row in await rows(sim.means, _KEPT)
        if row["kept"] > row["keep_last"]
    ]


_KEPT = """
    SELECT s.instance_id, t.keep_last, count(*) FILTER (WHERE s.id IS DISTINCT FROM i.snapshot_id) AS kept
    FROM snapshots s JOIN snapshot_retention t ON t.instance_id = s.instance_id
    JOIN fleet_instances i ON i.id = s.instance_id
    WHERE s.state = 'complete' AND t.keep_last > 0 GROUP BY 1, 2
"""
