"""What every test stands on: one real PostgreSQL for all test processes, a database for each, a transaction a test."""

import asyncio
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cache
from pathlib import Path
from random import Random
from uuid import uuid4

import asyncpg
import pytest
from _pytest.nodeid import coerce_node_id
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import settings as drawing
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from dumont.accounts import hashing
from dumont.main import wiring
from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.main.wiring import assemble
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import Db, asyncpg_url, make_engine
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, Settings, load
from dumont.platform.telemetry import logs
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession
from tests.redis_server import REDIS, redis_server

UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # it would go round hundreds of databases, several a second
    "max_connections": "300",
}
GIVEN = "DUMONT_TEST_DATABASE_URL"
TEMPLATE = "dumont_template"

drawing.register_profile("steady", derandomize=True, deadline=None)
drawing.load_profile("steady")
"""The same examples in every run, however slow: what is found by luck must not stop somebody else's work."""


def pytest_configure(config: pytest.Config) -> None:
    """A folder of this run's own for temporary files: pytest closes the shared one anew at the start of any run."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a shell's background; what tests start would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "PYTEST_XDIST_WORKER" not in os.environ and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        folder = tempfile.mkdtemp(prefix="dumont-tests-")
        Path(folder).chmod(0o711)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one `xdist_group` go to one process. xdist 3.8 writes the group where pytest 9.2 no longer reads it.
    What takes minutes is left to `make test-kills`."""
    if not os.environ.get("DUMONT_EVERY_POINT"):
        for item in items:
            if item.get_closest_marker("long") is not None:
                item.add_marker(pytest.mark.skip(reason="takes minutes: `make test-kills` runs it"))
    if config.getoption("loadgroup", False):
        for item in items:
            group = item.get_closest_marker("xdist_group")
            if group is not None and "@" not in item.nodeid.rpartition("]")[2]:
                item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays for the whole run: it need not be looked at each time that something is thrown away."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests have noted with `record_property("figures", ...)`."""
    for report in terminalreporter.getreports("passed"):
        for name, said in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(str(said))


@pytest.fixture(scope="session", autouse=True)
def _logs(loaded: Loaded) -> None:
    logs.configure(loaded.settings)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, _let_through: None) -> Iterator[str]:
    """The server's URL. All test processes of a run share one server; the last to leave stops it."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "postgres"
    with EmbeddedPostgres(folder, options=UNSAFE_BUT_FAST) as server:
        yield server.url


@pytest.fixture(scope="session")
def make_database(postgres: str) -> Iterator["DatabaseMaker"]:
    """Call it for a fresh, fully migrated database of your own: about 50 ms, cloned from a template."""
    maker = DatabaseMaker(postgres)
    asyncio.run(maker.make_template())
    yield maker
    if os.environ.get(GIVEN):  # a server of our own vanishes whole
        asyncio.run(maker.drop_all())


class DatabaseMaker:
    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._made: list[str] = []

    def __call__(self) -> str:
        """The URL of a new database. To be called outside an event loop, or in a thread."""
        return asyncio.run(self.make())

    async def make(self) -> str:
        name = f"test_{uuid4().hex[:12]}"
        await self._command(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        self._made.append(name)
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        head, _, query = self._server_url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    async def make_template(self) -> None:
        """By whichever test process comes first, under an advisory lock; the others find it made."""
        connection = await asyncpg.connect(asyncpg_url(self._server_url))
        try:
            await connection.execute("SELECT pg_advisory_lock(7)")
            if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", TEMPLATE):
                await connection.execute(f'CREATE DATABASE "{TEMPLATE}_making"')
                await migrate.upgrade(self.url_of(f"{TEMPLATE}_making"))
                await connection.execute(f'ALTER DATABASE "{TEMPLATE}_making" RENAME TO "{TEMPLATE}"')
        finally:
            await connection.close()

    async def forget(self, url: str) -> None:
        """One that is not needed any more."""
        name = url.partition("?")[0].rsplit("/", 1)[1]
        await self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    async def drop_all(self) -> None:
        for name in self._made:
            await self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(asyncpg_url(self._server_url))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def database_url(make_database: DatabaseMaker) -> str:
    """The database of this test process. Nothing is ever committed to it: see `connection`."""
    return make_database()


@pytest.fixture
def fresh_database_url(make_database: DatabaseMaker) -> str:
    """A database of this one test, for tests that commit: several connections, processes, or kills."""
    return make_database()


@pytest.fixture(scope="session")
def settings(loaded: Loaded) -> Settings:
    return loaded.settings


@pytest.fixture(scope="session")
async def engine(database_url: str, settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url, settings, name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction around the whole test, rolled back at its end; commits inside it are savepoints."""
    async with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        await transaction.rollback()


@pytest.fixture
def db(connection: AsyncConnection) -> Db:
    """A Db whose transactions all happen inside this test's own. One at a time: it is one connection."""
    return Db(async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint"))


@pytest.fixture
async def tx(db: Db) -> AsyncIterator[AsyncSession]:
    async with db.begin() as session:
        yield session


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if REDIS is None:
        pytest.skip("no redis-server here: `make tools` installs it as root on Debian")
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    home = tmp_path_factory.mktemp("home")
    return load(
        {
            "DUMONT_HOME": str(home),
            "DUMONT_DATABASE_STATEMENT_SECONDS": "10",
            "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
            "DUMONT_RATE_LIMIT_USER": "100000/minute",
        }
    )


@pytest.fixture
def parts(loaded: Loaded, database_url: str, db: Db, clock: FakeClock) -> Parts:
    """Everything that does I/O, on this test's transaction and clock."""
    return assemble(loaded, database_url, contexts(), db=db, glance=GlanceInSession(db), clock=clock)


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """One for all tests, for a route is worked out when it is asked for the first time; each brings its own parts."""
    return make_app(contexts())


@pytest.fixture
async def client(app: FastAPI, parts: Parts, settings: Settings) -> AsyncIterator[AsyncClient]:
    """The whole application without a socket; its failures come back as answers, as they do in production."""
    app.state.parts = parts
    transport = ASGITransport(enveloped(app, settings), raise_app_exceptions=False, client=("127.0.0.1", 50000))
    async with AsyncClient(transport=transport, base_url="http://dumont.test") as client:
        yield client


@pytest.fixture
def random() -> Random:
    return Random(7)


@pytest.fixture(scope="session", autouse=True)
def _one_trust() -> None:
    """Each of many hundred HTTP clients would read all authorities of the web anew, for 25 ms of CPU."""
    from httpx._transports import default

    default.create_ssl_context = cache(default.create_ssl_context)


@pytest.fixture(scope="session", autouse=True)
def _weak_passwords() -> None:
    """To hash one takes 20 ms of CPU on purpose, and all parts begin with one. Servers in processes keep their cost."""
    cheap = hashing.Argon2()
    cheap._hasher = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)
    cheap._nobodys = cheap._hasher.hash("nobody")
    vars(wiring)["Argon2"] = lambda: cheap


@pytest.fixture(scope="session", autouse=True)
def _let_through(tmp_path_factory: pytest.TempPathFactory) -> None:
    """pytest closes its folders to others, and as root the database runs as somebody else."""
    if os.geteuid() == 0:
        for place in (folder := tmp_path_factory.getbasetemp(), *folder.parents):
            if place.name.startswith("pytest-"):
                place.chmod(place.stat().st_mode | 0o011)
