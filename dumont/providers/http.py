"""The seam between adapters and the network: one call, its turn, its time limit, and what became of it in words.

An adapter says what a call means (`effect=True`: it may create, end or change something); the seam decides what a
broken connection then means. No adapter sees an exception of the HTTP library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from dumont.providers.errors import OutcomeUnknown, RateLimited, Unavailable
from dumont.providers.limits import Every, Left, Limiter

CONNECT_SECONDS = 5.0
WAIT_FOR_TURN_SECONDS = 30.0


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
    ) -> Answer:
        """The answer, whatever its status below 500 but 429. `path` may be a whole URL; slashes go out as written.

        Raises `Unavailable` if surely nothing happened, `OutcomeUnknown` if an effect is in doubt, `RateLimited` on
        a 429 or where the turn would come too late. A 5xx with an effect whose body names ids is answered, so that
        the adapter can read them: it must then raise `OutcomeUnknown` itself (`doubt`).
        """
        await self.turn(group)
        try:
            response = await self._client.request(
                method,
                path,
                headers=headers,
                params=params,
                json=json,
                data=form,
                timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"{self.provider} can't be reached ({type(error).__name__}).") from None
        except httpx.HTTPError as error:
            raise self._cut(effect, type(error).__name__) from None
        answer = _answer(response)
        self._recorder.keep(self.provider, method, response.request.url.path, answer)
        if answer.status == 429:
            raise await self._too_fast(group, answer)
        if answer.status >= 500 and not (effect and answer.data is not None):
            raise self._cut(effect, f"HTTP {answer.status}", answer.status)
        return answer

    @property
    def url(self) -> str:
        """Where the calls go: the cloud, or what a setting put in its place."""
        return str(self._client.base_url).rstrip("/")

    async def turn(self, group: str) -> None:
        """Waits until this group may be called; for clouds that are spoken to through a library of their own."""
        if policy := self._policies.get(group):
            await self._limiter.take(self._account, policy, wait_seconds_max=WAIT_FOR_TURN_SECONDS)

    async def learn(self, left: Sequence[Left]) -> None:
        await self._limiter.learn(self._account, left)

    async def hold(self, group: str, seconds: float) -> None:
        """For clouds that say `too fast` in other words than 429."""
        await self._limiter.hold(self._account, group, seconds)

    def unfit(self, what: str, body: Any) -> None:
        """Notes a part of an answer that does not parse; the caller skips it and counts it."""
        self._recorder.unfit(self.provider, what, str(body))

    def _cut(self, effect: bool, why: str, status: int | None = None) -> Unavailable | OutcomeUnknown:
        if effect:
            return OutcomeUnknown(f"{self.provider} did not say whether it was done ({why}).", status=status)
        return Unavailable(f"{self.provider} did not answer ({why}).", status=status)

    async def _too_fast(self, group: str, answer: Answer) -> RateLimited:
        seconds = _retry_seconds(answer.headers)
        await self._limiter.hold(self._account, group, seconds)
        return RateLimited(f"{self.provider} asks for a pause.", retry_seconds=seconds, status=429)


def _answer(response: httpx.Response) -> Answer:
    try:
        data = response.json() if response.content else None
    except ValueError:
        data = None
    return Answer(response.status_code, response.headers, data, response.text)


def _retry_seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(1.0, float(headers.get("retry-after", "5")))
    except ValueError:
        return 5.0
