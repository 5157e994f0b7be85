"""What people do in the browser, in one call each."""

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from tests.web.people import Account

STOPS_MAX = 80


def fill_sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page: Page, who: Account) -> None:
    page.goto("/sign-in")
    fill_sign_in(page, who.email, who.password)
    expect(account_menu(page)).to_be_visible()


def sign_out(page: Page) -> None:
    account_menu(page).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect_title(page, "Sign in")


def account_menu(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Account of "))


def expect_title(page: Page, title: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def expect_toast(page: Page, words: str) -> None:
    expect(page.get_by_role("region", name=re.compile("^Messages")).get_by_text(words, exact=True)).to_be_visible()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def confirm(page: Page, verb: str) -> None:
    """The red button of the question that is open; it closes when it is done."""
    dialog(page).get_by_role("button", name=verb, exact=True).click()
    expect(dialog(page)).to_be_hidden()


def choose(page: Page, box: Locator, option: str) -> None:
    box.click()
    page.get_by_role("option", name=option).click()


def from_row_menu(page: Page, row: str, item: str) -> None:
    page.get_by_role("button", name=f"Actions for {row}").first.click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def row(page: Page, words: str) -> Locator:
    return page.get_by_role("row").filter(has_text=words)


def follow_live(page: Page) -> None:
    """Waits until the page hears of changes by itself."""
    expect(page.get_by_role("banner").get_by_role("button", name="Connection: Live")).to_be_visible()


def hear_nothing(page: Page) -> None:
    """Before it opens anything: no live event reaches it, so it finds out by asking, at a moment that the test says."""
    page.route_web_socket(re.compile("/api/v1/live$"), lambda _socket: None)


def ready_for_keys(page: Page) -> None:
    """What was drawn listens: a page takes up its keys a moment after one sees it."""
    page.evaluate(
        "() => new Promise(done => requestIdleCallback(() => requestAnimationFrame(done), { timeout: 5000 }))"
    )


def tab_to(page: Page, target: Locator) -> Locator:
    """As somebody without a mouse gets there, from wherever he is."""
    expect(target).to_be_visible()
    for _ in range(STOPS_MAX):
        if target.evaluate("element => element === document.activeElement"):
            return target
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not lead to {target}")


def open_palette(page: Page) -> None:
    """By its keys, as far as that letters reach it."""
    ready_for_keys(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find a page or an action")).to_be_focused()


def use_dark_theme(page: Page) -> None:
    page.get_by_role("button", name="Theme", exact=True).click()
    page.get_by_role("menuitemcheckbox", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Escape")


def follow_system(page: Page, theme: Literal["light", "dark"]) -> None:
    """The system turns light or dark, and the page has followed to the last colour."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    still = "() => document.getAnimations().every(each => each.playState !== 'running')"
    page.wait_for_function(still)
