"""Failures: each kind has its status, and what we did wrong ourselves is told to the log and to nobody else."""

import importlib
import pkgutil

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

import dumont
from dumont.basics import errors
from dumont.basics.errors import Failure, FieldFault
from dumont.main import failures
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.http.envelope import Envelope
from dumont.platform.settings import Settings

KINDS = [
    (errors.NotFound("No such key."), 404, "not_found", "Not found"),
    (errors.Conflict("Taken."), 409, "conflict", "Conflict"),
    (errors.NotSignedIn("Who?"), 401, "not_signed_in", "Not signed in"),
    (errors.NotAllowed("No."), 403, "not_allowed", "Not allowed"),
    (errors.Invalid("Wrong."), 422, "invalid", "Invalid input"),
    (errors.OutOfFunds("Empty."), 402, "out_of_funds", "Not enough money"),
    (errors.TooMany("Slower.", retry_seconds=9), 429, "too_many_requests", "Too many requests"),
    (errors.Unavailable("Away."), 503, "unavailable", "Unavailable"),
]


class Body(BaseModel):
    scopes: list[int]


class Application:
    """An application that fails as it is told to."""

    def __init__(self) -> None:
        self.error: Exception = RuntimeError()
        self.app = FastAPI()
        self.app.add_api_route("/fail", self._fail)
        self.app.add_api_route("/body", self._take, methods=["POST"])
        failures.install(self.app)

    async def _fail(self) -> None:
        raise self.error

    async def _take(self, body: Body, limit: int = 1) -> None: ...

    async def answers(self, error: Exception) -> httpx.Response:
        self.error = error
        return await self.client.get("/fail", headers={"x-request-id": "5f1c0a9e7d3b4c21"})

    @property
    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(Envelope(self.app, hsts=False), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://dumont.test")


@pytest.fixture
def failing() -> Application:
    return Application()


def everything() -> set[type[Failure]]:
    """Each class of failure in the whole package."""
    for module in pkgutil.walk_packages(dumont.__path__, "dumont."):
        if not module.name.endswith(("__main__", ".dumont_native")):  # a library of C's, which Python does not import
            importlib.import_module(module.name)

    def below(kind: type[Failure]) -> set[type[Failure]]:
        return {kind}.union(*[below(inner) for inner in kind.__subclasses__()])

    return {kind for kind in below(Failure) if kind is not Failure and kind.__module__.startswith("dumont.")}


class TestEveryFailure:
    def test_has_a_status(self) -> None:
        found = everything()
        assert len(found) > 20
        without = [kind for kind in found if not any(parent in failures.STATUS for parent in kind.__mro__)]
        # Those of the command line and its client never meet the server.
        assert [kind for kind in without if not kind.__module__.startswith(("dumont.cli", "dumont.client"))] == []

    def test_has_a_code_for_programs(self) -> None:
        for kind in everything():
            assert kind.code.replace("_", "").isalnum(), kind
            assert kind.code == kind.code.lower() != "failure", kind


class TestAnswer:
    @pytest.mark.parametrize(("failure", "status", "code", "title"), KINDS, ids=str)
    async def test_is_a_problem_of_its_kind(
        self, failing: Application, failure: Failure, status: int, code: str, title: str
    ) -> None:
        failure.hint = "Do this."
        answer = await failing.answers(failure)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == "5f1c0a9e7d3b4c21"
        assert answer.json() == {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": failure.message,
            "code": code,
            "hint": "Do this.",
            "errors": [],
            "request_id": "5f1c0a9e7d3b4c21",
        }

    async def test_tells_how_to_sign_in(self, failing: Application) -> None:
        answer = await failing.answers(errors.NotSignedIn("Late.", code="token_expired"))
        assert answer.headers["www-authenticate"] == 'Bearer error="token_expired"'

    async def test_tells_how_long_to_wait(self, failing: Application) -> None:
        answer = await failing.answers(errors.TooMany("Slower.", retry_seconds=9))
        assert answer.headers["retry-after"] == "9"

    async def test_names_the_fields(self, failing: Application) -> None:
        answer = await failing.answers(errors.Invalid("Wrong.", faults=[FieldFault("a.b", "is wrong")]))
        assert answer.json()["errors"] == [{"field": "a.b", "message": "is wrong"}]

    async def test_of_the_framework_has_the_same_shape(self, failing: Application) -> None:
        async with failing.client as client:
            missing = await client.get("/nowhere")
            wrong_way = await client.post("/fail")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        assert missing.json()["detail"] == "There is nothing at /nowhere."
        assert (wrong_way.status_code, wrong_way.json()["code"]) == (405, "method_not_allowed")
        assert wrong_way.headers["allow"] == "GET"
        teapot = await failing.answers(HTTPException(418, "short and stout"))
        assert (teapot.status_code, teapot.json()["code"]) == (418, "error")

    @pytest.mark.parametrize(
        ("query", "body", "fields"),
        [
            ("", b"{", ["body"]),
            ("", b"[]", ["body"]),
            ("", b"{}", ["scopes"]),
            ("", b'{"scopes": [1, "x"]}', ["scopes.1"]),
            ("?limit=x", b'{"scopes": []}', ["limit"]),
        ],
    )
    async def test_names_what_is_wrong_in_a_request(
        self, failing: Application, query: str, body: bytes, fields: list[str]
    ) -> None:
        async with failing.client as client:
            answer = await client.post(f"/body{query}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422
        assert [problem["field"] for problem in answer.json()["errors"]] == fields


class TestOurMistake:
    async def test_tells_no_details(self, failing: Application) -> None:
        answer = await failing.answers(RuntimeError("the password is hunter2"))
        assert (answer.status_code, answer.json()["code"]) == (500, "our_mistake")
        assert "hunter2" not in answer.text
        assert answer.json()["request_id"] == answer.headers["x-request-id"]

    async def test_is_a_file_of_ours_that_is_missing(self, failing: Application) -> None:
        assert (await failing.answers(FileNotFoundError("/etc/x"))).status_code == 500

    async def test_is_a_constraint_that_nobody_caught(self, failing: Application, broken: "Broken") -> None:
        error = await broken.error_of("SELECT 1 / 0")
        assert (await failing.answers(error)).status_code == 500


class Broken:
    """Errors as a real database makes them."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url, self._settings = url, settings

    async def error_of(self, *statements: str, url: str | None = None) -> Exception:
        engine = make_engine(url or self._url, self._settings, name="broken")
        try:
            async with make_db(engine).begin() as tx:
                for statement in statements:
                    await tx.execute(text(statement))
        except Exception as error:
            return error
        finally:
            await engine.dispose()
        raise AssertionError("nothing went wrong")


@pytest.fixture
def broken(database_url: str, settings: Settings) -> Broken:
    return Broken(database_url, settings)


class TestDatabase:
    async def test_that_is_away_is_503(self, failing: Application, broken: Broken, database_url: str) -> None:
        name = database_url.partition("?")[0].rsplit("/", 1)[1]
        away = [
            await broken.error_of("SELECT 1", url="postgresql://a:b@127.0.0.1:1/x"),
            await broken.error_of("SELECT 1", url="postgresql://a:b@/x?host=/nowhere"),
            await broken.error_of("SELECT 1", url=database_url.replace(f"/{name}", "/no_such_database")),
            await broken.error_of("SELECT pg_terminate_backend(pg_backend_pid())"),
            await broken.error_of("SET LOCAL statement_timeout = 10", "SELECT pg_sleep(5)"),
            await broken.error_of("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"),
            PoolTimeout(),
            ConnectionResetError(),
        ]
        for error in away:
            answer = await failing.answers(error)
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable"), repr(error)
            assert answer.headers["retry-after"] == "2"
            assert "Nothing was changed" in answer.json()["hint"]

    async def test_never_has_parameters_in_its_errors(self, broken: Broken, settings: Settings) -> None:
        engine = make_engine(broken._url, settings, name="broken")
        with pytest.raises(Exception, match="division by zero") as failure:
            async with make_db(engine).begin() as tx:
                await tx.execute(text("SELECT 1 / (length(:secret) - 7)"), {"secret": "hunter2"})
        await engine.dispose()
        assert "hunter2" not in str(failure.value)
