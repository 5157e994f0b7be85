"""What a first visitor has to fetch before the sign-in form can be used, and all that is fetched for who saves data."""

import gzip

from playwright.sync_api import Page, Response, expect

BUDGET_KB = 200


class TestTheFirstLoad:
    def test_stays_below_its_budget(self, page: Page) -> None:
        scripts: list[Response] = []
        page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
        page.goto("/")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.wait_for_load_state("networkidle")
        sizes = {answer.url.rsplit("/", 1)[1]: len(gzip.compress(answer.body())) for answer in scripts}
        assert 50_000 < sum(sizes.values()) < BUDGET_KB * 1000, sizes
