"""Browsers of several people at once, each a clean profile; what goes wrong in any of their consoles is kept."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, ViewportSize

from tests.web.people import Account

SIGNED_IN_HERE = "dumont.session"
PATIENCE_MS = 30_000
"""What is there is seen at once; what isn't fails later. A busy machine draws few frames a second."""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
EMPTY = "/health/live"
"""A word of the same server: the browser goes on in the same process, with what it has compiled there."""
SAVES_DATA = "Object.defineProperty(NetworkInformation.prototype, 'saveData', { get: () => true });"
"""Of pages that are not opened nothing is fetched then, which takes a quarter of a test's CPU."""


@dataclass
class Browsers:
    """Opens windows on one server. `forgiven` are parts of messages that a test provokes on purpose."""

    chromium: Browser
    url: str
    faults: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, who: Account | None = None, *, saves_data: bool = True, **options: Any) -> Page:
        """A first page of a new profile: of a stranger, or of somebody who signed in there before."""
        mark = {"name": SIGNED_IN_HERE, "value": "1"}
        kept = {"cookies": [], "origins": [{"origin": self.url, "localStorage": [mark]}] if who else []}
        context = self.chromium.new_context(
            base_url=self.url,
            **{"viewport": DESKTOP, "reduced_motion": "reduce", "storage_state": kept, **options},
        )
        context.set_default_timeout(PATIENCE_MS)
        if saves_data:
            context.add_init_script(SAVES_DATA)
        self.contexts.append(context)
        context.on("page", self._watch)
        if who:
            body = {"email": who.email, "password": who.password, "remember": "cookie"}
            answer = context.request.post("/api/v1/auth/login", data=body)
            assert answer.ok, answer.text()
        return context.new_page()

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.expect_no_faults()

    def expect_no_faults(self) -> None:
        """Nothing was wrong since this was asked last."""
        heard, self.faults = self.faults, []
        faults = [fault for fault in heard if not any(words in fault for words in self.forgiven)]
        assert not faults, faults

    def _watch(self, page: Page) -> None:
        def answered(answer: Response) -> None:
            if answer.status >= 500:
                self.faults.append(f"{answer.status} {answer.url}")

        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser itself reports every refused request; 401, 403, 404, 409, 422 are answers, not faults.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"{message.page.url if message.page else ''}: {message.text}")


class Kept:
    """One window of each person for many tests: to open one and to compile all anew takes as long as what they do."""

    def __init__(self, browsers: Browsers) -> None:
        self.browsers = browsers
        self._pages: dict[Account | None, Page] = {}

    def as_it_stands(self, who: Account | None) -> Page:
        if who not in self._pages:
            self._pages[who] = self.browsers.window(who)
        return self._pages[who]

    def leave(self, page: Page) -> None:
        """What a test had there ends with it, and what is wrong with that is still its own."""
        page.goto(EMPTY)
