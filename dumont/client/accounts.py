"""Accounts as the API has them: signing in, the own account, API keys, teams, providers' keys, the own log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dumont.basics.errors import Conflict, NotFound
from dumont.client.failures import SAY_ID
from dumont.client.http import Api

if TYPE_CHECKING:
    from dumont.client import models


class Accounts:
    def __init__(self, api: Api) -> None:
        self._api = api

    def sign_up(self, *, email: str, name: str, password: str) -> models.Message:
        body = {"email": email, "name": name, "password": password}
        answer: models.Message = self._api.post("/auth/signup", body, hidden=("password",), signed=False)
        return answer

    def log_in(self, *, email: str, password: str) -> models.Grant:
        body = {"email": email, "password": password, "remember": "token"}
        grant: models.Grant = self._api.post("/auth/login", body, hidden=("password",), signed=False)
        return grant

    def log_out(self) -> None:
        self._api.post("/auth/logout")

    def log_out_everywhere(self) -> None:
        self._api.post("/auth/logout-everywhere")

    def me(self) -> models.Me:
        answer: models.Me = self._api.get("/auth/me")
        return answer

    def api_keys(self, *, limit: int | None = None) -> Iterator[models.PagedApiKey]:
        return self._api.pages("/api-keys", {}, limit=limit)

    def create_api_key(self, *, name: str, scopes: list[str], expires_at: str | None = None) -> models.NewApiKey:
        body: dict[str, Any] = {"name": name, "scopes": scopes, "expires_at": expires_at}
        answer: models.NewApiKey = self._api.post("/api-keys", body)
        return answer

    def delete_api_key(self, key_id: str) -> None:
        self._api.delete(f"/api-keys/{quote(key_id, safe='')}")

    def teams(self, *, limit: int | None = None) -> Iterator[models.PagedTeam]:
        return self._api.pages("/teams", {}, limit=limit)

    def team_id(self, said: str) -> str:
        """Of one of the caller's, by its name or its id."""
        pages: Iterator[models.PagedTeam] = self._api.pages("/teams", {}, limit=None, aside=True)
        found = [team["id"] for page in pages for team in page["items"] if said in (team["id"], team["name"])]
        if not found:
            raise NotFound(f"You are in no team {said}.", hint="`dumont teams ls` lists all of yours.")
        if len(found) > 1:
            raise Conflict(f"Several teams are called {said}: {', '.join(found)}.", hint=SAY_ID)
        return found[0]

    def create_team(self, name: str) -> models.Team:
        answer: models.Team = self._api.post("/teams", {"name": name})
        return answer

    def team(self, team_id: str) -> models.TeamDetail:
        answer: models.TeamDetail = self._api.get(f"/teams/{quote(team_id, safe='')}")
        return answer

    def delete_team(self, team_id: str) -> None:
        self._api.delete(f"/teams/{quote(team_id, safe='')}")

    def invite(self, team_id: str, *, email: str, role: str) -> models.TeamInvitation:
        path = f"/teams/{quote(team_id, safe='')}/invitations"
        answer: models.TeamInvitation = self._api.post(path, {"email": email, "role": role})
        return answer

    def provider_keys(self, *, limit: int | None = None) -> Iterator[models.PagedProviderKey]:
        return self._api.pages("/provider-keys", {}, limit=limit)

    def store_provider_key(self, provider: str, fields: dict[str, str]) -> models.ProviderKey:
        path = f"/provider-keys/{quote(provider, safe='')}"
        answer: models.ProviderKey = self._api.put(path, {"fields": fields}, hidden=("fields",))
        return answer

    def delete_provider_key(self, provider: str) -> None:
        self._api.delete(f"/provider-keys/{quote(provider, safe='')}")

    def own_log(self, *, action: str | None = None, limit: int | None = None) -> Iterator[models.PagedAuditEntry]:
        return self._api.pages("/audit", {"action": action}, limit=limit)

    def webhooks(self) -> models.Webhooks:
        answer: models.Webhooks = self._api.get("/webhooks")
        return answer

    def create_webhook(self, wish: dict[str, Any]) -> models.NewWebhook:
        answer: models.NewWebhook = self._api.post("/webhooks", wish, hidden=("url",))
        return answer

    def change_webhook(self, webhook_id: str, change: dict[str, Any]) -> models.Webhook:
        answer: models.Webhook = self._api.patch(f"/webhooks/{quote(webhook_id, safe='')}", change)
        return answer

    def delete_webhook(self, webhook_id: str) -> None:
        self._api.delete(f"/webhooks/{quote(webhook_id, safe='')}")

    def test_webhook(self, webhook_id: str) -> models.WebhookDelivery:
        answer: models.WebhookDelivery = self._api.post(f"/webhooks/{quote(webhook_id, safe='')}/test")
        return answer

    def webhook_deliveries(self, webhook_id: str, *, limit: int | None = None) -> Iterator[models.PagedWebhookDelivery]:
        return self._api.pages(f"/webhooks/{quote(webhook_id, safe='')}/deliveries", {}, limit=limit)
