"""The market as it should look, at three widths in both themes: a broken layout is seen, a moved hair is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web import pictures, shelf
from tests.web.browsers import Browsers
from tests.web.pictures import SHARE_MAX, Darkroom
from tests.web.steps import follow_system

FITS = "() => document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
CUT = """() => [...document.querySelectorAll('table[aria-label=Offers] :is(td, th)')]
  .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"""
STYLED = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BREAKS = {
    "a column is gone": "table[aria-label=Offers] tr > :nth-child(4) { display: none }",
    "cells stand in a column": "table[aria-label=Offers] tr { display: block }",
    "rows are twice as high": "tbody tr { height: 64px !important; top: 32px }",
    "the header is gone": "thead { display: none !important }",
    "the navigation is gone": "nav { visibility: hidden }",
}
HAIRS = {
    "letters are set wider": "* { letter-spacing: 0.012em !important }",
    "letters are drawn otherwise": "* { text-rendering: geometricPrecision !important; font-kerning: none !important }",
    "figures are of another shape": "* { font-feature-settings: normal !important }",
    "letters are bolder": "* { -webkit-text-stroke: 0.15px currentColor }",
    "text stands a pixel lower": "td > *, th > * { position: relative; top: 1px }",
}


@pytest.fixture
def darkroom(chromium: Browser) -> Iterator[Darkroom]:
    page = chromium.new_page()
    yield Darkroom(page)
    page.close()


def market(browsers: Browsers, width: int) -> Page:
    page = browsers.window(viewport={"width": width, "height": 900})
    shelf.keep(page)
    page.goto("/market")
    expect(page.get_by_role("link", name="1× RTX 3060 12GB").first).to_be_visible()
    return page


class TestTheMarket:
    @pytest.mark.parametrize("width", [390, 1024, 1600])
    def test_looks_as_it_should(self, browsers: Browsers, darkroom: Darkroom, tmp_path: Path, width: int) -> None:
        page = market(browsers, width)
        for theme in THEMES:
            follow_system(page, theme)
            assert page.evaluate(FITS)
            name = f"market-{width}-{theme}"
            seen = darkroom.seen(page)
            if pictures.RENEW:
                pictures.renew(name, seen)
            page.screenshot(path=tmp_path / f"{name}.png")
            share = darkroom.difference(pictures.kept(name), seen)
            assert share < SHARE_MAX, f"{share:.1%} differ: compare {tmp_path / name}.png; if meant so, renew it"

    def test_cuts_nothing_where_it_is_wide(self, browsers: Browsers) -> None:
        page = market(browsers, 1280)
        for width in (1280, 1440, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(FITS)
            assert page.evaluate(CUT) == [], width


class TestTheComparison:
    def test_sees_a_break_and_forgives_a_hair(self, browsers: Browsers, darkroom: Darkroom) -> None:
        page = market(browsers, 1600)
        follow_system(page, "light")
        whole = darkroom.seen(page)
        found = {what: self._styled(page, darkroom, css, whole) for what, css in {**BREAKS, **HAIRS}.items()}
        page.evaluate(STYLED, "")
        follow_system(page, "dark")
        found["the theme is another"] = darkroom.difference(whole, darkroom.seen(page))
        unseen = {what: share for what, share in found.items() if what not in HAIRS and share < 1.5 * SHARE_MAX}
        unforgiven = {what: share for what, share in found.items() if what in HAIRS and share > SHARE_MAX / 2}
        assert not unseen, found
        assert not unforgiven, found

    def _styled(self, page: Page, darkroom: Darkroom, css: str, whole: bytes) -> float:
        page.evaluate(STYLED, css)
        return darkroom.difference(whole, darkroom.seen(page))
