"""The doors to rules of keeping, and to what it all costs."""

from decimal import Decimal

from fastapi import APIRouter

from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.platform.work import Work
from dumont.snapshots import costing, keeping, leaving
from dumont.snapshots.api.parts import InstancesThere, SnapshotsRead, SnapshotsWrite
from dumont.snapshots.keeping import Kept, Plan
from dumont.snapshots.rules import money
from dumont.snapshots.rules.keeping import Rules
from dumont.snapshots.schemas import showing
from dumont.snapshots.schemas.fields import TeamQuery
from dumont.snapshots.schemas.keeping import (
    Goes,
    KeepRules,
    LabelRules,
    LeftCost,
    OwnerCost,
    Retention,
    RetentionPlan,
    RetentionWish,
    SnapshotCost,
    StorageCost,
)
from dumont.snapshots.tables import SnapshotRetention

router = APIRouter(prefix="/snapshots", tags=["snapshots"], route_class=Door)
GOING_SHOWN = 200


@router.get("/retention", summary="Show what is kept of snapshots", responses=problems(404))
async def get_retention(work: SnapshotsRead, there: InstancesThere, team_id: TeamQuery = None) -> Retention:
    return _retention(await keeping.shown(work, there, team_id))


@router.put("/retention", summary="Change what is kept of snapshots", responses=problems(404))
async def put_retention(body: RetentionWish, work: SnapshotsWrite, there: InstancesThere) -> RetentionPlan:
    """With `dry_run` nothing changes. What goes is deleted by the next pruning, and can be had back for a while."""
    change = keeping.tried if body.dry_run else keeping.change
    rules = Rules(**body.rules.model_dump()) if body.rules else None
    return _plan(await change(work, there, body.team_id, body.label, rules), applied=not body.dry_run)


@router.get("/cost", summary="Show what keeping snapshots costs", responses=problems())
async def show_snapshot_cost(work: SnapshotsRead) -> StorageCost:
    """A snapshot's own cost is that of what no other one needs: what you save without it."""
    bill = await costing.bill(work)
    return StorageCost(
        price_gb_month=bill.price,
        cost_month=bill.cost_month,
        owners=[
            OwnerCost(
                owner=showing.owner(owned.repository.id, of_team=owned.repository.team_id is not None),
                stored_bytes=owned.repository.stored_bytes,
                shared_bytes=owned.shared_bytes,
                cost_month=owned.cost_month,
                measured_at=owned.repository.measured_at,
            )
            for owned in bill.owners
        ],
        snapshots=[
            SnapshotCost(
                id=each.id,
                label=each.label,
                created_at=each.created_at,
                unique_bytes=each.unique_bytes,
                cost_month=None if each.unique_bytes is None else money.month(each.unique_bytes, bill.price),
            )
            for each in bill.snapshots
        ],
        left=await _left(work),
    )


@router.get("/left", summary="Show what destroyed instances have left", responses=problems())
async def show_left_snapshots(work: SnapshotsRead) -> LeftCost:
    """How many snapshots `DELETE` would delete here, and what they cost."""
    return await _left(work)


async def _left(work: Work) -> LeftCost:
    left, price = await leaving.shown(work), Decimal(work.settings.snapshots_price_gb_month)
    return LeftCost(
        snapshots=left.snapshots, unique_bytes=left.unique_bytes, cost_month=money.month(left.unique_bytes, price)
    )


def _retention(standing: Kept) -> Retention:
    rules = [_label(standing, row) for row in standing.rules]
    return Retention(
        owner=showing.owner(standing.owner, of_team=standing.of_team),
        default=next((each for each in rules if each.label is None), None),
        labels=[each for each in rules if each.label is not None],
    )


def _label(standing: Kept, row: SnapshotRetention) -> LabelRules:
    rules = KeepRules(**{name: getattr(row, name) for name in Rules._fields})
    return LabelRules(label=standing.called(row), instance_id=row.instance_id, rules=rules, changed_at=row.changed_at)


def _plan(plan: Plan, *, applied: bool) -> RetentionPlan:
    going = [
        Goes.model_validate({name: getattr(each, name) for name in Goes.model_fields})
        for each in plan.going[:GOING_SHOWN]
    ]
    return RetentionPlan(
        retention=_retention(plan.standing),
        applied=applied,
        kept=plan.kept,
        going=going,
        going_count=len(plan.going),
    )
