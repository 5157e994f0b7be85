"""Logs: one JSON object a line, with the ids that lead back, and with no secret whatever way it came in."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import httpx
import pytest
import structlog
from pydantic import SecretStr

from dumont.platform.settings import Settings
from dumont.platform.telemetry import logs

KEY = "dmt_0123456789ab_" + "A" * 43
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
PASSWORD = "violet harbour ladder 9"


class Log:
    """What is written from now on, line by line."""

    def __init__(self, format_: Literal["json", "console"]) -> None:
        logs.configure(Settings(log_format=format_))
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        self._stream = StringIO()
        handler.setStream(self._stream)
        self.log = structlog.get_logger("test")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def line(self) -> dict[str, Any]:
        (line,) = self.lines()
        return line

    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The tests after these have logs as they were set up for all: else they would go to standard output."""
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**ours)


@pytest.fixture
def written() -> Log:
    return Log("json")


@dataclass
class Parcel:
    inside: str


class TestLine:
    def test_tells_event_level_and_time_in_utc(self, written: Log) -> None:
        written.log.info("moved", count=3, at=datetime(2026, 1, 5, tzinfo=UTC), id=UUID(int=7), ok=True, none=None)
        line = written.line()
        assert (line["event"], line["level"], line["count"], line["ok"], line["none"]) == (
            "moved",
            "info",
            3,
            True,
            None,
        )
        assert line["timestamp"].endswith("Z")
        assert (line["at"], line["id"]) == ("2026-01-05T00:00:00+00:00", str(UUID(int=7)))

    def test_carries_what_is_bound_to_the_request(self, written: Log) -> None:
        with structlog.contextvars.bound_contextvars(request_id="5f1c0a9e7d3b4c21"):
            written.log.info("inside")
            logging.getLogger("a.library").warning("inside too")
        written.log.info("outside")
        assert [line.get("request_id") for line in written.lines()] == ["5f1c0a9e7d3b4c21"] * 2 + [None]

    def test_is_not_written_below_the_level(self, written: Log) -> None:
        written.log.debug("detail")
        assert written.lines() == []

    def test_of_a_library_is_the_same_shape(self, written: Log) -> None:
        logging.getLogger("a.library").warning("took %s seconds", 3, extra={"host": "db"})
        line = written.line()
        assert (line["event"], line["level"], line["host"]) == ("took 3 seconds", "warning", "db")


class TestSecrets:
    @pytest.mark.parametrize("name", ["password", "new_password", "apiKey", "api_key", "Authorization", "set-cookie"])
    @pytest.mark.parametrize("value", [PASSWORD, PASSWORD.encode(), {"a": PASSWORD}, [PASSWORD], Parcel(PASSWORD)])
    def test_are_hidden_by_the_name_they_are_under(self, written: Log, name: str, value: object) -> None:
        written.log.info("x", **{name: value})
        assert PASSWORD not in written.text()

    def test_are_hidden_by_their_type(self, written: Log) -> None:
        written.log.info("x", plain=SecretStr(PASSWORD), inside=[{"deep": (SecretStr(PASSWORD),)}])
        line = written.line()
        assert (line["plain"], line["inside"]) == (logs.HIDDEN, [{"deep": [logs.HIDDEN]}])

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            (f"key {KEY}.", f"key {logs.HIDDEN}."),
            (f"sent {JWT} on", f"sent {logs.HIDDEN} on"),
            ("postgresql://me:s3cret@db:5432/x", f"postgresql://{logs.HIDDEN}@db:5432/x"),
            ("redis://:s3cret@cache", f"redis://{logs.HIDDEN}@cache"),
            ("https://me/reset-password#token=s3cret", f"https://me/reset-password#token={logs.HIDDEN}"),
            ("Authorization: Bearer s3cret", f"Authorization: Bearer {logs.HIDDEN}"),
            ("nothing: to see at https://example.com:8000/a", "nothing: to see at https://example.com:8000/a"),
        ],
    )
    def test_are_hidden_by_their_look(self, written: Log, text: str, left: str) -> None:
        for value in (text, text.encode(), {"deep": [text]}, {text}, Parcel(text), ValueError(text)):
            written.log.info("x", value=value)
        lines = written.lines()
        assert lines[0]["value"] == lines[1]["value"] == lines[5]["value"] == left
        assert lines[2]["value"] == {"deep": [left]}
        assert lines[3]["value"] == [left]
        assert lines[4]["value"] == f"Parcel(inside='{left}')"

    def test_are_hidden_in_the_event_itself_and_in_keys(self, written: Log) -> None:
        event = f"took {KEY}"
        written.log.info(event, seen={KEY: 1})
        logging.getLogger("a.library").warning("took %s", JWT)
        text = written.text()
        assert KEY not in text
        assert JWT not in text

    def test_are_hidden_in_objects_that_write_themselves(self, written: Log) -> None:
        written.log.info("x", url=httpx.URL("https://me:s3cret@host/"), path=Path("/a"))
        text = written.text()
        assert "s3cret" not in text
        assert '"/a"' in text

    @pytest.mark.parametrize("format_", ["json", "console"])
    def test_are_hidden_in_tracebacks(self, format_: Literal["json", "console"]) -> None:
        written = Log(format_)
        local = PASSWORD
        try:
            _break(f"no answer of postgresql://me:s3cret@db/x with {KEY}")
        except ValueError:
            written.log.exception("broke")
            logging.getLogger("a.library").exception("broke too")
        text = written.text()
        assert text.count("ValueError: no answer of postgresql://") == 2
        assert "s3cret" not in text
        assert KEY not in text
        assert local not in text


def _break(message: str) -> None:
    raise ValueError(message)
