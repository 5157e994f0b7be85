"""The line to a server: what it repeats, what it renews, how it tells errors apart."""

from typing import Any

import pytest

from dumont.basics import errors
from dumont.client import http, jobs
from dumont.client.accounts import Accounts
from dumont.client.admin import Admin
from dumont.client.failures import ServerMistake
from dumont.client.http import Api, address
from dumont.client.jobs import Jobs
from dumont.client.tokens import Exchange, FixedToken
from tests.client.scripted import BREAK, Answer, problem, scripted

GRANT = {"access_token": "fresh", "refresh_token": "next", "token_type": "bearer", "expires_in": 900}


class OneSession:
    """Tokens in memory."""

    def __init__(self) -> None:
        self.token = "stale"

    def access(self) -> str:
        return self.token

    def renew(self, _refused: str, exchange: Exchange, /) -> str:
        self.token = exchange("refresh")["access_token"]
        return self.token


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PAUSES_SECONDS", (0.01, 0.01))


class TestRepeating:
    def test_asks_again_when_the_connection_breaks(self) -> None:
        with scripted(BREAK, Answer(body={"id": "1"})) as server, Api(server.url) as api:
            assert api.get("/auth/me") == {"id": "1"}
            assert len(server.asked) == 2

    def test_sends_a_post_again_under_the_same_key(self) -> None:
        with scripted(BREAK, Answer(201, {"id": "1"})) as server, Api(server.url, FixedToken("t")) as api:
            Accounts(api).create_team("x")
            keys = [asked.headers["idempotency-key"] for asked in server.asked]
        assert len(keys) == 2
        assert len(set(keys)) == 1

    def test_takes_a_new_key_for_a_new_post(self) -> None:
        with scripted(Answer(201, {"id": "1"})) as server, Api(server.url, FixedToken("t")) as api:
            for _ in range(2):
                Accounts(api).create_team("x")
            assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 2

    def test_does_not_repeat_what_may_happen_twice(self) -> None:
        with scripted(BREAK) as server, Api(server.url, FixedToken("t")) as api:
            with pytest.raises(errors.Unavailable):
                Admin(api).change_user("1", role="admin")
            with pytest.raises(errors.Unavailable):
                Accounts(api).log_in(email="a@b.c", password="x")
            assert [asked.method for asked in server.asked] == ["PATCH", "POST"]

    def test_gives_up_after_a_while(self) -> None:
        with scripted(BREAK) as server, Api(server.url) as api:
            with pytest.raises(errors.Unavailable, match="broke"):
                api.get("/auth/me")
            assert len(server.asked) == 3

    def test_waits_as_long_as_a_server_asks_that_is_away_for_a_moment(self) -> None:
        away = problem(503, "database_unavailable")
        away.headers["retry-after"] = "0"
        with scripted(away, Answer(body={"ok": True})) as server, Api(server.url) as api:
            assert api.get("/auth/me") == {"ok": True}

    def test_does_not_wait_for_one_that_is_away_for_long(self) -> None:
        away = problem(503, "closed")
        away.headers["retry-after"] = "3600"
        with scripted(away) as server, Api(server.url) as api:
            with pytest.raises(errors.Unavailable):
                api.get("/auth/me")
            assert len(server.asked) == 1

    def test_says_where_no_server_answers(self) -> None:
        with Api("http://127.0.0.1:9") as api, pytest.raises(errors.Unavailable, match=r"127\.0\.0\.1:9") as raised:
            api.get("/auth/me")
        assert raised.value.code == "server_away"


class TestRenewing:
    def test_renews_once_and_asks_again(self) -> None:
        answers = (problem(401, "token_expired"), Answer(body=GRANT), Answer(body={"id": "1"}))
        tokens = OneSession()
        with scripted(*answers) as server, Api(server.url, tokens) as api:
            assert api.get("/auth/me") == {"id": "1"}
            sent = [(asked.path, asked.headers.get("authorization")) for asked in server.asked]
        assert sent == [
            ("/api/v1/auth/me", "Bearer stale"),
            ("/api/v1/auth/refresh", None),
            ("/api/v1/auth/me", "Bearer fresh"),
        ]

    def test_repeats_a_post_under_its_own_key_after_renewing(self) -> None:
        answers = (problem(401, "token_expired"), Answer(body=GRANT), Answer(201, {"id": "1"}))
        with scripted(*answers) as server, Api(server.url, OneSession()) as api:
            Accounts(api).create_team("x")
            first, _, last = server.asked
        assert first.headers["idempotency-key"] == last.headers["idempotency-key"]
        assert first.body == last.body

    def test_does_not_renew_for_ever(self) -> None:
        answers = (problem(401, "token_expired"), Answer(body=GRANT), problem(401, "session_revoked"))
        with scripted(*answers) as server, Api(server.url, OneSession()) as api:
            with pytest.raises(errors.NotSignedIn) as raised:
                api.get("/auth/me")
            assert len(server.asked) == 3
        assert raised.value.code == "session_revoked"

    def test_has_nothing_to_renew_a_key_with(self) -> None:
        with scripted(problem(401, "not_signed_in")) as server, Api(server.url, FixedToken("k")) as api:
            with pytest.raises(errors.NotSignedIn):
                api.get("/auth/me")
            assert len(server.asked) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, errors.Invalid),
            (401, errors.NotSignedIn),
            (402, errors.OutOfFunds),
            (403, errors.NotAllowed),
            (404, errors.NotFound),
            (409, errors.Conflict),
            (413, errors.Invalid),
            (422, errors.Invalid),
            (429, errors.TooMany),
            (500, ServerMistake),
            (502, errors.Unavailable),
            (504, errors.Unavailable),
        ],
    )
    def test_come_by_kind_with_code_message_and_hint(self, status: int, kind: type[errors.Failure]) -> None:
        answer = problem(status, "its_code", "What happened.", hint="Do this.", request_id="r-1")
        with scripted(answer) as server, Api(server.url) as api, pytest.raises(kind) as raised:
            api.get("/x")
        assert raised.value.code == "its_code"
        assert raised.value.message == "What happened."
        assert (raised.value.hint or "").startswith("Do this.")

    def test_carry_the_fields_that_are_wrong(self) -> None:
        answer = problem(422, "invalid", errors=[{"field": "scopes.0", "message": "is unknown"}])
        with scripted(answer) as server, Api(server.url) as api, pytest.raises(errors.Invalid) as raised:
            api.get("/x")
        assert raised.value.faults == (errors.FieldFault("scopes.0", "is unknown"),)

    def test_carry_the_request_id_of_a_mistake(self) -> None:
        answer = problem(500, "our_mistake", request_id="r-17")
        with scripted(answer) as server, Api(server.url) as api, pytest.raises(ServerMistake) as raised:
            api.get("/x")
        assert "r-17" in str(raised.value.hint)

    def test_carry_how_long_to_wait(self) -> None:
        answer = problem(429, "too_many_attempts")
        answer.headers["retry-after"] = "17"
        with scripted(answer) as server, Api(server.url) as api, pytest.raises(errors.TooMany) as raised:
            api.get("/x")
        assert raised.value.retry_seconds == 17

    @pytest.mark.parametrize("body", [None, "text", [1]])
    def test_survive_an_answer_that_is_not_ours(self, body: Any) -> None:
        with scripted(Answer(404, body)) as server, Api(server.url) as api, pytest.raises(errors.NotFound) as raised:
            api.get("/x")
        assert "address of a Dumont server" in str(raised.value.hint)


