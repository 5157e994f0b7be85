"""What an object store's error means, and which of ours it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dumont.snapstore.blobs.again import Again
from dumont.snapstore.errors import Damaged, Missing, NoRoom, SnapError, StoreAway, StoreRefused

BODY_MOST = 256 << 10
LATER = frozenset(
    {
        "SlowDown",
        "RequestTimeout",
        "InternalError",
        "ServiceUnavailable",
        "OperationAborted",
        "ConditionalRequestConflict",
        "TooManyRequests",
    }
)
IN_FRONT = (502, 503, 504)
"""Without a code of the store's they are of a proxy, in front of a server that is away."""
CHANGED = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody"})
FULL = frozenset({"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage"})
MEANT = {
    "InvalidAccessKeyId": "The store does not know the access key",
    "SignatureDoesNotMatch": "The secret does not fit the access key",
    "AccessDenied": "The key may not do this",
    "ExpiredToken": "The session of the key is over",
    "InvalidToken": "The session token is not valid",
    "NoSuchBucket": "There is no such bucket",
    "InvalidBucketName": "That can't be the name of a bucket",
    "AllAccessDisabled": "The bucket is closed",
    "AccountProblem": "The account at the store is closed",
}
FIELD = re.compile(r"<(Code|Message|Region|Endpoint)>([^<]{0,500})</\1>")


class Refusal(NamedTuple):
    """An answer that is none of those that were hoped for."""

    status: int
    headers: Mapping[str, str]
    code: str = ""
    message: str = ""
    region: str = ""

    @property
    def seconds(self) -> float | None:
        """Since 1970, by the store's clock."""
        try:
            return parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return None


def read(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    found = dict(FIELD.findall(body.decode("utf-8", "replace")))
    region = headers.get("x-amz-bucket-region", "") or found.get("Region", "")
    return Refusal(status, headers, found.get("Code", ""), found.get("Message", ""), region)


def judged(refusal: Refusal, name: str, address: str) -> SnapError | Again:
    """What to raise: a kind of ours, or `Again` with one."""
    status, code = refusal.status, refusal.code
    if status == 404 and code in ("NoSuchKey", ""):
        return Missing(f"{name} is not there.")
    if code in FULL or status == 507:
        return NoRoom(f"{address} has no room left.", "Make room, or raise the quota, then run it again.")
    if code in CHANGED:
        return Again(Damaged(f"{name} changed on its way to {address}.", "Run it again; check the network."))
    if status >= 500 or status in (408, 429) or code in LATER:
        why = StoreAway(f"{address} is not able to answer ({_said(refusal)}).")
        away = f"{address} answers {status}" if status in IN_FRONT and not code else ""
        return Again(why, wait_seconds=_asked_wait(refusal.headers), away=away)
    return _refused(refusal, address)


def _refused(refusal: Refusal, address: str) -> SnapError:
    if refusal.code in MEANT:
        return StoreRefused(f"{MEANT[refusal.code]}: {address} ({refusal.code}).")
    if refusal.code == "RequestTimeTooSkewed":
        return StoreRefused(f"This machine's clock is not that of {address}.", "Set the clock, then run it again.")
    return StoreRefused(f"{address} refused it ({_said(refusal)}).")


def _said(refusal: Refusal) -> str:
    """Its code only: messages of stores repeat what was sent to them."""
    return f"{refusal.status} {refusal.code}".strip()


def _asked_wait(headers: Mapping[str, str]) -> float:
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isdigit() else 0.0
