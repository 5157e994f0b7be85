"""The start page tells what one has, and what that costs at this moment."""

import re

from playwright.sync_api import Page, expect

from tests.web.fleets import LONG_NAME, Fleet


class TestHome:
    def test_tells_what_runs_and_what_it_costs(self, ada: Page, fleet: Fleet) -> None:
        ada.goto("/")
        mine = ada.get_by_role("region", name="Your instances")
        expect(mine.get_by_role("definition").filter(has_text=re.compile(r"^\$\d.*/h$"))).to_be_visible()
        expect(mine.get_by_role("listitem").filter(has_text="2× RTX 4090")).to_contain_text(LONG_NAME)
        mine.get_by_role("link", name=LONG_NAME).click()
        expect(ada).to_have_url(re.compile(fleet.running))
