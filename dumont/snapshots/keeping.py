"""Rules of keeping: shown, changed, and tried out before they are."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from dumont import accounts
from dumont.basics import ids
from dumont.platform.work import Work
from dumont.snapshots import access
from dumont.snapshots.events import RetentionChanged
from dumont.snapshots.rules.keeping import COPIES, RULES_OF_COPIES, Known, Rules, Target
from dumont.snapshots.standing import Stand, Standing, pinned
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.store import retention as store
from dumont.snapshots.tables import Snapshot, SnapshotRetention
from dumont.snapstore.retention import Dated, Policy, keep


@dataclass(frozen=True, slots=True)
class Kept:
    owner: UUID
    of_team: bool
    rules: Sequence[SnapshotRetention]
    stands: Sequence[Stand] = ()

    def called(self, rule: SnapshotRetention) -> str | None:
        """By the name that its instance has now."""
        return _names(self.stands).get(rule.instance_id, rule.label) if rule.instance_id else rule.label

    def meant(self, label: str | None) -> Target:
        """The instance of this name; or one that is destroyed, and had it when its rule was put."""
        stands = _names(self.stands)
        live = next((identity for identity, name in stands.items() if name == label), None)
        left = (row.instance_id for row in self.rules if row.label == label and row.instance_id not in stands)
        return Target(label, live or next(left, None))


@dataclass(frozen=True, slots=True)
class Plan:
    standing: Kept
    kept: int
    going: Sequence[Snapshot]


async def shown(work: Work, standing_on: Standing, team_id: UUID | None) -> Kept:
    owner = await access.owner_id(work, team_id)
    rules = await store.of(work.tx, owner)
    return Kept(owner, team_id is not None, rules, await standing_on.of(work.tx, owner))


async def change(
    work: Work, standing_on: Standing, team_id: UUID | None, label: str | None, rules: Rules | None
) -> Plan:
    """`rules` of None takes away those that are there. What goes, goes at the next pruning."""
    repository = await access.repository(work, team_id, make=True)
    owner = repository.id if repository else await access.owner_id(work, team_id)
    target = (await shown(work, standing_on, team_id)).meant(label)
    if rules is None:
        await store.remove(work.tx, owner, target)
    else:
        new_id = ids.new(work.now, work.random)
        await store.put(work.tx, new_id, (owner, target), rules, at=work.now, by=work.caller.user_id)
    details = {"label": label, "rules": rules._asdict() if rules else None}
    summary = f"Changed what is kept of {label}" if label else "Changed what is kept of snapshots"
    await accounts.audit.record(
        work, "snapshots.retention_changed", ("snapshot_repository", owner), summary, details=details
    )
    await work.publish(RetentionChanged(repository_id=owner))
    now = await shown(work, standing_on, team_id)
    return await _plan(work, now, rules_of(now.rules))


async def tried(
    work: Work, standing_on: Standing, team_id: UUID | None, label: str | None, rules: Rules | None
) -> Plan:
    """What would go if these rules were put."""
    now = await shown(work, standing_on, team_id)
    target = now.meant(label)
    known = {other: kept for other, kept in rules_of(now.rules).items() if not target.replaces(other)}
    return await _plan(work, now, known | ({target: rules} if rules is not None else {}))


async def overdue(work: Work, standing_on: Standing, repository_id: UUID) -> Sequence[Snapshot]:
    """What no rule of a repository wants any longer; all of one that is nobody's any more, once no instance is left
    whose snapshots lie there."""
    stands = await standing_on.of(work.tx, repository_id)
    if not stands and await repositories.is_nobodys(work.tx, repository_id):
        return await snapshots.complete_ones(work.tx, [repository_id])
    known = rules_of(await store.of(work.tx, repository_id))
    found = await snapshots.complete_ones(work.tx, [repository_id])
    gone = _gone(found, known, pinned(stands))
    return [snapshot for snapshot in found if snapshot.id in gone]


def rules_of(rows: Sequence[SnapshotRetention]) -> dict[Target, Rules]:
    return {Target(row.label, row.instance_id): Rules(*(getattr(row, name) for name in Rules._fields)) for row in rows}


async def _plan(work: Work, now: Kept, rules: Mapping[Target, Rules]) -> Plan:
    found = await snapshots.complete_ones(work.tx, [now.owner])
    gone = _gone(found, rules, pinned(now.stands))
    return Plan(now, len(found) - len(gone), [snapshot for snapshot in found if snapshot.id in gone])


def _gone(found: Sequence[Snapshot], rules: Mapping[Target, Rules], pins: Set[UUID]) -> set[UUID]:
    """Each instance is looked at alone, and of what is none's each folder of each machine, as labels are often made of
    a folder's last name and equal by chance; under the rules that hold for it. The newest
    one always stays, whatever its instance is called by now and whoever has its name; and so does the one that an
    instance stands on, whatever others say that they are of it, and what somebody has taken back. Where nobody has
    said what is kept, copies that newer ones have replaced go, and nothing else."""
    groups: dict[UUID | tuple[str, str, str], list[Snapshot]] = {}
    for snapshot in found:
        tree = (snapshot.label, snapshot.host, snapshot.root)
        groups.setdefault(snapshot.instance_id or tree, []).append(snapshot)
    gone: set[UUID] = set()
    known = Known(rules.items())
    for group in groups.values():
        newest = sorted(group, key=lambda snapshot: snapshot.created_at, reverse=True)
        policy = known.of(newest[0].instance_id, [snapshot.label for snapshot in newest])
        if policy is None:
            newest, policy = [one for one in newest if is_copy(one)], RULES_OF_COPIES
        kept = keep(
            (Dated(str(one.id), one.created_at, pinned=one.id in pins or one.kept_at is not None) for one in newest),
            Policy(*policy),
        )
        gone |= {snapshot.id for snapshot in newest if str(snapshot.id) not in kept}
    return gone


def is_copy(snapshot: Snapshot) -> bool:
    return snapshot.instance_id is not None and not COPIES.isdisjoint(snapshot.tags)


def _names(stands: Sequence[Stand]) -> dict[UUID, str]:
    return {stand.id: stand.name for stand in stands}
