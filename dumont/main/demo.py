"""`dumont up --demo`: simulated clouds beside the product, in a home of their own, with a week behind them."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from dumont.basics.clock import Clock
from dumont.basics.errors import Invalid, Unavailable
from dumont.main import demo_machines, demo_snapshots
from dumont.main.database import DEMO
from dumont.market import past
from dumont.platform.contexts import Context
from dumont.platform.db import Db
from dumont.platform.jobs.duties import Duty
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, load

STOP_SECONDS = 5
LOOK_AGAIN_SECONDS, DONE_SECONDS = 2.0, 3600.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """Where the clouds are, with which keys, and what their offers cost in the week before."""

    urls: Mapping[str, str]
    keys: Mapping[str, Mapping[str, str]]
    past: Mapping[str, Mapping[str, Any]]


def refuse_real_database(loaded: Loaded) -> None:
    if not loaded.settings.embedded:
        raise Invalid.field(
            "database_url",
            "is set, and the demo keeps to a database of its own",
            hint="Unset it for `dumont up --demo`.",
        )


def demo_settings(loaded: Loaded, clouds: Simulated, given: Mapping[str, Any]) -> Loaded:
    """A home beside the real one, so that nothing simulated is ever among what is real."""
    home = Path(given["home"]) if "home" in given else loaded.settings.home / DEMO
    own = {"home": home, "demo": True, "provider_urls": clouds.urls, "provider_keys": json.dumps(clouds.keys)}
    return load(overrides={**given, **own})


@contextmanager
def simulated_clouds(seed: int = 1) -> Iterator[Simulated]:
    """A process of their own; it reads from us, so it ends however we do."""
    command = [sys.executable, "-m", "dumont.simulators.demo", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        try:
            yield _told(child)
        finally:
            _end(child)


def _told(child: "subprocess.Popen[str]") -> Simulated:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        raise Unavailable("The simulated clouds did not start.", hint="Its own words are above.")
    told = json.loads(line)
    clouds = told["clouds"]
    return Simulated(
        urls={name: cloud["url"] for name, cloud in clouds.items()},
        keys={name: cloud["credentials"] for name, cloud in clouds.items()},
        past=told["past"],
    )


def _end(child: "subprocess.Popen[str]") -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def context(clouds: Simulated) -> Context:
    return Context("demo", duties=(_fills_past(clouds), demo_machines.duty(sorted(clouds.urls)), demo_snapshots.duty()))


def _fills_past(clouds: Simulated) -> Duty:
    """Once, after each cloud's first sync: charts, trends and medians then have a week to stand on."""

    async def fill(parts: Parts) -> float:
        missing = False
        for name in clouds.urls:
            async with parts.get(Db).begin() as tx:
                now = parts.get(Clock).now()
                if not await past.has_past(tx, name, now):
                    written = await past.write(tx, name, _courses(clouds.past.get(name, {})), now)
                    missing = missing or not written
        return LOOK_AGAIN_SECONDS if missing else DONE_SECONDS

    return Duty("demo.fill_past", fill)


def _courses(told: Mapping[str, Any]) -> dict[str, past.Course]:
    return {
        offer: past.Course(
            steps=[(-since, Decimal(price)) for since, price in course["steps"]],
            spot_share=Decimal(course["spot_share"]) if course["spot_share"] else None,
        )
        for offer, course in told.items()
    }
