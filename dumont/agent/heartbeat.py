"""The call to the fleet: one connection that is kept, certificates checked, samples kept while nobody answers."""

from __future__ import annotations

import http.client
import json
import logging
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from dumont.agent import protocol
from dumont.agent.sampling.facts import connect

PATH = "/api/v1/agent/status"
SECONDS = 10.0
ANSWER_MOST = 4 << 20
EVERY_SECONDS, EVERY_LEAST, EVERY_MOST = 10.0, 0.2, 3600.0
logger = logging.getLogger(__name__)


class Away(Exception):
    """Nobody answered as a fleet of ours does."""


class Refused(Away):
    """Somebody did, and does not know this token."""


class Unreadable(Away):
    """What was told, no fleet can read: something in it is longer, or odder, than anybody thought."""


class Buffer:
    """Samples that no answer has confirmed yet: the newest."""

    def __init__(self, most: int = protocol.BUFFERED_MAX) -> None:
        self._kept: deque[protocol.Sample] = deque(maxlen=most)

    def add(self, sample: protocol.Sample) -> None:
        self._kept.append(sample)

    def all(self) -> list[protocol.Sample]:
        return list(self._kept)

    def forget(self) -> None:
        """Something in them can't be told."""
        self._kept.clear()

    def confirm(self, samples: list[protocol.Sample]) -> None:
        """They have arrived. What came meanwhile stays."""
        arrived = {id(sample) for sample in samples}
        while self._kept and id(self._kept[0]) in arrived:
            self._kept.popleft()


class Answer(NamedTuple):
    """Judged: whatever a server says, what is in it has the form that it must have."""

    commands: list[protocol.Command]
    every_seconds: float
    watch: list[str]
    deadman_seconds: float | None
    deadman: Mapping[str, Any] | None


class Line:
    """To one server, for one token, which goes into a header and nowhere else."""

    def __init__(self, server: str, token: str, trust: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._token = token
        self._trust = trust
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def call(self, status: protocol.Status) -> Answer:
        """Raises `Away`. A connection that was kept for too long is made anew once: the same call twice is one."""
        body = json.dumps(status).encode()
        with self._lock:
            if self._connection is not None:
                try:
                    return self._once(body)
                except (ConnectionError, http.client.HTTPException, BrokenPipeError):
                    self._close()
            try:
                return self._once(body)
            except ssl.SSLCertVerificationError as error:
                why = f"its certificate is not one that this machine trusts ({error.verify_message})"
                raise self._away(why) from None
            except (OSError, http.client.HTTPException) as error:
                raise self._away(str(error) or type(error).__name__) from None

    def _once(self, body: bytes) -> Answer:
        try:
            status, told = self._exchanged(body)
        except BaseException:
            self._close()
            raise
        if status in (401, 403):
            raise Refused(f"The fleet does not know this machine's token ({status}).")
        if status in (413, 422):
            raise Unreadable(f"The fleet can't read what this machine tells ({status}).")
        if status != 200:
            raise Away(f"The fleet answered {status}.")
        return judged(told)

    def _exchanged(self, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = connect(self._server, SECONDS, self._trust)
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        path = urlsplit(self._server).path.rstrip("/") + PATH
        self._connection.request("POST", path, body, {**headers, "accept": "application/json"})
        answer = self._connection.getresponse()
        told = answer.read(ANSWER_MOST + 1)
        if len(told) > ANSWER_MOST:
            raise http.client.HTTPException("the answer is too long")
        return answer.status, told

    def _away(self, why: str) -> Away:
        self._close()
        return Away(f"The fleet can't be reached: {why}.")

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def judged(said: bytes) -> Answer:
    """Raises `Away` for what is no answer of a fleet."""
    try:
        told = json.loads(said)
        commands = [_command(each) for each in told["commands"]]
        every = float(told.get("every_seconds") or EVERY_SECONDS)
        silence = told.get("deadman_seconds")
        deadman = told.get("deadman")
        return Answer(
            commands,
            min(EVERY_MOST, max(EVERY_LEAST, every)),
            [str(name) for name in told.get("watch") or ()],
            None if silence is None else max(0.0, float(silence)),
            deadman if isinstance(deadman, dict) else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Away("What answers at the fleet's address is no fleet.") from None


def _command(told: Any) -> protocol.Command:
    if not isinstance(told["id"], str) or not isinstance(told["args"], dict):
        raise TypeError
    return cast(protocol.Command, {"id": told["id"], "kind": str(told["kind"]), "args": told["args"]})
