"""An administrator looks after people and jobs, and sees what was done and how the server is set."""

import re

from playwright.sync_api import Page, expect

from tests.web.browsers import Browsers
from tests.web.people import Installation
from tests.web.steps import choose, confirm, dialog, expect_title, expect_toast, follow_live, from_row_menu, row

SCHEDULE = "platform.prune_jobs"


class TestUsers:
    def test_are_found_by_a_part_of_their_address(self, ada: Page, installation: Installation) -> None:
        who = installation.newcomer("Ottoline Wu")
        ada.goto("/admin/users")
        ada.get_by_label("Search name or address").fill("ottoline")
        expect(row(ada, who.email)).to_be_visible()
        expect(row(ada, installation.bruno.email)).to_be_hidden()
        expect(ada).to_have_url(re.compile("q=ottoline"))

    def test_get_another_role_that_counts_at_once(
        self, ada: Page, browsers: Browsers, installation: Installation
    ) -> None:
        who = installation.newcomer("Rosa Blum")
        ada.goto(f"/admin/users?q={who.email}")
        from_row_menu(ada, who.name, "Change role")
        choose(ada, dialog(ada).get_by_role("combobox", name="Role"), "Operator")
        dialog(ada).get_by_role("button", name="Change role").click()
        expect_toast(ada, "Rosa Blum is operator now")
        expect(row(ada, who.email)).to_contain_text("operator")
        page = browsers.window(who)
        page.goto("/jobs")
        expect_title(page, "Jobs")

    def test_are_signed_out_of_an_open_page_when_disabled(
        self, ada: Page, browsers: Browsers, installation: Installation
    ) -> None:
        who = installation.newcomer("Theo Lang")
        page = browsers.window(who)
        page.goto("/profile")
        follow_live(page)
        ada.goto(f"/admin/users?q={who.email}")
        from_row_menu(ada, who.name, "Disable")
        expect(dialog(ada)).to_contain_text(f"{who.email} is signed out and refused from this moment on")
        confirm(ada, "Disable account")
        expect(row(ada, who.email)).to_contain_text(re.compile("disabled", re.IGNORECASE))
        expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()

    def test_get_a_link_to_choose_a_new_password(
        self, ada: Page, browsers: Browsers, installation: Installation
    ) -> None:
        who = installation.newcomer("Priya Nair")
        ada.goto(f"/admin/users?q={who.email}")
        from_row_menu(ada, who.name, "Make a reset link")
        dialog(ada).get_by_role("button", name="Make link").click()
        link = dialog(ada).locator("pre").inner_text()
        page = browsers.window()
        page.goto(link)
        page.get_by_role("textbox", name="New password").fill("copper meadow signal 8")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text("Password changed. Sign in with the new one.")).to_be_visible()


class TestJobs:
    def test_appear_and_finish_before_ones_eyes(self, ada: Page) -> None:
        ada.goto("/jobs")
        follow_live(ada)
        rows = ada.get_by_role("table", name="Jobs").get_by_role("row")
        expect(rows.nth(1)).to_be_visible()
        ada.evaluate("window.neverReloaded = true")
        ada.get_by_role("tab", name="Schedules").click()
        ada.get_by_role("button", name=f"Run {SCHEDULE} now").click()
        with ada.expect_response(f"**/jobs/schedules/{SCHEDULE}/run") as begun:
            dialog(ada).get_by_role("button", name="Run now").click()
        name = f"Actions for {SCHEDULE} {begun.value.json()['id'][-8:]}"
        expect_toast(ada, f"{SCHEDULE} is in the queue")
        ada.get_by_role("tab", name="Jobs").click()
        expect(rows.filter(has=ada.get_by_role("button", name=name))).to_contain_text("Succeeded")
        assert ada.evaluate("window.neverReloaded") is True

    def test_show_themselves_to_another_window_too(self, ada: Page, installation: Installation) -> None:
        ada.goto("/jobs?state=succeeded")
        follow_live(ada)
        job = installation.does(installation.ada, "POST", f"/jobs/schedules/{SCHEDULE}/run")
        expect(ada.get_by_role("button", name=f"Actions for {SCHEDULE} {job['id'][-8:]}")).to_be_visible()

    def test_open_beside_the_list_with_all_there_is_to_know(self, ada: Page, installation: Installation) -> None:
        job = installation.does(installation.ada, "POST", f"/jobs/schedules/{SCHEDULE}/run")
        ada.goto("/jobs")
        from_row_menu(ada, f"{SCHEDULE} {job['id'][-8:]}", "Open")
        expect(dialog(ada)).to_contain_text(SCHEDULE)
        expect(dialog(ada)).to_contain_text(f"dumont jobs show {job['id']}")
        expect(dialog(ada).get_by_text("Attempt", exact=True)).to_be_visible()
        expect(ada).to_have_url(re.compile(job["id"]))
        ada.keyboard.press("Escape")
        expect(ada).to_have_url(re.compile(r"/jobs$"))


class TestTheAuditLog:
    def test_shows_what_was_done_and_keeps_its_filters(self, ada: Page, installation: Installation) -> None:
        who = installation.newcomer()
        installation.does(who, "POST", "/teams", {"name": "Audited"})
        ada.goto("/admin/audit")
        ada.get_by_role("button", name="Action", exact=True).first.click()
        ada.get_by_role("textbox", name="Action").fill("team.created")
        ada.get_by_role("button", name="Apply").click()
        chip = ada.get_by_role("button", name="Remove filter Action: team.created")
        expect(chip).to_be_visible()
        ada.reload()
        expect(chip).to_be_visible()
        expect(row(ada, who.email).first).to_contain_text("Audited")
        expect(row(ada, "session")).to_have_count(0)
        chip.click()
        expect(ada).to_have_url(re.compile(r"/admin/audit$"))

    def test_opens_an_entry_in_full(self, ada: Page, installation: Installation) -> None:
        installation.does(installation.newcomer(), "POST", "/teams", {"name": "In full"})
        ada.goto("/admin/audit?action=team.created")
        row(ada, "In full").click()
        expect(dialog(ada).get_by_role("heading", name="Details")).to_be_visible()
        expect(dialog(ada)).to_contain_text("127.0.0.1")


class TestSettings:
    def test_say_where_each_comes_from_and_keep_secrets(self, ada: Page, installation: Installation) -> None:
        ada.goto("/admin/settings")
        expect(row(ada, "DUMONT_HOME")).to_contain_text("Environment")
        expect(row(ada, "DUMONT_ACCESS_TOKEN_SECONDS")).to_contain_text("Default")
        ada.get_by_label("Search settings").fill("database_url")
        expect(row(ada, "DATABASE_URL")).to_contain_text("Set, secret")
        assert "postgresql://" not in ada.content()


class TestWorkers:
    def test_are_listed_with_what_they_do(self, ada: Page) -> None:
        ada.goto("/admin/workers")
        worker = ada.get_by_role("table", name="Workers").get_by_role("row").nth(1)
        expect(worker).to_contain_text("Active")


class TestAUser:
    def test_is_told_what_is_missing_on_pages_of_administrators(
        self, browsers: Browsers, installation: Installation
    ) -> None:
        page = browsers.window(installation.chiara)
        for path, permission in (("/admin/users", "users:manage"), ("/jobs", "jobs:read")):
            page.goto(path)
            expect(page.get_by_text("You are not allowed to see this")).to_be_visible()
            expect(page.get_by_text(f"permission {permission}")).to_be_visible()
        expect(page.get_by_role("navigation").get_by_role("link", name="Users")).to_be_hidden()
