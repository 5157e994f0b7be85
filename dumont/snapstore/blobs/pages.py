"""A page of a bucket's list, read from XML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from dumont.snapstore.blobs import Found
from dumont.snapstore.blobs.again import Again
from dumont.snapstore.blobs.wire import Reply
from dumont.snapstore.errors import StoreAway

MOST = 16 << 20


class Page(NamedTuple):
    found: Sequence[Found]
    token: str
    """For the next page; empty behind the last."""


def page(reply: Reply) -> Page:
    """Raises `Again` where it makes no sense, as the middle of a list must not pass for its end."""
    try:
        return _read(reply.rest(MOST))
    except (ET.ParseError, KeyError, ValueError) as error:
        raise Again(StoreAway("The store's list can't be read.")) from error


def _read(text: bytes) -> Page:
    root = ET.fromstring(text)  # noqa: S314 - libexpat itself stops what grows
    if _tag(root) != "ListBucketResult":
        raise ValueError("not a list")
    found = [_listed({_tag(field): field.text or "" for field in node}) for node in root if _tag(node) == "Contents"]
    told = {_tag(node): node.text or "" for node in root}
    if told["IsTruncated"] == "false":
        return Page(found, "")
    if not told["NextContinuationToken"]:
        raise ValueError("it breaks off")
    return Page(found, told["NextContinuationToken"])


def _listed(fields: dict[str, str]) -> Found:
    moment = datetime.fromisoformat(fields["LastModified"][:19]).replace(tzinfo=timezone.utc)
    return Found(unquote(fields["Key"]), int(fields["Size"]), moment.timestamp())


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]
