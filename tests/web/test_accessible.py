"""Every page and open dialog, light or dark, wide and narrow: nothing that axe finds, nothing to scroll sideways."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.web.axe import faults
from tests.web.boxes import Box
from tests.web.browsers import DESKTOP, Browsers, Kept
from tests.web.clouds import offers
from tests.web.fleets import Fleet
from tests.web.pages import PLACES, Place, planned
from tests.web.pasts import Lived
from tests.web.people import Installation
from tests.web.steps import (
    dialog,
    expect_title,
    follow_system,
    from_row_menu,
    hear_nothing,
    open_palette,
    ready_for_keys,
)

Look = tuple[int, Literal["light", "dark"]]
LOOKS: list[Look] = [(1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")]
RECOLOURED = LOOKS[1::2]
"""The style guide, which has every part, is looked at in all four ways; a page in two, both widths and both themes, and
the next one in the other two. In the second of them only what a theme and a width change is asked for: whether it fits,
and with DUMONT_EVERY_POINT=1 its colours too."""
SOME = 2
EVERY = bool(os.environ.get("DUMONT_EVERY_POINT"))
FITS = """() => [document.documentElement, document.querySelector("main")]
  .every(box => !box || box.scrollWidth <= box.clientWidth)"""

NOWHERE = "/no/such/page"
# As a link inside the application does, without a new document.
GO = "path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')); }"

pytestmark = pytest.mark.slow


def looks_of(number: int) -> list[Look]:
    looks = [LOOKS[number % 2], LOOKS[2 + number % 2]]
    return looks if number % 4 < 2 else looks[::-1]


def expect_accessible(page: Page, looks: list[Look] = LOOKS) -> None:
    found: dict[str, list[str]] = {}
    for number, (width, theme) in enumerate(looks):
        page.set_viewport_size({"width": width, "height": 844})
        follow_system(page, theme)
        page.wait_for_function(FITS)  # charts take a moment to follow
        if number and len(looks) == SOME and not EVERY:
            continue
        recoloured = (width, theme) in RECOLOURED if looks == LOOKS else number > 0
        found[f"{width} {theme}"] = faults(page, colours_only=recoloured)
    assert not any(found.values()), found


@pytest.fixture(scope="module")
def ids(installation: Installation, lived: Lived, box: Box, fleet: Fleet) -> dict[str, str]:
    teams = installation.does(installation.ada, "GET", "/teams")["items"]
    offer, other, *_ = offers(installation)
    return {
        "team": next(team["id"] for team in teams if team["name"] == "Protein folding"),
        "offer": offer["id"],
        "other": other["id"],
        "snapshot": box.later,
        "earlier": box.earlier,
        **asdict(fleet),
        "machine": f"{lived.good.provider}/{lived.good.machine_id}",
    }


@pytest.fixture
def window(kept: Kept, installation: Installation) -> Iterator[Callable[[Place], Page]]:
    """On the way to any page, inside the application: to open it anew takes longer than to look at a page."""

    def nowhere(place: Place) -> Page:
        page = kept.as_it_stands(None if place.stranger else installation.ada)
        page.set_viewport_size(DESKTOP)
        if page.locator("main").count() and not dialog(page).count():
            page.evaluate(GO, NOWHERE)
        else:
            page.goto(NOWHERE)
        expect_title(page, "Not found")
        return page

    yield nowhere
    kept.browsers.expect_no_faults()


@pytest.fixture
def ada(kept: Kept, installation: Installation) -> Iterator[Page]:
    page = kept.as_it_stands(installation.ada)
    kept.leave(page)
    page.set_viewport_size(DESKTOP)
    yield page
    kept.browsers.expect_no_faults()


class TestEveryPage:
    @pytest.mark.parametrize("place", PLACES, ids=str)
    def test_is_accessible(self, place: Place, window: Callable[[Place], Page], ids: dict[str, str]) -> None:
        page = window(place)
        page.evaluate(GO, place.at(ids))
        if place.route != "*":
            expect(page.get_by_role("heading", level=1)).not_to_have_text("Not found")
        expect_title(page, place.title)
        expect(page.get_by_role("status", name=re.compile("^(Loading|Opening)"))).to_have_count(0)
        expect_accessible(page, looks_of(PLACES.index(place)))

    def test_that_is_planned_is_accessible(self, ada: Page) -> None:
        ada.goto("/profile")
        expect_title(ada, "Profile")
        for path in planned():
            heading = ada.get_by_role("heading", level=1)
            before = heading.inner_text()
            ada.evaluate(GO, path)
            expect(heading).not_to_have_text(before)
            expect(ada.get_by_text("What you can do today")).to_be_visible()
            assert not faults(ada, within="main"), path  # around it stands the same as everywhere

    @pytest.mark.parametrize("chapter", ["Controls", "Data", "Feedback"])
    def test_of_the_style_guide_is_accessible(self, ada: Page, chapter: str) -> None:
        ada.goto("/design")
        ada.get_by_role("tab", name=chapter).click()
        expect(ada.get_by_role("tab", name=chapter)).to_have_attribute("aria-selected", "true")
        expect_accessible(ada)


def new_key(page: Page) -> None:
    page.goto("/api-keys?new=1")


def made_key(page: Page) -> None:
    page.goto("/api-keys?new=1")
    dialog(page).get_by_label("Name", exact=True).fill("accessible")
    dialog(page).get_by_role("button", name="Create key").click()
    expect(dialog(page).get_by_text("Copy it now")).to_be_visible()


def doomed_key(page: Page) -> None:
    page.goto("/api-keys")
    from_row_menu(page, "nightly report", "Delete")


def new_team(page: Page) -> None:
    page.goto("/teams?new=1")


def provider_key(page: Page) -> None:
    page.goto("/provider-keys")
    page.get_by_role("button", name="Add key of Amazon EC2").click()


def everywhere(page: Page) -> None:
    page.goto("/security")
    page.get_by_role("button", name="Sign out everywhere").click()


def another_role(page: Page) -> None:
    page.goto("/admin/users")
    from_row_menu(page, "Chiara Conti", "Change role")


def reset_link(page: Page) -> None:
    page.goto("/admin/users")
    from_row_menu(page, "Chiara Conti", "Make a reset link")


def audit_entry(page: Page) -> None:
    page.goto("/admin/audit?action=team.created")
    page.get_by_role("row").nth(1).click()


def job_in_full(page: Page) -> None:
    page.goto("/jobs")
    page.get_by_role("row").nth(1).click()


def schedule_by_hand(page: Page) -> None:
    page.goto("/jobs?view=schedules")
    page.get_by_role("button", name=re.compile("^Run ")).first.click()


def avoided_machine(page: Page) -> None:
    page.goto("/blacklist?new=1")


def snapshot_command(page: Page) -> None:
    page.goto("/snapshots?new=1")
    dialog(page).get_by_label("Folder").fill("/workspace")
    dialog(page).get_by_role("button", name="Make the command").click()
    expect(dialog(page).get_by_text("Copy it now")).to_be_visible()


def doomed_instance(page: Page) -> None:
    page.goto("/instances")
    from_row_menu(page, "unlucky", "Destroy")


def palette(page: Page) -> None:
    page.goto("/profile")
    expect_title(page, "Profile")
    open_palette(page)


def shortcuts(page: Page) -> None:
    page.goto("/profile")
    expect_title(page, "Profile")
    ready_for_keys(page)
    page.keyboard.press("?")


OPENINGS = [
    new_key,
    made_key,
    doomed_key,
    new_team,
    provider_key,
    everywhere,
    another_role,
    reset_link,
    audit_entry,
    job_in_full,
    schedule_by_hand,
    avoided_machine,
    snapshot_command,
    doomed_instance,
    palette,
    shortcuts,
]


@pytest.mark.usefixtures("fleet")
class TestEveryDialog:
    @pytest.mark.parametrize("open_it", OPENINGS, ids=lambda opening: opening.__name__)
    def test_is_accessible(self, ada: Page, open_it: Callable[[Page], None]) -> None:
        open_it(ada)
        expect(dialog(ada)).to_be_visible()
        expect_accessible(ada, looks_of(OPENINGS.index(open_it)))

    def test_of_the_navigation_on_a_phone_is_accessible(self, ada: Page) -> None:
        ada.set_viewport_size({"width": 390, "height": 844})
        ada.goto("/profile")
        ada.get_by_role("button", name="Open navigation").click()
        expect(dialog(ada)).to_be_visible()
        expect_accessible(ada, LOOKS[2:])

    def test_of_an_ended_session_is_accessible(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page = browsers.window(who)
        hear_nothing(page)
        page.goto("/profile")
        expect_title(page, "Profile")
        installation.does(who, "POST", "/auth/logout-everywhere")
        page.get_by_role("link", name="Teams", exact=True).click()
        expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
        expect_accessible(page)


class TestAPageThatMayNotBeSeen:
    def test_is_accessible(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.chiara)
        page.goto("/admin/users")
        expect(page.get_by_text("You are not allowed to see this")).to_be_visible()
        expect_accessible(page)
