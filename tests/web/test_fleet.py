"""The product's face: a need, a race that is watched, a machine that sleeps and wakes, and its end. All of it is real:
machines are processes of this computer, which install their agent and are logged into."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dumont.providers.local import folders, processes, ssh
from tests.main.installation import until
from tests.processes import Dumont
from tests.web.browsers import Browsers
from tests.web.clouds import Clouds
from tests.web.conftest import Serving, in_thread
from tests.web.people import Program, open_account
from tests.web.steps import dialog, expect_title

PATIENCE_MS = 90_000
"""For what machines do."""
PRICE_HOUR = "0.36"
SMALL_DISK = """localStorage["dumont.deploy.options"] ??= '{"disk": "1"}'"""
"""As a browser keeps it that deployed before: the usual 50 GB are more than some computers have free."""
pytestmark = pytest.mark.slow
needs_ssh = pytest.mark.skipif(not (ssh.server() and shutil.which("ssh-keygen")), reason="no OpenSSH on this computer")


@pytest.fixture
def window(surroundings: Serving, clouds: Clouds, chromium: Browser, web_app: None, tmp_path: Path) -> Iterator[Page]:
    """Ada's, on a server that acts by itself and rents machines of this computer alone."""
    local = f"{tmp_path.as_uri()}?slots=4&boot_seconds=2&price_hour={PRICE_HOUR}"
    settings = {
        "DUMONT_WORKER_DUTIES": "true",
        "DUMONT_PROVIDER_URLS": json.dumps(
            {**json.loads(clouds.environment()["DUMONT_PROVIDER_URLS"]), "local": local}
        ),
        "DUMONT_FLEET_RACE_MACHINES": "2",
        "DUMONT_FLEET_BEAT_SECONDS": "1",
        "DUMONT_FLEET_MISSED_BEATS": "60",
        "DUMONT_FLEET_WATCH_SECONDS": "0.3",
        "DUMONT_FLEET_LIST_SECONDS": "1",
    }
    try:
        with Dumont("up", env={**surroundings.environment(), **settings}) as process:
            browsers = Browsers(chromium, process.url)
            ada = open_account(process.url, "Ada Lindqvist", "ada@example.com")
            in_thread(lambda: knows_this_computer(Program(process.url, ada)))
            page = browsers.window(ada)
            page.add_init_script(SMALL_DISK)
            yield page
            browsers.close()
    finally:
        for folder in tmp_path.glob("local-*"):
            processes.end(folders.known(folder), str(folder))


def knows_this_computer(ada: Program) -> None:
    """The market follows what a worker has read within seconds."""
    until(lambda: ada.does("GET", "/gpus/search?provider=local&gpu_count=0")["items"])


def state_of(page: Page) -> Locator:
    return page.get_by_role("main").locator("header p")


def becomes(page: Page, state: str) -> None:
    """By itself: nobody reloads the page."""
    expect(state_of(page)).to_contain_text(state, timeout=PATIENCE_MS)


@needs_ssh
class TestTheFaceOfTheProduct:
    def test_goes_from_a_need_to_a_machine_that_sleeps_wakes_and_ends(self, window: Page) -> None:
        self.deploys_in_five_clicks(window)
        self.sees_a_race_and_the_way_in(window)
        window.get_by_role("button", name="Hibernate", exact=True).click()
        becomes(window, "Hibernated")
        expect(window.get_by_text("It sleeps. Wake it, and")).to_be_visible()
        expect(window.get_by_text("no machine is held")).to_be_visible()
        window.get_by_role("button", name="Wake", exact=True).click()
        becomes(window, "Running")
        self.destroys_what_it_was_told_of(window)

    def deploys_in_five_clicks(self, page: Page) -> None:
        page.goto("/deploy")
        on = page.get_by_role("button", name="Continue")
        page.get_by_role("button", name=re.compile("^No GPU")).click()
        on.click()
        expect(page.get_by_role("table", name="Machines that would race")).to_contain_text("cpu:1")
        on.click()
        page.get_by_label("Name").fill("box")
        expect(page.get_by_label("Disk, GB")).to_have_value("1")
        on.click()
        expect(page.get_by_role("region", name="The race")).to_contain_text("2 machines at once")
        page.get_by_role("button", name="Launch", exact=True).click()
        expect_title(page, "box")

    def sees_a_race_and_the_way_in(self, page: Page) -> None:
        race = page.get_by_role("figure", name="Race")
        expect(race.get_by_role("listitem")).to_have_count(2, timeout=PATIENCE_MS)
        becomes(page, "Running")
        expect(race).to_contain_text("Winner")
        expect(race).to_contain_text("all confirmed gone", timeout=PATIENCE_MS)
        expect(page.get_by_text("dumont ssh box")).to_be_visible()

    def destroys_what_it_was_told_of(self, page: Page) -> None:
        page.get_by_role("button", name="Actions for box").click()
        page.get_by_role("menuitem", name="Destroy").click()
        expect(dialog(page)).to_contain_text(f"Gives up its machine and stops ${PRICE_HOUR}0/h")
        expect(dialog(page)).to_contain_text("Its newest snapshot is of")
        dialog(page).get_by_role("button", name="Destroy, keep the snapshots").click()
        becomes(page, "Destroyed")
        page.goto("/rentals")
        expect(page.get_by_text("No machine costs anything")).to_be_visible()
