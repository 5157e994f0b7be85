"""A repository that is lent, and lies on this very computer: its folder is read, and the server asked for the rest."""

from __future__ import annotations

from dumont.snapstore.blobs import Found
from dumont.snapstore.blobs.granted import GrantedBlobs
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.errors import SnapError


class NearBlobs(GrantedBlobs):
    """Whatever the folder does not give, for it may be another computer's of the same name, comes by the grant.

    Only that can list, write and delete: what is there, and what may be done to it, the server knows.
    """

    def __init__(self, folder: str, server: str, token: str) -> None:
        super().__init__(server, token)
        self._folder = LocalBlobs(folder)

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        try:
            return self._folder.get(name, start, length)
        except SnapError:
            return super().get(name, start, length)

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        try:
            self._folder.read_into(name, start, buffer)
        except SnapError:
            super().read_into(name, start, buffer)

    def find(self, name: str) -> Found | None:
        try:
            return self._folder.find(name) or super().find(name)
        except SnapError:
            return super().find(name)
