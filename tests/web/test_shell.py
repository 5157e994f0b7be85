"""The frame around the pages: navigation, palette, theme, keyboard, and addresses that lead nowhere."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.web.browsers import Browsers
from tests.web.pages import PLACES, navigation, planned, routes
from tests.web.people import Installation
from tests.web.steps import account_menu, dialog, expect_title, open_palette, ready_for_keys, tab_to, use_dark_theme

SEQUENCE_MS = 900
SEEN_COLOURS = """
window.seen = new Set();
const look = () => {
  if (document.body) window.seen.add(getComputedStyle(document.documentElement).backgroundColor);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


class TestTheListOfPages:
    def test_has_every_route_of_the_application(self) -> None:
        assert {place.route for place in PLACES} == routes()


class TestTheNavigation:
    def test_leads_to_pages_that_say_what_they_are(self, ada: Page) -> None:
        ada.goto("/")
        expect_title(ada, re.compile("^Good "))
        areas = ada.get_by_role("navigation", name="Areas")
        self.unfold(areas)
        found = areas.get_by_role("list").get_by_role("link").all()
        assert {link.get_attribute("href") for link in found} == set(navigation())
        later = set(planned())
        assert len(later) > 10
        for link in found:
            link.click()
            self.says_what_it_is(ada, later)

    @staticmethod
    def unfold(areas: Locator) -> None:
        while (folded := areas.get_by_role("button", expanded=False, name=re.compile("planned"))).count():
            folded.first.click()

    @staticmethod
    def says_what_it_is(page: Page, later: set[str]) -> None:
        heading = page.get_by_role("heading", level=1)
        expect(page).to_have_title(re.compile(r".+ · Dumont Cloud$"))
        expect(heading).to_have_text(page.title().removesuffix(" · Dumont Cloud"))
        expect(heading).not_to_have_text("Not found")
        notice = page.get_by_role("main").get_by_role("region", name="What it will do")
        expect(notice.get_by_text("Not built yet", exact=True)).to_have_count(
            1 if page.evaluate("location.pathname") in later else 0
        )

    def test_opens_from_a_button_on_a_phone(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.chiara, viewport={"width": 390, "height": 844})
        page.goto("/")
        page.get_by_role("button", name="Open navigation").click()
        dialog(page).get_by_role("link", name="Teams", exact=True).click()
        expect_title(page, "Teams")
        expect(dialog(page)).to_be_hidden()

    def test_folds_into_icons_on_a_tablet(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.chiara, viewport={"width": 900, "height": 800})
        page.goto("/")
        page.get_by_role("navigation", name="Areas").get_by_role("button", name="Account", exact=True).click()
        page.get_by_role("menuitem", name="Security").click()
        expect_title(page, "Security")


class TestThePalette:
    def test_finds_and_opens_a_page_by_keys_alone(self, ada: Page) -> None:
        ada.goto("/profile")
        expect_title(ada, "Profile")
        open_palette(ada)
        ada.keyboard.type("audit")
        expect(ada.get_by_role("option", selected=True)).to_contain_text("Audit log")
        ada.keyboard.press("Enter")
        expect_title(ada, "Audit log")

    def test_says_when_nothing_fits_and_closes(self, ada: Page) -> None:
        ada.goto("/profile")
        expect_title(ada, "Profile")
        open_palette(ada)
        ada.keyboard.type("zzzz")
        expect(ada.get_by_text("Nothing has that name.")).to_be_visible()
        ada.keyboard.press("Escape")
        expect(dialog(ada)).to_be_hidden()

    def test_does_not_offer_what_one_may_not(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.chiara)
        page.goto("/profile")
        expect(account_menu(page)).to_be_visible()
        open_palette(page)
        expect(page.get_by_role("option", name=re.compile("^Teams"))).to_be_visible()
        expect(page.get_by_role("option", name=re.compile("^Audit log"))).to_be_hidden()


class TestShortcuts:
    def test_are_listed_and_lead_to_pages(self, ada: Page) -> None:
        ada.goto("/profile")
        expect(account_menu(ada)).to_be_visible()
        ready_for_keys(ada)
        ada.keyboard.press("?")
        expect(ada.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        ada.keyboard.press("Escape")
        expect(dialog(ada)).to_be_hidden()
        self.one_after_the_other(ada, "g", "k")
        expect_title(ada, "API keys")

    @staticmethod
    def one_after_the_other(page: Page, *keys: str) -> None:
        """A hand needs less than the second that there is for it; a busy machine not always, but it may try again."""
        for _ in range(5):
            before = page.evaluate("performance.now()")
            for key in keys:
                page.keyboard.press(key)
            if page.evaluate("performance.now()") - before < SEQUENCE_MS:
                return


class TestTheKeyboardAlone:
    def test_signs_in_and_makes_an_api_key(self, page: Page, installation: Installation) -> None:
        who = installation.newcomer()
        page.goto("/sign-in")
        expect(page.get_by_label("Email")).to_be_focused()
        page.keyboard.type(who.email)
        tab_to(page, page.get_by_label("Password", exact=True))
        page.keyboard.type(who.password)
        page.keyboard.press("Enter")
        expect(account_menu(page)).to_be_visible()
        open_palette(page)
        page.keyboard.type("create an api key")
        page.keyboard.press("Enter")
        tab_to(page, dialog(page).get_by_label("Name", exact=True))
        page.keyboard.type("by keys")
        tab_to(page, dialog(page).get_by_label("See your teams"))
        page.keyboard.press("Space")
        tab_to(page, dialog(page).get_by_role("button", name="Create key"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="Key “by keys” is made")).to_be_visible()
        tab_to(page, dialog(page).get_by_role("button", name="I have stored it"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("row").filter(has_text="by keys")).to_contain_text("teams:read")

    def test_skips_the_navigation(self, ada: Page) -> None:
        ada.goto("/profile")
        expect(account_menu(ada)).to_be_visible()
        ready_for_keys(ada)
        ada.keyboard.press("Tab")
        skip = ada.get_by_role("link", name="Skip to the page")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        ada.keyboard.press("Enter")
        expect(ada.get_by_role("main")).to_be_focused()


class TestTheTheme:
    def test_stays_over_a_reload_without_a_flash(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.chiara, color_scheme="light")
        page.goto("/profile")
        use_dark_theme(page)
        dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        page.context.add_init_script(SEEN_COLOURS)
        page.reload()
        expect_title(page, "Profile")
        assert page.evaluate("[...window.seen]") == [dark]
        assert dark != "rgb(250, 250, 251)"

    def test_follows_the_system_until_one_is_chosen(self, page: Page) -> None:
        page.emulate_media(color_scheme="dark")
        page.goto("/sign-in")
        html = page.locator("html")
        expect(html).to_have_attribute("data-theme", "dark")
        page.emulate_media(color_scheme="light")
        expect(html).to_have_attribute("data-theme", "light")


class TestAnAddress:
    def test_that_does_not_exist_says_so(self, page: Page) -> None:
        page.goto("/nothing-here")
        expect_title(page, "Not found")
        page.get_by_role("link", name="Go to the start page").click()
        expect_title(page, "Sign in")

    def test_of_a_missing_file_is_no_page(self, page: Page) -> None:
        assert page.request.get("/assets/gone.js").status == 404
        assert page.request.get("/api/v1/gone").status == 404
