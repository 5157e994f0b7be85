"""What administrators do: everybody's accounts, everybody's log, the server's settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dumont.basics.errors import NotFound
from dumont.client.http import Api

if TYPE_CHECKING:
    from dumont.client import models


class Admin:
    def __init__(self, api: Api) -> None:
        self._api = api

    def users(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedUser]:
        return self._api.pages("/admin/users", filters, limit=limit)

    def find(self, who: str) -> str:
        """The id behind an address; an id is given back as it is."""
        if "@" not in who:
            return who
        page: models.PagedUser = self._api.get("/admin/users", {"q": who, "limit": 200}, aside=True)
        for user in page["items"]:
            if user["email"].lower() == who.lower():
                return str(user["id"])
        raise NotFound(f"There is no account of {who}.", hint="`dumont users ls` lists them.")

    def user(self, user_id: str) -> models.User:
        answer: models.User = self._api.get(_path(user_id))
        return answer

    def change_user(self, user_id: str, **changes: Any) -> models.User:
        answer: models.User = self._api.patch(_path(user_id), changes)
        return answer

    def reset_link(self, user_id: str) -> models.ResetLink:
        answer: models.ResetLink = self._api.post(f"{_path(user_id)}/reset-link")
        return answer

    def sign_out(self, user_id: str) -> None:
        self._api.post(f"{_path(user_id)}/sign-out")

    def log(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedAuditEntry]:
        return self._api.pages("/admin/audit", filters, limit=limit)

    def settings(self) -> models.Settings:
        answer: models.Settings = self._api.get("/admin/settings")
        return answer


def _path(user_id: str) -> str:
    return f"/admin/users/{quote(user_id, safe='')}"
