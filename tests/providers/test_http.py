"""The seam: what a broken connection or body means, given what the call was to do."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from dumont.providers import recording
from dumont.providers.errors import ContractBroken, OutcomeUnknown, QuotaReached, RateLimited, Unavailable
from dumont.providers.http import Answer, Http
from dumont.providers.limiting import LocalLimiter
from dumont.providers.limits import Every
from dumont.providers.recording import Recording
from dumont.providers.scrubbing import Scrubber
from tests.providers.conftest import HurriedClock

DATE = "Fri, 06 Mar 2026 12:00:00 GMT"
Handler = Callable[[httpx.Request], httpx.Response]


class Seam:
    """One call over a transport that answers as told."""

    def __init__(self, handler: Handler) -> None:
        self.clock = HurriedClock()
        self.limiter = LocalLimiter(self.clock)
        self.recording = Recording(Scrubber(["key-0123456789"]), keep=True)
        client = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="https://cloud.test/v1")
        policies = [Every("read", 1)]
        self.http = Http("cloud", client, self.limiter, self.recording, account="a", policies=policies)

    async def call(self, method: str = "GET", **given: Any) -> Answer:
        return await self.http.call(method, "/things/", **given)


def answering(status: int = 200, **given: Any) -> Seam:
    return Seam(lambda _request: httpx.Response(status, **given))


def failing(error: type[httpx.HTTPError]) -> Seam:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("https://cloud.test/?key=key-0123456789", request=request)  # type: ignore[call-arg]

    return Seam(fail)


class TestAnswer:
    async def test_keeps_slashes_and_prefixes_as_written(self) -> None:
        asked: list[str] = []
        seam = Seam(lambda request: (asked.append(str(request.url)), httpx.Response(200, json={}))[1])
        await seam.call()
        await seam.http.call("GET", "https://elsewhere.test/a//b/")
        assert asked == ["https://cloud.test/v1/things/", "https://elsewhere.test/a//b/"]

    @pytest.mark.parametrize("status", [200, 204, 404, 422])
    async def test_may_be_empty_or_a_refusal(self, status: int) -> None:
        answer = await answering(status).call()
        assert (answer.status, answer.data, answer.good) == (status, None, status < 300)

    async def test_of_text_is_fine_where_text_is_wanted(self) -> None:
        assert (await answering(text="a log").call(text=True)).text == "a log"

    async def test_is_not_followed_elsewhere(self) -> None:
        answer = await answering(302, headers={"location": "https://evil.test/"}).call()
        assert (answer.status, answer.good) == (302, False)


class TestBroken:
    @pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
    @pytest.mark.parametrize("effect", [False, True])
    async def test_before_it_was_sent_nothing_has_happened(self, error: type[httpx.HTTPError], effect: bool) -> None:
        with pytest.raises(Unavailable) as told:
            await failing(error).call(effect=effect)
        assert "key-0123456789" not in str(told.value)
        assert told.value.__cause__ is None

    @pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError])
    async def test_after_it_was_sent_an_effect_is_in_doubt(self, error: type[httpx.HTTPError]) -> None:
        with pytest.raises(OutcomeUnknown):
            await failing(error).call("PUT", effect=True)
        with pytest.raises(Unavailable):
            await failing(error).call()

    async def test_a_success_that_is_no_json_is_no_answer(self) -> None:
        with pytest.raises(Unavailable):
            await answering(html="<html>busy</html>").call()
        with pytest.raises(OutcomeUnknown):
            await answering(content=b'{"id": 1').call("POST", effect=True)

    async def test_a_server_error_is_read_only_where_it_may_name_what_was_made(self) -> None:
        with pytest.raises(Unavailable):
            await answering(503, json={"error": "busy"}).call()
        with pytest.raises(OutcomeUnknown):
            await answering(502, html="<html>bad gateway</html>").call(effect=True)
        answer = await answering(500, json={"id": 7}).call(effect=True)
        assert answer.data == {"id": 7}
        doubt = answering().http.doubt(answer, ["7"])
        assert (type(doubt), doubt.created_ids) == (OutcomeUnknown, ("7",))

    async def test_a_strange_form_is_said_to_be_one(self) -> None:
        http = answering().http
        assert isinstance(http.broken("a list without its list", {"x": 1}), ContractBroken)
        assert isinstance(http.broken("a create without an id", {"x": 1}, effect=True), OutcomeUnknown)


class TestTooFast:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 5),
            ({"retry-after": "17"}, 17),
            ({"retry-after": "0"}, 1),
            ({"retry-after": "Fri, 06 Mar 2026 12:00:42 GMT", "date": DATE}, 42),
            ({"retry-after": "Fri, 06 Mar 2026 12:00:42 GMT"}, 5),
            ({"retry-after": "soon"}, 5),
        ],
    )
    async def test_says_for_how_long_and_holds_the_group(self, headers: dict[str, str], seconds: float) -> None:
        seam = answering(429, headers=headers)
        with pytest.raises(RateLimited) as told:
            await seam.call(effect=True)
        assert told.value.retry_seconds == seconds
        assert await seam.limiter.state("a") == {"read": seconds}

    async def test_may_be_read_by_the_adapter(self) -> None:
        seam = answering(429, json={"detail": "threshold=9"})
        with pytest.raises(RateLimited) as told:
            await seam.call(too_fast=lambda _answer: 9.0)
        assert told.value.retry_seconds == 9
        with pytest.raises(QuotaReached):
            await answering(429).call(too_fast=lambda _answer: QuotaReached("enough for today"))

    async def test_waits_for_its_turn_or_says_that_it_comes_too_late(self) -> None:
        seam = answering(json={})
        for _ in range(3):
            await seam.call()
        assert seam.clock.slept == [1, 1]
        await seam.http.hold("read", 600)
        with pytest.raises(RateLimited):
            await seam.call()


class TestRecording:
    async def test_keeps_answers_without_secrets(self) -> None:
        body = {"api_key": "other", "said": "key-0123456789", "n": 1}
        seam = answering(json=body, headers={"x-request-id": "r1", "set-cookie": "session=abc"})
        await seam.call(headers={"authorization": "Bearer key-0123456789"}, params={"q": "1"})
        (fixture,) = seam.recording.fixtures()
        assert fixture.body == {"api_key": "***", "said": "***", "n": 1}
        assert (fixture.name, fixture.path) == ("get-v1-things-200", "/v1/things/")
        assert "set-cookie" not in fixture.headers
        assert fixture.headers["x-request-id"] == "r1"

    async def test_logs_an_unfit_body_once_for_each_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is said to the log is caught before it: where logs go depends on the tests before this one."""
        said: list[dict[str, Any]] = []

        def warning(event: str, **about: Any) -> None:
            said.append({"event": event, **about})

        monkeypatch.setattr(recording, "log", SimpleNamespace(warning=warning))
        http = answering().http
        for what in ("offer", "offer", "instance"):
            http.unfit(what, {"strange": "key-0123456789"})
        assert [(each["event"], each["what"]) for each in said] == [
            ("provider_body_unfit", "offer"),
            ("provider_body_unfit", "instance"),
        ]
        assert "key-0123456789" not in str(said)
