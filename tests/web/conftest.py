"""A server as a user starts it, a Chromium, and windows in it whose every console error fails the test."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import DatabaseMaker
from tests.ports import free_port
from tests.processes import Dumont
from tests.web.boxes import Box, keep
from tests.web.browsers import PATIENCE_MS, Browsers, Kept
from tests.web.clouds import CLOSED, OPEN, Clouds, read, simulated_clouds
from tests.web.fleets import Fleet, launch
from tests.web.pasts import Lived, give_past
from tests.web.people import Installation, settle

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
"""Best the one without windows of its own: to draw their frames takes as much as the pages that are tested."""
FLAGS = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
Made = TypeVar("Made")
BUILT = Path(__file__).parents[2] / "web" / "dist" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            # Two groups of about the same length, so that two test processes are done at about the same time.
            group = "browser-axe" if item.path.name == "test_accessible.py" else "browser"
            item.add_marker(pytest.mark.xdist_group(group))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: `make tools` installs it as root on Debian"))


@pytest.fixture(scope="session")
def web_app() -> None:
    if not BUILT.exists():
        pytest.fail("The web application is not built, so there is nothing to open: run `make web`.", pytrace=False)


@pytest.fixture(scope="package")
def chromium(surroundings: "Serving") -> Iterator[Browser]:
    """Open no longer than its tests: as long as it is, an event loop runs in this thread, and no other may."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def surroundings(web_app: None, make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> "Serving":
    return Serving(make_database, tmp_path_factory)


class Serving:
    """What a server needs: a database and a home of its own, and a port that is free."""

    def __init__(self, make_database: DatabaseMaker, folders: pytest.TempPathFactory) -> None:
        self._make_database = make_database
        self._folders = folders

    def environment(self) -> dict[str, str]:
        return {
            "DUMONT_HOME": str(self._folders.mktemp("home")),
            "DATABASE_URL": in_thread(self._make_database),
            "DUMONT_PORT": str(free_port()),  # links are made from it, and a server can come back there
            "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
            "DUMONT_RATE_LIMIT_USER": "100000/minute",
            "DUMONT_MARKET_STALE_SECONDS": "86400",  # read once for all tests, however long those take
        }


def in_thread(make: Callable[[], Made]) -> Made:
    """Away from the event loop of the browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make).result()


@pytest.fixture(scope="package")
def clouds() -> Iterator[Clouds]:
    with simulated_clouds() as served:
        yield served


@pytest.fixture(scope="package")
def installation(surroundings: Serving, clouds: Clouds) -> Iterator[Installation]:
    """One for all tests that can share it: Ada administers it, Bruno operates it, Chiara uses it."""
    env = {**surroundings.environment(), **clouds.environment()}
    with Dumont("up", env=env) as process:
        settled = settle(process.url, env["DATABASE_URL"])
        read(settled, *OPEN, CLOSED)
        yield settled


@pytest.fixture(scope="package")
def lived(installation: Installation) -> Lived:
    """Some machines have a past."""
    return in_thread(lambda: give_past(installation))


@pytest.fixture(scope="package")
def box(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Ada has two snapshots."""
    return in_thread(lambda: keep(installation, tmp_path_factory.mktemp("box")))


@pytest.fixture(scope="package")
def fleet(installation: Installation) -> Fleet:
    """Ada has instances in several states."""
    return in_thread(lambda: launch(installation))


@pytest.fixture
def browsers(chromium: Browser, installation: Installation) -> Iterator[Browsers]:
    in_thread(installation.forget_attempts)
    opened = Browsers(chromium, installation.url)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def kept(chromium: Browser, installation: Installation) -> Iterator[Kept]:
    in_thread(installation.forget_attempts)
    opened = Browsers(chromium, installation.url)
    yield Kept(opened)
    opened.close()


@pytest.fixture
def page(browsers: Browsers) -> Page:
    """A stranger's window."""
    return browsers.window()


@pytest.fixture
def ada(browsers: Browsers, installation: Installation) -> Page:
    """The administrator's window, signed in."""
    return browsers.window(installation.ada)
