"""The server's book of snapshots, as the API has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dumont.client.http import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dumont.client import models


class Snapshots:
    def __init__(self, api: Api) -> None:
        self._api = api

    def all(self, *, limit: int | None = None, **filters: Any) -> Iterator[models.PagedSnapshot]:
        return self._api.pages("/snapshots", filters, limit=limit)

    def one(self, snapshot: str) -> models.SnapshotDetail:
        answer: models.SnapshotDetail = self._api.get(f"/snapshots/{snapshot}")
        return answer

    def files(self, snapshot: str, folder: str) -> Iterator[models.FileEntry]:
        for page in self._api.pages(f"/snapshots/{snapshot}/files", {"path": folder.strip("/")}, limit=None):
            yield from page["items"]

    def diff(self, before: str, after: str) -> Iterator[models.Difference]:
        for page in self._api.pages(f"/snapshots/{before}/diff/{after}", {}, limit=None):
            yield from page["items"]

    def repository(self) -> models.RepositoryState:
        answer: models.RepositoryState = self._api.get("/snapshots/repository")
        return answer

    def cost(self) -> models.StorageCost:
        answer: models.StorageCost = self._api.get("/snapshots/cost")
        return answer

    def start(self, path: str, *, label: str = "", tags: tuple[str, ...] = ()) -> models.SnapshotStarted:
        """A row, and the grant with which a machine fills it."""
        body = {"path": path, "label": label or None, "tags": list(tags)}
        answer: models.SnapshotStarted = self._api.post("/snapshots", body)
        return answer

    def restore(self, snapshot: str, target: str, paths: tuple[str, ...] = ()) -> models.RestoreStarted:
        body = {"target": target, "paths": list(paths)}
        answer: models.RestoreStarted = self._api.post(f"/snapshots/{snapshot}/restore", body)
        return answer
