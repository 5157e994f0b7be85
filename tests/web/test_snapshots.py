"""People keep snapshots: they take one, look into it, put it back, compare two, delete and rule what is kept."""

import re
import tarfile
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.web.boxes import Box, run
from tests.web.browsers import Browsers
from tests.web.conftest import in_thread
from tests.web.people import Installation
from tests.web.steps import confirm, dialog, expect_title, expect_toast, follow_live, ready_for_keys, tab_to

PATIENCE_MS = 30_000
"""For what a job of the server does."""


def button(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=name)


def shown_command(page: Page) -> str:
    code = dialog(page).locator("pre code")
    return code.inner_text().strip().removeprefix("$").strip()


def run_shown(page: Page) -> None:
    command = shown_command(page)
    in_thread(lambda: run(command))


def try_to_keep_one(page: Page) -> None:
    page.goto("/snapshots/retention?label=")
    form = page.get_by_role("form", name="Rules of keeping")
    form.get_by_label("Label").fill("box")
    form.get_by_label("Last").fill("1")
    button(page, "See what would go").click()


class TestTakingASnapshot:
    def test_is_one_command_that_is_followed_by_keyboard_alone(
        self, browsers: Browsers, installation: Installation, tmp_path: Path
    ) -> None:
        (tmp_path / "hello.txt").write_text("hello\n")
        page = browsers.window(installation.newcomer())
        page.goto("/snapshots")
        expect(page.get_by_text("No snapshot yet")).to_be_visible()
        follow_live(page)
        ready_for_keys(page)
        tab_to(page, button(page, "Take a snapshot").last)
        page.keyboard.press("Enter")
        tab_to(page, dialog(page).get_by_label("Folder"))
        page.keyboard.type(str(tmp_path))
        tab_to(page, dialog(page).get_by_label("What it is of"))
        page.keyboard.type("first try")
        page.keyboard.press("Enter")
        expect(dialog(page)).to_contain_text("it is shown this once")
        expect(dialog(page)).to_contain_text("ends in 1 h")
        run_shown(page)
        expect(dialog(page)).to_contain_text("The snapshot is complete", timeout=PATIENCE_MS)
        expect(dialog(page).locator("pre")).to_have_count(0)
        tab_to(page, dialog(page).get_by_role("button", name="Close").last)
        page.keyboard.press("Enter")
        line = page.get_by_role("table", name="Snapshots").get_by_role("row").filter(has_text="first try")
        expect(line).to_contain_text("Complete")
        expect(page.get_by_role("region", name="Repository")).to_contain_text("1 snapshot")

    def test_shows_what_went_wrong_and_can_be_stopped(self, browsers: Browsers, installation: Installation) -> None:
        someone = installation.newcomer()
        started = installation.does(someone, "POST", "/snapshots", {"path": "/workspace", "label": "lost"})
        page = browsers.window(someone)
        page.goto(f"/snapshots/{started['snapshot']['id']}")
        expect(page.get_by_text("Waiting for the machine to begin.")).to_be_visible()
        button(page, "Cancel").click()
        expect(page.get_by_role("alert")).to_contain_text("The snapshot failed")


