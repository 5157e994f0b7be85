"""Objects that come in parts: begun, sent part by part, joined or given up."""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from xml.etree import ElementTree as ET

from dumont.simulators.s3 import bodies, objects
from dumont.simulators.s3.answers import Refused, document, group, text
from dumont.simulators.s3.bodies import Care
from dumont.simulators.s3.shelf import Bucket
from dumont.simulators.s3.wire import Request, Wire

PART_BYTES_MIN = 5 << 20
XML = {"Content-Type": "application/xml"}


@dataclass(slots=True)
class Part:
    path: Path
    size: int
    etag: str


@dataclass(slots=True)
class Upload:
    bucket: Bucket
    key: str
    told: dict[str, str]
    parts: dict[int, Part] = field(default_factory=dict)


class Uploads:
    """Those that are open; they don't outlive the server."""

    def __init__(self) -> None:
        self._open: dict[str, Upload] = {}

    def begin(self, wire: Wire, request: Request, bucket: Bucket) -> None:
        name = token_hex(16)
        self._open[name] = Upload(bucket, request.key, objects.given(request))
        wire.skip()
        said = [text("Bucket", request.bucket), text("Key", request.key), text("UploadId", name)]
        _answer(wire, document("InitiateMultipartUploadResult", said))

    def part(self, wire: Wire, request: Request, care: Care) -> None:
        upload = self._upload(request)
        path = upload.bucket.new()
        saved = bodies.save(wire, request, path, care)
        part = Part(path, saved.size, saved.md5 or token_hex(16))
        old = upload.parts.get(int(request.asked["partNumber"]))
        upload.parts[int(request.asked["partNumber"])] = part
        if old:
            old.path.unlink(missing_ok=True)
        wire.answer(200, {"ETag": f'"{part.etag}"', **saved.checksums, "Content-Length": "0"})

    def complete(self, wire: Wire, request: Request) -> None:
        upload = self._upload(request)
        parts = _named(upload, bodies.read(wire, request))
        half = upload.bucket.new()
        _join(parts, half)
        etag = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False).hexdigest()
        etag = f"{etag}-{len(parts)}"
        fresh = request.headers.get("if-none-match") == "*"
        upload.bucket.take(upload.key, half, etag=etag, told=upload.told, fresh=fresh)
        self._close(request.asked["uploadId"])
        said = [text("Bucket", request.bucket), text("Key", upload.key), text("ETag", f'"{etag}"')]
        _answer(wire, document("CompleteMultipartUploadResult", said))

    def abort(self, wire: Wire, request: Request) -> None:
        self._upload(request)
        self._close(request.asked["uploadId"])
        wire.answer(204, {})

    def listed(self, request: Request) -> bytes:
        open_ones = [
            group("Upload", text("Key", upload.key), text("UploadId", name))
            for name, upload in list(self._open.items())
            if upload.bucket.folder.name == request.bucket
        ]
        said = [text("Bucket", request.bucket), text("IsTruncated", "false"), *open_ones]
        return document("ListMultipartUploadsResult", said)

    def _upload(self, request: Request) -> Upload:
        upload = self._open.get(request.asked.get("uploadId", ""))
        if upload is None or upload.key != request.key:
            raise Refused(404, "NoSuchUpload", "The specified multipart upload does not exist.")
        return upload

    def _close(self, name: str) -> None:
        for part in self._open.pop(name).parts.values():
            part.path.unlink(missing_ok=True)


def _named(upload: Upload, said: bytes) -> list[Part]:
    """The parts that the request names, in its order."""
    numbers = [
        int(node.text or "0")
        for node in ET.fromstring(said).iter()  # noqa: S314 - our own tests wrote it
        if node.tag.rpartition("}")[2] == "PartNumber"
    ]
    parts = [upload.parts.get(number) for number in numbers]
    if not parts or None in parts or numbers != sorted(set(numbers)):
        raise Refused(400, "InvalidPart", "One or more of the specified parts could not be found.")
    found = [part for part in parts if part is not None]
    if any(part.size < PART_BYTES_MIN for part in found[:-1]):
        raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    return found


def _join(parts: list[Part], path: Path) -> None:
    with path.open("wb") as target:
        for part in parts:
            with part.path.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)


def _answer(wire: Wire, body: bytes) -> None:
    wire.answer(200, {**XML, "Content-Length": str(len(body))}, body)
