"""Which request goes where, once it is known who asks."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from dumont.simulators.s3 import control, objects
from dumont.simulators.s3.answers import CODES, Refused, date, document, group, text
from dumont.simulators.s3.bodies import Care, read
from dumont.simulators.s3.conditions import Conditions
from dumont.simulators.s3.listing import listing
from dumont.simulators.s3.sending import cut
from dumont.simulators.s3.shelf import Shelf
from dumont.simulators.s3.signature import Key, Signed, check
from dumont.simulators.s3.uploads import Uploads
from dumont.simulators.s3.wire import Gone, Request, Wire

HANG_SECONDS = 3600.0
XML = {"Content-Type": "application/xml"}


def wall_clock() -> float:
    return time.time()  # noqa: TID251 - a program of its own, with no platform beneath it


class Store:
    """All of the store but the listening."""

    def __init__(
        self,
        root: Path,
        *,
        keys: Mapping[str, Key],
        region: str = "us-east-1",
        now: Callable[[], float] = wall_clock,
        care: Care | None = None,
    ) -> None:
        self.keys = dict(keys)
        """Nobody has to sign where there are none."""
        self.region = region
        self.now = now
        self.shelf = Shelf(root, now)
        self.conditions = Conditions()
        self.domain = ""
        """`bucket.domain` in the Host header is a bucket, where this is given."""
        self.wants_signed_bodies = False
        """As some stores do where there is no TLS."""
        self._care = care or Care()
        self._uploads = Uploads()

    def serve(self, wire: Wire, request: Request) -> None:
        """Answers one request; raises `Gone` where the connection must end."""
        try:
            self._serve(wire, request)
        except Refused as refused:
            self._refuse(wire, request, refused)
        wire.skip()

    def _serve(self, wire: Wire, request: Request) -> None:
        if request.target.startswith(control.PREFIX):
            answer = control.steer(self.conditions, request.method, request.target, read(wire, request))
            wire.answer(200, {"Content-Type": "application/json", "Content-Length": str(len(answer))}, answer)
            return
        self._address(request)
        self.conditions.count(requests=1, bytes_in=max(0, wire.unread), **{request.method.lower(): 1})
        self._suffer(wire, request)
        if self.keys:
            signed = Signed(request.method, request.target, request.query, request.headers)
            check(signed, self.keys, self.region, self.now())
        if self.wants_signed_bodies and request.headers.get("x-amz-content-sha256") == "UNSIGNED-PAYLOAD":
            raise Refused(400, "XAmzContentSHA256Mismatch", "The body must be signed.")
        if self.conditions.take("drop_after", request.call):
            wire.before_answer = lambda: cut(wire)
        if request.key:
            self._object(wire, request)
        else:
            self._bucket(wire, request)

    def _address(self, request: Request) -> None:
        path = unquote(request.target).lstrip("/")
        host = request.headers.get("host", "").partition(":")[0]
        if self.domain and host.endswith(f".{self.domain}"):
            request.bucket, request.key = host.removesuffix(f".{self.domain}"), path
        else:
            request.bucket, _slash, request.key = path.partition("/")

    def _suffer(self, wire: Wire, request: Request) -> None:
        conditions, call = self.conditions, request.call
        conditions.wait(conditions.pace.latency)
        if slow := conditions.take("slow", call):
            conditions.wait(slow.number("seconds", 1))
        if hang := conditions.take("hang", call):
            conditions.wait(hang.number("seconds", HANG_SECONDS))
            raise Gone
        if conditions.take("drop_before", call):
            cut(wire)
        if fault := conditions.take("status", call):
            status = int(fault.number("status", 500))
            told = {str(name): str(said) for name, said in dict(fault.given.get("told") or {}).items()}
            refused = Refused(status, str(fault.given.get("code", CODES.get(status, "Unknown"))), "simulated", **told)
            refused.headers = dict(fault.given.get("headers") or {})
            raise refused

    def _object(self, wire: Wire, request: Request) -> None:
        bucket = self.shelf.bucket(request.bucket)
        match request.method:
            case "GET" | "HEAD":
                objects.get(wire, request, bucket, self.conditions)
            case "PUT" if "partNumber" in request.asked:
                self._uploads.part(wire, request, self._care)
            case "PUT":
                objects.put(wire, request, bucket, self._care)
            case "POST" if "uploads" in request.asked:
                self._uploads.begin(wire, request, bucket)
            case "POST" if "uploadId" in request.asked:
                self._uploads.complete(wire, request)
            case "DELETE" if "uploadId" in request.asked:
                self._uploads.abort(wire, request)
            case "DELETE":
                objects.delete(wire, request, bucket)
            case _:
                raise Refused(405, "MethodNotAllowed")

    def _bucket(self, wire: Wire, request: Request) -> None:
        match request.method:
            case "PUT" if request.bucket:
                wire.skip()
                self.shelf.add(request.bucket)
                wire.answer(200, {"Location": f"/{request.bucket}", "Content-Length": "0"})
            case "HEAD":
                self.shelf.bucket(request.bucket)
                wire.answer(200, {"x-amz-bucket-region": self.region, "Content-Length": "0"})
            case "POST" if "delete" in request.asked:
                objects.delete_many(wire, request, self.shelf.bucket(request.bucket))
            case "GET":
                answer = self._told(request)
                wire.answer(200, {**XML, "Content-Length": str(len(answer))}, answer)
            case _:
                raise Refused(405, "MethodNotAllowed")

    def _told(self, request: Request) -> bytes:
        if not request.bucket:
            names = (group("Bucket", text("Name", name)) for name in self.shelf.buckets)
            return document("ListAllMyBucketsResult", [group("Buckets", *names)])
        bucket = self.shelf.bucket(request.bucket)
        if "location" in request.asked:
            return document("LocationConstraint", [] if self.region == "us-east-1" else [self.region])
        if "uploads" in request.asked:
            return self._uploads.listed(request)
        if "versioning" in request.asked:
            return document("VersioningConfiguration", [])
        stale = self.conditions.take("stale_list", request.call)
        until = self.now() - stale.number("seconds", 60) if stale else float("inf")
        return listing(bucket, request.bucket, request.asked, until)

    def _refuse(self, wire: Wire, request: Request, refused: Refused) -> None:
        wire.skip()
        answer = refused.body(f"/{request.bucket}/{request.key}")
        headers = {**XML, **refused.headers, "Content-Length": str(len(answer)), "Date": date(self.now())}
        if refused.status == 304:
            answer = b""
        wire.answer(refused.status, headers, b"" if request.method == "HEAD" else answer)
