"""The server stops under an open page, and comes back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.processes import Dumont
from tests.web.browsers import Browsers
from tests.web.conftest import Serving
from tests.web.people import open_account
from tests.web.steps import expect_title, follow_live

# The code of the page that is opened without a server.
FETCHED = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/ApiKeys-'))"


class Lifted:
    """A server that a test stops and starts again in the same place, and a window of somebody signed in."""

    def __init__(self, env: dict[str, str], chromium: Browser) -> None:
        self._env = env
        self._process = Dumont("up", env=env).__enter__()
        self._browsers = Browsers(chromium, self._process.url, forgiven=["WebSocket connection", "ERR_CONNECTION"])
        ines = open_account(self._process.url, "Ines Duarte", "ines@example.com")
        self.page = self._browsers.window(ines, saves_data=False)

    def falls(self) -> None:
        self._process.stop()

    def rises(self) -> None:
        self._process = Dumont("up", env=self._env).__enter__()

    def ends(self) -> None:
        self._browsers.close()
        if self._process.process.poll() is None:
            self._process.stop()


@pytest.fixture
def server(surroundings: Serving, chromium: Browser) -> Iterator[Lifted]:
    lifted = Lifted(surroundings.environment(), chromium)
    yield lifted
    lifted.ends()


class TestAnOutage:
    def test_is_told_and_gets_over_without_a_reload(self, server: Lifted) -> None:
        page = server.page
        page.goto("/profile")
        follow_live(page)
        page.wait_for_function(FETCHED)
        page.wait_for_load_state("networkidle")
        server.falls()
        expect(self.connection(page)).to_have_accessible_name(re.compile("Offline, again in"))
        page.get_by_role("link", name="API keys", exact=True).click()
        expect(page.get_by_role("main").get_by_text("The server can't be reached")).to_be_visible()
        server.rises()
        self.connection(page).click()
        expect(self.connection(page)).to_have_accessible_name("Connection: Live")
        expect(page.get_by_text("No API keys yet")).to_be_visible()

    @staticmethod
    def connection(page: Page) -> Locator:
        return page.get_by_role("banner").get_by_role("button", name=re.compile("^Connection"))


class TestAStartWithoutAnswer:
    def test_keeps_one_signed_in_and_tries_again(self, browsers: Browsers, ada: Page) -> None:
        browsers.forgiven.append("ERR_FAILED")
        ada.route("**/auth/refresh", lambda route: route.abort())
        ada.goto("/teams")
        expect_title(ada, "The server can't be reached")
        ada.unroute("**/auth/refresh")
        ada.get_by_role("button", name="Try now").click()
        expect_title(ada, "Teams")


class TestAPageWhoseCodeIsGone:
    def test_says_so_and_keeps_the_navigation(self, browsers: Browsers, ada: Page) -> None:
        browsers.forgiven.extend(["dynamically imported", "Failed to fetch"])
        ada.route("**/assets/AuditLog-*.js", lambda route: route.fulfill(status=404))
        ada.goto("/admin/audit")
        expect_title(ada, "This page could not be fetched")
        ada.unroute("**/assets/AuditLog-*.js")
        ada.get_by_role("button", name="Reload").click()
        expect_title(ada, "Audit log")
