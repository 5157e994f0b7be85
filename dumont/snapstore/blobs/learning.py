"""What a store's refusals tell of it: its region, its clock, what it can't do."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from dumont.snapstore.blobs.place import REGION, Place, origin_of
from dumont.snapstore.blobs.refusals import Refusal
from dumont.snapstore.blobs.wire import Origin

MOVED = (301, 302, 307, 308)
NO_UNSIGNED = frozenset({"XAmzContentSHA256Mismatch", "InvalidRequest", "UnsignedPayloadNotAllowed"})
NO_CHECKSUM = frozenset({"NotImplemented", "InvalidRequest", "InvalidArgument"})
DRIFT_SECONDS = 60


class Known(NamedTuple):
    """How to ask; requests of other threads may be under way with what was known before."""

    place: Place
    origin: Origin
    skew_seconds: float = 0.0
    """How far the store's clock is ahead of ours."""
    signs_payload: bool = False
    checksums: bool = True
    follows: bool = True
    """To wherever an answer sends us. Amazon's word for its own region is taken in any case."""

    def after(self, refusal: Refusal, *, putting: bool, now: float) -> Known:
        """The same, if asking again is no use."""
        for better in (self._there(refusal), self._then(refusal, now), self._so(refusal) if putting else self):
            if better != self:
                return better
        return self

    def _there(self, refusal: Refusal) -> Known:
        region = refusal.region if REGION.fullmatch(refusal.region) else self.place.region
        if region != self.place.region and refusal.status in (400, 403, *MOVED):
            place = self.place._replace(region=region)
            return self._replace(place=place, origin=place.origin)
        location = refusal.headers.get("location", "")
        if self.follows and refusal.status in MOVED and re.match("https?://", location):
            parts = urlsplit(location)
            origin = origin_of(f"{parts.scheme}://{parts.netloc}")
            if origin.secure or not self.origin.secure:
                return self._replace(origin=origin)
        return self

    def _then(self, refusal: Refusal, now: float) -> Known:
        if refusal.code != "RequestTimeTooSkewed" or refusal.seconds is None:
            return self
        skew = refusal.seconds - now
        return self._replace(skew_seconds=skew) if abs(skew - self.skew_seconds) > DRIFT_SECONDS else self

    def _so(self, refusal: Refusal) -> Known:
        if not self.signs_payload and refusal.code in NO_UNSIGNED:
            return self._replace(signs_payload=True)
        if self.checksums and (refusal.code in NO_CHECKSUM or refusal.status == 501):
            return self._replace(checksums=False)
        return self
