"""How the market's page feels: the time of each frame while 10,000 offers scroll by, and from a key to what it finds.

Chromium draws without a graphics card here, on the same cores as the server, so figures are an upper limit. A frame
counts as late if it took longer than one and a half of the 16.7 ms that there are at 60 a second.
"""

import asyncio
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

from bench.table import free_port, median, serving, show
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres

OFFERS = 10_000
FRAMES, LATE_MS = 480, 25.0
WORDS = "4090 x2 <2 EU"
ROUNDS = 3
WAIT_MS = 600
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
COLUMNS = ("what", "median ms", "p95 ms", "worst ms", "late", "goal")

SCROLL = """
([frames, step]) => new Promise(done => {
  const box = document.querySelector('section[aria-label="Offers, scrolls"]');
  const times = [];
  let before = performance.now();
  const next = now => {
    times.push(now - before);
    before = now;
    box.scrollTop += step;
    if (times.length < frames) requestAnimationFrame(next); else done(times.slice(5));
  };
  requestAnimationFrame(next);
})"""
WATCH = """
() => {
  window.painted = [];
  let pressed = 0, busy = false;
  document.addEventListener('keydown', event => { pressed = event.timeStamp; busy = false; }, true);
  new MutationObserver(() => {
    if (document.querySelector('main [aria-busy=true]')) busy = true;
    else if (busy && pressed) {
      const began = pressed;
      pressed = 0;
      requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - began)));
    }
  }).observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true });
}"""


def main() -> int:
    if CHROMIUM is None:
        print("bench: Chromium is missing; as root on Debian: apt-get install chromium", file=sys.stderr)
        return 1
    with _server() as url, _page(url) as page:
        scrolled = {f"scroll, {step} px a frame": _scroll(page, step) for step in (60, 300)}
        work = {name: _work(page, step) for name, step in zip(scrolled, (60, 300), strict=True)}
        keys = _type(page)
    rows = [_frames(name, times) for name, times in scrolled.items()]
    rows += [
        [f"{name}: CPU of the page's thread", f"{each:.1f} (mean)", "", "", "", "16.7 ms"]
        for name, each in work.items()
    ]
    rows.append(["from a key to the paint", *_three(keys), f"{sum(t > 100 for t in keys)} of {len(keys)}", "100 ms"])
    show(
        f"The market's page: {OFFERS:,} offers in Chromium, 1600 x 900, server beside it",
        COLUMNS,
        rows,
        f"Late: frames above {LATE_MS:.0f} ms; keys above 100 ms. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


@contextmanager
def _server() -> Iterator[str]:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            port = free_port()
            env = {
                "DATABASE_URL": postgres.url,
                "DUMONT_HOME": folder,
                "DUMONT_SECRET_KEY": secrets.token_urlsafe(32),
                "DUMONT_PORT": str(port),
                "DUMONT_RATE_LIMIT_ANONYMOUS": "100000000/minute",
            }
            with serving(["-m", "bench.servers.market", str(OFFERS)], port, env):
                yield f"http://127.0.0.1:{port}"


@contextmanager
def _page(url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-dev-shm-usage"])
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.goto(f"{url}/market")
        page.get_by_role("table", name="Offers").wait_for()
        yield page
        browser.close()


def _scroll(page: Page, step: int) -> list[float]:
    page.evaluate("document.querySelector('section[aria-label=\"Offers, scrolls\"]').scrollTop = 0")
    times: list[float] = page.evaluate(SCROLL, [FRAMES, step])
    return times


def _work(page: Page, step: int) -> float:
    """Milliseconds of CPU a frame, which compare even on a busy machine."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def ticks() -> float:
        found = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in found if metric["name"] == "TaskDuration"))

    before = ticks()
    _scroll(page, step)
    return (ticks() - before) * 1000 / FRAMES


def _type(page: Page) -> list[float]:
    """Key by key, each after the last one's rows are there; then all of it is taken out again."""
    box = page.get_by_role("searchbox", name="Search offers")
    page.evaluate(WATCH)
    box.focus()
    for _ in range(ROUNDS):
        for letter in WORDS:
            _press(page, letter)
        for _ in WORDS:
            _press(page, "Backspace")
    times: list[float] = page.evaluate("window.painted")
    return times


def _press(page: Page, key: str) -> None:
    """A blank at the end asks for nothing new, and nothing is drawn."""
    known = page.evaluate("window.painted.length")
    page.keyboard.press("Space" if key == " " else key)
    try:
        page.wait_for_function("known => window.painted.length > known", arg=known, timeout=WAIT_MS)
    except TooLong:
        return


def _frames(name: str, times: Sequence[float]) -> list[object]:
    late = sum(time > LATE_MS for time in times)
    return [name, *_three(times), f"{late} of {len(times)}", "16.7 ms"]


def _three(times: Sequence[float]) -> list[object]:
    ordered = sorted(times)
    return [median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1]]


if __name__ == "__main__":
    sys.exit(main())
