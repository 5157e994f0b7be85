"""Takes the pictures of the README from a running product with sample people; with a folder, one of every page."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.ports import free_port  # noqa: E402
from tests.processes import Dumont  # noqa: E402
from tests.web.browsers import Browsers  # noqa: E402
from tests.web.clouds import CLOSED, OPEN, offers, read, simulated_clouds  # noqa: E402
from tests.web.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.web.pages import PLACES, Place  # noqa: E402
from tests.web.people import Installation, settle  # noqa: E402
from tests.web.steps import expect_title, follow_live, follow_system  # noqa: E402

IMAGES = ROOT / "docs" / "images"
README = {"start": "/", "market": "/market", "jobs": "/jobs", "design": "/design"}
WIDTHS = (390, 1024, 1600)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def installation() -> Iterator[Installation]:
    """A server with an embedded database that vanishes with it, and simulated clouds."""
    with TemporaryDirectory(prefix="dumont-pictures-") as home, simulated_clouds() as clouds:
        Path(home).chmod(0o711)
        env = {"DUMONT_HOME": home, "DUMONT_PORT": str(free_port()), **clouds.environment()}
        with Dumont("up", env=env) as process:
            settled = settle(process.url, "")
            read(settled, *OPEN, CLOSED)
            yield settled


@contextmanager
def windows(url: str) -> Iterator[Browsers]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        browsers = Browsers(chromium, url)
        yield browsers
        browsers.close()
        chromium.close()


def for_readme(browsers: Browsers, around: Installation) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page = browsers.window(around.ada, viewport={"width": 1440, "height": 900}, color_scheme="light")
    for name, path in README.items():
        page.goto(path)
        follow_live(page)
        take(page, IMAGES / f"{name}.png")


def of_every_page(browsers: Browsers, around: Installation, folder: Path, only: str) -> None:
    teams = around.does(around.ada, "GET", "/teams")["items"]
    offer, other, *_ = offers(around)
    ids = {"team": str(teams[0]["id"]), "offer": offer["id"], "other": other["id"]}
    for stranger in (True, False):
        page = browsers.window(None if stranger else around.ada)
        for place in PLACES:
            if place.stranger is stranger and str(place).startswith(only):
                page.goto(place.at(ids))
                expect_title(page, place.title)
                in_all_looks(page, place, folder)


def in_all_looks(page: Page, place: Place, folder: Path) -> None:
    name = str(place).strip("/").translate(str.maketrans("/?=#&{}", "-------")) or "home"
    for width in WIDTHS:
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": 900})
            follow_system(page, theme)
            take(page, folder / f"{width}-{theme}" / f"{name}.png")


def take(page: Page, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.screenshot(path=path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=Path, metavar="FOLDER", help="every page in all widths and both themes")
    parser.add_argument("--only", default="", metavar="PATH", help="with --every, pages whose path begins so")
    given = parser.parse_args()
    with installation() as around, windows(around.url) as browsers:
        if given.every:
            of_every_page(browsers, around, given.every, given.only)
        else:
            for_readme(browsers, around)


if __name__ == "__main__":
    main()
