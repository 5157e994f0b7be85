"""Lists of a bucket's objects, in both versions, page by page."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from dumont.simulators.s3.answers import Refused, document, group, moment, text
from dumont.simulators.s3.shelf import Bucket, Thing

PAGE = 1000
BEHIND_ALL = "\U0010ffff"


@dataclass(slots=True)
class _Page:
    things: list[Thing] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    last: str = ""
    more: bool = False

    @property
    def size(self) -> int:
        return len(self.things) + len(self.folders)


def listing(bucket: Bucket, name: str, asked: Mapping[str, str], until: float) -> bytes:
    """What a page of it says; objects newer than `until` are not told of."""
    second = asked.get("list-type") == "2"
    after = _after(asked) if second else asked.get("marker", "")
    limit = min(PAGE, int(asked.get("max-keys", PAGE)))
    page = _page(bucket, (asked.get("prefix", ""), asked.get("delimiter", "")), after, (limit, until))
    said = [
        text("Name", name),
        text("Prefix", _said(asked.get("prefix", ""), asked)),
        text("MaxKeys", str(limit)),
        text("IsTruncated", "true" if page.more else "false"),
        *([text("Delimiter", asked["delimiter"])] if asked.get("delimiter") else []),
        *([text("EncodingType", "url")] if asked.get("encoding-type") == "url" else []),
        *(_second(asked, page) if second else _first(asked, page)),
        *(_contents(thing, asked) for thing in page.things),
        *(group("CommonPrefixes", text("Prefix", _said(folder, asked))) for folder in page.folders),
    ]
    return document("ListBucketResult", said)


def _page(bucket: Bucket, wanted: tuple[str, str], after: str, limits: tuple[int, float]) -> _Page:
    (prefix, delimiter), (limit, until) = wanted, limits
    page = _Page(last=after)
    skipped = f"{after}{BEHIND_ALL}" if delimiter and after.endswith(delimiter) else after
    for thing in bucket.from_key(prefix, skipped, until):
        folder = _folder(thing.key, prefix, delimiter)
        if folder and page.folders and page.folders[-1] == folder:
            continue
        if page.size >= limit:
            page.more = True
            break
        if folder:
            page.folders.append(folder)
        else:
            page.things.append(thing)
        page.last = folder or thing.key
    return page


def _folder(key: str, prefix: str, delimiter: str) -> str:
    at = key.find(delimiter, len(prefix)) if delimiter else -1
    return key[: at + len(delimiter)] if at >= 0 else ""


def _after(asked: Mapping[str, str]) -> str:
    token = asked.get("continuation-token")
    if token is None:
        return asked.get("start-after", "")
    try:
        return base64.urlsafe_b64decode(token).decode()
    except ValueError as error:
        raise Refused(400, "InvalidArgument", "The continuation token provided is incorrect") from error


def _second(asked: Mapping[str, str], page: _Page) -> list[str]:
    said = [text("KeyCount", str(page.size))]
    if "continuation-token" in asked:
        said.append(text("ContinuationToken", asked["continuation-token"]))
    if page.more:
        said.append(text("NextContinuationToken", base64.urlsafe_b64encode(page.last.encode()).decode()))
    return said


def _first(asked: Mapping[str, str], page: _Page) -> list[str]:
    said = [text("Marker", _said(asked.get("marker", ""), asked))]
    if page.more and asked.get("delimiter"):
        said.append(text("NextMarker", _said(page.last, asked)))
    return said


def _contents(thing: Thing, asked: Mapping[str, str]) -> str:
    return group(
        "Contents",
        text("Key", _said(thing.key, asked)),
        text("LastModified", moment(thing.modified)),
        text("ETag", f'"{thing.etag}"'),
        text("Size", str(thing.size)),
        text("StorageClass", "STANDARD"),
    )


def _said(key: str, asked: Mapping[str, str]) -> str:
    return quote(key, safe="/") if asked.get("encoding-type") == "url" else key
