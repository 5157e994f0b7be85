"""Somebody opens a fresh installation for the first time, signs up, leaves, and comes back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.processes import Dumont
from tests.web.browsers import Browsers
from tests.web.conftest import Serving
from tests.web.people import Installation
from tests.web.steps import account_menu, expect_title, fill_sign_in, sign_in, sign_out


@pytest.fixture
def empty(surroundings: Serving, chromium: Browser) -> Iterator[Page]:
    """A window on an installation without any account."""
    with Dumont("up", env=surroundings.environment()) as process:
        browsers = Browsers(chromium, process.url)
        yield browsers.window()
        browsers.close()


class TestTheFirstVisitor:
    def test_opens_the_account_of_the_administrator(self, empty: Page) -> None:
        empty.goto("/")
        expect_title(empty, "Create the first account")
        expect(empty.get_by_text("It becomes the administrator of this installation.")).to_be_visible()
        self.a_weak_password_is_refused(empty)
        self.a_strong_one_leads_home(empty)

    def a_weak_password_is_refused(self, page: Page) -> None:
        page.get_by_label("Name", exact=True).fill("Ada Lindqvist")
        page.get_by_label("Email", exact=True).fill("ada@example.com")
        password = page.get_by_label("Password", exact=True)
        password.fill("password")
        expect(page.get_by_text("Very weak, not enough")).to_be_visible()
        page.get_by_role("button", name="Create account").click()
        expect(password).to_have_attribute("aria-invalid", "true")
        expect(password).to_be_focused()
        expect(password).to_have_accessible_description(re.compile(r"\w+"))

    def a_strong_one_leads_home(self, page: Page) -> None:
        page.get_by_label("Password", exact=True).fill("violet harbour ladder 9")
        expect(page.get_by_text(re.compile("^(Strong|Very strong)$"))).to_be_visible()
        page.get_by_role("button", name="Create account").click()
        expect_title(page, re.compile("^Good (morning|afternoon|evening), Ada$"))
        steps = page.get_by_role("region", name="What to do next")
        expect(steps.get_by_text("1 of 5 done")).to_be_visible()
        expect(steps.get_by_role("link", name="Add a provider key")).to_be_visible()
        expect(page.get_by_role("link", name="Audit log")).to_be_visible()


class TestSigningIn:
    def test_is_asked_for_before_any_page_of_ones_own(self, page: Page) -> None:
        page.goto("/")
        expect_title(page, "Sign in")

    def test_leads_home_and_out_again(self, page: Page, installation: Installation) -> None:
        sign_in(page, installation.chiara)
        expect_title(page, re.compile("Chiara$"))
        sign_out(page)
        page.goto("/profile")
        expect_title(page, "Sign in")

    def test_says_the_same_of_a_wrong_password_and_of_nobody(self, page: Page, installation: Installation) -> None:
        said = []
        for email in (installation.newcomer().email, "nobody@example.com"):
            page.goto("/sign-in")
            fill_sign_in(page, email, "not the password at all")
            expect(page.get_by_role("alert")).to_be_visible()
            said.append(page.get_by_role("alert").inner_text())
        assert said[0] == said[1]
        assert "password" in said[0]

    def test_returns_to_the_page_that_was_wanted(self, page: Page, installation: Installation) -> None:
        page.goto("/teams?new=1")
        expect_title(page, "Sign in")
        fill_sign_in(page, installation.chiara.email, installation.chiara.password)
        expect(page.get_by_role("dialog", name="Create a team")).to_be_visible()

    def test_goes_nowhere_outside(self, page: Page, installation: Installation) -> None:
        page.goto("/sign-in?next=//example.com/steal")
        fill_sign_in(page, installation.chiara.email, installation.chiara.password)
        expect_title(page, re.compile("Chiara$"))

    def test_offers_a_reset_and_says_who_makes_it_without_mail(self, page: Page) -> None:
        page.goto("/sign-in")
        page.get_by_role("link", name="Forgot it?").click()
        expect(page.get_by_text("This installation sends no mail")).to_be_visible()


class TestASession:
    def test_survives_a_reload_and_a_second_tab(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.newcomer())
        page.goto("/profile")
        expect_title(page, "Profile")
        page.reload()
        expect_title(page, "Profile")
        second = page.context.new_page()
        second.goto("/teams")
        expect_title(second, "Teams")
        page.reload()
        expect_title(page, "Profile")

    def test_ends_in_every_tab_by_signing_out_everywhere(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page, elsewhere = browsers.window(who), browsers.window(who)
        page.goto("/security")
        second = page.context.new_page()
        for other in (second, elsewhere):
            other.goto("/profile")
            expect(account_menu(other)).to_be_visible()
        page.get_by_role("button", name="Sign out everywhere").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
        expect(page.get_by_text("Signed out everywhere.")).to_be_visible()
        expect_title(second, "Sign in")
        elsewhere.reload()
        expect_title(elsewhere, "Sign in")

    def test_is_renewed_unseen_when_its_token_runs_out(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.newcomer())
        page.clock.install()
        page.goto("/profile")
        expect_title(page, "Profile")
        page.clock.fast_forward("16:00")
        with page.expect_response("**/auth/refresh") as renewal:
            page.get_by_role("link", name="Security", exact=True).click()
        assert renewal.value.ok
        expect(page.get_by_text("This one")).to_be_visible()

    def test_is_renewed_when_the_server_no_longer_takes_its_token(
        self, browsers: Browsers, installation: Installation
    ) -> None:
        page = browsers.window(installation.newcomer())
        page.goto("/profile")
        expect_title(page, "Profile")
        expired = {"type": "about:blank", "title": "Expired", "status": 401, "code": "token_expired"}
        page.route("**/api/v1/teams?**", lambda route: route.fulfill(status=401, json=expired), times=1)
        page.get_by_role("link", name="Teams", exact=True).click()
        expect(page.get_by_text("You are in no team yet")).to_be_visible()
