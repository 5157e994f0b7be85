"""Somebody looks after the own account: name, password, and the places where it is signed in."""

import re
from dataclasses import replace

from playwright.sync_api import expect

from tests.web.browsers import Browsers
from tests.web.people import Installation, Program
from tests.web.steps import account_menu, dialog, expect_title, expect_toast, fill_sign_in, hear_nothing

NEW_PASSWORD = "marble lantern orchard 41"


class TestTheName:
    def test_is_changed_and_shown_everywhere_at_once(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.newcomer("Nadia Okafor"))
        page.goto("/profile")
        save = page.get_by_role("button", name="Save", exact=True)
        expect(save).to_be_disabled()
        page.get_by_label("Name", exact=True).fill("Nadia Brandt")
        save.click()
        expect_toast(page, "Name saved")
        expect(page.get_by_role("button", name="Account of Nadia Brandt")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Name", exact=True)).to_have_value("Nadia Brandt")

    def test_too_long_is_refused_at_its_field(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.newcomer())
        page.goto("/profile")
        name = page.get_by_label("Name", exact=True)
        name.fill("N" * 400)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(name).to_have_attribute("aria-invalid", "true")
        expect(name).to_have_accessible_description(re.compile(r"\w+"))


class TestThePassword:
    def test_ends_the_other_sessions_when_it_changes(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page, elsewhere = browsers.window(who), browsers.window(who)
        hear_nothing(elsewhere)
        elsewhere.goto("/teams")
        expect_title(elsewhere, "Teams")
        page.goto("/security")
        page.get_by_label("Current password").fill(who.password)
        page.get_by_label("New password").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Change password").click()
        expect_toast(page, "Password changed")
        elsewhere.get_by_role("link", name="Security", exact=True).click()
        expect(elsewhere.get_by_role("dialog", name="Your session has ended")).to_be_visible()
        expect(account_menu(page)).to_be_visible()
        Program(installation.url, replace(who, password=NEW_PASSWORD))

    def test_is_refused_with_a_wrong_old_one(self, browsers: Browsers, installation: Installation) -> None:
        page = browsers.window(installation.newcomer())
        page.goto("/security")
        old = page.get_by_label("Current password")
        old.fill("not this one, surely")
        page.get_by_label("New password").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Change password").click()
        expect(old).to_have_attribute("aria-invalid", "true")


class TestTheListOfSessions:
    def test_ends_one_that_then_has_to_sign_in(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page, elsewhere = browsers.window(who), browsers.window(who)
        elsewhere.goto("/profile")
        expect_title(elsewhere, "Profile")
        page.goto("/security")
        sessions = page.get_by_role("region", name="Sessions")
        expect(sessions.get_by_role("listitem")).to_have_count(2)
        sessions.get_by_role("button", name=re.compile("^End")).click()
        expect_toast(page, "Session ended")
        expect(sessions.get_by_role("listitem")).to_have_count(1)
        expect(sessions.get_by_text("This one")).to_be_visible()
        elsewhere.reload()
        expect_title(elsewhere, "Sign in")

    def test_goes_on_where_one_was_after_signing_in_again(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page = browsers.window(who)
        hear_nothing(page)
        with page.expect_response("**/api/v1/auth/me"):  # else nobody here knows yet whose session it was
            page.goto("/teams?new=1")
        dialog(page).get_by_label("Name", exact=True).fill("Half written")
        Program(installation.url, who).does("POST", "/auth/logout-everywhere")
        dialog(page).get_by_role("button", name="Create team").click()
        ended = page.get_by_role("dialog", name="Your session has ended")
        expect(ended.get_by_label("Email")).to_have_value(who.email)
        fill_sign_in(page, who.email, who.password)
        expect(ended).to_be_hidden()
        expect(dialog(page).get_by_label("Name", exact=True)).to_have_value("Half written")


class TestTheActivity:
    def test_lists_what_was_done_in_ones_name(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        installation.does(who, "POST", "/teams", {"name": "Weather"})
        page = browsers.window(who)
        page.goto("/security")
        expect(page.get_by_role("region", name="Activity").get_by_text("team.created")).to_be_visible()
