"""What is kept of the clouds' answers: one body of each unknown kind in the log, and fixtures where they are wanted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from dumont.providers.http import Answer
from dumont.providers.scrubbing import Scrubber

log = structlog.get_logger()

BODY_CHARACTERS_MAX = 4000
FIXTURE_CHARACTERS_MAX = 200_000
HEADERS_KEPT = re.compile(r"^(content-type|retry-after|x-?ratelimit.*|ratelimit.*|.*-request-?id)$", re.IGNORECASE)
KINDS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Fixture:
    """An answer as it came, without secrets: what a test can be written against."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: Any
    """JSON, or text where it was none."""

    @property
    def name(self) -> str:
        """For a file: `get-api-v0-users-current-200`."""
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.method} {self.path}".lower()).strip("-")
        return f"{words[:120]}-{self.status}"


class Recording:
    """For one account; logs each kind of unfit body once in the life of the process."""

    def __init__(self, scrub: Scrubber, *, keep: bool = False, seen: set[tuple[str, str]] | None = None) -> None:
        self._scrub = scrub
        self._keep = keep
        self._seen = set() if seen is None else seen
        self._fixtures: list[Fixture] = []

    def keep(self, provider: str, method: str, path: str, answer: Answer) -> None:  # noqa: ARG002 - of the port
        if self._keep:
            self._fixtures.append(self._fixture(method, path, answer))

    def unfit(self, provider: str, what: str, body: str) -> None:
        if (provider, what) in self._seen or len(self._seen) >= KINDS_MAX:
            return
        self._seen.add((provider, what))
        log.warning("provider_body_unfit", provider=provider, what=what, body=self._scrub(body)[:BODY_CHARACTERS_MAX])

    def fixtures(self) -> Sequence[Fixture]:
        return tuple(self._fixtures)

    def _fixture(self, method: str, path: str, answer: Answer) -> Fixture:
        headers = {name: self._scrub(value) for name, value in answer.headers.items() if HEADERS_KEPT.match(name)}
        return Fixture(method, self._scrub(path), answer.status, headers, self._body(answer))

    def _body(self, answer: Answer) -> Any:
        text = self._scrub(answer.text)
        if answer.data is None or len(text) > FIXTURE_CHARACTERS_MAX:
            return text[:FIXTURE_CHARACTERS_MAX]
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
