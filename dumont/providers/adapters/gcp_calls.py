"""Calls to Google Compute Engine: the token of a service account, operations that take a while, and refusals by reason.

The key of a service account signs a short assertion, which Google trades for a token; the token is kept until it nearly
ends or is refused. A refused token did nothing, so that call is made once more with a new one.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from dumont.platform.clock import SystemClock
from dumont.providers.errors import (
    BadCredentials,
    Invalid,
    NoCapacity,
    NoFunds,
    OutcomeUnknown,
    ProviderError,
    QuotaReached,
    RateLimited,
    Unavailable,
)
from dumont.providers.http import Answer, Http

URL = "https://compute.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPE = "https://www.googleapis.com/auth/compute"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
RENEW_SECONDS_BEFORE = 120
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 10.0

NO_CAPACITY = ("ZONE_RESOURCE_POOL_EXHAUSTED", "UNSUPPORTED_OPERATION", "VM_MIN_COUNT_NOT_REACHED", "STOCKOUT")
QUOTA = ("QUOTA_EXCEEDED", "QuotaFailure", "quotaExceeded", "limitExceeded")
TOO_FAST = ("RESOURCE_OPERATION_RATE_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED")
NO_FUNDS = ("billingNotEnabled", "billingDisabled", "BILLING_DISABLED", "accountClosed")


class NotFound(Invalid):
    """Google says that there is no such thing: with unique names, a positive answer."""


class Taken(Invalid):
    """The name is in use: somebody, perhaps we, made it before."""


class Compute:
    """One project, by the key of one service account."""

    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._credentials = credentials
        self._clock = SystemClock()
        self._token = ""
        self._token_ends = 0.0

    async def call(
        self,
        method: str,
        path: str,
        *,
        group: str = "read",
        effect: bool = False,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        seconds: float = 20.0,
    ) -> Any:
        """The JSON of a good answer; `path` is beneath the project."""
        given = {"group": group, "effect": effect, "params": params, "json": json, "seconds": seconds}
        answer = await self._ask(method, path, given)
        if answer.status == 401:
            self._token = ""
            answer = await self._ask(method, path, given)
        if not answer.good:
            raise await self._refused(answer, group, effect)
        if not isinstance(answer.data, dict):
            raise self._http.broken("no object", answer.data, effect=effect)
        return answer.data

    async def done(self, operation: Mapping[str, Any]) -> bool:
        """Waits a while for an operation: whether it has surely succeeded. Raises only what it failed of itself."""
        if operation.get("status") != "DONE":
            zone = str(operation.get("zone", "")).rpartition("/")[2]
            path = f"/zones/{zone}" if zone else "/global"
            try:
                wait = f"{path}/operations/{operation.get('name')}/wait"
                operation = await self.call("POST", wait, seconds=WAIT_SECONDS)
            except ProviderError:
                return False
        if errors := (operation.get("error") or {}).get("errors"):
            raise _failed(errors[0], operation)
        return operation.get("status") == "DONE"

    async def _ask(self, method: str, path: str, given: Mapping[str, Any]) -> Answer:
        key = _service_account(self._credentials.get("service_account", ""))
        if not self._token or time.monotonic() > self._token_ends:
            await self._sign_in(key)
        project = self._credentials.get("project") or key["project_id"]
        headers = {"Authorization": f"Bearer {self._token}"}
        return await self._http.call(method, f"/compute/v1/projects/{project}{path}", headers=headers, **given)

    async def _sign_in(self, key: Mapping[str, str]) -> None:
        form = {"grant_type": GRANT, "assertion": self._assertion(key)}
        where = TOKEN_URL if self._http.url == URL else f"{self._http.url}/token"
        answer = await self._http.call("POST", where, group="token", form=form)
        data = answer.data if isinstance(answer.data, dict) else {}
        if not answer.good or "access_token" not in data:
            why = data.get("error_description") or data.get("error") or f"HTTP {answer.status}"
            raise BadCredentials(f"Google does not trust the key of the service account: {why}", status=answer.status)
        self._token = str(data["access_token"])
        self._token_ends = time.monotonic() + float(data.get("expires_in", 3600)) - RENEW_SECONDS_BEFORE

    def _assertion(self, key: Mapping[str, str]) -> str:
        import jwt

        now = int(self._clock.now().timestamp())
        claims = {"iss": key["client_email"], "scope": SCOPE, "aud": TOKEN_URL, "iat": now, "exp": now + 3600}
        try:
            return jwt.encode(claims, key["private_key"], algorithm="RS256", headers={"kid": key["private_key_id"]})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise BadCredentials("The private key of the service account can't be read.") from None

    async def _refused(self, answer: Answer, group: str, effect: bool) -> ProviderError:
        reason, message = _reason(answer)
        failure = _refusal(answer.status, reason, f"Google: {message or reason or answer.status}", effect)
        if isinstance(failure, RateLimited):
            await self._http.hold(group, failure.retry_seconds)
        return failure


def _service_account(text: str) -> Mapping[str, str]:
    try:
        key = json.loads(text)
        return {name: str(key[name]) for name in ("client_email", "private_key", "project_id")} | {
            "private_key_id": str(key.get("private_key_id", ""))
        }
    except (ValueError, KeyError, TypeError):
        raise BadCredentials("The service account's key must be the whole JSON file that Google gave.") from None


def _reason(answer: Answer) -> tuple[str, str]:
    error = answer.data.get("error") if isinstance(answer.data, dict) else None
    if not isinstance(error, dict):
        return "", ""
    rows = error.get("errors") or [{}]
    return str(rows[0].get("reason") or error.get("status") or ""), str(error.get("message") or "")[:200]


def _refusal(status: int, reason: str, message: str, effect: bool) -> ProviderError:
    if reason in TOO_FAST:
        return RateLimited(message, retry_seconds=PAUSE_SECONDS, status=status)
    if known := _known(reason):
        return known(message, status=status)
    by_status: dict[int, type[ProviderError]] = {
        401: BadCredentials,
        403: BadCredentials,
        404: NotFound,
        409: Taken,
        412: Unavailable,
    }
    if kind := by_status.get(status):
        return kind(message, status=status)
    if status >= 500:
        return (OutcomeUnknown if effect else Unavailable)(message, status=status)
    if reason == "resourceNotReady":
        return Unavailable(message, status=status)
    return Invalid(message, status=status)


def _failed(error: Mapping[str, Any], operation: Mapping[str, Any]) -> ProviderError:
    """Of an operation that is over: it surely made nothing."""
    code, message = str(error.get("code")), f"Google: {error.get('code')}: {str(error.get('message'))[:200]}"
    if any(code.startswith(known) for known in TOO_FAST):
        return RateLimited(message, retry_seconds=PAUSE_SECONDS)
    status = int(operation.get("httpErrorStatusCode") or 400)
    return (_known(code) or (Unavailable if status >= 500 else Invalid))(message, status=status)


def _known(code: str) -> type[ProviderError] | None:
    kinds: tuple[tuple[type[ProviderError], tuple[str, ...]], ...] = (
        (NoCapacity, NO_CAPACITY),
        (QuotaReached, QUOTA),
        (NoFunds, NO_FUNDS),
    )
    return next((kind for kind, codes in kinds if any(known in code for known in codes)), None)
