"""Whether a request was signed with a key of the store: AWS signature, version 4, in headers or in the address."""

import hashlib
import hmac
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import strptime
from urllib.parse import quote

from dumont.simulators.s3.answers import Refused

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^/,]+)/(\d{8})/([^/]+)/s3/aws4_request,\s*"
    r"SignedHeaders=([\w;-]+),\s*Signature=([0-9a-f]{64})"
)
CREDENTIAL = re.compile(r"([^/]+)/(\d{8})/([^/]+)/s3/aws4_request")
SKEW_SECONDS_MAX = 15 * 60


@dataclass(frozen=True, slots=True)
class Key:
    """An account's."""

    access: str
    secret: str
    session: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed, and how."""

    method: str
    path: str
    """As it was sent."""
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Told:
    access: str
    day: str
    region: str
    names: str
    signature: str
    moment: str
    session: str
    expires: float | None = None


def check(request: Signed, keys: Mapping[str, Key], region: str, now: float) -> None:
    """Raises what Amazon would."""
    told = _told(request)
    key = keys.get(told.access)
    if key is None:
        raise Refused(
            403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
            AWSAccessKeyId=told.access,
        )  # fmt: skip
    if region not in (told.region, "auto"):
        message = f"The authorization header is malformed; the region '{told.region}' is wrong; expecting '{region}'"
        raise Refused(400, "AuthorizationHeaderMalformed", message, Region=region)
    if told.session != key.session:
        raise Refused(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    _check_time(told, now)
    if not hmac.compare_digest(_counted(request, told, key.secret), told.signature):
        message = "The request signature we calculated does not match the signature you provided."
        raise Refused(403, "SignatureDoesNotMatch", message, AWSAccessKeyId=told.access)


def _told(request: Signed) -> _Told:
    said = request.headers.get("authorization", "")
    query = dict(request.query)
    if "X-Amz-Signature" in query:
        return _of_query(query)
    if not said:
        raise Refused(403, "AccessDenied", "Access Denied")
    found = AUTHORIZATION.fullmatch(said.strip())
    if not found:
        raise Refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed")
    access, day, region, names, signature = found.groups()
    headers = request.headers
    moment, session = headers.get("x-amz-date", ""), headers.get("x-amz-security-token", "")
    return _Told(access, day, region, names, signature, moment, session)


def _of_query(query: Mapping[str, str]) -> _Told:
    found = CREDENTIAL.fullmatch(query.get("X-Amz-Credential", ""))
    if not found:
        raise Refused(400, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter")
    access, day, region = found.groups()
    names, signature = query.get("X-Amz-SignedHeaders", ""), query["X-Amz-Signature"]
    moment, session = query.get("X-Amz-Date", ""), query.get("X-Amz-Security-Token", "")
    return _Told(access, day, region, names, signature, moment, session, float(query.get("X-Amz-Expires", "0")))


def _check_time(told: _Told, now: float) -> None:
    try:
        signed = timegm(strptime(told.moment, "%Y%m%dT%H%M%SZ"))
    except ValueError as error:
        raise Refused(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from error
    if told.expires is not None:
        if not signed - SKEW_SECONDS_MAX <= now <= signed + told.expires:
            raise Refused(403, "AccessDenied", "Request has expired")
    elif abs(now - signed) > SKEW_SECONDS_MAX:
        message = "The difference between the request time and the current time is too large."
        raise Refused(403, "RequestTimeTooSkewed", message, RequestTime=told.moment)


def _counted(request: Signed, told: _Told, secret: str) -> str:
    scope = f"{told.day}/{told.region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{told.moment}\n{scope}\n{hashlib.sha256(_canonical(request, told).encode()).hexdigest()}"
    return hmac.digest(_signing_key(secret, told.day, told.region), text.encode(), "sha256").hex()


def _canonical(request: Signed, told: _Told) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in request.query)
    query = "&".join(f"{name}={value}" for name, value in pairs if name != "X-Amz-Signature")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in told.names.split(";"))
    payload = request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if told.expires is not None:
        payload = "UNSIGNED-PAYLOAD"
    return f"{request.method}\n{request.path}\n{query}\n{headers}\n{told.names}\n{payload}"


@lru_cache(64)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
