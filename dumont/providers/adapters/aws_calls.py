"""Calls to EC2 through boto3: in threads, a client a region, and every failure in the words of `errors.py`.

boto3 signs and parses; it retries nothing, because only the caller knows what a repeated call would do. It slows itself
down when EC2 says so, and the seam's turns keep all workers together under EC2's limits.
"""

import asyncio
from collections.abc import Mapping
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

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Ec2:
    """All regions of one account."""

    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._credentials = credentials
        self._clients: dict[str, Any] = {}
        self._one_at_a_time = Lock()

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
            found += page.get(key) or ()
            if not page.get("NextToken"):
                return found
            given["NextToken"] = page["NextToken"]
        raise Unavailable(f"AWS {region} has more pages of {key} than can be true.")

    def _call(self, region: str, operation: str, given: Mapping[str, Any]) -> Any:
        with self._one_at_a_time:  # making clients is not safe in threads; using them is
            client = self._clients.get(region) or self._clients.setdefault(region, self._client(region))
        return getattr(client, operation)(**given)

    def _client(self, region: str) -> Any:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise Unavailable("AWS needs boto3, which is not installed: `pip install dumont[aws]`.") from None
        session = boto3.session.Session(
            aws_access_key_id=self._credentials.get("access_key_id") or "none",
            aws_secret_access_key=self._credentials.get("secret_access_key") or "none",
            aws_session_token=self._credentials.get("session_token") or None,
            region_name=region,
        )
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "adaptive", "total_max_attempts": 1},
            ignore_configured_endpoint_urls=True,
        )
        elsewhere = None if self._http.url == URL else f"{self._http.url}/"
        client = session.client("ec2", endpoint_url=elsewhere, config=config)
        client.meta.events.register("before-parse.ec2", _check_form)
        return client

    def _failure(self, error: Exception, effect: bool) -> ProviderError:
        from botocore import exceptions as boto

        if isinstance(error, boto.ClientError):
            return self._refusal(error.response, effect)
        if isinstance(error, boto.ParamValidationError):
            return Invalid("AWS can't be asked for that.")
        never_sent = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError, boto.SSLError)
        if isinstance(error, never_sent):
            return Unavailable(f"AWS can't be reached ({type(error).__name__}).")
        if isinstance(error, Unreadable) and error.status == 429:
            return RateLimited("AWS asks for a pause.", retry_seconds=PAUSE_SECONDS, status=429)
        if effect:
            return OutcomeUnknown(f"AWS did not say whether it was done ({type(error).__name__}).")
        return Unavailable(f"AWS did not answer ({type(error).__name__}).")

    def _refusal(self, response: Mapping[str, Any], effect: bool) -> ProviderError:
        code = str(response.get("Error", {}).get("Code", "")) or "an unnamed error"
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        message = f"AWS: {code}: {self._clean(str(response.get('Error', {}).get('Message', '')))}"
        if code in TOO_FAST or status == 429:
            return RateLimited(message, retry_seconds=PAUSE_SECONDS, status=status)
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
    if not bytes(response_dict["body"]).lstrip().startswith(b"<") or b"<html" in bytes(response_dict["body"])[:200]:
        raise Unreadable(int(response_dict["status_code"]))


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
