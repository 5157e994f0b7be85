"""One object asked for, told of, put or deleted."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO
from xml.etree import ElementTree as ET

from dumont.simulators.s3 import bodies, sending
from dumont.simulators.s3.answers import Refused, date, document, group, no_such_key, text
from dumont.simulators.s3.bodies import Care
from dumont.simulators.s3.conditions import Conditions
from dumont.simulators.s3.sending import Content
from dumont.simulators.s3.shelf import Bucket, Thing
from dumont.simulators.s3.wire import Request, Wire

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
GIVEN = ("content-type", "cache-control", "content-disposition", "content-language")


def get(wire: Wire, request: Request, bucket: Bucket, conditions: Conditions) -> None:
    """GET and HEAD."""
    thing = _thing(request, bucket, conditions)
    _check_matches(request.headers, thing)
    with _opened(thing) as file:
        content = _whole(file, conditions, request.call)
        size = content.length
        part = None if conditions.take("ignore_range", request.call) else _range(request.headers.get("range"), size)
        headers = {**told(thing, request, whole=not part), "Accept-Ranges": "bytes"}
        if part:
            content = _cut(content, *part)
            headers["Content-Range"] = f"bytes {part[0]}-{part[0] + part[1] - 1}/{size}"
        headers["Content-Length"] = str(content.length)
        answer = (206 if part else 200, headers)
        if request.method == "HEAD":
            wire.head(*answer)
        else:
            sending.send(wire, answer, content, conditions, request.call)


def put(wire: Wire, request: Request, bucket: Bucket, care: Care) -> None:
    fresh = request.headers.get("if-none-match") == "*"
    half = bucket.new()
    saved = bodies.save(wire, request, half, care)
    thing = bucket.take(request.key, half, etag=saved.md5, told=given(request) | saved.checksums, fresh=fresh)
    wire.answer(200, {"ETag": f'"{thing.etag}"', **saved.checksums, "Content-Length": "0"})


def delete(wire: Wire, request: Request, bucket: Bucket) -> None:
    bucket.remove(request.key)
    wire.answer(204, {})


def delete_many(wire: Wire, request: Request, bucket: Bucket) -> None:
    asked = ET.fromstring(bodies.read(wire, request))  # noqa: S314 - our own tests wrote it
    keys = [node.text or "" for node in asked.iter() if node.tag.rpartition("}")[2] == "Key"]
    quiet = any(node.tag.rpartition("}")[2] == "Quiet" and node.text == "true" for node in asked.iter())
    for key in keys:
        bucket.remove(key)
    gone = [] if quiet else [group("Deleted", text("Key", key)) for key in keys]
    answer = document("DeleteResult", gone)
    wire.answer(200, {"Content-Type": "application/xml", "Content-Length": str(len(answer))}, answer)


def given(request: Request) -> dict[str, str]:
    """What is kept beside an object."""
    kept = {name: said for name, said in request.headers.items() if name in GIVEN or name.startswith("x-amz-meta-")}
    return {"content-type": "binary/octet-stream"} | kept


def told(thing: Thing, request: Request, *, whole: bool) -> dict[str, str]:
    """Its headers; checksums are of the whole."""
    checks = whole and request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"
    kept = {name: said for name, said in thing.told.items() if checks or not name.startswith(bodies.CHECKSUM)}
    return {"Last-Modified": date(thing.modified), "ETag": f'"{thing.etag}"', **kept}


def _thing(request: Request, bucket: Bucket, conditions: Conditions) -> Thing:
    thing = bucket.get(request.key)
    if thing is None or conditions.take("missing", request.call):
        raise no_such_key(request.key)
    return thing


def _opened(thing: Thing) -> BinaryIO:
    with suppress(FileNotFoundError):
        return thing.path.open("rb", buffering=0)
    raise no_such_key(thing.key)


def _check_matches(headers: Mapping[str, str], thing: Thing) -> None:
    wanted, unwanted = headers.get("if-match"), headers.get("if-none-match")
    if wanted and wanted.strip('"') not in (thing.etag, "*"):
        raise Refused(412, "PreconditionFailed", "At least one of the pre-conditions did not hold.")
    if unwanted and unwanted.strip('"') in (thing.etag, "*"):
        raise Refused(304, "NotModified")


def _whole(file: BinaryIO, conditions: Conditions, call: str) -> Content:
    """The object, or a shorter or longer one that is made to look like it."""
    size = os.fstat(file.fileno()).st_size
    if fault := conditions.take("shrink", call):
        return Content(file.fileno(), 0, max(0, size - int(fault.number("bytes", 1))))
    if fault := conditions.take("extend", call):
        extra = b"\0" * int(fault.number("bytes", 1))
        return Content(file.fileno(), 0, size + len(extra), extra)
    return Content(file.fileno(), 0, size)


def _range(said: str | None, size: int) -> tuple[int, int] | None:
    """Where it starts and how long it is; None for all."""
    found = RANGE.fullmatch(said or "")
    if not found or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= size or start >= end:
        raise _unsatisfiable(size)
    return start, end - start


def _unsatisfiable(size: int) -> Refused:
    refused = Refused(416, "InvalidRange", "The requested range is not satisfiable", ActualObjectSize=str(size))
    refused.headers["Content-Range"] = f"bytes */{size}"
    return refused


def _cut(content: Content, start: int, length: int) -> Content:
    in_file = content.length - len(content.tail)
    tail = content.tail[max(0, start - in_file) : max(0, start + length - in_file)]
    return Content(content.source, start, length, tail)
