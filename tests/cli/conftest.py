"""A real server for the command line to speak to, and the people who do."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dumont.simulators.s3.server import S3Server, serving
from tests.build.accounts import PASSWORD
from tests.cli.terminal import Terminal
from tests.conftest import DatabaseMaker
from tests.processes import Dumont

BUCKET = "snapshots"
ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One test process for them all: each would start a server of its own. Before xdist looks for the mark."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("cli"))


@pytest.fixture(scope="session")
def database(make_database: DatabaseMaker) -> str:
    return make_database()


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An object store with one bucket, in which the server keeps snapshots."""
    with serving(tmp_path_factory.mktemp("s3"), BUCKET) as store:
        yield store


@pytest.fixture(scope="session")
def server(database: str, bucket: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `dumont up`, with a database of its own."""
    env = {
        "DUMONT_SNAPSHOTS_STORE": f"s3://{BUCKET}/kept",
        "DUMONT_SNAPSHOTS_ENDPOINT": bucket.url,
        "DUMONT_SNAPSHOTS_ACCESS_KEY": bucket.key.access,
        "DUMONT_SNAPSHOTS_SECRET_KEY": bucket.key.secret,
        "DATABASE_URL": database,
        "DUMONT_HOME": str(tmp_path_factory.mktemp("home")),
        "DUMONT_PROVIDER_KEYS": '{"vast": {"api_key": "k"}}',
        "DUMONT_PROVIDER_URLS": '{"vast": "http://127.0.0.1:9"}',  # where nobody answers
    }
    with Dumont("up", "--port", "0", env=env) as process:
        yield process.url


@pytest.fixture(scope="session")
def people(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Credentials of Ada, who came first and is administrator, and of Bob, who may little."""
    folder = tmp_path_factory.mktemp("people")
    for email in (ADA, BOB):
        person = Terminal(server, folder / email)
        person.does("signup", "--email", email, "--name", email[:3].title(), "--password-stdin", given=PASSWORD)
    return folder


@pytest.fixture
def seat(server: str, people: Path, tmp_path: Path) -> Callable[[str], Terminal]:
    """Somebody signed in, with a copy of their credentials that the test may spoil."""

    def take(email: str) -> Terminal:
        shutil.copytree(people / email, tmp_path / email)
        return Terminal(server, tmp_path / email)

    return take


@pytest.fixture
def ada(seat: Callable[[str], Terminal]) -> Terminal:
    return seat(ADA)


@pytest.fixture
def bob(seat: Callable[[str], Terminal]) -> Terminal:
    return seat(BOB)


@pytest.fixture
def nobody(server: str, tmp_path: Path) -> Terminal:
    return Terminal(server, tmp_path / "nobody")
