"""People judge machines by their past: scores, thirty days, ratings, the blacklist; all of it by keyboard alone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browsers import Browsers
from tests.web.conftest import in_thread
from tests.web.pasts import UNSEEN, Lived, rented_by
from tests.web.people import Installation
from tests.web.steps import dialog, expect_title, expect_toast, follow_system, ready_for_keys, tab_to

FITS = "() => document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
TALLEST_BLANK = 20_000
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def button(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=name)


def offers_table(page: Page) -> Locator:
    return page.get_by_role("table", name="Offers")


def machine_page(page: Page, machine: str) -> None:
    page.goto(f"/machines/{machine.replace(':', '/', 1)}")
    expect_title(page, machine.partition(":")[2])


@pytest.fixture
def member(browsers: Browsers, installation: Installation) -> Callable[[], Page]:
    """The window of somebody whose preferences nobody else shares."""
    return lambda: browsers.window(installation.newcomer())


class TestTheBadge:
    def test_says_a_number_and_a_word_and_opens_on_focus(self, page: Page, lived: Lived) -> None:
        page.goto(f"/machines?q={lived.good.machine_id}")
        badge = button(page, re.compile("^Reliability: 9[0-9] Excellent"))
        expect(badge).to_be_visible()
        ready_for_keys(page)
        page.keyboard.press("j")
        tab_to(page, badge)
        opened = page.get_by_role("tooltip")
        for words in ("Uptime", "No interruptions", "Ratings", "ranked by the lower", "calculated", "Own attempts"):
            expect(opened).to_contain_text(words)
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)

    def test_opens_under_the_mouse(self, page: Page, lived: Lived) -> None:
        page.goto(f"/machines?q={lived.good.machine_id}")
        button(page, re.compile("^Reliability: 9")).hover()
        expect(page.get_by_role("tooltip")).to_contain_text("No interruptions")

    def test_says_when_there_is_too_little_data(self, page: Page, lived: Lived) -> None:
        page.goto(f"/machines?q={lived.new.machine_id}")
        expect(button(page, re.compile("^Reliability: Insufficient data"))).to_be_visible()

    def test_stands_in_the_market_too(self, page: Page, lived: Lived) -> None:
        page.goto(f"/market?provider=vast&model={quote_plus(lived.gpu)}")
        expect(button(page, re.compile("^Reliability: 9[0-9] Excellent")).first).to_be_visible()


class TestAMachine:
    def test_is_reached_by_keys_and_shows_thirty_days_with_their_gaps(self, page: Page, lived: Lived) -> None:
        page.goto(f"/machines?q={lived.good.machine_id}")
        expect(page.get_by_role("link", name=lived.good.machine_id, exact=True)).to_be_visible()
        ready_for_keys(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect_title(page, lived.good.machine_id)
        days = page.get_by_role("region", name="The last 30 days")
        figures = days.get_by_role("table").get_by_role("row")
        expect(figures).to_have_count(31)
        unseen = figures.filter(has_text="no data")
        expect(unseen).to_have_count(len(UNSEEN))
        expect(figures.filter(has_text="97.0%")).to_have_count(1)
        tab_to(page, days.get_by_role("img"))
        page.keyboard.press("End")
        expect(days.get_by_role("status")).to_contain_text("100%")
        for _ in range(UNSEEN[0]):
            page.keyboard.press("ArrowLeft")
        expect(days.get_by_role("status")).to_contain_text("not observed")
        press(page, days.get_by_role("button", name="Show table"))
        expect(days.get_by_role("button", name="Show chart")).to_be_visible()

    def test_shows_attempts_reasons_boot_times_and_offers(self, page: Page, lived: Lived) -> None:
        machine_page(page, str(lived.good))
        attempts = page.get_by_role("table", name="Attempts")
        expect(attempts.get_by_role("row").filter(has_text="Not counted")).to_contain_text("Offer was gone")
        expect(attempts.get_by_role("row").filter(has_text="Failed")).to_contain_text("no answer on port 22")
        expect(page.get_by_role("region", name="Why attempts failed")).to_contain_text("No way in by SSH")
        expect(page.get_by_role("region", name="Boot times").get_by_role("table", name="Boot times")).to_be_attached()
        press(page, page.get_by_role("list", name="Offers of this machine").get_by_role("link").first)
        expect(page).to_have_url(re.compile(r"/market/[0-9a-f-]{36}$"))
        before = page.get_by_role("region", name="What this machine did before")
        expect(before.get_by_role("region", name="The last 30 days").get_by_role("row")).to_have_count(31)
        expect(before.get_by_role("region", name="Reliability score")).to_contain_text("No interruptions")
        expect(before).to_contain_text("attempts counted")

    def test_that_was_not_seen_for_a_day_says_that_its_score_is_stale(self, page: Page, lived: Lived) -> None:
        page.goto(f"/machines?q={lived.bad.machine_id}")
        button(page, re.compile("^Reliability: [0-9]+ ")).hover()
        expect(page.get_by_role("tooltip")).to_contain_text("Stale. The newest data is from 2 d ago")
        ready_for_keys(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        score = page.get_by_role("region", name="Reliability score")
        expect(score).to_contain_text("Stale. The newest data is from 2 d ago")

    def test_without_a_score_says_what_is_missing(self, page: Page, lived: Lived) -> None:
        machine_page(page, str(lived.new))
        score = page.get_by_role("region", name="Reliability score")
        expect(score).to_contain_text("Insufficient data")
        expect(score).to_contain_text("3 days of data, and a score takes 7")

    def test_that_nobody_tried_says_so(self, page: Page) -> None:
        page.goto("/machines/vast/no-such-machine")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("link", name="To all machines")).to_be_visible()

    def test_that_failed_too_often_says_why_and_until_when(self, page: Page, lived: Lived) -> None:
        machine_page(page, str(lived.blocked))
        notice = page.get_by_role("alert")
        expect(notice).to_contain_text("It is on the blacklist")
        expect(notice).to_contain_text("Automatic, for everyone")
        expect(notice).to_contain_text(re.compile("it ends in 6 d"))


class TestTheSummary:
    def test_leads_from_a_standing_to_its_machines(self, page: Page, lived: Lived) -> None:
        page.goto("/machines")
        standings = page.get_by_role("region", name="How the machines stand")
        press(page, standings.get_by_role("link", name=re.compile("^Blacklisted")))
        expect(page).to_have_url(re.compile("status=blacklisted"))
        machines = page.get_by_role("table", name="Machines")
        expect(machines.get_by_role("link", name=lived.blocked.machine_id, exact=True)).to_be_visible()
        expect(machines.get_by_role("link", name=lived.good.machine_id, exact=True)).to_have_count(0)
        press(page, standings.get_by_role("link", name=re.compile("^Fair")))
        named = machines.get_by_role("row").filter(has_text=lived.bad.machine_id)
        # Its badge says Poor for how it ran; the word of the bar goes by attempts, and stands in the row as well.
        expect(named).to_contain_text(re.compile(r"Poor.*Fair"))

    def test_counts_reasons_and_providers(self, page: Page, lived: Lived) -> None:
        page.goto("/machines?view=summary")
        expect(page.get_by_role("region", name="Why attempts failed")).to_contain_text("GPU not ready")
        providers = page.get_by_role("table", name="Providers")
        expect(providers.get_by_role("link", name="Vast.ai")).to_be_visible()


def reliability(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Reliability")


def open_reliability(page: Page) -> None:
    press(page, button(page, re.compile("^(Reliability(, score .*)?|All machines)$")).first)
    expect(reliability(page)).to_be_visible()


class TestPreferences:
    def test_of_the_order_survive_a_reload_without_an_account(self, page: Page, lived: Lived) -> None:
        page.goto("/market")
        header = page.get_by_role("columnheader", name="Reliability")
        expect(header).not_to_have_attribute("aria-sort", "descending")
        open_reliability(page)
        press(page, reliability(page).get_by_role("switch", name="Sort by Reliability"), "Space")
        expect(header).to_have_attribute("aria-sort", "descending")
        page.reload()
        expect(header).to_have_attribute("aria-sort", "descending")

    def test_of_the_order_follow_the_account_to_another_browser(
        self, browsers: Browsers, installation: Installation, lived: Lived
    ) -> None:
        who = installation.newcomer()
        first = browsers.window(who)
        first.goto("/market")
        open_reliability(first)
        with first.expect_response("**/reliability/preferences"):
            press(first, reliability(first).get_by_role("switch", name="Sort by Reliability"), "Space")
        second = browsers.window(who)
        second.goto("/market")
        header = second.get_by_role("columnheader", name="Reliability")
        expect(header).to_have_attribute("aria-sort", "descending")
        second.reload()
        expect(header).to_have_attribute("aria-sort", "descending")

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_hide_what_is_below_the_threshold_until_all_is_shown(
        self, browsers: Browsers, installation: Installation, lived: Lived, signed_in: bool
    ) -> None:
        page = browsers.window(installation.newcomer() if signed_in else None)
        page.goto("/market?provider=vast")
        expect(offers_table(page).get_by_role("row").nth(1)).to_be_visible()
        bad = button(page, re.compile("^Reliability: [0-9]+ (Poor|Fair)"))
        expect(bad).to_have_count(0)
        hidden = button(page, re.compile(r"^[0-9]+ hidden, show all$"))
        press(page, hidden)
        expect(page).to_have_url(re.compile("include_blacklisted=true"))
        expect(button(page, "All machines shown, hide the bad ones")).to_be_visible()
        page.goto("/market?provider=vast&sort=reliability")
        expect(bad).to_have_count(0)
        open_reliability(page)
        expect(reliability(page)).to_contain_text(re.compile("[0-9]+ offers? hidden now"))
        press(page, reliability(page).get_by_role("switch", name="Show all"), "Space")
        expect(bad.first).to_be_visible()
        press(page, reliability(page).get_by_role("switch", name="Show all"), "Space")
        expect(bad).to_have_count(0)
        press(page, reliability(page).get_by_role("slider", name="Threshold"), "Home")
        expect(bad.first).to_be_visible()
        expect(reliability(page).get_by_text("0", exact=True)).to_be_visible()
        page.reload()
        expect(bad.first).to_be_visible()

    def test_of_leaving_out_nothing_survive_a_reload(self, page: Page, lived: Lived) -> None:
        page.goto("/market?provider=vast&sort=reliability")
        bad = button(page, re.compile("^Reliability: [0-9]+ (Poor|Fair)"))
        open_reliability(page)
        press(page, reliability(page).get_by_role("checkbox", name="Auto-exclude"), "Space")
        expect(bad.first).to_be_visible()
        page.reload()
        expect(bad.first).to_be_visible()


class TestARating:
    def test_counts_is_seen_after_a_reload_and_can_be_changed(
        self, browsers: Browsers, installation: Installation, lived: Lived
    ) -> None:
        who = installation.newcomer()
        in_thread(lambda: rented_by(installation, lived.good, who))
        installation.does(installation.bruno, "POST", f"/reliability/machines/{lived.good}/rate", {"rating": 5})
        page = browsers.window(who)
        machine_page(page, str(lived.good))
        ratings = page.get_by_role("region", name="Ratings")
        submit = ratings.get_by_role("button", name="Submit rating")
        expect(ratings).to_contain_text("5.0")
        expect(submit).to_be_disabled()
        tab_to(page, ratings.get_by_role("radio", name=re.compile("^1 star,")))
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        expect(ratings.get_by_role("radio", name=re.compile("^4 stars,"))).to_be_checked()
        expect(submit).to_be_enabled()
        press(page, submit)
        expect(ratings.get_by_role("status").first).to_contain_text("Your 4 stars count. The average is now 4.5.")
        page.reload()
        expect(ratings).to_contain_text("Your rating:")
        expect(ratings.get_by_role("img", name="4 stars")).to_be_visible()
        expect(ratings).to_contain_text("4.5")
        press(page, ratings.get_by_role("button", name="Change"))
        tab_to(page, ratings.get_by_role("radio", name=re.compile("^4 stars,")))
        page.keyboard.press("ArrowLeft")
        press(page, ratings.get_by_role("button", name="Change rating"))
        expect(ratings.get_by_role("status").first).to_contain_text("Your 3 stars count. The average is now 4.0.")

    def test_is_refused_to_who_never_rented_it(self, member: Callable[[], Page], lived: Lived) -> None:
        page = member()
        machine_page(page, str(lived.bad))
        ratings = page.get_by_role("region", name="Ratings")
        ratings.get_by_role("radio", name=re.compile("^5 stars,")).check(force=True)
        ratings.get_by_role("button", name="Submit rating").click()
        expect(ratings.get_by_role("alert")).to_contain_text("not rented")

    def test_of_a_stranger_begins_with_signing_in(self, page: Page, lived: Lived) -> None:
        machine_page(page, str(lived.good))
        expect(page.get_by_role("region", name="Ratings").get_by_role("link", name="Sign in")).to_be_visible()


class TestTheBlacklist:
    def test_takes_a_machine_hides_it_and_lets_it_go(self, member: Callable[[], Page], lived: Lived) -> None:
        page = member()
        page.goto("/blacklist")
        press(page, button(page, "Add machine").first)
        expect(dialog(page)).to_be_visible()
        add = dialog(page).get_by_role("button", name="Add to blacklist")
        expect(add).to_be_disabled()
        tab_to(page, dialog(page).get_by_label("Machine", exact=True))
        page.keyboard.type(str(lived.new))
        tab_to(page, dialog(page).get_by_label("Reason", exact=True))
        page.keyboard.type("The disk is slow")
        press(page, add)
        expect_toast(page, f"{lived.new} is on the blacklist")
        entry = page.get_by_role("table", name="Blacklist").get_by_role("row").filter(has_text="The disk is slow")
        expect(entry).to_contain_text("Manual")
        page.goto(f"/machines/vast/{lived.new.machine_id}")
        expect(page.get_by_role("alert")).to_contain_text("for your account alone")
        page.goto("/blacklist")
        expect(button(page, "Add machine")).to_be_visible()
        press(page, entry.get_by_role("button", name=f"Actions for {lived.new}"))
        expect(page.get_by_role("menuitem", name="Open machine")).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="Take it off")).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog(page)).to_contain_text("stays in the history")
        tab_to(page, dialog(page).get_by_label("Why"))
        page.keyboard.type("New disk")
        press(page, dialog(page).get_by_role("button", name="Take it off"))
        expect_toast(page, f"{lived.new} is off the blacklist")
        expect(entry).to_have_count(0)
        tab_to(page, page.get_by_role("tab", name="Kept out now"))
        page.keyboard.press("ArrowRight")
        ended = page.get_by_role("table", name="Ended entries").get_by_role("row").filter(has_text="The disk is slow")
        expect(ended).to_contain_text("Taken off: New disk")

    def test_for_everyone_is_not_a_users_to_change(self, member: Callable[[], Page], lived: Lived) -> None:
        page = member()
        page.goto("/blacklist?type=automatic")
        expect(button(page, "Add machine")).to_be_visible()
        button(page, f"Actions for {lived.blocked}").click()
        expect(page.get_by_role("menuitem", name="Take it off")).to_be_disabled()

    def test_for_everyone_is_an_operators(self, ada: Page, lived: Lived) -> None:
        ada.goto(f"/blacklist?new={lived.bad}")
        expect(dialog(ada).get_by_label("Machine", exact=True)).to_have_value(lived.bad.machine_id)
        expect(dialog(ada).get_by_role("checkbox", name="For everyone")).to_be_enabled()

    def test_of_a_stranger_begins_with_signing_in(self, page: Page, lived: Lived) -> None:
        page.goto("/blacklist")
        expect(page.get_by_role("table", name="Blacklist").get_by_role("row").nth(1)).to_be_visible()
        expect(page.get_by_role("link", name="Sign in to add")).to_be_visible()


class TestAPhone:
    def test_shows_machines_as_cards_and_their_days(self, browsers: Browsers, lived: Lived) -> None:
        page = browsers.window(viewport={"width": 390, "height": 844}, has_touch=True)
        page.goto("/machines")
        page.get_by_role("list", name="Machines").get_by_role("link", name=lived.good.machine_id, exact=True).tap()
        expect_title(page, lived.good.machine_id)
        expect(page.get_by_role("region", name="The last 30 days").get_by_role("img")).to_be_visible()
        assert page.evaluate(FITS)


class TestThePicture:
    @pytest.mark.parametrize("width", [390, 1024, 1600])
    def test_of_a_machine_fits(self, browsers: Browsers, lived: Lived, tmp_path: Path, width: int) -> None:
        page = browsers.window(viewport={"width": width, "height": 900})
        machine_page(page, str(lived.good))
        expect(page.get_by_role("region", name="The last 30 days").get_by_role("img")).to_be_visible()
        for theme in THEMES:
            follow_system(page, theme)
            assert page.evaluate(FITS)
            picture = tmp_path / f"machine-{width}-{theme}.png"
            page.screenshot(path=picture)
            assert picture.stat().st_size > TALLEST_BLANK, "the page is nearly blank"
