"""Where a bucket is reached: its address, its endpoint, its region, and how these become one another."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from dumont.snapstore.blobs.wire import Origin
from dumont.snapstore.errors import BadRequest

BUCKET = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}")
REGION = re.compile(r"[a-z0-9-]{1,40}")
AMAZON = "us-east-1"


class Place(NamedTuple):
    """A bucket, and what stands before the names of our objects in it."""

    bucket: str
    prefix: str
    """Empty, or ending in a stroke."""
    region: str
    endpoint: str
    """Empty for Amazon's own."""

    @property
    def address(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def origin(self) -> Origin:
        if self.endpoint:
            return origin_of(self.endpoint)
        host = f"s3.{self.region}.amazonaws.com" + (".cn" if self.region.startswith("cn-") else "")
        return Origin(True, f"{self.bucket}.{host}" if self._has_host else host, 443)

    @property
    def path(self) -> str:
        """Of the bucket itself."""
        if self.endpoint:
            return f"{urlsplit(self.endpoint).path.rstrip('/')}/{self.bucket}"
        return "" if self._has_host else f"/{self.bucket}"

    @property
    def _has_host(self) -> bool:
        """With a dot in it, no certificate fits."""
        return "." not in self.bucket and "_" not in self.bucket and self.bucket.islower()


def place_of(address: str, region: str = "", endpoint: str = "") -> Place:
    """Of `s3://bucket/prefix`; raises `BadRequest`, without saying again what was given."""
    scheme, _mark, rest = address.partition("://")
    bucket, _slash, prefix = rest.partition("/")
    if scheme != "s3" or not BUCKET.fullmatch(bucket):
        raise BadRequest("That is not the address of a bucket.", "Write s3://bucket/prefix; keys are given apart.")
    if region and not REGION.fullmatch(region):
        raise BadRequest("That can't be the name of a region.")
    if endpoint:
        endpoint = endpoint if "://" in endpoint else f"https://{endpoint}"
        region = region or ("auto" if origin_of(endpoint).host.endswith(".r2.cloudflarestorage.com") else AMAZON)
    prefix = "/".join(part for part in prefix.split("/") if part)
    return Place(bucket, f"{prefix}/" if prefix else "", region or AMAZON, endpoint)


def origin_of(url: str) -> Origin:
    """Raises `BadRequest`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadRequest("That is not the address of a store.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise BadRequest("That is not the address of a store.", "Write https://host, without names or keys in it.")
    secure = parts.scheme == "https"
    return Origin(secure, parts.hostname, port or (443 if secure else 80))
