"""A database as Compose and the chart make it: empty, with the two roles, then migrated by the owner."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from dumont.platform.db import migrate
from dumont.platform.db.embedded.binaries import find_binaries
from dumont.platform.db.engine import asyncpg_url
from tests.deploy.tools import CHART

PASSWORDS = {"DATABASE_OWNER_PASSWORD": "owner-owner-owner", "DATABASE_APP_PASSWORD": "app-app-app-app-app"}


@contextmanager
def database_with_roles(server: str) -> Iterator[str]:
    """Its URL as the superuser. The script runs twice, since it says that it may be."""
    psql = find_binaries().bin_dir / "psql"
    if not psql.exists():
        pytest.skip("these PostgreSQL programs come without psql")
    name = f"roles_{uuid4().hex[:8]}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    command = [str(psql), "--no-psqlrc", "--quiet", asyncpg_url(url), "--file", str(CHART / "files" / "roles.sql")]
    for _ in range(2):
        subprocess.run(command, env={**os.environ, **PASSWORDS}, check=True, capture_output=True, timeout=60)
    asyncio.run(migrate.upgrade(acting(url, "owner")))
    yield url
    asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def acting(url: str, role: str) -> str:
    """The same database, as `owner` or as `app`."""
    password = PASSWORDS[f"DATABASE_{role.upper()}_PASSWORD"]
    return make_url(url).set(username=f"dumont_{role}", password=password).render_as_string(hide_password=False)


async def execute(url: str, *statements: str) -> object:
    """One after the other on one connection; what the last one answers."""
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()
