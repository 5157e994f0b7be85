"""Calls to EC2 through boto3: in threads, a client a region, and every failure in the words of `errors.py`.

boto3 signs and parses; it retries nothing, because only the caller knows what a repeated call would do. It slows itself
down when EC2 says so, and the seam's turns keep all workers together under EC2's limits.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

from dumont.providers.errors import (
    BadCredentials,
    Invalid,
    NoCapacity,
    OfferGone,
    OutcomeUnknown,
    ProviderError,
    QuotaReached,
    RateLimited,
    Unavailable,
)
from dumont.providers.http import CONNECT_SECONDS, Http

URL = "https://ec2.amazonaws.com"
READ_SECONDS = 20.0
PAGES_MAX = 200
PAUSE_SECONDS = 5.0
ONE_AT_A_TIME = Lock()

NO_CAPACITY = {
    *(
        "InsufficientInstanceCapacity",
        "InsufficientCapacity",
        "InsufficientHostCapacity",
        "InsufficientAddressCapacity",
    ),
    *("Unsupported", "UnfulfillableCapacity", "CapacityNotAvailable"),
}
QUOTA = {
    *("VcpuLimitExceeded", "InstanceLimitExceeded", "MaxSpotInstanceCountExceeded", "VolumeLimitExceeded"),
    *("MaxSpotFleetRequestCountExceeded", "SecurityGroupLimitExceeded", "AddressLimitExceeded", "PendingVerification"),
}
TOO_FAST = {"RequestLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled", "SlowDown"}
BAD_KEY = {
    *("AuthFailure", "UnauthorizedOperation", "InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied"),
    *("UnrecognizedClientException", "MissingAuthenticationToken", "OptInRequired", "Blocked", "ExpiredToken"),
    *("RequestExpired", "IncompleteSignature", "InvalidSecurity"),
}
NOT_FOUND = {"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}


class NotFound(Unavailable):
    """EC2 does not know this instance: gone for an hour or longer, or launched a moment ago and not everywhere known
    yet. Not a positive answer, so never `MachineGone`."""

    code = "not_found_yet"


class Repeated(Invalid):
    """The same token came with other wishes: the first request was taken, or is being worked on."""


class AlreadyThere(Invalid):
    """Another worker was faster."""


class Unreadable(Exception):
    """An answer that is not XML, such as the page of a gateway."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers


@cache
def boto() -> tuple[Any, Any]:
    """A session without an account of its own, for the description of EC2 is long to read; and how calls are made."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise Unavailable("AWS needs boto3, which is not installed: `pip install dumont[aws]`.") from None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "adaptive", "total_max_attempts": 1},
        ignore_configured_endpoint_urls=True,
    )
    return boto3.session.Session(), config


class Ec2:
    """All regions of one account."""

    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._credentials = credentials
        self._clients: dict[str, Any] = {}

    async def call(
        self, region: str, operation: str, *, group: str = "read", effect: bool = False, **given: Any
    ) -> Any:
        await self._http.turn(group)
        try:
            return await asyncio.to_thread(self._call, region, operation, given)
        except ProviderError:
            raise
        except Exception as error:
            failure = self._failure(error, effect)
        if isinstance(failure, RateLimited):
            await self._http.hold(group, failure.retry_seconds)
        raise failure

    async def pages(self, region: str, operation: str, key: str, **given: Any) -> list[Any]:
        """All rows under `key`; half a list is an error here."""
        found: list[Any] = []
        for _ in range(PAGES_MAX):
            page = await self.call(region, operation, **given)
            if key not in page:
                raise self._http.broken(f"{operation} without {key}", page)
            found += page[key]
            if not page.get("NextToken"):
                return found
            given["NextToken"] = page["NextToken"]
        raise Unavailable(f"AWS {region} has more pages of {key} than can be true.")

    def _call(self, region: str, operation: str, given: Mapping[str, Any]) -> Any:
        with ONE_AT_A_TIME:  # making clients is not safe in threads; using them is
            client = self._clients.get(region) or self._clients.setdefault(region, self._client(region))
        return getattr(client, operation)(**given)

    def _client(self, region: str) -> Any:
        session, config = boto()
        elsewhere = None if self._http.url == URL else f"{self._http.url}/"
        client = session.client(
            "ec2",
            region_name=region,
            endpoint_url=elsewhere,
            config=config,
            aws_access_key_id=self._credentials.get("access_key_id") or "none",
            aws_secret_access_key=self._credentials.get("secret_access_key") or "none",
            aws_session_token=self._credentials.get("session_token") or None,
        )
        client.meta.events.register("before-parse.ec2", _check_form)
        return client

    def _failure(self, error: Exception, effect: bool) -> ProviderError:
        from botocore import exceptions as known

        if isinstance(error, known.ClientError):
            return self._refusal(error.response, effect)
        if isinstance(error, known.ParamValidationError):
            return Invalid("AWS can't be asked for that.")
        if isinstance(error, known.EndpointConnectionError | known.ConnectTimeoutError | known.SSLError):
            return Unavailable(f"AWS can't be reached ({type(error).__name__}).")
        if isinstance(error, Unreadable) and error.status == 429:
            return RateLimited("AWS asks for a pause.", retry_seconds=_pause(error.headers), status=429)
        if effect:
            return OutcomeUnknown(f"AWS did not say whether it was done ({type(error).__name__}).")
        return Unavailable(f"AWS did not answer ({type(error).__name__}).")

    def _refusal(self, response: Mapping[str, Any], effect: bool) -> ProviderError:
        code = str(response.get("Error", {}).get("Code", "")) or "an unnamed error"
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        message = f"AWS: {code}: {self._clean(str(response.get('Error', {}).get('Message', '')))}"
        if code in TOO_FAST or status == 429:
            headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
            return RateLimited(message, retry_seconds=_pause(headers), status=status)
        if kind := _kind(code):
            return kind(message, status=status)
        if status is None or status >= 500:
            return (OutcomeUnknown if effect else Unavailable)(message, status=status)
        return Invalid(message, status=status)

    def _clean(self, text: str) -> str:
        for name in ("access_key_id", "secret_access_key", "session_token"):
            if secret := self._credentials.get(name):
                text = text.replace(secret, "…")
        return text[:200]


def _check_form(response_dict: Mapping[str, Any], **_rest: Any) -> None:
    start = bytes(response_dict["body"]).lstrip()[:200].lower()
    if not start.startswith(b"<") or b"<html" in start:
        raise Unreadable(int(response_dict["status_code"]), response_dict["headers"])


def _pause(headers: Mapping[str, str]) -> float:
    try:
        return max(1.0, float(headers.get("retry-after", PAUSE_SECONDS)))
    except ValueError:
        return PAUSE_SECONDS


def _kind(code: str) -> type[ProviderError] | None:
    kinds: dict[type[ProviderError], set[str]] = {
        NoCapacity: NO_CAPACITY,
        OfferGone: {"SpotMaxPriceTooLow"},
        QuotaReached: QUOTA,
        BadCredentials: BAD_KEY,
        NotFound: NOT_FOUND,
        Repeated: {"IdempotentParameterMismatch"},
        AlreadyThere: {"InvalidGroup.Duplicate", "InvalidPermission.Duplicate"},
    }
    return next((kind for kind, codes in kinds.items() if code in codes), None)