class TestPages:
    def test_follow_the_cursor_to_the_end(self) -> None:
        pages = [Answer(body={"items": [1, 2], "next_cursor": "c1"}), Answer(body={"items": [3], "next_cursor": None})]
        with scripted(*pages) as server, Api(server.url) as api:
            found = [
                item
                for page in api.pages("/jobs", {"state": None, "name": "a b"}, limit=None)
                for item in page["items"]
            ]
            paths = [asked.path for asked in server.asked]
        assert found == [1, 2, 3]
        assert paths == ["/api/v1/jobs?name=a+b&limit=200", "/api/v1/jobs?name=a+b&limit=200&cursor=c1"]

    def test_stop_where_enough_is(self) -> None:
        with scripted(Answer(body={"items": [1, 2], "next_cursor": "c"})) as server, Api(server.url) as api:
            pages = list(api.pages("/jobs", {}, limit=3))
            assert [asked.path for asked in server.asked][-1] == "/api/v1/jobs?limit=1&cursor=c"
        assert len(pages) == 2


class TestFollowing:
    RUNNING = Answer(body={"id": "1", "state": "running"}, headers={"etag": 'W/"a"'})
    ENDED = Answer(body={"id": "1", "state": "succeeded"}, headers={"etag": 'W/"b"'})

    def test_pays_for_a_body_only_when_it_has_changed(self) -> None:
        script = (self.RUNNING, self.RUNNING, Answer(304), Answer(304), self.ENDED)
        with scripted(*script) as server, Api(server.url) as api:
            states = [job["state"] for job in Jobs(api).follow("1", every_seconds=0.01)]
            tags = [asked.headers.get("if-none-match") for asked in server.asked]
        assert states == ["running", "succeeded"]
        assert tags == [None, None, 'W/"a"', 'W/"a"', 'W/"a"']

    def test_waits_for_a_server_that_restarts(self) -> None:
        """Longer than one call is tried."""
        with scripted(self.RUNNING, *[BREAK] * 7, self.ENDED) as server, Api(server.url) as api:
            states = [job["state"] for job in Jobs(api).follow("1", every_seconds=0.01)]
        assert states == ["running", "succeeded"]

    def test_gives_up_on_one_that_stays_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.05)
        with scripted(self.RUNNING, BREAK) as server, Api(server.url) as api, pytest.raises(errors.Unavailable):
            list(Jobs(api).follow("1", every_seconds=0.01))

    def test_does_not_wait_for_one_that_never_answered(self) -> None:
        with scripted(BREAK) as server, Api(server.url) as api:
            with pytest.raises(errors.Unavailable):
                next(Jobs(api).follow("1"))
            assert len(server.asked) == 3


class TestAddress:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            ("https://d.example.com/", "https://d.example.com"),
            ("localhost:8000", "http://localhost:8000"),
            ("https://d.example.com/api/v1", "https://d.example.com"),
            ("https://d.example.com/cloud/api/", "https://d.example.com/cloud"),
        ],
    )
    def test_is_taken_as_people_write_it(self, given: str, meant: str) -> None:
        assert address(given) == meant

    @pytest.mark.parametrize("given", ["ftp://x", "http://", ""])
    def test_is_refused_if_it_is_none(self, given: str) -> None:
        with pytest.raises(errors.Invalid):
            address(given)

    def test_keeps_an_id_in_its_place(self) -> None:
        with scripted(Answer(204)) as server, Api(server.url, FixedToken("t")) as api:
            Accounts(api).delete_api_key("../teams/1?x")
            assert server.asked[0].path == "/api/v1/api-keys/..%2Fteams%2F1%3Fx"
