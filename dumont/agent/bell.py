"""A call that the fleet answers when there is something to do: so that a calm machine need not ask often.

It tells nothing but that it is time for a heartbeat, with which the command comes. So a call that is lost, or a fleet
that knows no such call, costs what it did before: the pause between two heartbeats.
"""

from __future__ import annotations

import http.client
import json
import logging
import time
from threading import Event
from typing import Callable
from urllib.parse import urlsplit

from dumont.agent.sampling.facts import connect

PATH = "/api/v1/agent/calls"
HELD_SECONDS, HELD_LEAST = 240.0, 30.0
"""How long a call may be held. Whatever stands between may cut it off before: then it is held for less from then on."""
CUT_SECONDS = 20.0
"""A call that ends in less, and says nothing, has failed."""
PAUSE_SECONDS, PAUSE_MOST, AFTER_SECONDS = 10.0, 300.0, 1.0
UNKNOWN = (404, 405, 501)
logger = logging.getLogger(__name__)


class Bell:
    def __init__(self, server: str, token: str, ring: Callable[[], None]) -> None:
        self._server = server
        self._token = token
        self._ring = ring
        self._held = HELD_SECONDS
        self._pause = PAUSE_SECONDS

    def listen(self, over: Event) -> None:
        """Until it is over, or the fleet turns out to be older than this call."""
        while not over.is_set():
            began = time.monotonic()
            try:
                status, called = self._wait()
            except (OSError, ValueError, http.client.HTTPException):
                status, called = 0, False
            if status in UNKNOWN:
                return
            if called:
                self._ring()
            over.wait(self._rest(status, time.monotonic() - began, called=called))

    def _wait(self) -> tuple[int, bool]:
        connection = connect(self._server, self._held + 15.0)
        try:
            path = f"{urlsplit(self._server).path.rstrip('/')}{PATH}?seconds={self._held:.0f}"
            headers = {"authorization": f"Bearer {self._token}", "accept": "application/json"}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            told = answer.read(4096)
            return answer.status, answer.status == 200 and bool(json.loads(told)["called"])
        finally:
            connection.close()

    def _rest(self, status: int, seconds: float, *, called: bool) -> float:
        """Until the next call; growing while nobody answers."""
        if called or (status == 200 and seconds >= min(CUT_SECONDS, self._held / 2)):
            self._pause = PAUSE_SECONDS
            return AFTER_SECONDS if called else 0.0
        if status != 200 and seconds >= CUT_SECONDS:
            self._held = max(HELD_LEAST, 0.8 * min(seconds, self._held))
            return AFTER_SECONDS
        rest, self._pause = self._pause, min(PAUSE_MOST, 2 * self._pause)
        return rest
