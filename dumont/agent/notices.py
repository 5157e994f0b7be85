"""Words of the cloud that it will take the machine away, from the address where it tells them to the machine itself."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from dumont.agent import protocol, surroundings
from dumont.agent.given import Given
from dumont.agent.sampling.facts import connect

VENDOR = Path("/sys/class/dmi/id/sys_vendor")
PRODUCT = Path("/sys/class/dmi/id/product_name")
AWS, GCP, VAST = "http://169.254.169.254", "http://metadata.google.internal", "https://console.vast.ai"
AWS_SECONDS, GCP_SECONDS, VAST_SECONDS = 5.0, 1.0, 60.0
TOKEN_SECONDS = 21600
ANSWER_SECONDS = 2.0
SOON_SECONDS = 3600.0
BODY_MOST = 1 << 20
logger = logging.getLogger(__name__)


class Said(NamedTuple):
    """What is the same is one notice, however often it is said."""

    what: str
    ends_at: str | None


class GivenUp(Exception):
    """There is nobody who could tell, and there will be none."""


Look = Callable[[], Iterator[Said]]


class Notices:
    """Looks in a thread of its own, and calls `tell` when there is something new."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._lock = Lock()
        self._heard: dict[str, protocol.Notice] = {}

    def watch(self, source: str, look: Look, every_seconds: float, over: Event) -> Thread:
        thread = Thread(target=self._watch, args=(source, look, every_seconds, over), name=source, daemon=True)
        thread.start()
        return thread

    def heard(self) -> list[protocol.Notice]:
        with self._lock:
            return list(self._heard.values())

    def take(self, source: str, said: Said) -> bool:
        """Whether it is new."""
        name = f"{source}-{said.what}"
        with self._lock:
            if name in self._heard:
                return False
            notice = protocol.Notice(id=name, source=source, at=surroundings.stamp(), ends_at=said.ends_at)
            self._heard[name] = notice
        logger.warning("Notice of %s: %s, %s", source, said.what, said.ends_at or "without a time")
        self._tell()
        return True

    def _watch(self, source: str, look: Look, every_seconds: float, over: Event) -> None:
        while not over.is_set():
            try:
                for said in look():
                    self.take(source, said)
            except GivenUp as error:
                logger.info("%s tells no notices here: %s", source, error)
                return
            except (OSError, ValueError, http.client.HTTPException) as error:
                logger.debug("%s did not answer: %s", source, error)
            over.wait(every_seconds)


class Aws:
    """The second version of Amazon's metadata: with a token, which the first version does without."""

    def __init__(self, address: str = AWS) -> None:
        self._address = address
        self._token = ""

    def look(self) -> Iterator[Said]:
        action = self._asked("/latest/meta-data/spot/instance-action")
        if action is not None:
            told = json.loads(action)
            yield Said(f"{told['action']}-{told['time']}", str(told["time"]))
        advice = self._asked("/latest/meta-data/events/recommendations/rebalance")
        if advice is not None:
            yield Said(f"rebalance-{json.loads(advice)['noticeTime']}", None)

    def _asked(self, path: str) -> str | None:
        told = ask(self._address, "GET", path, {"X-aws-ec2-metadata-token": self._known()})
        if told.status == 401:
            self._token = ""
            told = ask(self._address, "GET", path, {"X-aws-ec2-metadata-token": self._known()})
        return told.text if told.status == 200 else None

    def _known(self) -> str:
        if not self._token:
            wanted = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
            told = ask(self._address, "PUT", "/latest/api/token", wanted)
            self._token = told.text if told.status == 200 else ""
        return self._token


class Gcp:
    def __init__(self, address: str = GCP) -> None:
        self._address = address

    def look(self) -> Iterator[Said]:
        if self._asked("preempted") == "TRUE":
            yield Said("preempted", None)
        event = self._asked("maintenance-event") or "NONE"
        if event.startswith("TERMINATE"):
            yield Said(event.lower().replace("_", "-"), None)

    def _asked(self, name: str) -> str | None:
        path = f"/computeMetadata/v1/instance/{name}"
        told = ask(self._address, "GET", path, {"Metadata-Flavor": "Google"})
        return told.text.strip() if told.status == 200 else None


class Vast:
    """Tells nothing before it takes a machine away for a higher bid; a stop that is planned, and a contract's end, it
    tells to whoever asks with the machine's own key, as far as that key may ask."""

    def __init__(self, machine_id: str, key: str, now: Callable[[], float], address: str = VAST) -> None:
        self._path = f"/api/v0/instances/{machine_id}/?owner=me"
        self._key = key
        self._now = now
        self._address = address

    def look(self) -> Iterator[Said]:
        answer = ask(self._address, "GET", self._path, {"authorization": f"Bearer {self._key}"})
        if answer.status in (401, 403, 404):
            raise GivenUp(f"the machine's key may not ask ({answer.status})")
        told = json.loads(answer.text).get("instances") if answer.status == 200 else None
        if isinstance(told, dict):
            yield from self._read(told, self._now() if answer.at is None else answer.at)

    def _read(self, told: Mapping[str, Any], now: float) -> Iterator[Said]:
        """`now` is the cloud's, where it says: clocks of rented machines are wrong at times."""
        if told.get("intended_status") == "stopped" or told.get("next_state") == "stopped":
            yield Said("stopping", None)
        end = told.get("end_date")
        if isinstance(end, (int, float)) and 0 < end - now < SOON_SECONDS:
            yield Said(f"contract-ends-{int(end)}", surroundings.stamp_of(end))


def watch_all(notices: Notices, given: Given, over: Event, vendor: Path = VENDOR, product: Path = PRODUCT) -> None:
    """Whoever of the clouds this machine may be at. One that is some of a computer's processes is at none of them."""
    said = f"{_text(vendor)} {_text(product)}" if given.supervisor is None else ""
    where = given.clouds
    if "Amazon EC2" in said or "aws" in where:
        notices.watch("aws", Aws(where.get("aws", AWS)).look, AWS_SECONDS, over)
    if "Google" in said or "gcp" in where:
        notices.watch("gcp", Gcp(where.get("gcp", GCP)).look, GCP_SECONDS, over)
    if given.cloud == "vast" and given.machine_id and given.machine_key:
        vast = Vast(given.machine_id, given.machine_key, surroundings.seconds, where.get("vast", VAST))
        notices.watch("vast", vast.look, VAST_SECONDS, over)


class Told(NamedTuple):
    """By a cloud."""

    status: int
    text: str
    at: float | None
    """Seconds, by its own clock."""


def ask(address: str, method: str, path: str, headers: Mapping[str, str]) -> Told:
    """Raises `OSError` or `HTTPException`. No redirect is followed, and no proxy asked."""
    connection = connect(address, ANSWER_SECONDS if urlsplit(address).scheme == "http" else 10.0)
    try:
        connection.request(method, path, headers=dict(headers))
        answer = connection.getresponse()
        return Told(answer.status, answer.read(BODY_MOST).decode("utf-8", "replace"), _moment(answer.getheader("date")))
    finally:
        connection.close()


def _moment(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
