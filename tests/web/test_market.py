"""People look for machines: the address is the search, figures open, rows stay under a pointer, offers are compared."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.web.axe import faults
from tests.web.clouds import Clouds, offers, read
from tests.web.people import Installation
from tests.web.steps import dialog, expect_title, follow_live, from_row_menu, ready_for_keys, row, tab_to

COMPARED = re.compile(r"/compare\?id=[0-9a-f-]{36}&id=[0-9a-f-]{36}$")


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Offers")


def rows(page: Page) -> Locator:
    return table(page).locator("tbody").get_by_role("row")


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Search offers").fill(words)


class TestTheSearch:
    def test_is_the_address_and_says_what_it_understood(self, page: Page) -> None:
        page.goto("/market")
        search(page, "4090 x2")
        expect(page.get_by_text("Read as")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/market\?q=4090\+x2$"))
        expect(rows(page).first).to_contain_text("2× RTX 4090")
        page.reload()
        expect(page.get_by_role("searchbox", name="Search offers")).to_have_value("4090 x2")
        expect(rows(page).first).to_contain_text("2× RTX 4090")

    def test_says_which_word_it_does_not_understand_and_keeps_the_rows(self, page: Page) -> None:
        page.goto("/market")
        expect(rows(page).first).to_be_visible()
        search(page, "4090 xyzzy")
        expect(page.get_by_role("main").get_by_text("xyzzy", exact=False).first).to_be_visible()
        expect(rows(page).first).to_be_visible()

    def test_narrows_by_choices_that_are_counted(self, page: Page) -> None:
        page.goto("/market")
        page.get_by_role("button", name="GPU", exact=True).click()
        page.get_by_role("checkbox", name=re.compile(r"^RTX 5090, \d+ offers$")).check()
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(r"model=RTX\+5090"))
        expect(rows(page).first).to_contain_text("RTX 5090")
        page.get_by_role("button", name="Remove filter GPU: RTX 5090").click()
        expect(page).to_have_url(re.compile(r"/market$"))

    def test_sorts_in_the_header(self, page: Page) -> None:
        page.goto("/market")
        page.get_by_role("button", name="G-score", exact=True).click()
        expect(page).to_have_url(re.compile("sort=-g_score"))
        expect(page.get_by_role("columnheader", name="G-score")).to_have_attribute("aria-sort", "descending")

    def test_that_finds_nothing_says_which_condition_to_let_go(self, page: Page) -> None:
        page.goto("/market?model=RTX+4090&max_price=0.001")
        expect(page.get_by_text("No offer fits all of it")).to_be_visible()
        page.get_by_role("button", name="Drop the highest price").click()
        expect(rows(page).first).to_contain_text("RTX 4090")

    def test_for_an_unknown_gpu_names_the_nearest(self, page: Page) -> None:
        page.goto("/market?model=RTX+4091")
        expect(page.get_by_text("No GPU is called so")).to_be_visible()
        page.get_by_role("button", name="RTX 4090", exact=True).click()
        expect(rows(page).first).to_contain_text("RTX 4090")

    def test_lets_go_of_a_filter_that_cant_be_read(self, page: Page) -> None:
        page.goto("/market?max_price=cheap")
        page.get_by_role("button", name="Drop the highest price").click()
        expect(rows(page).first).to_be_visible()


class TestARow:
    def test_is_reached_and_opened_by_keys(self, page: Page) -> None:
        page.goto("/market")
        expect(rows(page).first).to_be_visible()
        ready_for_keys(page)
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(table(page).locator("tr:focus")).to_have_attribute("aria-rowindex", "3")
        page.keyboard.press("Enter")
        expect_title(page, re.compile("^[0-9]+× "))

    def test_shows_what_its_figures_are_made_of_on_focus(self, page: Page) -> None:
        page.goto("/market")
        effective = rows(page).first.get_by_role("button", name=re.compile("^Effective price"))
        expect(effective).to_be_visible()
        ready_for_keys(page)
        page.keyboard.press("j")
        page.keyboard.press("Tab")
        tab_to(page, effective)
        expect(page.get_by_role("tooltip")).to_contain_text("Interruptions")
        assert not faults(page, within="[role=tooltip]")
        page.keyboard.press("Escape")
        expect(page.get_by_role("tooltip")).to_have_count(0)

    def test_stays_under_the_pointer_while_the_market_moves(
        self, ada: Page, installation: Installation, clouds: Clouds
    ) -> None:
        ada.goto("/market?provider=vast&sort=-price")
        follow_live(ada)
        first = rows(ada).first
        before = first.text_content() or ""
        name = first.get_by_role("link").inner_text()
        first.hover(position={"x": 300, "y": 8})
        clouds.turn_over("vast")
        read(installation, "vast")
        notice = ada.get_by_role("button", name="New order, show it")
        expect(notice).to_be_visible()
        expect(first).to_contain_text(name)
        expect(first).not_to_have_text(before)
        ada.mouse.move(5, 5)
        expect(notice).to_be_hidden()
        expect(first).not_to_contain_text(name)


class TestAComparison:
    def test_begins_in_the_tray_and_is_an_address(self, page: Page) -> None:
        page.goto("/market")
        boxes = page.get_by_role("checkbox", name=re.compile("^Compare "))
        boxes.nth(0).check()
        expect(page.get_by_text("1 more offer to compare")).to_be_visible()
        boxes.nth(3).check()
        page.get_by_role("link", name="Compare 2").click()
        expect(page).to_have_url(COMPARED)
        comparison = page.get_by_role("table", name="Comparison")
        expect(comparison.get_by_text("best", exact=True).first).to_be_visible()
        expect(comparison.get_by_role("button", name=re.compile("^Reliability: "))).to_have_count(2)
        page.get_by_role("button", name=re.compile("^Take out ")).first.click()
        expect(page.get_by_text("One offer is laid aside")).to_be_visible()


class TestAnOffer:
    def test_shows_its_parts_and_its_likes(self, page: Page, installation: Installation) -> None:
        offer = offers(installation, "model=RTX+4090")[0]
        page.goto(f"/market/{offer['id']}")
        expect(page.get_by_role("region", name="What an hour of useful work costs")).to_contain_text("Together")
        expect(page.get_by_role("region", name="NVIDIA RTX 4090")).to_contain_text("Ada Lovelace")
        page.get_by_role("list", name="Similar offers").get_by_role("link").first.click()
        expect(page).not_to_have_url(re.compile(offer["id"]))
        expect_title(page, re.compile("RTX 4090"))

    def test_that_is_not_known_says_so(self, page: Page) -> None:
        page.goto("/market/00000000-0000-4000-8000-000000000000")
        expect_title(page, "Offer")
        expect(page.get_by_role("alert")).to_be_visible()


class TestArbitrage:
    def test_works_out_savings_by_hours_and_days(self, page: Page) -> None:
        page.goto("/arbitrage?view=savings&model=RTX+4090")
        expect(page.get_by_role("heading", name="720 hours of one RTX 4090")).to_be_visible()
        page.get_by_role("spinbutton", name="Days").fill("10")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="240 hours of one RTX 4090")).to_be_visible()
        expect(page).to_have_url(re.compile("days=10"))

    def test_leads_from_a_difference_to_the_providers_of_the_gpu(self, page: Page) -> None:
        page.goto("/arbitrage?min_spread=0")
        page.get_by_role("table", name="Differences").get_by_role("link", name="H100 SXM").click()
        expect(row(page, "Lambda").first).to_be_visible()
        expect(row(page, "Vast.ai").first).to_be_visible()


class TestProviders:
    def test_say_what_is_wrong_and_what_to_do(self, ada: Page) -> None:
        ada.goto("/admin/providers")
        expect(row(ada, "RunPod")).to_contain_text("Failing")
        expect(row(ada, "Google Cloud")).to_contain_text("No key")
        expect(row(ada, "Render")).to_contain_text("Not usable")
        from_row_menu(ada, "RunPod", "Open")
        expect(dialog(ada)).to_contain_text("Store a new one under Provider keys")
        expect(dialog(ada).get_by_role("region", name="What it can do")).to_be_visible()

    def test_are_read_before_ones_eyes(self, ada: Page) -> None:
        ada.goto("/admin/providers")
        from_row_menu(ada, "Lambda", "Read now")
        readings = ada.get_by_role("region", name="Readings")
        expect(readings).to_contain_text(re.compile(r"\d+ offers in \d"))


class TestTheEmptyMarket:
    def test_tells_an_operator_what_to_do_next(self, ada: Page) -> None:
        nothing = '"items": [], "total": 0, "next_cursor": null, "models_suggested": [], "providers": []'
        hidden = '"hidden": {"blacklisted": 0, "unavailable": 0, "below_threshold": 0}'
        body = f'{{{nothing}, {hidden}, "sort": "price", "understood": {{}}, "reliability": {{}}}}'
        ada.route("**/gpus/search*", lambda route: route.fulfill(body=body, content_type="application/json"))
        ada.goto("/market")
        expect(ada.get_by_text("No provider has sent its offers yet")).to_be_visible()
        expect(ada.get_by_role("link", name="Add a provider key")).to_be_visible()
