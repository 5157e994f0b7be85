"""How PostgreSQL's own programs are told where the database is: the password never in a command line."""

from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded import Binaries, find_binaries
from dumont.platform.db.engine import asyncpg_url

IN_USE = """
    SELECT string_agg(DISTINCT application_name, ', ') FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'dumont %'
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A database, as a program is given it."""

    address: str
    environment: dict[str, str]


def place(url: str) -> Place:
    parsed = make_url(url).set(drivername="postgresql")
    without = parsed.set(password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    return Place(without, {"PGCLIENTENCODING": "UTF8", **secret})


def pg_dump(bin_dir: Path | None, major: int) -> str:
    """Of the server's own version where there is one: an older one refuses, a newer one is fine."""
    return _program("pg_dump", find_binaries(bin_dir, major=major))


def psql(bin_dir: Path | None) -> str:
    """The newest there is: it speaks to every server, and knows what the newest pg_dump writes."""
    try:
        return _program("psql", find_binaries())
    except Unavailable:
        return _program("psql", find_binaries(bin_dir))


def _program(name: str, binaries: Binaries) -> str:
    path = binaries.program(name)
    if not Path(path).exists():
        raise Unavailable(
            f"{name} is missing beside the programs of PostgreSQL in {binaries.bin_dir}.",
            code="database_program_missing",
            hint="Install the client programs of PostgreSQL, or set DUMONT_POSTGRES_BIN to a folder that has them.",
        )
    return path


async def connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(asyncpg_url(url))
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"The database does not answer: {error}.", hint="Is DATABASE_URL right?") from None


async def major_of(connection: asyncpg.Connection) -> int:
    return int(connection.get_server_version().major)


async def users_of(connection: asyncpg.Connection) -> str | None:
    """Our processes that hold connections to it: `dumont web, dumont worker`."""
    found: str | None = await connection.fetchval(IN_USE)
    return found


def last_words(said: bytes) -> str:
    """What a program complained of, short enough for a sentence."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (errors or lines or ["it said nothing"])[0][:500]
