"""Lends single objects of a bucket: addresses that work without keys, for one act, until their time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dumont.snapstore.blobs import Keys, signing
from dumont.snapstore.blobs.names import checked
from dumont.snapstore.blobs.place import place_of
from dumont.snapstore.surroundings import seconds_now


class Presigner:
    """Of a repository's address; counts only, asks nobody."""

    def __init__(
        self,
        address: str,
        keys: Keys,
        *,
        region: str = "",
        endpoint: str = "",
        now: Callable[[], float] = seconds_now,
    ) -> None:
        self._place = place_of(address, region, endpoint)
        self._keys = keys
        self._now = now

    def url(self, method: str, name: str, seconds: int, headers: Mapping[str, str] | None = None) -> str:
        """Whoever uses it must send these headers as they are (names in lower case): `content-length`, for one."""
        place, origin = self._place, self._place.origin
        signer = signing.Signer(self._keys, place.region, self._now())
        where = f"{'https' if origin.secure else 'http'}://{origin.name}"
        path = f"{place.path}/{place.prefix}{checked(name)}"
        return signing.presigned(signer, method, where, path, seconds=seconds, headers=headers)
