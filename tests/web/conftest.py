"""A server as a user starts it, a Chromium, and pages whose every console error fails the test."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from tests.conftest import DatabaseMaker
from tests.processes import Dumont

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "correct horse battery staple"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/web/" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: `make tools` installs it as root on Debian"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def server(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dumont]:
    """An empty system: nobody has an account yet."""
    home = tmp_path_factory.mktemp("home")
    env = {
        "DUMONT_HOME": str(home),
        "DATABASE_URL": make_database(),
        "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
        "DUMONT_RATE_LIMIT_USER": "100000/minute",
    }
    with Dumont("up", "--port", "0", env=env) as process:
        yield process


@pytest.fixture
def page(chromium: Browser, server: Dumont) -> Iterator[Page]:
    """A page of a new visitor. Any error in its console, or any answer of 500 and above, fails the test."""
    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # The browser itself reports every refused request; 401, 403, 404, 409, 422 are answers, not faults.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
    yield page
    context.close()
    assert not faults, faults
