"""Keys: those that programs use here, and those of accounts at the clouds."""

import httpx
from playwright.sync_api import expect

from tests.web.browsers import Browsers
from tests.web.people import Installation
from tests.web.steps import confirm, dialog, expect_toast, from_row_menu

SECRET = "vast-4be1d0c2f9a8776655"


class TestAnApiKey:
    def test_is_shown_once_works_within_its_scopes_and_ends(
        self, browsers: Browsers, installation: Installation
    ) -> None:
        page = browsers.window(installation.newcomer(), permissions=["clipboard-read", "clipboard-write"])
        page.goto("/api-keys")
        page.get_by_role("button", name="Create key").first.click()
        dialog(page).get_by_label("Name", exact=True).fill("ci runner")
        dialog(page).get_by_label("See your teams").check()
        dialog(page).get_by_role("button", name="Create key").click()
        dialog(page).get_by_role("button", name="Copy API key").click()
        page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('dmt_')")
        key = page.evaluate("navigator.clipboard.readText()")
        assert self.asks(installation, key, "/teams") == 200
        assert self.asks(installation, key, "/jobs") == 403
        dialog(page).get_by_role("button", name="I have stored it").click()
        expect(page.get_by_text("dmt_")).to_be_visible()
        assert key not in page.content()
        from_row_menu(page, "ci runner", "Delete")
        expect(dialog(page)).to_contain_text("Programs that use it are refused from this moment on")
        confirm(page, "Delete key")
        expect(page.get_by_text("No API keys yet")).to_be_visible()
        assert self.asks(installation, key, "/teams") == 401

    @staticmethod
    def asks(installation: Installation, key: str, path: str) -> int:
        headers = {"authorization": f"Bearer {key}"}
        return httpx.get(f"{installation.url}/api/v1{path}", headers=headers).status_code


class TestAProviderKey:
    def test_is_stored_and_only_its_end_comes_back(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        page = browsers.window(who)
        page.goto("/provider-keys")
        page.get_by_role("button", name="Add key of Vast.ai").click()
        dialog(page).get_by_label("API key", exact=True).fill(SECRET)
        dialog(page).get_by_role("button", name="Store key").click()
        expect_toast(page, "Key of Vast.ai stored")
        vast = page.get_by_role("main").get_by_role("listitem").filter(has_text="Vast.ai")
        expect(vast).to_contain_text(SECRET[-4:])
        page.reload()
        expect(vast).to_contain_text(SECRET[-4:])
        assert SECRET not in page.content()
        assert SECRET not in str(installation.does(who, "GET", "/provider-keys"))

    def test_is_forgotten_after_its_consequence_was_named(self, browsers: Browsers, installation: Installation) -> None:
        who = installation.newcomer()
        installation.does(who, "PUT", "/provider-keys/runpod", {"fields": {"api_key": SECRET}})
        page = browsers.window(who)
        page.goto("/provider-keys")
        from_row_menu(page, "RunPod", "Forget")
        expect(dialog(page)).to_contain_text("machines there can't be reached without it")
        confirm(page, "Forget key")
        expect(page.get_by_role("button", name="Add key of RunPod")).to_be_visible()
