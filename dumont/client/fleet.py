"""The fleet as the API has it: instances, what is asked of them, operations, and what all of it costs."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dumont.basics.errors import Conflict, NotFound, Unavailable
from dumont.client.failures import SAY_ID
from dumont.client.http import PAGE_MAX, Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dumont.client import models

OVER = frozenset({"done", "failed", "cancelled"})
POLL_SECONDS = 0.5
TWINS = 5
"""So many of one name are told."""
WHOSE = {"user": "yours", "team": "a team's"}
PATIENCE_SECONDS = 60.0
COMES = frozenset({"launching", "waking", "recovering", "failing_over", "interrupted"})
"""A machine is got for it, which may take longer than patience does."""
WATCH_SECONDS, WATCH_PAGE = 2.0, 50


class Fleet:
    def __init__(self, api: Api) -> None:
        self._api = api

    def launch(self, wish: dict[str, Any]) -> models.Launched:
        answer: models.Launched = self._api.post("/instances", wish)
        return answer

    def all(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedInstance]:
        return self._api.pages("/instances", filters, limit=limit)

    def named(self, name: str) -> models.Instance:
        """By its name, or by its id: a team may have one of the same name, and a guess would end the wrong one."""
        if _is_id(name):
            by_id: models.Instance = self._api.get(_path(name), aside=True)
            return by_id
        found = self._api.get("/instances", {"name": name, "limit": TWINS}, aside=True)["items"]
        if not found or not name:
            raise NotFound(f"There is no instance {name}.", hint="`dumont ls` lists all of yours.")
        if len(found) > 1:
            said = ", ".join(f"{each['id']} ({WHOSE[each['owner']['kind']]})" for each in found)
            raise Conflict(f"Several instances are called {name}: {said}.", hint=SAY_ID)
        by_name: models.Instance = found[0]
        return by_name

    def detail(self, instance_id: str, *, aside: bool = False) -> models.InstanceDetail:
        answer: models.InstanceDetail = self._api.get(_path(instance_id), aside=aside)
        return answer

    def ask(self, instance_id: str, act: str, *, without_unread: bool = False) -> models.Operation:
        """`wake`, `hibernate`, `pause`, `resume`, `snapshot`, `failover`, `half-life`."""
        said = "?without_unread=true" if without_unread else ""
        answer: models.Operation = self._api.post(f"{_path(instance_id)}/{act}{said}")
        return answer

    def change(self, instance_id: str, change: dict[str, Any]) -> models.Instance:
        answer: models.Instance = self._api.patch(_path(instance_id), change)
        return answer

    def report(self, instance_id: str, progress: dict[str, Any]) -> models.Instance:
        answer: models.Instance = self._api.post(f"{_path(instance_id)}/progress", progress)
        return answer

    def keep_awake(self, instance_id: str, seconds: float) -> models.Operation:
        answer: models.Operation = self._api.post(f"{_path(instance_id)}/keep-awake", {"seconds": seconds})
        return answer

    def destroy(self, instance_id: str, *, keep_snapshot: bool, without_unread: bool = False) -> models.Proof:
        said = f"keep_snapshot={str(keep_snapshot).lower()}{'&without_unread=true' if without_unread else ''}"
        answer: models.Proof = self._api.delete(f"{_path(instance_id)}?{said}")
        return answer

    def proof(self, instance_id: str) -> models.Proof:
        answer: models.Proof = self._api.get(f"{_path(instance_id)}/proof")
        return answer

    def connection(self, instance_id: str) -> models.Connection:
        answer: models.Connection = self._api.get(f"{_path(instance_id)}/connect")
        return answer

    def race(self, instance_id: str) -> models.Race:
        answer: models.Race = self._api.get(f"{_path(instance_id)}/race")
        return answer

    def events(self, instance_id: str, *, limit: int | None) -> Iterator[Any]:
        return self._api.pages(f"{_path(instance_id)}/events", {}, limit=limit)

    def watch(
        self, instance_id: str, *, limit: int = WATCH_PAGE, every_seconds: float = WATCH_SECONDS
    ) -> Iterator[models.InstanceEvent]:
        """The last of those that were, the oldest first, then each that comes, without end; a server that is away is
        awaited."""
        size = min(limit, PAGE_MAX)
        path, tag = f"{_path(instance_id)}/events?limit={size}", None
        seen: set[str] = set()
        seen_at = time.monotonic()
        while True:
            try:
                page, now = self._api.poll(path, tag)
                new = self._unseen(instance_id, page, seen, size) if page else []
                seen_at, tag = time.monotonic(), now
            except Unavailable:
                if time.monotonic() - seen_at > PATIENCE_SECONDS:
                    raise
                new = []
            seen |= {event["id"] for event in new}
            yield from reversed(new)
            time.sleep(every_seconds)

    def _unseen(self, instance_id: str, page: Any, seen: set[str], size: int) -> list[models.InstanceEvent]:
        """Newest first, and back to one that is known: more may have come than a page holds."""
        found: list[models.InstanceEvent] = list(page["items"])
        while seen and page["next_cursor"] and found[-1]["id"] not in seen:
            asked = {"limit": size, "cursor": page["next_cursor"]}
            page = self._api.get(f"{_path(instance_id)}/events", asked)
            found += page["items"]
        return [event for event in found if event["id"] not in seen]

    def logs(
        self, instance_id: str, *, follow: bool = False, every_seconds: float = WATCH_SECONDS, **asked: Any
    ) -> Iterator[models.InstanceLog]:
        """Once; or what comes after that as well, also from another machine, until it is to run no more. Silence is
        borne."""
        path = f"{_path(instance_id)}/logs"
        since: str | None = None
        seen_at = time.monotonic()
        while True:
            try:
                more = {"since": since, "follow": "true"} if since else {}
                found: models.InstanceLog = self._api.get(path, {**asked, **more})
            except (Unavailable, Conflict) as error:
                if not follow or since is None or (isinstance(error, Conflict) and error.code != "no_log"):
                    raise
                if isinstance(error, Conflict) and not self._is_to_run(instance_id):
                    return
                late = isinstance(error, Unavailable) and time.monotonic() - seen_at > PATIENCE_SECONDS
                if late and self.detail(instance_id, aside=True)["state"] not in COMES:
                    raise
                time.sleep(every_seconds)
                continue
            if since and not found["live"]:  # kept of what was told already, as there is no machine
                if not self._is_to_run(instance_id):
                    return
                time.sleep(every_seconds)
                continue
            seen_at = time.monotonic()
            if since is None or found["text"]:
                yield found
            since = found["cursor"]
            if not follow or since is None:
                return

    def _is_to_run(self, instance_id: str) -> bool:
        found = self.detail(instance_id, aside=True)
        return found["wish"] == "running" and found["state"] != "failed"

    def why_awake(self, instance_id: str) -> models.WhyAwake:
        answer: models.WhyAwake = self._api.get(f"{_path(instance_id)}/why-awake")
        return answer

    def cancel(self, operation_id: str) -> models.Operation:
        answer: models.Operation = self._api.post(f"/operations/{quote(operation_id, safe='')}/cancel")
        return answer

    def follow(self, operation_id: str, *, every_seconds: float = POLL_SECONDS) -> Iterator[models.Operation]:
        """The operation at once, then whenever it has changed, until it is over; a server that is away is awaited."""
        path = f"/operations/{quote(operation_id, safe='')}"
        operation: models.Operation = self._api.get(path)
        yield operation
        tag: str | None = None
        seen_at = time.monotonic()
        while operation["state"] not in OVER:
            time.sleep(every_seconds)
            try:
                found, tag = self._api.poll(path, tag)
            except Unavailable:
                if time.monotonic() - seen_at > PATIENCE_SECONDS:
                    raise
                continue
            seen_at = time.monotonic()
            if found is not None:
                operation = found
                yield operation

    def savings(self, **asked: Any) -> models.RealSavings:
        answer: models.RealSavings = self._api.get("/metrics/savings/real", asked)
        return answer

    def rentals(self, *, everyone: bool = False, limit: int | None = None) -> Iterator[models.CostingRentals]:
        return self._api.pages("/rentals", {"all": "true" if everyone else None}, limit=limit)

    def budget(self, *, team_id: str | None = None, aside: bool = False) -> models.Budget:
        answer: models.Budget = self._api.get("/budgets", {"team_id": team_id}, aside=aside)
        return answer

    def put_budget(self, limits: dict[str, Any]) -> models.Budget:
        answer: models.Budget = self._api.put("/budgets", limits)
        return answer

    def standbys(self) -> models.Standbys:
        answer: models.Standbys = self._api.get("/standby")
        return answer

    def put_standby(self, instance_id: str, wish: dict[str, Any]) -> models.StandbyDetail:
        answer: models.StandbyDetail = self._api.put(f"/standby/{quote(instance_id, safe='')}", wish)
        return answer

    def rehearse(self, instance_id: str) -> models.Operation:
        answer: models.Operation = self._api.post(f"/standby/{quote(instance_id, safe='')}/test")
        return answer

    def schedules(self, instance_id: str, *, aside: bool = False) -> models.InstanceSchedules:
        answer: models.InstanceSchedules = self._api.get(f"{_path(instance_id)}/schedules", aside=aside)
        return answer

    def add_schedule(self, instance_id: str, wish: dict[str, Any]) -> models.InstanceSchedule:
        answer: models.InstanceSchedule = self._api.post(f"{_path(instance_id)}/schedules", wish)
        return answer

    def remove_schedule(self, instance_id: str, schedule_id: str) -> None:
        self._api.delete(f"{_path(instance_id)}/schedules/{quote(schedule_id, safe='')}")


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def _path(instance_id: str) -> str:
    return f"/instances/{quote(instance_id, safe='')}"