class TestASnapshot:
    def test_is_browsed_by_address_and_its_files_are_saved(self, ada: Page, box: Box) -> None:
        ada.goto(f"/snapshots/{box.later}")
        expect_title(ada, "box")
        expect(ada.get_by_role("region", name="From the tree to the store")).to_contain_text("Its different chunks")
        ada.get_by_role("table", name="Files").get_by_role("row").filter(has_text="src").click()
        ada.get_by_role("row").filter(has_text="deep").click()
        expect(ada).to_have_url(re.compile(r"path=src%2Fdeep"))
        with ada.expect_download() as saved:
            ada.get_by_role("row").filter(has_text="notes.txt").click()
        assert saved.value.path().read_text() == "deep\n" * 100
        button(ada, "src").click()
        expect(ada.get_by_role("row").filter(has_text="train.py")).to_be_visible()
        with ada.expect_download() as tar:
            button(ada, "Save as tar").click()
        assert tar.value.suggested_filename == "src.tar"

    def test_is_left_to_a_browser_that_streams_nothing_where_it_is_large(self, ada: Page, box: Box) -> None:
        def larger(route: Route) -> None:
            answer = route.fetch()
            found = answer.json()
            route.fulfill(response=answer, json={**found, "items": [{**each, "size": 3e9} for each in found["items"]]})

        ada.add_init_script("delete window.showSaveFilePicker")
        ada.route("**/files?*", larger)
        ada.goto(f"/snapshots/{box.later}?path=src/deep")
        with ada.expect_download() as tar:
            button(ada, "Save as tar").click()
        assert (tar.value.suggested_filename, "ticket=" in tar.value.url) == ("deep.tar", True)
        with tarfile.open(tar.value.path()) as archive:
            assert "deep/notes.txt" in archive.getnames()

    def test_is_put_back_in_part_by_one_command(self, ada: Page, box: Box, tmp_path: Path) -> None:
        ada.goto(f"/snapshots/{box.later}")
        ada.get_by_role("checkbox", name="Choose src").check()
        button(ada, "Restore 1 chosen path").click()
        dialog(ada).get_by_label("Into the folder").fill(str(tmp_path / "back"))
        button(ada, "Make the command").click()
        expect(dialog(ada)).to_contain_text("it is shown this once")
        run_shown(ada)
        expect(dialog(ada)).to_contain_text("The restore is complete", timeout=PATIENCE_MS)
        found = {str(path.relative_to(tmp_path / "back")) for path in (tmp_path / "back").rglob("*") if path.is_file()}
        assert found == {"src/train.py", "src/deep/notes.txt"}
        dialog(ada).get_by_role("button", name="Close").last.click()
        expect(ada.get_by_role("list", name="Restores").get_by_role("listitem").first).to_contain_text("1 path")

    def test_is_compared_with_the_one_before(self, ada: Page, box: Box) -> None:
        ada.goto(f"/snapshots/{box.later}")
        button(ada, "Compare").click()
        expect(ada).to_have_url(re.compile(f"from={box.earlier}&to={box.later}"))
        rows = ada.get_by_role("table", name="Differences").get_by_role("row")
        expect(rows.filter(has_text="src/train.py")).to_contain_text("Changed")
        expect(rows.filter(has_text="new.txt")).to_contain_text("Added")
        button(ada, "Kind").click()
        ada.get_by_role("menuitem", name="Added").click()
        expect(rows.filter(has_text="src/train.py")).to_have_count(0)
        expect(rows.filter(has_text="new.txt")).to_be_visible()

    def test_of_somebody_else_is_not_there(self, browsers: Browsers, installation: Installation, box: Box) -> None:
        page = browsers.window(installation.chiara)
        page.goto(f"/snapshots/{box.later}")
        expect(page.get_by_text("There is no such snapshot.")).to_be_visible()


class TestTheRepository:
    def test_is_checked_and_says_so(self, ada: Page, box: Box) -> None:
        ada.goto("/snapshots")
        follow_live(ada)
        button(ada, "Check").click()
        confirm(ada, "Check")
        expect(ada.get_by_role("region", name="Repository")).to_contain_text("names and sizes", timeout=PATIENCE_MS)

    def test_keeps_what_its_rules_want_after_they_were_tried(self, ada: Page, box: Box) -> None:
        try_to_keep_one(ada)
        expect(ada.get_by_role("status").filter(has_text="Would keep")).to_contain_text("delete 1")
        expect(ada.get_by_role("table", name="Would be deleted").get_by_role("row")).to_have_count(2)
        button(ada, "Save").click()
        expect_toast(ada, "The rules are saved")
        expect(ada.get_by_role("region", name="Of box")).to_be_visible()
        button(ada, "Remove").click()
        expect_toast(ada, "The rules are removed")
        expect(ada.get_by_text("Keeps the last one")).to_have_count(0)

    def test_lets_no_rule_delete_what_was_deleted_and_taken_back(self, ada: Page, box: Box) -> None:
        ada.goto(f"/snapshots/{box.earlier}")
        button(ada, "Delete").click()
        expect(dialog(ada)).to_contain_text(re.compile("It frees|is freed by a later pruning"))
        confirm(ada, "Delete snapshot")
        expect(ada.get_by_text("This snapshot is deleted")).to_be_visible()
        button(ada, "Undo").click()
        expect_toast(ada, "The snapshot of box is back")
        expect(button(ada, "Restore").first).to_be_visible()
        try_to_keep_one(ada)
        expect(ada.get_by_role("status").filter(has_text="Would keep")).to_contain_text("keep 2 and delete none")
