"""Machines and what they did before, as the API has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dumont.basics.machine_key import MachineKey
from dumont.client.http import Api

if TYPE_CHECKING:
    from dumont.client import models

HISTORY = "/machines/history"


class Machines:
    def __init__(self, api: Api) -> None:
        self._api = api

    def history(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedMachineHistory]:
        return self._api.pages(f"{HISTORY}/machines", filters, limit=limit)

    def one(self, machine: MachineKey) -> models.MachineDetail:
        answer: models.MachineDetail = self._api.get(f"{HISTORY}/machines/{_path(machine)}")
        return answer

    def attempts(self, machine: MachineKey, *, limit: int | None = None) -> Iterator[models.PagedMachineAttempt]:
        return self._api.pages(f"{HISTORY}/machines/{_path(machine)}/attempts", {}, limit=limit)

    def summary(self) -> models.HistorySummary:
        answer: models.HistorySummary = self._api.get(f"{HISTORY}/summary")
        return answer

    def check(self, machine: MachineKey) -> models.BlacklistCheck:
        answer: models.BlacklistCheck = self._api.get(f"{HISTORY}/blacklist/check/{_path(machine)}")
        return answer

    def blacklist(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedBlacklistEntry]:
        return self._api.pages(f"{HISTORY}/blacklist", filters, limit=limit)

    def block(
        self, machine: MachineKey, *, reason: str, kind: str = "manual", for_everyone: bool = False
    ) -> models.BlacklistEntry:
        body = {
            "provider": machine.provider,
            "machine_id": machine.machine_id,
            "reason": reason,
            "blacklist_type": kind,
            "for_everyone": for_everyone,
        }
        answer: models.BlacklistEntry = self._api.post(f"{HISTORY}/blacklist", body)
        return answer

    def unblock(self, machine: MachineKey, *, why: str = "", for_everyone: bool | None = None) -> None:
        """Without `for_everyone`, the own entry first."""
        given = {"why": why} if why else {}
        if for_everyone is not None:
            given["for_everyone"] = str(for_everyone).lower()
        query = f"?{urlencode(given)}" if given else ""
        self._api.delete(f"{HISTORY}/blacklist/{_path(machine)}{query}")

    def rate(self, machine: str, stars: int, *, comment: str | None = None) -> models.RatingDone:
        """By `provider:machine_id`, or by an id that only one machine has."""
        body = {"rating": stars, "comment": comment}
        answer: models.RatingDone = self._api.post(f"/reliability/machines/{quote(machine, safe='')}/rate", body)
        return answer


def _path(machine: MachineKey) -> str:
    return f"{quote(machine.provider, safe='')}/{quote(machine.machine_id, safe='')}"
