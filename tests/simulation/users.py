"""Simulated users: they launch, put to sleep, wake, pause and give up, through the use cases of the doors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from dumont.accounts.tables import User
from dumont.basics.errors import Failure
from dumont.basics.machine_key import MachineKey
from dumont.fleet import schedules
from dumont.fleet.instances import changing, wishing
from dumont.fleet.launching import launch
from dumont.fleet.launching.launch import Wish
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.rules import sleeping
from dumont.fleet.rules.budgets import Limits
from dumont.fleet.rules.wanted import HibernationWish, RaceWish, StandbyWish, Wanted
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Caller, Work
from dumont.reliability import blacklist
from dumont.reliability.wishes import NONE, Wishes
from tests.simulation import keeping
from tests.simulation.plan import Plan

RIGHTS = frozenset({"fleet:read", "fleet:write", "machines:manage"})
PAUSE_SECONDS = 240.0
WARN_MAX = 3600.0
"""That a user may ask for."""
PROVIDERS = ("vast", "runpod", "lambda")
Deed = Callable[[Work], Awaitable[Any]]


class NoWishes:
    async def of(self, _user_id: UUID) -> Wishes:
        return NONE


@dataclass
class Users:
    means: Means
    random: Random
    plan: Plan
    next_at: datetime | None = None
    launched: list[UUID] = field(default_factory=list)
    did: dict[str, int] = field(default_factory=dict)
    caller: Caller = field(default_factory=lambda: Caller(role="operator", user_id=UUID(int=7), permissions=RIGHTS))

    async def begin(self) -> None:
        now = self.means.clock.now()
        async with self.means.db.begin() as tx:
            tx.add(
                User(
                    id=self.caller.me,
                    email="ada@example.com",
                    name="Ada",
                    role="operator",
                    password_hash="",
                    created_at=now,
                )
            )
        self.next_at = now + timedelta(seconds=5)

    async def block(self, machines: list[str]) -> None:
        for key in [MachineKey(provider, each) for provider in PROVIDERS for each in machines]:
            await self._does("block", partial(blacklist.add, machine=key, kind="temporary", reason="Complained of."))

    async def act(self, now: datetime) -> None:
        """One thing, every few minutes."""
        self.next_at = now + timedelta(
            seconds=self.random.expovariate(1 / (PAUSE_SECONDS * self.plan.pace / self.plan.eager))
        )
        if len(self.launched) < self.plan.instances and (not self.launched or self.random.random() < 0.5):
            await self._does("launch", self._launch)
            return
        if self.plan.punctual:
            return
        name, deed = self.random.choice(self._deeds())
        await self._does(name, deed)

    async def react(self) -> None:
        """Who is told that a machine with work on it does not start any more gives the work up."""
        told = select(FleetOperation.instance_id).where(FleetOperation.error_code == sleeping.CANT_SAVE.code)
        stuck = select(FleetInstance.id).where(FleetInstance.state == "destroying", FleetInstance.id.in_(told))
        async with self.means.db.looking() as tx:
            found = (await tx.execute(stuck.where(FleetInstance.keep_snapshot).order_by(FleetInstance.id))).scalars()
        for identity in found.all():
            await self._does("give up", partial(wishing.destroy, instance_id=identity, keep_snapshot=False))

    async def destroy_all(self) -> None:
        for identity in self.launched:
            keep = self.random.random() < 0.7
            await self._does("destroy", partial(wishing.destroy, instance_id=identity, keep_snapshot=keep))

    def _deeds(self) -> list[tuple[str, Deed]]:
        one = self.random.choice(self.launched) if self.launched else UUID(int=1)
        until = self.means.clock.now() + timedelta(minutes=30 * self.plan.pace)
        mine: list[tuple[str, Callable[..., Awaitable[Any]]]] = [
            ("hibernate", wishing.hibernate),
            ("hibernate", wishing.hibernate),
            ("wake", self._wake),
            ("wake", self._wake),
            ("wake", self._wake),
            ("pause", wishing.pause),
            ("resume", wishing.resume),
            ("snapshot", wishing.snapshot),
            ("fail over", wishing.fail_over),
            ("half-life", wishing.half_life),
            ("rehearse", wishing.rehearse),
            ("until", self._until),
            ("standby", self._standby),
            ("schedule", self._schedule),
            ("cancel", self._cancel),
        ]
        deeds: list[tuple[str, Deed]] = [(name, partial(deed, instance_id=one)) for name, deed in mine]
        keep = self.random.random() < 0.5
        deeds.append(("keep awake", partial(wishing.keep_awake, instance_id=one, until=until if keep else None)))
        if self.plan.rules:
            deeds += 2 * [("keep few", partial(keeping.put, instance_id=one, keep_last=self.random.randint(0, 2)))]
        if self.plan.deadlines:
            deeds.append(("deadline", partial(self._deadline, instance_id=one)))
        if self.random.random() < 0.2:
            deeds.append(("destroy", partial(wishing.destroy, instance_id=one, keep_snapshot=keep)))
        deeds.append(("blacklist", self._blacklist))
        deeds.append(("budget", self._budget))
        return deeds

    async def _does(self, name: str, deed: Deed) -> None:
        try:
            async with self.means.db.begin() as tx:
                await deed(self.means.work(tx, self.caller))
        except Failure as error:
            name = f"{name}: {error.code}"
        self.did[name] = self.did.get(name, 0) + 1

    async def _launch(self, work: Work) -> None:
        standby = self.plan.standbys and self.random.random() < 0.3
        wanted = Wanted(
            ssh_keys=("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a",),
            spot=self.random.random() < self.plan.spot,
            onstart="true" if self.random.random() < 0.3 else "",
            race=RaceWish(machines=self.random.randint(1, self.plan.racers), rounds=2),
            standby=self._second(enabled=standby),
        )
        rule = HibernationWish(
            idle_seconds=600 * self.plan.pace,
            warn_seconds=min(WARN_MAX, 120 * self.plan.pace),
            grace_seconds=300 * self.plan.pace,
        )
        if self.plan.deadlines and self.random.random() < self.plan.deadlines:
            wanted = wanted.model_copy(update=self._course(work) | {"spot": True, "standby": StandbyWish()})
        doors = launch.Means(self.means.market, self.means.vault, NoWishes())  # type: ignore[arg-type]
        made = await launch.launch(work, doors, Wish(wanted=wanted, env={}, hibernation=rule))
        if self.plan.ruled:
            await keeping.put(work, made.id, keep_last=1)
        self.launched.append(made.id)

    def _course(self, work: Work) -> dict[str, Any]:
        self.did["course"] = self.did.get("course", 0) + 1
        hours = self.plan.pace * self.random.uniform(0.05, 0.12)
        slack = self.plan.pace * self.random.uniform(*((0.6, 1.2) if self.plan.punctual else (0.05, 0.5)))
        return {"work_hours": hours, "deadline": work.now + timedelta(hours=hours + slack)}

    async def _deadline(self, work: Work, instance_id: UUID) -> None:
        """Another one, a first one, or none any more."""
        said = self._course(work) | {"spot": True, "standby": StandbyWish()}
        gone = {"deadline": None, "work_hours": None}
        await changing.change(work, instance_id, said if self.random.random() < 0.7 else gone)

    async def _wake(self, work: Work, instance_id: UUID) -> None:
        instance = await work.tx.get(FleetInstance, instance_id, with_for_update=True, populate_existing=True)
        if instance is not None:
            await wishing.wake_up(work, instance, wishing.ASKED)

    async def _schedule(self, work: Work, instance_id: UUID) -> None:
        action: Any = self.random.choice(("wake", "hibernate"))
        at = work.now + timedelta(seconds=self.random.uniform(60, 3600) * self.plan.pace)
        await schedules.add(work, instance_id, schedules.Wish(action=action, at=at))

    def _second(self, *, enabled: bool) -> StandbyWish:
        kind: Any = self.random.choice(("cpu", "gpu"))
        return StandbyWish(enabled=enabled, kind=kind, sync_seconds=int(600 * self.plan.pace))

    async def _standby(self, work: Work, instance_id: UUID) -> None:
        if self.plan.standbys:
            await changing.change(work, instance_id, {"standby": self._second(enabled=self.random.random() < 0.7)})

    async def _until(self, work: Work, instance_id: UUID) -> None:
        action = self.random.choice(("hibernate", "hibernate", "destroy"))
        at = work.now + timedelta(seconds=self.random.uniform(600, 7200) * self.plan.pace)
        await changing.change(work, instance_id, {"until": at, "until_action": action})

    async def _cancel(self, work: Work, instance_id: UUID) -> None:
        query = select(FleetOperation.id).where(FleetOperation.instance_id == instance_id)
        found = (await work.tx.execute(query.order_by(FleetOperation.created_at.desc()).limit(1))).scalar_one_or_none()
        if found is not None:
            await wishing.cancel(work, found)

    async def _blacklist(self, work: Work) -> None:
        machine = MachineKey(self.random.choice(PROVIDERS), f"m{self.random.randrange(1000, 1012)}")
        await blacklist.add(work, machine, "temporary", "Somebody complained.")

    async def _budget(self, work: Work) -> None:
        per_day = self.random.randint(3, 40) * max(1, self.plan.instances // 10)
        await budgets.change(work, None, Limits(None, Decimal(per_day), None))
