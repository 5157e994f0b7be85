"""What a simulated life begins with: clouds, a market that is told by them, and the means of the fleet's duties."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any, cast

import orjson

from dumont.fleet.means import Means
from dumont.market.following import Market, View
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from tests.build.offers import Stall
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.simulation.clouds import Cloud, SimClouds
from tests.simulation.fate import BEAT_SECONDS, DEADMAN_BEATS
from tests.simulation.plan import Plan
from tests.simulation.prepaid import make_cloud
from tests.simulation.store import Asked

PREPAID = ("akash",)
LIST_SECONDS, SAVE_SECONDS, ASK_SECONDS = 90.0, 150.0, 100.0
"""At a pace of 1; the last two for work with a deadline."""
WATCH_SECONDS = 120.0
SHELF_SECONDS = 30.0
"""The market is told by the clouds so often."""


class SimMarket(Market):
    """Whose clouds have told of their machines just now, or some seconds ago: what is chosen may be taken by then."""

    def __init__(self, stall: Stall, clock: FakeClock, clouds: Mapping[str, Cloud]) -> None:
        super().__init__(stall, clock)
        self._stall, self._now, self._clouds = stall, clock, clouds
        self._told_at: datetime | None = None

    async def view(self, *, wait_seconds: float = 0) -> View:
        now = self._now.now()
        if self._told_at is None or (now - self._told_at).total_seconds() >= SHELF_SECONDS:
            self._told_at = now
            for cloud in self._clouds.values():
                if rows := cloud.rows():
                    self._stall.put(*rows, seen_at=now)
        return await super().view(wait_seconds=wait_seconds)


class _Keys:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def get_secret_value(self) -> str:
        return orjson.dumps({name: {"api_key": "k"} for name in _names(self._plan)}).decode()


def clouds_of(seed: int, plan: Plan) -> dict[str, Cloud]:
    return {name: make_cloud(name, seed, plan.machines, plan.odds) for name in _names(plan)}


def _names(plan: Plan) -> tuple[str, ...]:
    return plan.clouds + PREPAID if plan.prepaid else plan.clouds


def means_of(db: Db, settings: Settings, clouds: Mapping[str, Cloud], jobs: Asked, life: tuple[int, Plan]) -> Means:
    seed, plan = life
    clock = FakeClock()
    return Means(
        db,
        clock,
        Random(f"means:{seed}"),
        FakePublisher(),
        settings.model_copy(update=_given(plan)),
        Vault([new_key()]),
        cast(Any, SimClouds(clouds)),
        SimMarket(Stall(), clock, clouds),
        cast(Any, jobs),
    )


def _given(plan: Plan) -> dict[str, Any]:
    return {
        "fleet_house_accounts": "everyone",
        "provider_keys": _Keys(plan),
        "fleet_beat_seconds": BEAT_SECONDS * plan.pace,
        "fleet_list_seconds": LIST_SECONDS * plan.pace,
        "fleet_watch_seconds": WATCH_SECONDS,
        "fleet_deadman_seconds": DEADMAN_BEATS * BEAT_SECONDS * plan.pace,
        "fleet_deadline_save_seconds": SAVE_SECONDS * plan.pace,
        "fleet_deadline_ask_seconds": ASK_SECONDS * plan.pace,
        "fleet_standby_provider": "runpod",
        "fleet_standby_type": "",
        "snapshots_undo_hours": plan.undo_hours * plan.pace,
    }
