"""The fleet as the API has it: instances, what is asked of them, operations, and what all of it costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dumont.basics.errors import NotFound, Unavailable
from dumont.client.http import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dumont.client import models

OVER = frozenset({"done", "failed", "cancelled"})
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 60.0


class Fleet:
    def __init__(self, api: Api) -> None:
        self._api = api

    def launch(self, wish: dict[str, Any]) -> models.Launched:
        answer: models.Launched = self._api.post("/instances", wish)
        return answer

    def all(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedInstance]:
        return self._api.pages("/instances", filters, limit=limit)

    def named(self, name: str) -> models.Instance:
        """By its name, or by its id."""
        found = next(iter(self._api.pages("/instances", {"name": name}, limit=1)))["items"] if len(name) < 36 else []
        if found:
            by_name: models.Instance = found[0]
            return by_name
        if len(name) < 36:
            raise NotFound(f"There is no instance {name}.", hint="`dumont ls` lists all of yours.")
        by_id: models.Instance = self._api.get(_path(name))
        return by_id

    def detail(self, instance_id: str) -> models.InstanceDetail:
        answer: models.InstanceDetail = self._api.get(_path(instance_id))
        return answer

    def ask(self, instance_id: str, act: str) -> models.Operation:
        """`wake`, `hibernate`, `pause`, `resume`, `snapshot`, `failover`, `half-life`."""
        answer: models.Operation = self._api.post(f"{_path(instance_id)}/{act}")
        return answer

    def change(self, instance_id: str, change: dict[str, Any]) -> models.Instance:
        answer: models.Instance = self._api.patch(_path(instance_id), change)
        return answer

    def keep_awake(self, instance_id: str, seconds: float) -> models.Instance:
        answer: models.Instance = self._api.post(f"{_path(instance_id)}/keep-awake", {"seconds": seconds})
        return answer

    def destroy(self, instance_id: str, *, keep_snapshot: bool) -> models.Proof:
        answer: models.Proof = self._api.delete(f"{_path(instance_id)}?keep_snapshot={str(keep_snapshot).lower()}")
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

    def budget(self) -> models.Budget:
        answer: models.Budget = self._api.get("/budgets")
        return answer

    def put_budget(self, limits: dict[str, Any]) -> models.Budget:
        answer: models.Budget = self._api.put("/budgets", limits)
        return answer

    def standbys(self) -> models.Standbys:
        answer: models.Standbys = self._api.get("/standby")
        return answer


def _path(instance_id: str) -> str:
    return f"/instances/{quote(instance_id, safe='')}"
