"""A small fleet of Ada's as rows, each in a state that pages draw otherwise; nobody looks at it before next year."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

from dumont.basics import ids
from dumont.fleet.tables import (
    FleetAccount,
    FleetCost,
    FleetEvent,
    FleetHibernation,
    FleetInstance,
    FleetOperation,
    FleetRace,
    FleetRental,
    FleetSchedule,
)
from dumont.platform.db import Tx
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from tests.build import fleet as build
from tests.web.people import Installation

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmSOCUP5TLvPvMy4vAaq4QNR9pJHs5yLOc4/BlfZyPb"
LISTED = {"gpu_name": "RTX 4090", "gpu_count": 2, "vram_gb": 24.0, "region": "Sweden, SE", "country": "SE"}
LONG_NAME = "nightly-evaluation-of-the-large-model-on-every-benchmark"


@dataclass(frozen=True)
class Fleet:
    """Ids of instances, by the state that they are in."""

    running: str
    hibernated: str
    racing: str
    failed: str


def launch(installation: Installation) -> Fleet:
    ada = UUID(installation.does(installation.ada, "GET", "/auth/me")["id"])
    return asyncio.run(_written(installation.database_url, ada))


async def _written(url: str, ada: UUID) -> Fleet:
    engine = make_engine(url, Settings(database_url=url), name="fleet")
    try:
        async with make_db(engine).begin() as tx:
            scene = await Scene.of(tx, ada)
            made = [await one for one in (scene.running(), scene.hibernated(), scene.racing(), scene.failed())]
            return Fleet(*(str(instance.id) for instance in made))
    finally:
        await engine.dispose()


@dataclass(frozen=True)
class Scene:
    tx: Tx
    now: datetime
    ada: UUID
    account: FleetAccount

    @classmethod
    async def of(cls, tx: Tx, ada: UUID) -> "Scene":
        now = datetime.now(UTC)
        account = await build.an_account(tx, now, user_id=ada, list_at=now + timedelta(days=365))
        return cls(tx, now, ada, account)

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    async def running(self) -> FleetInstance:
        """For four hours, after it slept for a night."""
        instance = await self.instance(name=LONG_NAME, why="It won.", awake_since=self.ago(4), state_since=self.ago(4))
        rental = await self.rental(instance, 4, ssh_at=self.ago(3.99), agent_at=self.ago(3.99))
        instance.race_id = await self.race(instance, "won", rental, winner_id=rental)
        await self.slept(instance, rental, since=14, until=4)
        at = self.now + timedelta(days=365)
        again = {"action": "wake", "cron": "0 8 * * 1-5", "timezone": "Europe/Berlin", "next_at": at}
        self.tx.add(FleetSchedule(id=uuid4(), instance_id=instance.id, created_at=self.now, **again))
        return instance

    async def hibernated(self) -> FleetInstance:
        instance = await self.instance(
            name="sleeper", state="hibernated", wish="hibernated", why="Idle for 3 minutes.", state_since=self.ago(2)
        )
        rental = await self.rental(instance, 5, stage="ended", ended_at=self.ago(2), why_ended="hibernated")
        await self.slept(instance, rental, since=2, until=None)
        return instance

    async def racing(self) -> FleetInstance:
        instance = await self.instance(name="racer", state="launching", why="", awake_since=None)
        instance.race_id = await self.race(instance, "running", None)
        operation = FleetOperation(
            id=ids.new(self.now, Random()), instance_id=instance.id, kind="launch", state="running", stage="booting"
        )
        operation.stage_since = operation.created_at = self.now
        operation.percent, operation.usual, operation.requested_by = 34.0, {"booting": 20.0}, self.ada
        operation.stages = {"choosing": 0.4, "creating": 2.1}
        self.tx.add(operation)
        instance.operation_id = operation.id
        return instance

    async def failed(self) -> FleetInstance:
        error = {"error_code": "no_machine", "error_message": "No machine came up in 3 rounds.", "error_hint": "Retry."}
        return await self.instance(name="unlucky", state="failed", why="No machine came up.", awake_since=None, **error)

    async def instance(self, **given: Any) -> FleetInstance:
        mine = {"owner_id": self.ada, "user_id": self.ada, "host_key_public": HOST_KEY}
        instance = await build.an_instance(self.tx, self.now, **{**mine, **given})
        move = {"kind": "moved", "from_state": None, "to_state": instance.state, "who": f"user:{self.ada}"}
        self.tx.add(FleetEvent(id=uuid4(), instance_id=instance.id, at=instance.state_since, why=instance.why, **move))
        return instance

    async def rental(self, instance: FleetInstance, hours: float, **given: Any) -> UUID:
        """Begun so many hours ago, of a cloud with long names."""
        began = self.ago(hours)
        values: dict[str, Any] = {
            "account_id": self.account.id,
            "attempted_at": began,
            "running_at": began + timedelta(seconds=19),
            "machine_id": "EU-SE-1:NVIDIA-GeForce-RTX-4090:2:community",
            "provider_machine_id": "7654321",
            "listed": LISTED,
            "addresses": [{"host": "ssh5.example.com", "port": 41022, "user": "root", "direct": True}],
            "look_at": self.now + timedelta(days=365),
        }
        rental, _token = await build.a_rental(self.tx, instance, began, **{**values, **given})
        cost = {"kind": "compute", "since": began, "until": rental.ended_at, "price_hour": Decimal("0.5")}
        self.tx.add(FleetCost(rental_id=rental.id, **cost))
        return rental.id

    async def race(self, instance: FleetInstance, state: str, winner: UUID | None, **given: Any) -> UUID:
        """Of three machines: one boots still or has won, one is only asked for, one was sold meanwhile."""
        hours = 4 if state == "won" else 0
        began = self.ago(hours)
        over = {"ended_at": began + timedelta(seconds=48)} if state != "running" else {}
        rounds = {"batch": 3, "rounds_max": 3, "round_seconds": 90.0, "round": 1, "round_began_at": began}
        race = FleetRace(
            id=uuid4(), instance_id=instance.id, attempt_type="deploy", state=state, started_at=began, **rounds
        )
        for name, value in {**over, **given}.items():
            setattr(race, name, value)
        self.tx.add(race)
        await self.tx.flush()
        racer = {"role": "racer", "race_id": race.id, "round": 1}
        gone = {"stage": "ended", "wanted": "gone", "why_ended": "offer_gone"}
        await self.rental(instance, hours, **racer, **gone, ended_at=began + timedelta(seconds=3), running_at=None)
        if winner is None:
            await self.rental(instance, 0, **racer, stage="booting")
            await self.rental(instance, 0, **racer, stage="creating", running_at=None)
        else:
            lost = {"stage": "ended", "wanted": "gone", "why_ended": "lost_race"}
            await self.rental(instance, hours, **racer, **lost, ended_at=began + timedelta(seconds=60))
            primary = await self.tx.get_one(FleetRental, winner)
            primary.race_id, primary.round, primary.ready_at = race.id, 1, began + timedelta(seconds=48)
        return race.id

    async def slept(self, instance: FleetInstance, rental: UUID, *, since: float, until: float | None) -> None:
        prices = {"price_hour": Decimal("0.5"), "storage_price_gb_month": Decimal("0.02"), "snapshot_bytes": 3 * 10**9}
        times = {"asked_at": self.ago(since + 0.02), "slept_at": self.ago(since)}
        ended = self.ago(until) if until is not None else None
        whose = {"instance_id": instance.id, "owner_id": self.ada, "rental_id": rental, "why": "idle"}
        self.tx.add(FleetHibernation(id=uuid4(), ended_at=ended, **whose, **times, **prices))
