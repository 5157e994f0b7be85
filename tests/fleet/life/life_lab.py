"""Instances over real PostgreSQL with a world that does as it is told: machines, agents and the store are rows here.

The controller's own turns are real. The world plays everyone else: clouds that make and end machines, agents that do
commands, and the store that proves snapshots; each can be slow, fail, or stay silent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from sqlalchemy import select, update

from dumont.accounts.tables import User
from dumont.fleet import thinking
from dumont.fleet.instances import host_keys, lacking, operations
from dumont.fleet.means import Means
from dumont.fleet.rules.states import OperationKind
from dumont.fleet.rules.wanted import HibernationWish, Wanted
from dumont.fleet.store import instances
from dumont.fleet.tables import (
    FleetBeat,
    FleetCommand,
    FleetEvent,
    FleetInstance,
    FleetOperation,
    FleetRace,
    FleetRental,
    FleetStandby,
)
from dumont.market.following import Market
from dumont.platform.db import Db, Tx
from dumont.platform.jobs import Jobs
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.platform.work import Caller
from dumont.providers.opening import Clouds
from dumont.snapshots.tables import Snapshot, SnapshotRestore
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher

KEYS = {"vast": {"api_key": "k"}, "runpod": {"api_key": "k"}, "lambda": {"api_key": "k"}}


class TickingClock(FakeClock):
    """No two moments are the same, so what happened has an order."""

    def now(self) -> datetime:
        return self.advance(microseconds=1)


@dataclass
class World:
    """How everyone else behaves; times are seconds, by machine where they are told so."""

    boots: dict[str, float] = field(default_factory=dict)
    boot_seconds: float = 3
    end_seconds: float = 2
    refuses: set[str] = field(default_factory=set)
    """Machines that its cloud does not make."""
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    saves: str = "complete"
    """`complete`, `failed` or `hangs`."""
    unread: list[str] = field(default_factory=list)
    """Files that no snapshot can read."""
    restores: str = "complete"
    takes_keys: bool = True
    run_code: int | None = None
    """With which what is run ends; None as long as it goes on."""
    hooks: str = "complete"
    onstart_code: int = 0
    restarts: bool = True
    """Whether stopped machines start again."""


@dataclass
class LifeLab:
    means: Means
    clock: FakeClock
    stall: Stall
    published: FakePublisher
    user_id: UUID
    world: World = field(default_factory=World)

    async def launches(self, wanted: dict[str, Any] | None = None, hibernation: dict[str, Any] | None = None) -> UUID:
        identity, now = uuid4(), self.clock.now()
        private, public = host_keys.make()
        row_of = FleetInstance(
            id=identity,
            owner_id=self.user_id,
            user_id=self.user_id,
            name=f"box-{identity.hex[:6]}",
            state="launching",
            state_since=now,
            wish="running",
            look_at=now,
            wanted=Wanted.model_validate(wanted or {}).model_dump(mode="json"),
            hibernation=HibernationWish.model_validate(hibernation or {}).model_dump(mode="json", exclude_unset=True),
            host_key_sealed=self.means.vault.seal(private, host_keys.place(identity)),
            host_key_public=public,
            until_action="hibernate",
            created_at=now,
        )
        async with self.means.db.begin() as tx:
            tx.add(row_of)
            await tx.flush()
        await self.asks(identity, "launch")
        return identity

    async def running(self, wanted: dict[str, Any] | None = None, **more: Any) -> UUID:
        identity = await self.launches(wanted, **more)
        await self.until(identity, "running")
        return identity

    async def asks(self, identity: UUID, kind: OperationKind, why: str = "Asked for.") -> UUID:
        async with self.means.db.begin() as tx:
            instance = await instances.hold(tx, identity)
            assert instance is not None
            return (await operations.open(self.means.work(tx), instance, kind, why)).id

    async def gives_up_unread(self, operation_id: UUID) -> None:
        """Somebody has seen what can't be read, and says yes."""
        async with self.means.db.begin() as tx:
            found = await tx.get_one(FleetOperation, operation_id)
            instance = await instances.hold(tx, found.instance_id)
            assert instance is not None
            work = self.means.work(tx, Caller(role="user", user_id=self.user_id))
            await lacking.give_up(work, instance, found)

    async def cancels(self, operation_id: UUID) -> None:
        async with self.means.db.begin() as tx:
            found = await tx.get_one(FleetOperation, operation_id)
            found.cancel_requested = True
            await instances.poke(tx, [found.instance_id], self.clock.now())

    async def changes(self, identity: UUID, **values: Any) -> None:
        async with self.means.db.begin() as tx:
            await tx.execute(
                update(FleetInstance).where(FleetInstance.id == identity).values(look_at=self.clock.now(), **values)
            )

    async def thinks(self) -> None:
        """Until nothing is due."""
        for _ in range(60):
            if await thinking.turn(self.means):
                return
        raise AssertionError("the controller finds no rest")

    async def passes(self, seconds: float, step: float = 1.0) -> None:
        for _ in range(max(1, round(seconds / step))):
            await self.thinks()
            self.clock.advance(seconds=step)
            await self._others_do()
        await self.thinks()

    async def until(self, identity: UUID, *states: str, seconds: float = 600, step: float = 1.0) -> FleetInstance:
        for _ in range(round(seconds / step)):
            found = await self.see(identity)
            if found.state in states:
                return found
            await self.passes(step, step)
        found = await self.see(identity)
        raise AssertionError(
            f"it is {found.state} ({found.why}), not {' or '.join(states)}: {await self.told(identity)}"
        )

    async def see(self, identity: UUID) -> FleetInstance:
        async with self.means.db.begin() as tx:
            found = await instances.one(tx, identity)
        assert found is not None
        return found

    async def told(self, identity: UUID, kind: str | None = None) -> list[str]:
        found = [each for each in await self.all_of(FleetEvent) if each.instance_id == identity]
        return [each.why for each in found if kind is None or each.kind == kind]

    async def moves(self, identity: UUID) -> list[str]:
        found = [each for each in await self.all_of(FleetEvent) if each.instance_id == identity and each.to_state]
        return [each.to_state for each in found]

    async def operation(self, identity: UUID) -> FleetOperation:
        async with self.means.db.begin() as tx:
            found = await tx.get(FleetOperation, identity, populate_existing=True)
        assert found is not None
        return found

    async def rentals(self, identity: UUID, *, live: bool = False) -> list[FleetRental]:
        found = [each for each in await self.all_of(FleetRental) if each.instance_id == identity]
        return [each for each in found if not live or (each.stage != "ended" and each.wanted != "gone")]

    async def primary(self, identity: UUID) -> FleetRental:
        found = await self.see(identity)
        return next(each for each in await self.rentals(identity) if each.id == found.primary_rental_id)

    async def standby(self, identity: UUID) -> FleetStandby:
        found: list[FleetStandby] = await self.all_of(FleetStandby)
        return next(each for each in found if each.instance_id == identity)

    async def races(self, identity: UUID) -> list[FleetRace]:
        found = [each for each in await self.all_of(FleetRace) if each.instance_id == identity]
        return sorted(found, key=lambda each: each.started_at)

    async def commands(self, identity: UUID, kind: str) -> list[FleetCommand]:
        found = await self.all_of(FleetCommand)
        return [each for each in found if each.instance_id == identity and each.kind == kind]

    def args(self, command: FleetCommand) -> dict[str, Any]:
        return cast(
            dict[str, Any],
            orjson.loads(self.means.vault.open(command.args_sealed, f"fleet_commands:{command.id}:args")),
        )

    async def all_of(self, table: Any) -> list[Any]:
        async with self.means.db.begin() as tx:
            found = (await tx.execute(select(table).execution_options(populate_existing=True))).scalars().all()
        return sorted(
            found, key=lambda each: getattr(each, "at", None) or getattr(each, "id", None) or each.instance_id
        )

    async def set_rental(self, rental_id: UUID, **values: Any) -> None:
        """As its cloud or its agent would have it."""
        async with self.means.db.begin() as tx:
            instance = (
                await tx.execute(select(FleetRental.instance_id).where(FleetRental.id == rental_id))
            ).scalar_one()
            await instances.poke(tx, [instance], self.clock.now())
            await tx.execute(update(FleetRental).where(FleetRental.id == rental_id).values(**values))

    async def loses(self, rental: FleetRental) -> None:
        now = self.clock.now()
        await self.set_rental(rental.id, stage="ended", ended_at=now, why_ended="interrupted", seen_state=None)

    async def beats(self, identity: UUID, *, idle_for: float | None = None, used: bool = False) -> None:
        """The agent's newest word: quiet since so long ago, or busy."""
        now, machine = self.clock.now(), await self.primary(identity)
        quiet = now - timedelta(seconds=idle_for) if idle_for is not None else None
        async with self.means.db.begin() as tx:
            await instances.poke(tx, [identity], now)
            known = await tx.get(FleetBeat, machine.id)
            if known is None:
                known = FleetBeat(rental_id=machine.id, instance_id=identity, boot="b", seq=1, version="1", sample={})
                known.quiet, known.rule, known.limits, known.idle_seconds = [], "", [], 0.0
                known.minute, known.sums = now, []
                tx.add(known)
            known.received_at = known.at = now
            known.quiet_since, known.idle_at = quiet, quiet
            known.used_at = now if used else known.used_at

    async def _others_do(self) -> None:
        async with self.means.db.begin() as tx:
            for rental in (await tx.execute(select(FleetRental).where(FleetRental.stage != "ended"))).scalars().all():
                if self._tend(rental):
                    await instances.poke(tx, [rental.instance_id], self.clock.now())
            open_ones = select(FleetCommand).where(FleetCommand.state.in_(["queued", "sent", "running"]))
            for command in (await tx.execute(open_ones)).scalars().all():
                await self._obey(tx, command)

    def _tend(self, rental: FleetRental) -> bool:
        """The cloud's part; whether anything has changed."""
        now, before = self.clock.now(), rental.stage
        if rental.wanted == "gone":
            rental.end_asked_at = rental.end_asked_at or now
            if now - rental.end_asked_at >= timedelta(seconds=self.world.end_seconds):
                rental.stage, rental.ended_at, rental.why_ended = "ended", now, rental.why_ended or "destroyed"
        elif rental.wanted == "stopped":
            rental.stage = "stopped"
        elif rental.attempted_at is None and rental.machine_id in self.world.refuses:
            rental.stage, rental.attempted_at, rental.ended_at, rental.why_ended = "ended", now, now, "offer_gone"
            rental.error_code, rental.error_message = "no_capacity", "Sold out."
        elif rental.attempted_at is None:
            rental.attempted_at = rental.accepted_at = now
            rental.stage = "booting"
        elif rental.stage == "booting" or (rental.stage == "stopped" and self.world.restarts):
            seconds = self.world.boots.get(rental.machine_id, self.world.boot_seconds)
            if rental.stage == "stopped" or now - rental.attempted_at >= timedelta(seconds=seconds):
                rental.stage, rental.seen_state = "ready", "running"
                rental.running_at, rental.ready_at, rental.agent_at = (
                    now,
                    rental.ready_at or now,
                    rental.agent_at or now,
                )
                rental.agent_facts = self.world.facts.get(rental.machine_id, {"gpus": ["RTX 4090"], "workspace": "/w"})
        return rental.stage != before

    async def _obey(self, tx: Tx, command: FleetCommand) -> None:
        """The agent's part, if its machine is there."""
        machine = await tx.get(FleetRental, command.rental_id, populate_existing=True)
        if machine is None or machine.stage != "ready" or machine.wanted == "gone":
            return
        how = {"snapshot": self.world.saves, "restore": self.world.restores, "hook": self.world.hooks}.get(
            command.kind, "complete"
        )
        if how == "hangs" or (command.kind == "setup" and not self.world.takes_keys):
            return
        await instances.poke(tx, [command.instance_id], self.clock.now())
        if command.kind in ("snapshot", "restore"):
            await self._transfer(tx, command, how)
        if command.kind == "run" and self.world.run_code is None:
            command.state = "running"
            return
        if command.kind in ("hook", "run"):
            command.result = {"code": self.world.run_code if command.kind == "run" else self.world.onstart_code}
        command.state, command.ended_at = ("done" if how == "complete" else "failed"), self.clock.now()
        code = {"complete": None, "failed": "broken"}.get(how, how)
        command.error_code, command.error_message = code, None if code is None else "It broke."

    async def _transfer(self, tx: Tx, command: FleetCommand, how: str) -> None:
        if command.kind == "restore":
            open_ones = update(SnapshotRestore).where(SnapshotRestore.state.in_(["queued", "running"]))
            if how == "complete":
                await tx.execute(open_ones.values(state="complete", finished_at=self.clock.now()))
            return
        found = await tx.execute(
            select(Snapshot).where(Snapshot.instance_id == command.instance_id, Snapshot.state == "queued")
        )
        for snapshot in found.scalars().all():
            if how == "complete":
                snapshot.state, snapshot.manifest = "complete", snapshot.id.hex * 2
                snapshot.completed_at, snapshot.stored_bytes = self.clock.now(), 1000
                snapshot.unread, snapshot.unread_names = len(self.world.unread), list(self.world.unread)


async def make_lab(db: Db, settings: Settings) -> LifeLab:
    clock = TickingClock()
    stall, published = Stall(), FakePublisher()
    stall.put(*(row(str(number), host_id=f"h{number}") for number in range(1, 31)), seen_at=clock.now())
    given = settings.model_copy(update={"fleet_house_accounts": "everyone", "provider_keys": _Keys()})
    nothing = cast(Any, None)
    means = Means(
        db,
        clock,
        Random(7),
        published,
        given,
        Vault([new_key()]),
        cast(Clouds, nothing),
        Market(stall, clock),
        cast(Jobs, nothing),
    )
    user_id = uuid4()
    async with db.begin() as tx:
        tx.add(
            User(
                id=user_id,
                email=f"{user_id}@example.com",
                name="Ada",
                role="user",
                password_hash="",
                created_at=clock.now(),
            )
        )
    return LifeLab(means, clock, stall, published, user_id)


class _Keys:
    def get_secret_value(self) -> str:
        return orjson.dumps(KEYS).decode()
