"""A repository in a bucket: Amazon's, Cloudflare's, or any store that speaks S3."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import NamedTuple, TypeVar

from dumont.snapstore.blobs import Bytes, Found, Keys, checksum, pages, ranges, refusals, signing
from dumont.snapstore.blobs.again import Again, Retries
from dumont.snapstore.blobs.http import Wires
from dumont.snapstore.blobs.learning import Known
from dumont.snapstore.blobs.names import NAME, checked, checked_prefix
from dumont.snapstore.blobs.place import place_of
from dumont.snapstore.blobs.refusals import Refusal
from dumont.snapstore.blobs.wire import Leads, Patience, Reply, Request
from dumont.snapstore.errors import BadRequest, Missing, StoreAway
from dumont.snapstore.surroundings import seconds_now
from dumont.snapstore.waiting import Waiting

T = TypeVar("T")
PUT_MOST = 5 << 30


class Act(NamedTuple):
    """What is asked of the bucket."""

    method: str
    name: str
    query: signing.Pairs = ()
    headers: Sequence[tuple[str, str]] = ()
    parts: Sequence[Bytes] = ()
    fine: Sequence[int] = (200,)


class S3Blobs:
    """Any number of threads at once."""

    def __init__(
        self,
        address: str,
        keys: Keys | None,
        *,
        region: str = "",
        endpoint: str = "",
        retries: Retries | None = None,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
        leads: Leads | None = None,
        now: Callable[[], float] = seconds_now,
    ) -> None:
        """With `leads`, connections are made to what it allows, and answers that send us elsewhere are not followed."""
        self._place = place_of(address, region, endpoint)
        self._keys = keys
        self._retries = retries or Retries()
        self._waiting: Waiting | None = None
        self._now = now
        self._wires = Wires(patience, trust, leads)
        self._known = Known(self._place, self._place.origin, follows=leads is None)

    @property
    def address(self) -> str:
        return self._place.address

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        if length is None:
            headers = [ranges.header(start)] if start else []
            act = Act("GET", checked(name), headers=headers, fine=ranges.FINE)
            return self._do(act, lambda reply: ranges.taken(reply, start, name))
        buffer = bytearray(length)
        self.read_into(name, start, memoryview(buffer))
        return bytes(buffer)

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        if not len(buffer):
            if self.find(name) is None:
                raise Missing(f"{name} is not there.")
            return
        act = Act("GET", checked(name), headers=[ranges.header(start, len(buffer))], fine=ranges.FINE)
        self._do(act, lambda reply: ranges.fill(reply, start, buffer, name))

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        if sum(memoryview(part).nbytes for part in parts) > PUT_MOST:
            raise BadRequest(f"{name} is too long for one object.")
        self._do(Act("PUT", checked(name), headers=[checksum.of(parts)], parts=parts), _done)

    def find(self, name: str) -> Found | None:
        try:
            return self._do(Act("HEAD", checked(name)), lambda reply: _found(reply, name))
        except Missing:
            return None

    def list(self, prefix: str) -> Iterator[Found]:
        query = [("list-type", "2"), ("prefix", self._place.prefix + checked_prefix(prefix)), ("encoding-type", "url")]
        token = ""
        while True:
            asked = [*query, ("continuation-token", token)] if token else query
            page = self._do(Act("GET", "", query=asked), pages.page)
            yield from (found for found in map(self._ours, page.found) if found)
            if not page.token:
                return
            token = page.token

    def delete(self, name: str) -> None:
        try:
            self._do(Act("DELETE", checked(name), fine=(200, 204)), _done)
        except Missing:
            return

    def wait_by(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def close(self) -> None:
        self._wires.close()

    def give_up(self) -> None:
        """Whatever other threads ask of it fails within moments."""
        self._wires.give_up()

    def _ours(self, found: Found) -> Found | None:
        """By its name in the repository; what others put beside it is nothing to us."""
        name = found.name[len(self._place.prefix) :]
        return found._replace(name=name) if NAME.fullmatch(name) else None

    def _do(self, act: Act, take: Callable[[Reply], T]) -> T:
        return self._retries.run(lambda: self._once(act, take), self.address, self._waiting)

    def _once(self, act: Act, take: Callable[[Reply], T], known: Known | None = None) -> T:
        known = known or self._known
        with self._wires.ask(known.origin, self._request(act, known)) as reply:
            if reply.status in act.fine:
                return take(reply)
            body = reply.rest(refusals.BODY_MOST)
            refusal = refusals.read(reply.status, reply.headers, body)
        if act.method == "HEAD" and 400 <= reply.status < 500 and reply.status != 404:
            # Only the answer to a GET says why.
            return self._once(act._replace(method="GET", headers=[ranges.header(0, 1)], fine=()), take, known)
        raise self._judged(refusal, act, known)

    def _judged(self, refusal: Refusal, act: Act, known: Known) -> Exception:
        judged = refusals.judged(refusal, act.name or "the list", self.address)
        better = known.after(refusal, putting=bool(act.parts), now=self._now())
        if better == known:
            return judged
        self._known = better
        return Again(judged.why if isinstance(judged, Again) else judged, at_once=True)

    def _request(self, act: Act, known: Known) -> Request:
        path = known.place.path + ("/" + known.place.prefix + act.name if act.name else "")
        target = signing.target(path or "/", act.query)
        headers = [pair for pair in act.headers if known.checksums or not pair[0].startswith("x-amz-checksum")]
        if self._keys:
            signer = signing.Signer(self._keys, known.place.region, self._now() + known.skew_seconds)
            told = {"host": known.origin.name, **dict(headers)}
            headers = signing.signed_headers(signer, act.method, target, told, _payload(act, known))
        return Request(act.method, target, headers, act.parts)


def _payload(act: Act, known: Known) -> str:
    if not act.parts:
        return signing.NOTHING
    if not known.signs_payload:
        return signing.UNSIGNED
    counted = sha256()
    for part in act.parts:
        counted.update(part)
    return counted.hexdigest()


def _found(reply: Reply, name: str) -> Found:
    size = reply.headers.get("content-length", "")
    if not size.isdigit():
        raise Again(StoreAway(f"The store does not say how long {name} is."))
    return Found(name, int(size), modified(reply))


def modified(reply: Reply) -> float:
    try:
        return parsedate_to_datetime(reply.headers["last-modified"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return 0.0


def _done(_reply: Reply) -> None:
    return
