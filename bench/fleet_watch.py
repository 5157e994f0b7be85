"""How long the watch takes over one account with 10,000 machines: a list compared with all rows, and what it writes.

The cloud is in memory and answers at once; what is timed is one whole turn of `fleet.watch`: claim, read, compare,
write. Beside it a bare SELECT of the same columns, which is the least that any sweeper reads. A real cloud adds its own
time to each list (Vast: 25 machines a second, as it allows).
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text

from bench.table import median, show
from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts, watching
from dumont.fleet.store import sightings
from dumont.platform.clock import SystemClock
from dumont.platform.db import Db, migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.outbox import Outbox
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import load
from dumont.providers.errors import MachineGone
from dumont.providers.port import Address, Held, Machine

MACHINES, STRANGERS, CHANGED, LOST, ROUNDS = 10_000, 500, 100, 20, 5
LIMIT_SECONDS = 60.0
"""Between two lists of an account at rest."""
ACCOUNT = UUID(int=1)
COLUMNS = ("what one list brings", "machines", "seconds", "of a minute")


class Sky:
    """A cloud of which the answer lies ready."""

    def __init__(self) -> None:
        self.held: dict[str, Machine] = {}
        self.adapter: Any = self

    def open(self, _name: str, _credentials: Mapping[str, str]) -> Any:
        return self

    async def machines(self) -> Held:
        return Held(tuple(self.held.values()), complete=True)

    async def machine(self, machine_id: str) -> Machine:
        if machine_id not in self.held:
            raise MachineGone("It is no more.")
        return self.held[machine_id]


def main() -> int:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            rows = asyncio.run(_measure(postgres.url, folder))
    show(
        f"Watch: one account with {MACHINES:,} machines of ours and {STRANGERS:,} of strangers, median of {ROUNDS}",
        COLUMNS,
        [(what, f"{count:,}", f"{seconds:.3f}", f"{seconds / LIMIT_SECONDS:.1%}") for what, count, seconds in rows],
        f"An account at rest is listed once a minute. Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


async def _measure(url: str, folder: str) -> list[tuple[str, int, float]]:
    random, sky, clock = Random(7), Sky(), SystemClock()
    settings = load({"DUMONT_HOME": folder, "DUMONT_DATABASE_SLOW_SECONDS": "120"}).settings
    engine = make_engine(url, settings, name="bench")
    db, vault, nothing = make_db(engine), Vault([new_key()]), cast(Any, None)
    means = Means(db, clock, random, Outbox((), _nothing), settings, vault, cast(Any, sky), nothing, nothing)
    await _fill(db, vault, sky)
    found = [("everything for the first time: addresses and words", MACHINES, await _turn(means))]
    quiet, some, lost, reads = [], [], [], []
    for _ in range(ROUNDS):
        quiet.append(await _turn(means))
        for name in random.sample(list(sky.held), CHANGED):
            state = sky.held[name].state
            sky.held[name] = replace(sky.held[name], state="unknown" if state == "running" else "running")
        some.append(await _turn(means))
        for name in random.sample([each for each in sky.held if each.startswith("m")], LOST):
            del sky.held[name]
        await _turn(means)
        lost.append(await _turn(means))
        reads.append(await _read(db))
    await engine.dispose()
    found += [
        ("nothing new", MACHINES, median(quiet)),
        (f"{CHANGED} machines in another state", CHANGED, median(some)),
        (f"{LOST} machines gone for the second time, each asked for by itself", LOST, median(lost)),
        ("bare SELECT of the same rows, for comparison", MACHINES, median(reads)),
    ]
    return found


async def _fill(db: Db, vault: Vault, sky: Sky) -> None:
    async with db.begin() as tx:
        sealed = accounts.sealed(vault, ACCOUNT, {"api_key": "k"})
        await tx.execute(text(ACCOUNTS), {"id": ACCOUNT, "sealed": sealed})
        await tx.execute(text(INSTANCES), {"count": MACHINES})
        await tx.execute(text(RENTALS), {"account": ACCOUNT})
        names = [row[0] for row in await tx.execute(text("SELECT provider_machine_id FROM fleet_rentals"))]
    for number, name in enumerate([*names, *[f"theirs-{number}" for number in range(STRANGERS)]]):
        door = Address(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", 22)
        sky.held[name] = Machine(id=name, state="running", raw_state="running", label=name, addresses=(door,))


async def _turn(means: Means) -> float:
    async with means.db.begin() as tx:
        await tx.execute(text("UPDATE fleet_accounts SET list_at = now()"))
    began = time.perf_counter()
    await watching.turn(means)
    seconds = time.perf_counter() - began
    async with means.db.begin() as tx:
        code, machines = (await tx.execute(text("SELECT error_code, machines FROM fleet_accounts"))).one()
    assert code is None, code
    assert machines > 0
    return seconds


async def _read(db: Db) -> float:
    began = time.perf_counter()
    async with db.looking() as tx:
        await sightings.live(tx, ACCOUNT)
    return time.perf_counter() - began


async def _nothing(*_: Any) -> None: ...


ACCOUNTS = """
    INSERT INTO fleet_accounts (id, provider, sealed, fingerprint, created_at, list_at)
    VALUES (:id, 'vast', :sealed, '', now(), now())
"""
INSTANCES = """
    INSERT INTO fleet_instances (
        id, owner_id, name, state, state_since, wish, look_at, wanted, host_key_sealed, host_key_public, created_at
    )
    SELECT gen_random_uuid(), gen_random_uuid(), 'box', 'running', now(), 'running', now() + interval '1 day', '{}', '',
        '', now()
    FROM generate_series(1, :count)
"""
RENTALS = """
    INSERT INTO fleet_rentals (
        id, instance_id, account_id, owner_id, role, wanted, stage, label, provider, machine_id, listed, price_hour,
        disk_gb, agent_token, created_at, attempted_at, accepted_at, running_at, ready_at, ssh_at, provider_machine_id,
        seen_state, look_at
    )
    SELECT gen_random_uuid(), id, :account, owner_id, 'primary', 'held', 'ready', 'dumont/bench/' || id, 'vast', 'm',
        '{}', 0.5, 50, sha256(id::text::bytea), now(), now(), now(), now(), now(), now(), 'm' || left(id::text, 18),
        'running', now() + interval '1 hour'
    FROM fleet_instances
"""

if __name__ == "__main__":
    raise SystemExit(main())
