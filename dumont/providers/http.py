"""The seam between adapters and the network: one call, its turn, its time limit, and what became of it in words.

An adapter says what a call means (`effect=True`: it may create, end or change something); the seam decides what a
broken connection then means. No adapter sees an exception of the HTTP library.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx
import orjson

from dumont.providers.errors import ContractBroken, OutcomeUnknown, ProviderError, RateLimited, Unavailable
from dumont.providers.limits import Every, Left, Limiter

CONNECT_SECONDS = 5.0
WAIT_FOR_TURN_SECONDS = 30.0
BEFORE_CALLS: ContextVar[Callable[[], None] | None] = ContextVar("before_calls", default=None)
"""Asked when a turn has come, and before the call: it raises where the caller may not call any more by then."""
PAUSE_SECONDS = 5.0
"""After a 429 that does not say how long."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    data: Any
    """The JSON of the body; None where it is none (`text` may say why)."""
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


TooFast = Callable[[Answer], "float | ProviderError | None"]
"""Reads a 429 that says more than `Retry-After`: for how long, or which error it really is; None for neither."""


class Recorder(Protocol):
    """Keeps answers as fixtures, without secrets; also told of bodies that did not parse."""

    def keep(self, provider: str, method: str, path: str, answer: Answer) -> None: ...

    def unfit(self, provider: str, what: str, body: str) -> None:
        """Logs this kind of body once."""
        ...


class Http:
    """For one account at one cloud."""

    def __init__(
        self,
        provider: str,
        client: httpx.AsyncClient,
        limiter: Limiter,
        recorder: Recorder,
        *,
        account: str,
        policies: Sequence[Every] = (),
    ) -> None:
        self.provider = provider
        self._client = client
        self._limiter = limiter
        self._recorder = recorder
        self._account = account
        self._policies = {policy.group: policy for policy in policies}

    async def call(
        self,
        method: str,
        path: str,
        *,
        group: str = "read",
        effect: bool = False,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        seconds: float = 20.0,
        text: bool = False,
        too_fast: TooFast | None = None,
    ) -> Answer:
        """The answer, whatever its status below 500 but 429. `path` may be a whole URL; slashes go out as written.

        Raises `Unavailable` if surely nothing happened, `OutcomeUnknown` if an effect is in doubt, `RateLimited` on
        a 429 or where the turn would come too late. A 5xx with an effect whose body names ids is answered, so that
        the adapter can read them: it must then raise `OutcomeUnknown` itself (`doubt`). A success whose body is no
        JSON is treated as no answer at all, unless `text` is what is wanted; an empty body is fine.
        """
        await self.turn(group)
        response = await self._send(
            effect,
            self._client.build_request(
                method,
                path,
                headers=headers,
                params=params,
                json=json,
                data=form,
                timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
            ),
        )
        answer = _answer(response)
        self._recorder.keep(self.provider, method, response.request.url.path, answer)
        if answer.status == 429:
            raise await self._refused(group, answer, too_fast)
        if answer.status >= 500 and not (effect and isinstance(answer.data, dict | list)):
            raise self._cut(effect, f"HTTP {answer.status}", answer.status)
        if answer.good and answer.data is None and answer.text.strip() not in ("", "null") and not text:
            self.unfit(f"{method} that is no JSON", answer.text)
            raise self._cut(effect, "what came is no JSON", answer.status)
        return answer

    @property
    def url(self) -> str:
        """Where the calls go: the cloud, or what a setting put in its place."""
        return str(self._client.base_url).rstrip("/")

    async def turn(self, group: str) -> None:
        """Waits until this group may be called; for the cloud that is spoken to through a library of its own (AWS)."""
        if policy := self._policies.get(group):
            await self._limiter.take(self._account, policy, wait_seconds_max=WAIT_FOR_TURN_SECONDS)
        if (demand := BEFORE_CALLS.get()) is not None:
            demand()

    async def learn(self, left: Sequence[Left]) -> None:
        await self._limiter.learn(self._account, left)

    async def hold(self, group: str, seconds: float) -> None:
        """For clouds that say `too fast` in other words than 429."""
        await self._limiter.hold(self._account, group, seconds)

    def unfit(self, what: str, body: Any) -> None:
        """Notes a part of an answer that does not parse; the caller skips it and counts it."""
        self._recorder.unfit(self.provider, what, body if isinstance(body, str) else _written(body))

    def doubt(self, answer: Answer, created_ids: Sequence[str] = ()) -> OutcomeUnknown:
        """For a 5xx to a call with an effect, after its body was read."""
        message = f"{self.provider} did not say whether it was done (HTTP {answer.status})."
        return OutcomeUnknown(message, status=answer.status, created_ids=created_ids)

    def broken(self, what: str, body: Any, *, effect: bool = False) -> ContractBroken | OutcomeUnknown:
        """For a whole answer that does not fit the API as we know it, such as a list without its list."""
        self.unfit(what, body)
        message = f"{self.provider} answered in a form we don't know: {what}."
        return OutcomeUnknown(message) if effect else ContractBroken(message)

    async def _send(self, effect: bool, request: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise Unavailable(f"{self.provider} can't be reached ({type(error).__name__}).") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._cut(effect, type(error).__name__) from None

    def _cut(self, effect: bool, why: str, status: int | None = None) -> Unavailable | OutcomeUnknown:
        if effect:
            return OutcomeUnknown(f"{self.provider} did not say whether it was done ({why}).", status=status)
        return Unavailable(f"{self.provider} did not answer ({why}).", status=status)

    async def _refused(self, group: str, answer: Answer, too_fast: TooFast | None) -> ProviderError:
        meant = too_fast(answer) if too_fast else None
        if isinstance(meant, ProviderError):
            return meant
        seconds = _retry_seconds(answer.headers) if meant is None else max(1.0, meant)
        await self._limiter.hold(self._account, group, seconds)
        return RateLimited(f"{self.provider} asks for a pause.", retry_seconds=seconds, status=429)


def _answer(response: httpx.Response) -> Answer:
    try:
        data = orjson.loads(response.content) if response.content else None
    except orjson.JSONDecodeError:
        data = None
    return Answer(response.status_code, response.headers, data, response.text)


def _written(body: Any) -> str:
    return orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _retry_seconds(headers: Mapping[str, str]) -> float:
    """Seconds, or a date, which is read against the clock of the one who wrote it."""
    said = headers.get("retry-after", "")
    try:
        return max(1.0, float(said))
    except ValueError:
        pass
    try:
        return max(1.0, (parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, KeyError, TypeError):
        return PAUSE_SECONDS
