"""Amazon's signature, version 4, for object stores: in headers, or in an address that anybody may use for a while."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from dumont.snapstore.blobs import Keys

UNSIGNED = "UNSIGNED-PAYLOAD"
NOTHING = hashlib.sha256(b"").hexdigest()
ALGORITHM = "AWS4-HMAC-SHA256"
SECONDS_MOST = 7 * 24 * 3600
"""The longest that an address can be good for."""
Pairs = Sequence[tuple[str, str]]


class Signer(NamedTuple):
    """Who signs, for where, at which second since 1970."""

    keys: Keys
    region: str
    seconds: float

    @property
    def moment(self) -> str:
        return _moment(int(self.seconds))

    @property
    def scope(self) -> str:
        return f"{self.moment[:8]}/{self.region}/s3/aws4_request"


def signed_headers(
    signer: Signer, method: str, target: str, headers: Mapping[str, str], payload: str = UNSIGNED
) -> list[tuple[str, str]]:
    """Those given (with `host`, names in lower case) and those that prove who asks; `target` is made by `target()`."""
    path, _mark, query = target.partition("?")
    told = {**headers, "x-amz-content-sha256": payload, "x-amz-date": signer.moment}
    if signer.keys.session:
        told["x-amz-security-token"] = signer.keys.session
    names = ";".join(sorted(told))
    proof = _signature(signer, _canonical(method, path, query, told, payload))
    credential = f"{signer.keys.access}/{signer.scope}"
    told["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={proof}"
    return [(name, text) for name, text in told.items() if name != "host"]


def presigned(
    signer: Signer, method: str, origin: str, path: str, *, seconds: int, headers: Mapping[str, str] | None = None
) -> str:
    """An address for one act on one object; `origin` is `https://host`, `path` not yet quoted.

    Who uses it must send the `headers` as they are given here.
    """
    told = {"host": origin.partition("://")[2].lower(), **(headers or {})}
    names = ";".join(sorted(told))
    asked = [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{signer.keys.access}/{signer.scope}"),
        ("X-Amz-Date", signer.moment),
        ("X-Amz-Expires", str(min(seconds, SECONDS_MOST))),
        ("X-Amz-SignedHeaders", names),
        *([("X-Amz-Security-Token", signer.keys.session)] if signer.keys.session else []),
    ]
    query = quoted_query(asked)
    proof = _signature(signer, _canonical(method, quoted_path(path), query, told, UNSIGNED))
    return f"{origin}{quoted_path(path)}?{query}&X-Amz-Signature={proof}"


def target(path: str, query: Pairs = ()) -> str:
    """What stands in the first line of a request."""
    return f"{quoted_path(path)}?{quoted_query(query)}" if query else quoted_path(path)


def quoted_path(path: str) -> str:
    return quote(path, safe="/-_.~")


def quoted_query(query: Pairs) -> str:
    """In the order that is signed."""
    pairs = sorted((quote(name, safe="-_.~"), quote(text, safe="-_.~")) for name, text in query)
    return "&".join(f"{name}={text}" for name, text in pairs)


def _canonical(method: str, path: str, query: str, headers: Mapping[str, str], payload: str) -> str:
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
    return f"{method}\n{path}\n{query}\n{lines}\n{';'.join(sorted(headers))}\n{payload}"


def _signature(signer: Signer, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{signer.moment}\n{signer.scope}\n{digest}"
    key = _signing_key(signer.keys.secret, signer.moment[:8], signer.region)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _moment(seconds: int) -> str:
    """Asked for several times for each request."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=16)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
